"""Results of pipeline tests: for a terminal, as JSON, as JUnit XML and as annotations; never a value of an event."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from xml.etree import ElementTree as ET

from lpcac.core.findings import Position
from lpcac.core.json_values import Json
from lpcac.core.text.safe_text import escaped
from lpcac.pipeline_tests.report import SuiteReport, for_clients, way_words, why_failed
from lpcac.pipeline_tests.running import CaseResult
from lpcac.reports.findings import findings_github
from lpcac.reports.wording import counted


def results_text(report: SuiteReport, *, with_coverage: bool = False) -> str:
    """Return each failure with the way of its event, what no case reaches if that is wanted, and the totals."""
    lines: list[str] = []
    for result, clients in report.failures():
        lines += _failure_lines(result, clients)
    if with_coverage:
        lines += coverage_lines(report)
    lines.append(totals(report))
    return "".join(f"{escaped(line)}\n" for line in lines)


def totals(report: SuiteReport) -> str:
    """Return how many cases passed and failed, and how many clients were skipped, in words."""
    skipped = f"not run for {counted(len(report.skipped), 'client')} with errors in the files" if report.skipped else ""
    if not report.results:
        return f"pipeline tests were {skipped}" if skipped else "no pipeline tests"
    failed = f", {report.failed} failed" if report.failed else ""
    return f"{counted(len(report.results), 'case')}: {report.passed} passed{failed}{f'; {skipped}' if skipped else ''}"


def results_json(report: SuiteReport) -> str:
    """Return every case with its result, and the coverage, as a JSON object."""
    covered = report.coverage
    document = {
        "passed": report.failed == 0 and not report.skipped,
        "skipped_clients": list(report.skipped),
        "cases": [_case_json(result) for result in report.results],
        "coverage": {
            "percent": round(covered.percent, 1),
            "missed": [{**_place_json(place), "criterion": words} for place, words in covered.missed],
        },
    }
    return json.dumps(document, indent=2) + "\n"


def results_junit(report: SuiteReport) -> str:
    """Return the results as JUnit XML: a suite for each client, a test case for each case.

    A client whose tests were not run is an error: a reader of the file alone would take it for passed.
    """
    root = ET.Element("testsuites", _counts(report.results, len(report.skipped)))
    by_client: dict[str, list[CaseResult]] = {}
    for result in report.results:
        by_client.setdefault(result.client, []).append(result)
    for client, results in by_client.items():
        suite = ET.SubElement(root, "testsuite", {"name": escaped(client), **_counts(results)})
        for result in results:
            _add_case(suite, result)
    for client in report.skipped:
        suite = ET.SubElement(root, "testsuite", {"name": escaped(client), **_counts((), 1)})
        case = ET.SubElement(suite, "testcase", {"classname": escaped(client), "name": "all tests"})
        ET.SubElement(case, "error", {"message": "not run: there are errors in the files"})
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def results_github(report: SuiteReport) -> str:
    """Return workflow commands that annotate each failure at its case and at the criterion that decided."""
    return findings_github(report.findings())


def _failure_lines(result: CaseResult, clients: list[str]) -> Iterator[str]:
    case = result.case
    yield f"FAIL {case.test} / {case.name} ({for_clients(clients)})"
    if result.mismatches:
        yield f"  {case.position}"
    mismatches = iter(result.mismatches)
    for reason in why_failed(result):
        mismatch = next(mismatches, None)
        yield f"  {mismatch.position if mismatch else case.position}: {reason}"
    if result.sample:
        yield f"  event: {result.sample}"
    if result.event_end:
        yield f"  way: {way_words(result.event_end, result.decided_by)}"
    if result.decided_at:
        yield f"  decided by: {result.decided_at}: {result.decided_by}"
    for doubt in result.doubts:
        yield f"  note: the criterion at {doubt} differs from the event in upper and lower case only"
    yield ""


def coverage_lines(report: SuiteReport) -> Iterator[str]:
    """Yield what no case reaches, and the share that cases reach; not yet made safe for a terminal."""
    covered = report.coverage
    if covered.missed:
        yield "Not reached by any case:"
    for place, words in covered.missed:
        yield f"  {place}: {words}"
    reached = len(covered.declared) - len(covered.missed)
    yield f"coverage: {covered.percent:.0f} % ({reached} of {len(covered.declared)} criteria and catch-alls)"


def _case_json(result: CaseResult) -> Json:
    case = result.case
    return {
        "client": result.client,
        "test": case.test,
        "case": case.name,
        "state": "passed" if result.is_passed else "failed",
        **_place_json(case.position),
        "reasons": [] if result.is_passed else why_failed(result),
        "sample": _place_json(result.sample) if result.sample else None,
        "way": way_words(result.event_end, result.decided_by) if result.event_end else None,
        "decided_by": {**_place_json(result.decided_at), "criterion": result.decided_by} if result.decided_at else None,
    }


def _place_json(place: Position) -> Json:
    return {"file": place.file, "line": place.line, "column": place.column}


def _counts(results: Sequence[CaseResult], errors: int = 0) -> dict[str, str]:
    failures = sum(not result.is_passed for result in results)
    return {"tests": str(len(results) + errors), "failures": str(failures), "errors": str(errors)}


def _add_case(suite: ET.Element, result: CaseResult) -> None:
    case = result.case
    place = {"file": case.position.file, "line": str(case.position.line)}
    attributes = {"classname": case.test, "name": case.name, **place}
    element = ET.SubElement(suite, "testcase", {name: escaped(value) for name, value in attributes.items()})
    if not result.is_passed:
        reasons = "; ".join(why_failed(result))
        failure = ET.SubElement(element, "failure", {"message": escaped(reasons)})
        failure.text = "\n".join(escaped(line) for line in _failure_lines(result, [result.client]))
