"""Rule documents to rules that can be checked, with a finding for each that cannot."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Final

import jsonschema_rs
from pydantic import ValidationError

from lpcac.composition.validation import about_name, subject_of
from lpcac.core.findings import Finding, Position, Severity
from lpcac.core.text.did_you_mean import did_you_mean
from lpcac.core.text.safe_text import quoted, shortened
from lpcac.documents.document import Document
from lpcac.documents.git_only import RULE, aside_kind
from lpcac.documents.model_errors import explain
from lpcac.documents.reader import read_documents
from lpcac.kinds.shapes import Shape
from lpcac.rules.content import references, schema_of
from lpcac.rules.document import RuleDocument
from lpcac.rules.ineffective import ineffective
from lpcac.rules.schema_limits import ReadBeside, SchemaRefusedError, contained

INVALID_RULE = "invalid-rule"
NO_KINDS: Final[Mapping[str, Shape]] = MappingProxyType({})
_REGEX = jsonschema_rs.RegexOptions(size_limit=1_000_000)
_SCHEMA = "/spec/schema"
_NO_REGEX = ": patterns run in linear time, without lookaround and backreferences"


@dataclass(frozen=True, eq=False)
class Rule:
    """A rule that can be checked.

    Arguments:
        asks: its schema, files that it refers to included, as one text.
        validator: of a whole resource.
    """

    name: str
    title: str
    message: str
    severity: Severity
    kinds: frozenset[str]
    clients: tuple[str, ...]
    asks: str
    position: Position = field(compare=False)
    validator: jsonschema_rs.Draft202012Validator = field(compare=False, repr=False)

    def is_for(self, client: str) -> bool:
        """Tell whether the rule is about this client; only `*` is wild."""
        return any(fnmatchcase(client, re.sub(r"[?[]", r"[\g<0>]", each)) for each in self.clients)


Fill = Callable[[Document], tuple[Document, list[Finding]]]
"""Replaces a document's placeholders."""


def read_rules(
    files: Iterable[tuple[str, bytes]],
    read: ReadBeside,
    fill: Fill | None = None,
    kinds: Mapping[str, Shape] = NO_KINDS,
) -> tuple[list[Rule], list[Finding]]:
    """Return the rules of the files, and everything wrong with them; a rule that is off is left out.

    Arguments:
        read: reads files next to them that schemas refer to.
        fill: replaces placeholders with a client's variables.
        kinds: all that there are, each with the shape of its spec; without them it is not looked for what has no
            effect, such as a rule for another kind.
    """
    rules: dict[str, Rule | None] = {}
    findings: list[Finding] = []
    first: dict[str, Document] = {}
    for name, content in files:
        documents, problems = read_documents(content, name)
        findings += problems
        for document in documents:
            whole, undefined = fill(document) if fill else (document, [])
            parsed, found = _parsed(whole) if not undefined else (None, undefined)
            findings += found
            if parsed is None:
                continue
            rule_name = parsed.metadata.name
            if first.setdefault(rule_name, document) is not document:
                message = f"{subject_of(document, RULE)} is declared twice (first in {first[rule_name].position})"
                findings.append(about_name(document, "duplicate", message))
                continue
            findings += _unknown_kinds(whole, parsed, kinds)
            if any("${" in each.partition("#")[0] for each in references(schema_of(document))):
                # What a rule reads is compared without knowing any client.
                findings.append(_refused(document, "the file of a $ref cannot have a placeholder"))
                continue
            rule = _rule(whole, parsed, read)
            if isinstance(rule, Finding):
                findings.append(rule)
                continue
            rules[rule_name] = rule
            if rule is not None:
                findings += _ineffective(whole, rule, kinds)
    return [rule for rule in rules.values() if rule is not None], findings


def _parsed(document: Document) -> tuple[RuleDocument | None, list[Finding]]:
    if not document.is_readable:
        return None, []
    subject = subject_of(document, RULE)
    if aside_kind(document) != RULE:
        message = f"{subject}: a rules file may hold only documents of kind Rule: move the others elsewhere"
        return None, [Finding("not-a-rule", message, document.position)]
    try:
        return RuleDocument.model_validate(document.value), []
    except ValidationError as error:
        return None, explain(error, document, RuleDocument, subject)


def _ineffective(document: Document, rule: Rule, kinds: Mapping[str, Shape]) -> Iterator[Finding]:
    """Yield what the rule only seems to ask for; the rest of it counts all the same."""
    known = {kind: shape for kind, shape in kinds.items() if kind in rule.kinds}
    for each in ineffective(json.loads(rule.asks), known) if known else ():
        pointer = f"{_SCHEMA}{each.pointer}"
        message = f"{subject_of(document, RULE)}: {each.message}"
        yield Finding(INVALID_RULE, message, document.places.key_at(pointer), pointer)


def _unknown_kinds(document: Document, parsed: RuleDocument, kinds: Collection[str]) -> Iterator[Finding]:
    for number, kind in enumerate(parsed.spec.kinds if kinds else ()):
        if kind not in kinds:
            pointer = f"/spec/kinds/{number}"
            hint = did_you_mean(kind, sorted(kinds))
            message = f"{subject_of(document, RULE)}: there is no kind {quoted(kind)} of resource{hint}"
            yield Finding("unknown-kind", message, document.places.value_at(pointer), pointer)


def _rule(document: Document, parsed: RuleDocument, read: ReadBeside) -> Rule | Finding | None:
    spec = parsed.spec
    if spec.severity == "off":
        return None
    folder = str(PurePosixPath(document.position.file).parent)
    try:
        schema = contained(spec.json_schema, folder, read)
        validator = jsonschema_rs.Draft202012Validator(
            schema, validate_formats=True, ignore_unknown_formats=False, pattern_options=_REGEX, offline=True
        )
    except SchemaRefusedError as error:
        return _refused(document, str(error))
    except jsonschema_rs.ValidationError as error:
        pointer = "".join(f"/{each}" for each in error.instance_path)
        hint = _NO_REGEX if error.message.endswith('is not a "regex"') else ""
        return _refused(document, f"not a JSON Schema that can be used: {shortened(error.message, 160)}{hint}", pointer)
    except (ValueError, jsonschema_rs.ReferencingError) as error:
        return _refused(document, f"not a JSON Schema that can be used: {shortened(str(error), 160)}")
    return Rule(
        name=parsed.metadata.name,
        title=spec.title,
        message=spec.message or spec.title,
        severity=Severity(spec.severity),
        kinds=frozenset(spec.kinds),
        clients=tuple(spec.clients),
        asks=json.dumps(schema, sort_keys=True),
        position=document.position,
        validator=validator,
    )


def _refused(document: Document, why: str, pointer: str = "") -> Finding:
    place = f"{_SCHEMA}{pointer}"
    message = f"{subject_of(document, RULE)}: {why}"
    return Finding(INVALID_RULE, message, document.places.value_at(place), place)
