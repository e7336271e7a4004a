"""Test documents to cases, their placeholders filled, with a finding for everything that is wrong with them.

No message shows a value of an event: samples hold personal data.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import ValidationError

from lpcac.composition.document_shape import unless_filled
from lpcac.composition.placeholders import filled
from lpcac.composition.validation import about_name, subject_of
from lpcac.core.findings import Finding, Position, Severity
from lpcac.core.json_pointers import pointer_to
from lpcac.core.text.did_you_mean import Hints
from lpcac.core.text.safe_text import quoted
from lpcac.directory_map.directory_map import Client, Variable
from lpcac.documents.document import Ambiguous, Document
from lpcac.documents.git_only import PIPELINE_TEST, RULE, aside_kind
from lpcac.documents.model_errors import explain
from lpcac.pipeline.events import Event
from lpcac.pipeline_tests.document import CaseEntry, ExpectationEntry, PipelineTestDocument


@dataclass(frozen=True)
class Case:
    """One case of a test.

    Arguments:
        number: of the case in its document, from 0.
        via: the processing policy; `None` where neither case nor test names one.
        samples: the file of its events; empty where the case holds them itself.
    """

    test: str
    name: str
    number: int
    document: Document = field(compare=False, repr=False)
    via: str | None
    event: Event
    samples: str
    expect: ExpectationEntry | None

    @property
    def position(self) -> Position:
        """Return the position of the case; looked up only when a message needs it."""
        return self.document.places.value_at(pointer_to(("spec", "cases", self.number)))

    @property
    def file(self) -> str:
        """Return the file that the case is in."""
        return self.document.position.file

    def where(self, field_name: str) -> Position:
        """Return where the case says what it expects of a field."""
        return self.document.places.value_at(pointer_to(("spec", "cases", self.number, "expect", field_name)))


@dataclass(frozen=True)
class Cases:
    """The cases of one client, and what is wrong with its test documents."""

    cases: tuple[Case, ...] = ()
    findings: tuple[Finding, ...] = ()


def cases_of(documents: Iterable[Document], client: Client, values: Mapping[str, Variable]) -> Cases:
    """Return the cases of all tests among the documents.

    Arguments:
        values: what placeholders stand for.
    """
    cases: list[Case] = []
    findings: list[Finding] = []
    seen: dict[str, Document] = {}
    hints = Hints()
    for document in documents:
        if aside_kind(document) == RULE:
            findings.append(_out_of_place(document))
            continue
        if not document.is_readable:
            continue
        texts, troubles = with_texts(document)
        whole, undefined = filled(texts, values, client, hints)
        found, problems = _read(whole)
        reported = {trouble.pointer for trouble in undefined}
        findings += [*troubles, *undefined, *(each for each in problems if each.pointer not in reported)]
        if found and not undefined:
            first = seen.setdefault(found[0].test, document)
            if first is document:
                cases += found
            else:
                message = f"{subject_of(whole, PIPELINE_TEST)} is declared twice (first in {first.position})"
                findings.append(about_name(whole, "duplicate", message))
    return Cases(tuple(cases), tuple(findings))


def findings_without_client(documents: Iterable[Document], base: str) -> Iterator[Finding]:
    """Yield what can be said of the tests in a base that no client uses: that they do not run, and what is wrong.

    Arguments:
        base: its folder, as the map would name it.
    """
    for document in documents:
        if aside_kind(document) == RULE:
            yield _out_of_place(document)
        elif document.is_readable:
            subject = subject_of(document, PIPELINE_TEST)
            message = f"{subject} is not run: no client uses base {quoted(base)}"
            yield Finding("test-not-run", message, document.position, severity=Severity.WARNING)
            texts, troubles = with_texts(document)
            yield from troubles
            try:
                PipelineTestDocument.model_validate(texts.value)
            except ValidationError as error:
                yield from explain(error, texts, PipelineTestDocument, subject, keep=unless_filled(texts.value))


def _out_of_place(document: Document) -> Finding:
    message = "a rule has no effect here: move it to a separate file and list that under rules in the map"
    return Finding("rule-out-of-place", message, document.position)


def _read(document: Document) -> tuple[list[Case], list[Finding]]:
    subject = subject_of(document, PIPELINE_TEST)
    try:
        parsed = PipelineTestDocument.model_validate(document.value)
    except ValidationError as error:
        return [], explain(error, document, PipelineTestDocument, subject)
    cases: dict[str, Case] = {}
    findings: list[Finding] = []
    for number, entry in enumerate(parsed.spec.cases):
        case = _case(document, parsed, number, entry)
        if case.name in cases:
            first = cases[case.name].position
            message = f"{subject}: case {quoted(case.name)} is declared twice (first in {first})"
            findings.append(Finding("duplicate", message, case.position, pointer_to(("spec", "cases", number))))
        if case.via is None:
            message = f"{subject}: case {quoted(case.name)} does not name the processing policy of its event: add via"
            findings.append(Finding("case-without-entry", message, case.position))
        cases.setdefault(case.name, case)
    return list(cases.values()), findings


def _case(document: Document, parsed: PipelineTestDocument, number: int, entry: CaseEntry) -> Case:
    return Case(
        test=parsed.metadata.name,
        name=entry.name,
        number=number,
        document=document,
        via=entry.via or parsed.spec.via,
        event=entry.event,
        samples=entry.samples,
        expect=entry.expect,
    )


def with_texts(document: Document) -> tuple[Document, list[Finding]]:
    """Return the document with every value of its events as text, and a finding for each that is none."""
    spec = document.value.get("spec")
    listed = spec.get("cases") if isinstance(spec, dict) else None
    if not isinstance(listed, list):
        return document, []
    findings: list[Finding] = []
    cases = []
    for number, case in enumerate(listed):
        if isinstance(case, dict) and "event" in case:
            cases.append({**case, "event": _event_texts(document, number, case["event"], findings)})
        else:
            cases.append(case)
    return replace(document, value={**document.value, "spec": {**spec, "cases": cases}}), findings


def _event_texts(document: Document, number: int, event: object, findings: list[Finding]) -> dict[str, str]:
    parts = ("spec", "cases", number, "event")
    if isinstance(event, dict):
        return {key: _text(document, (*parts, key), value, findings) for key, value in event.items()}
    pointer = pointer_to(parts)
    message = f"{subject_of(document, PIPELINE_TEST)}: an event must be a map of its fields"
    findings.append(Finding("event-value", message, document.places.value_at(pointer), pointer))
    return {}


def _text(document: Document, parts: tuple[str | int, ...], value: Any, findings: list[Finding]) -> str:  # noqa: ANN401
    if isinstance(value, str):
        return value
    pointer = pointer_to(parts)
    typed = document.typed_at(pointer)
    if isinstance(value, bool | int | float | Ambiguous) and typed is not None:
        return typed
    message = f"{subject_of(document, PIPELINE_TEST)}: the value of event field {quoted(str(parts[-1]))} must be text"
    findings.append(Finding("event-value", message, document.places.value_at(pointer), pointer))
    return ""
