"""Checks clients against the map's rules within a time budget."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lpcac.composition.placeholders import filled
from lpcac.connectors.files.reader import read_files
from lpcac.connectors.files.samples import sample_of_work_tree
from lpcac.core.did_you_mean import Hints
from lpcac.core.findings import Finding
from lpcac.core.resources import Desired
from lpcac.directory_map.directory_map import DirectoryMap
from lpcac.kinds.registry import Registry
from lpcac.planning.targets.loaded_clients import File, LoadedClient
from lpcac.rules.judging import Judge, both, is_loosened
from lpcac.rules.reading import Fill, Rule, read_rules
from lpcac.rules.schema_limits import ReadBeside

TIME_BUDGET = 60.0
"""Seconds that all rules of a run may take."""


@dataclass(frozen=True)
class RuleFiles:
    """The files of the map's rules, and what kept others from being read.

    Arguments:
        read: gives files beside them.
    """

    files: tuple[File, ...] = ()
    findings: tuple[Finding, ...] = ()
    read: ReadBeside = field(default=lambda _folder, _name: "there is no such file")

    @property
    def have_placeholders(self) -> bool:
        """Tell whether a rule may differ from client to client."""
        return any(b"${" in content for _, content in self.files)


def rules_of_work_tree(directory_map: DirectoryMap, folder: Path) -> RuleFiles:
    """Return the files of the rules that a map of the work tree names.

    Arguments:
        folder: the map's.
    """
    read = read_files([folder / path for path in directory_map.rules])
    return RuleFiles(tuple(read.files), read.findings, sample_of_work_tree)


def check_rules(
    clients: Iterable[LoadedClient],
    registry: Registry,
    files: RuleFiles,
    base: RuleFiles | None = None,
    budget: float = TIME_BUDGET,
) -> tuple[Finding, ...]:
    """Return what breaks the rules, and what is wrong with the rules themselves.

    A client whose files have errors is left out.

    Arguments:
        base: rules that count as well, where the files do not hold them as they were.
        budget: seconds for all of them.
    """
    end = time.monotonic() + budget
    findings = dict.fromkeys(files.findings)
    judge = Judge(registry, lambda: time.monotonic() < end)
    rules_for = _rules(files, base, findings.setdefault)
    found = judge.findings(_each(clients, rules_for))
    return (*findings, *found)


def loosened_rules(base: RuleFiles, proposed: RuleFiles) -> list[str]:
    """Return the names of the base's rules that the proposal does not have as they were."""
    was, _ = read_rules(base.files, base.read)
    now = {rule.name: rule for rule in read_rules(proposed.files, proposed.read)[0]}
    return [rule.name for rule in was if is_loosened(rule, now.get(rule.name))]


def _rules(
    files: RuleFiles, base: RuleFiles | None, tell: Callable[[Finding], object]
) -> Callable[[LoadedClient], Sequence[Rule]]:
    hints = Hints()

    def filled_for(loaded: LoadedClient | None) -> Fill | None:
        layers = loaded.layers if loaded else None
        values = layers.values_offline() if layers else None
        if values is None or loaded is None:
            return None
        return lambda document: filled(document, values, loaded.client, hints)

    def read(each: RuleFiles, loaded: LoadedClient | None) -> list[Rule]:
        rules, found = read_rules(each.files, each.read, filled_for(loaded))
        if each is files:
            for finding in found:
                tell(finding)
        return rules

    if not files.have_placeholders and not (base and base.have_placeholders):
        shared = both(read(base, None) if base else [], read(files, None))
        return lambda _: shared
    return lambda loaded: both(read(base, loaded) if base else [], read(files, loaded))


def _each(
    clients: Iterable[LoadedClient], rules_for: Callable[[LoadedClient], Sequence[Rule]]
) -> Iterator[tuple[str, Desired, Sequence[Rule]]]:
    for loaded in clients:
        if not loaded.errors:
            yield loaded.client.name, loaded.desired, rules_for(loaded)
