"""`lpcac apply`."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from rich.console import Console

from lpcac.apply.applier import Applier, Job, Pacing
from lpcac.apply.journal import FileJournal, open_journals
from lpcac.apply.leftovers import conclude_leftovers, still_undecided
from lpcac.apply.report import TargetReport
from lpcac.apply.signals import run_to_end, stopping
from lpcac.cli.checks import require_passing_checks
from lpcac.cli.commands.live.plan_file import read_plan, require_same, require_same_inputs
from lpcac.cli.consent import trusting
from lpcac.cli.session import Session, heard, require_sound_map, say_company, say_undeclared, start
from lpcac.core.errors import ExitCode, RefusedError, UsageError, gravest
from lpcac.core.resources import Target
from lpcac.core.text.safe_text import escaped, quoted
from lpcac.directory_map.affected_clients import Affected
from lpcac.models import registry
from lpcac.planning.client_planning import PlannedTarget, plan_with_fresh_inventories
from lpcac.planning.guard import GuardedTarget, Refusal, approve
from lpcac.planning.planner import plan_digest
from lpcac.planning.targets.requests import TargetRequest, resolve_targets
from lpcac.reports.json.plan import PlanDocument
from lpcac.reports.json.released_clients import released_json
from lpcac.reports.json.results import report_document
from lpcac.reports.lines import warning_line
from lpcac.reports.markdown.apply_report import report_markdown
from lpcac.reports.markdown.released_clients import released_markdown
from lpcac.reports.output import Output
from lpcac.reports.summaries.apply import left_out
from lpcac.reports.terminal.plan import print_before_question, print_digest, print_plan, print_report
from lpcac.reports.terminal.progress import is_log, progress_view
from lpcac.reports.terminal.reading_progress import reading_view
from lpcac.reports.terminal.released_clients import print_released
from lpcac.workspace.connections import ConnectionOptions, claims_of_others, connected
from lpcac.workspace.load_scope import load_scope
from lpcac.workspace.target_options import TargetOptions
from lpcac.workspace.undeclared import undeclared_since_head


@dataclass(frozen=True)
class ApplyOptions:
    """What the command line says about an apply."""

    plan_file: Path | None = None
    auto_approve: bool = False
    waive_limits: frozenset[str] = frozenset()
    pacing: Pacing = field(default_factory=Pacing)
    forgotten_orders: frozenset[str] = frozenset()


def apply(options: TargetOptions, connection: ConnectionOptions, output_format: str, how: ApplyOptions) -> ExitCode:
    """Plan, check against the reviewed plan if there is one, ask, and apply what the guard approves."""
    session = start()
    connection = heard(connection, session)
    output = session.output
    reviewed = read_plan(how.plan_file) if how.plan_file else None
    if reviewed:
        require_same_inputs(reviewed, options)
    scope = load_scope(options, registry())
    require_sound_map(scope, output)
    say_company(output, options, scope)
    connection = trusting(scope, session, connection)
    require_passing_checks(scope, output, registry())

    async def applied() -> ExitCode:
        async with connected(scope, session.settings, connection, output.redactor, read_only=False) as requests:
            targets = await resolve_targets(requests)
            others = await claims_of_others(scope, session.settings, connection, output.redactor)
            # Locked before anything is read: another apply would change what this one plans.
            with _journals(session, targets) as journals:
                _forget_orders(how.forgotten_orders, journals)
                planned = await _planned(output, how, targets, journals, others)
                say_undeclared(output, undeclared_since_head(options, planned, registry()))
                return await _apply_planned(output, output_format, how, planned, reviewed, journals, scope.released)

    return run_to_end(applied())


async def _planned(
    output: Output,
    how: ApplyOptions,
    targets: Sequence[TargetRequest],
    journals: Mapping[Target, FileJournal],
    others: Sequence[Target],
) -> list[PlannedTarget]:
    """Plan, once it is known how the writes of an earlier run that was killed have ended."""
    with reading_view(output.err) as progress:
        planned = await plan_with_fresh_inventories(registry(), targets, progress, others)
    left = await conclude_leftovers(registry(), how.pacing, planned, journals, lambda line: output.say(escaped(line)))
    if not left.concluded and not left.undecided:
        return planned
    return [
        still_undecided(each, left.undecided[each.plan.target]) if each.plan.target in left.undecided else each
        for each in await plan_with_fresh_inventories(registry(), targets, others=others)
    ]


def _forget_orders(identifiers: frozenset[str], journals: Mapping[Target, FileJournal]) -> None:
    """End the wait for these orders; raise `UsageError` for one that nobody waits for."""
    known = frozenset().union(*(journal.forget(identifiers) for journal in journals.values()))
    if unknown := sorted(identifiers - known):
        message = f"no run waits for order {', '.join(map(quoted, unknown))}: leave out --forget-order"
        raise UsageError(message)


@contextmanager
def _journals(session: Session, targets: Sequence[TargetRequest]) -> Iterator[Mapping[Target, FileJournal]]:
    """Give a journal for each target, locked; warn and give none when there is no place to keep them."""
    addresses = {each.target: each.request.address for each in targets if each.is_resolved}
    folder = session.settings.state_folder
    with ExitStack() as stack:
        journals: Mapping[Target, FileJournal] = {}
        try:
            if folder:
                warn = partial(_warn, session.output)
                journals = stack.enter_context(open_journals(folder, addresses, warn))
        except OSError:
            folder = None
        if folder is None:
            session.output.say(
                warning_line(
                    "cannot write to the state folder: an interrupted apply cannot be resumed, and another one at the "
                    "same time is not noticed; set XDG_STATE_HOME"
                )
            )
        yield journals


def _warn(output: Output, line: str) -> None:
    output.say(warning_line(escaped(line)))


async def _apply_planned(
    output: Output,
    output_format: str,
    how: ApplyOptions,
    planned: Sequence[PlannedTarget],
    reviewed: PlanDocument | None,
    journals: Mapping[Target, FileJournal],
    released: Sequence[Affected],
) -> ExitCode:
    if reviewed:
        require_same(reviewed, planned)
        output.say(f"The plan matches the reviewed plan, digest {reviewed.digest}.")
    jobs, refused = _approved(planned, how.waive_limits, journals)
    has_changes = any(job.approved.plan.changes for job in jobs)
    asks = has_changes and not how.auto_approve
    # A log says each change once, when it has ended; a person wants to see all of them before.
    shows_plan = not reviewed and output_format == "text" and (asks or not is_log(output.err))
    if shows_plan:
        print_plan(output.err, [target.guarded for target in planned], has_verdict=not asks)
    elif not reviewed and output_format == "text":
        print_plan(output.err, left_out(refused), has_verdict=False)
    if asks:
        print_digest(output.err, [target.guarded for target in planned])
        await _require_consent(output, [GuardedTarget(job.approved.plan) for job in jobs], len(left_out(refused)))
    # As text, the line of each change is its result.
    log = output.log if output_format == "text" else output.err
    reports = await _run(output, how.pacing, jobs, log, was_shown=bool(reviewed) or shows_plan)
    waived = {job.target: job.approved.waived for job in jobs}
    _show_report(output, output_format, reports, refused, waived, released)
    done = ExitCode.OK if all(report.is_done for report in reports) else ExitCode.NOT_DONE
    return gravest([done, *(target.exit_code for target in refused)])


def _approved(
    planned: Sequence[PlannedTarget], waived: frozenset[str], journals: Mapping[Target, FileJournal]
) -> tuple[list[Job], list[GuardedTarget]]:
    """Return a job for each target that the guard approves, and the refused targets."""
    whole = plan_digest(target.plan for target in planned)
    jobs, refused = [], []
    for target in planned:
        digests = waived | {target.plan.digest} if whole in waived else waived
        try:
            approved = approve(target.plan, target.request.loaded.client.limits, digests)
        except RefusedError:
            refused.append(target.guarded)
            continue
        if job := Job.of(approved, target, journals.get(target.plan.target)):
            jobs.append(job)
    return jobs, refused


async def _require_consent(output: Output, targets: Sequence[GuardedTarget], others: int) -> None:
    """Ask whether to apply the plans of these targets.

    Arguments:
        others: how many more targets have changes or errors.

    Raises:
        RefusedError: nobody can be asked, or the answer is no.
    """
    print_before_question(output.err, targets, others)
    if not sys.stdin.isatty():
        message = "no terminal to ask for approval, so nothing was written: review the plan and add --auto-approve"
        raise RefusedError(message)
    output.err.print("Apply these changes? Type 'yes' to continue: ", end="")
    if (await _typed_line()).strip() != "yes":
        message = "not approved; nothing was written"
        raise RefusedError(message)


async def _typed_line() -> str:
    """Return the typed line. Waits in the event loop, because Ctrl-C would not end a blocking read."""
    loop, typed = asyncio.get_running_loop(), asyncio.Event()
    try:
        loop.add_reader(sys.stdin, typed.set)
    except NotImplementedError:
        # Windows cannot wait for a console in the loop; Ctrl-C counts once the line is ended.
        return await asyncio.to_thread(sys.stdin.readline)
    try:
        await typed.wait()
    finally:
        loop.remove_reader(sys.stdin)
    return sys.stdin.readline()


async def _run(
    output: Output, pacing: Pacing, jobs: Sequence[Job], log: Console, *, was_shown: bool
) -> list[TargetReport]:
    """Apply and show progress. After SIGINT or SIGTERM, start no new change and settle those in flight."""
    plans = [job.approved.plan for job in jobs]
    with progress_view(output.err, plans, time.monotonic, log, was_shown=was_shown) as shown:
        applier = Applier(registry(), pacing, shown, tell=lambda line: output.say(escaped(line)))
        with stopping(applier.stop, output.say):
            return await applier.apply(jobs)


def _show_report(
    output: Output,
    output_format: str,
    reports: Sequence[TargetReport],
    refused: Sequence[GuardedTarget],
    waived: Mapping[Target, Sequence[Refusal]],
    released: Sequence[Affected],
) -> None:
    if output_format == "json":
        document = report_document(reports, refused, waived) | {"released_clients": released_json(released)}
        output.json(document)
    elif output_format == "markdown":
        output.result(report_markdown(reports, refused, waived) + released_markdown(released))
    else:
        print_released(output.out, released)
        print_report(output.out, reports, refused, waived, is_logged=is_log(output.err))
