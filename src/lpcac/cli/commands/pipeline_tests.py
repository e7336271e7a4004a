"""`lpcac test`: runs the pipeline tests of clients, offline."""

from __future__ import annotations

from dataclasses import dataclass

from lpcac.cli.session import start
from lpcac.connectors.files.reader import read_files
from lpcac.connectors.files.samples import sample_of_work_tree
from lpcac.connectors.files.writer import write_edits
from lpcac.core.errors import ExitCode
from lpcac.core.files import FileEdit
from lpcac.core.findings import sorted_by_place
from lpcac.core.safe_text import escaped, quoted
from lpcac.models import registry
from lpcac.pipeline_tests.report import SuiteReport
from lpcac.pipeline_tests.updating import new_expectations, with_expectations
from lpcac.reports.findings import is_valid
from lpcac.reports.lines import finding_line, warning_line
from lpcac.reports.output import Output
from lpcac.reports.pipeline_tests import results_github, results_json, results_junit, results_text, totals
from lpcac.reports.wording import counted
from lpcac.workspace.load_scope import load_for_validation
from lpcac.workspace.run_pipeline_tests import run_client_tests
from lpcac.workspace.scope import Scope, hide_secrets
from lpcac.workspace.target_options import TargetOptions
from lpcac.yaml_editing.file_editor import CannotEditError


@dataclass(frozen=True)
class RunOptions:
    """What the command line says about a run of tests."""

    output_format: str = "text"
    coverage: bool = False
    update: bool = False


def run_tests(options: TargetOptions, how: RunOptions) -> ExitCode:
    """Run the tests of the map's clients, or of the paths, and write what they came to."""
    session = start()
    output = session.output
    scope = load_for_validation(options, registry())
    hide_secrets(scope, session.settings, output.redactor)
    findings = sorted_by_place(scope.all_findings)
    for finding in findings:
        output.say(finding_line(finding))
    report = _tested(scope)
    if how.update and _updated(report, output):
        scope = load_for_validation(options, registry())
        report = _tested(scope)
    output.result(_text(report, how))
    if how.output_format != "text":
        output.say(totals(report))
    return ExitCode.OK if is_valid(findings) and report.failed == 0 else ExitCode.INVALID


def _tested(scope: Scope) -> SuiteReport:
    return run_client_tests(scope.clients, sample_of_work_tree)


def _text(report: SuiteReport, how: RunOptions) -> str:
    if how.output_format == "text":
        return results_text(report, with_coverage=how.coverage)
    return {"json": results_json, "junit": results_junit, "github": results_github}[how.output_format](report)


def _updated(report: SuiteReport, output: Output) -> bool:
    """Write the expectation of new cases into their files; tell whether any was written."""
    edits = []
    for file, new in new_expectations(report.results).items():
        for case in new.unclear:
            message = f"case {quoted(case.name)}: its events end differently or unknown: write expect yourself"
            output.say(escaped(f"{case.position}: {warning_line(message)}"))
        read = read_files([file]).files
        if not new.expected or not read:
            continue
        try:
            edits.append(FileEdit(file, read[0].content, with_expectations(read[0].content, file, new)))
        except CannotEditError as error:
            output.say(escaped(f"{file}: {warning_line(f'it is left alone: {error}')}"))
            continue
        output.say(escaped(f"{quoted(file)}: {counted(len(new.expected), 'expectation')} written"))
    write_edits(edits)
    return bool(edits)
