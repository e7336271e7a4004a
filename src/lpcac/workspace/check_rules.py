"""Checks clients against the map's rules within a time budget."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lpcac.composition.placeholders import filled
from lpcac.connectors.files.reader import read_files
from lpcac.connectors.files.samples import sample_of_work_tree
from lpcac.core.findings import Finding
from lpcac.core.text.did_you_mean import Hints
from lpcac.directory_map.directory_map import DirectoryMap
from lpcac.kinds.registry import Registry
from lpcac.kinds.shapes import Shape
from lpcac.planning.targets.loaded_clients import File, LoadedClient
from lpcac.rules.content import content_digest
from lpcac.rules.judging import Judge
from lpcac.rules.loosening import asking_more, both, loosened
from lpcac.rules.reading import NO_KINDS, Fill, Rule, read_rules
from lpcac.rules.schema_limits import ReadBeside

TIME_BUDGET = 60.0
"""Seconds that all rules of a run may take."""


@dataclass(frozen=True)
class RuleFiles:
    """The files of the map's rules, and what kept others from being read.

    Arguments:
        read: reads files next to them.
        others: rules that count as well, where these ask for less.
    """

    files: tuple[File, ...] = ()
    findings: tuple[Finding, ...] = ()
    read: ReadBeside = field(default=lambda _folder, _name: "there is no such file")
    others: tuple[RuleFiles, ...] = ()

    @property
    def have_placeholders(self) -> bool:
        """Tell whether a rule may differ from client to client."""
        return any(b"${" in content for each in self.all for _, content in each.files)

    @property
    def all(self) -> tuple[RuleFiles, ...]:
        """Return these and those that count as well."""
        return (self, *self.others)

    @property
    def are_any(self) -> bool:
        """Tell whether there is any file."""
        return any(each.files for each in self.all)

    @property
    def content(self) -> str:
        """Return a digest of all that the rules say."""
        return content_digest(self.files, self.read, map(str, self.findings))


def rules_of_work_tree(directory_map: DirectoryMap, folder: Path) -> RuleFiles:
    """Return the files of the rules that a map of the work tree names.

    Arguments:
        folder: the map's.
    """
    read = read_files([folder / path for path in directory_map.rules])
    return RuleFiles(tuple(read.files), read.findings, sample_of_work_tree)


@dataclass(frozen=True)
class BaseRules:
    """The rules of the base commit, which count together with what is proposed.

    Arguments:
        clients: the base commit's, by name: its rules keep the values that these give to placeholders.
    """

    files: RuleFiles = field(default_factory=RuleFiles)
    clients: Mapping[str, LoadedClient] = field(default_factory=dict)


def check_rules(
    clients: Iterable[LoadedClient],
    registry: Registry,
    files: RuleFiles,
    base: BaseRules | None = None,
    budget: float = TIME_BUDGET,
) -> tuple[Finding, ...]:
    """Return what breaks the rules, and what is wrong with the rules themselves.

    A client whose files have errors is left out.

    Arguments:
        base: rules that count as well, where the files ask for less.
        budget: seconds for all of them.
    """
    end = time.monotonic() + budget
    findings = dict.fromkeys(files.findings)
    judge = Judge(registry, lambda: time.monotonic() < end)
    rules_for = _rules(files, base or BaseRules(), findings.setdefault, registry.shapes)
    found = judge.findings(
        (loaded.client.name, loaded.desired, both(*rules_for(loaded))) for loaded in clients if not loaded.errors
    )
    return (*findings, *found)


def loosened_rules(clients: Iterable[LoadedClient], files: RuleFiles, base: BaseRules) -> tuple[str, ...]:
    """Return what a proposal does to each rule of the base that it loosens or removes, as the ends of sentences.

    Arguments:
        clients: as they are proposed; placeholders in rules stand for their values.
    """
    rules_for = _rules(files, base, lambda _: None)
    if not files.have_placeholders and not base.files.have_placeholders:
        return tuple(loosened(*rules_for(None)))
    return tuple(dict.fromkeys(words for loaded in clients for words in loosened(*rules_for(loaded))))


_BothRules = tuple[Sequence[Rule], Sequence[Rule]]
"""Those of the base, and those that are proposed."""


def _rules(
    files: RuleFiles, base: BaseRules, tell: Callable[[Finding], object], kinds: Mapping[str, Shape] = NO_KINDS
) -> Callable[[LoadedClient | None], _BothRules]:
    """Return what gives the rules for a client.

    Arguments:
        tell: receives what is wrong with the proposed rules.
        kinds: all kinds of resources, each with the shape of its spec; see `read_rules`.
    """
    hints = Hints()

    def filled_for(loaded: LoadedClient | None) -> Fill | None:
        if loaded is None or loaded.layers is None:
            return None
        values, client = loaded.layers.values_offline(), loaded.client
        return lambda document: filled(document, values, client, hints)

    def read(loaded: LoadedClient | None) -> _BothRules:
        before = base.clients.get(loaded.client.name, loaded) if loaded else None
        was: list[Rule] = []
        for each in base.files.all:
            more, _ = read_rules(each.files, each.read, filled_for(before))
            was += asking_more(more, was)
        now, found = read_rules(files.files, files.read, filled_for(loaded), kinds)
        for finding in found:
            tell(finding)
        return was, now

    if files.have_placeholders or base.files.have_placeholders:
        return read
    shared = read(None)
    return lambda _: shared
