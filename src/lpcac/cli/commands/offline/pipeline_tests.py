"""`lpcac test`: runs the pipeline tests of clients, offline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from lpcac.cli.session import say_company, start
from lpcac.connectors.files.reader import read_files
from lpcac.connectors.files.samples import sample_of_work_tree
from lpcac.connectors.files.writer import write_edits
from lpcac.core.errors import ExitCode
from lpcac.core.files import FileEdit
from lpcac.core.findings import Finding, sorted_by_place
from lpcac.core.text.safe_text import escaped, quoted, quoted_path
from lpcac.models import registry
from lpcac.pipeline_tests.report import SuiteReport
from lpcac.pipeline_tests.updating import new_expectations, with_expectations
from lpcac.reports.findings import findings_github, is_valid
from lpcac.reports.lines import finding_line, warning_line
from lpcac.reports.output import Output
from lpcac.reports.pipeline_tests import (
    coverage_lines,
    results_github,
    results_json,
    results_junit,
    results_text,
    totals,
)
from lpcac.reports.wording import counted
from lpcac.workspace.load_scope import load_for_validation
from lpcac.workspace.run_pipeline_tests import run_client_tests
from lpcac.workspace.scope import Scope, hide_secrets
from lpcac.workspace.target_options import TargetOptions, map_for_paths
from lpcac.yaml_editing.file_editor import CannotEditError


@dataclass(frozen=True)
class RunOptions:
    """What the command line says about a run of tests."""

    output_format: str = "text"
    coverage: bool = False
    update: bool = False


def run_tests(options: TargetOptions, how: RunOptions) -> ExitCode:
    """Run the tests of the map's clients, or of the paths, and write what they came to.

    A single file is not enough: its tests run with everything declared in its folder.
    """
    session = start()
    output = session.output
    options = _with_folders(options, output)
    scope = load_for_validation(options, registry())
    hide_secrets(scope, session.settings, output.redactor)
    say_company(output, options, scope)
    findings = sorted_by_place(scope.all_findings)
    for finding in findings:
        output.say(finding_line(finding))
    report = _tested(scope)
    if how.update and _updated(report, output):
        scope = load_for_validation(options, registry())
        report = _tested(scope)
    output.result(_text(report, findings, how))
    if how.output_format != "text":
        for line in coverage_lines(report) if how.coverage else ():
            output.say(escaped(line))
        output.say(totals(report))
    return ExitCode.OK if is_valid(findings) and report.failed == 0 else ExitCode.INVALID


def _tested(scope: Scope) -> SuiteReport:
    return run_client_tests(scope.clients, sample_of_work_tree)


def _with_folders(options: TargetOptions, output: Output) -> TargetOptions:
    """Return the options with the folder of each file in its place, and say so; a map knows where its files belong."""
    files = [path for path in options.paths if Path(path).is_file()]
    if not files or options.map_file is not None or map_for_paths(options.paths) is not None:
        return options
    folders = {path: str(Path(path).parent) for path in files}
    for path, folder in folders.items():
        output.say(f"note: {quoted_path(path)} is one file of {quoted_path(folder)}: all tests there run")
    return replace(options, paths=tuple(dict.fromkeys(folders.get(path, path) for path in options.paths)))


def _text(report: SuiteReport, findings: Sequence[Finding], how: RunOptions) -> str:
    if how.output_format == "text":
        return results_text(report, with_coverage=how.coverage)
    if how.output_format == "github":
        return findings_github(findings) + results_github(report)
    return results_json(report) if how.output_format == "json" else results_junit(report)


def _updated(report: SuiteReport, output: Output) -> bool:
    """Write the expectation of new cases into their files; tell whether any was written."""
    edits = []
    for file, new in new_expectations(report.results).items():
        for case in new.unclear:
            message = f"case {quoted(case.name)}: its events do not all end in one known place: write expect yourself"
            output.say(escaped(f"{case.position}: {warning_line(message)}"))
        read = read_files([file]).files
        if not new.expected or not read:
            continue
        try:
            edits.append(FileEdit(file, read[0].content, with_expectations(read[0].content, file, new)))
        except CannotEditError as error:
            output.say(escaped(f"{file}: {warning_line(f'not changed: {error}')}"))
            continue
        output.say(escaped(f"{quoted(file)}: {counted(len(new.expected), 'expectation')} written"))
    write_edits(edits)
    return bool(edits)
