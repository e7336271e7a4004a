"""`lpcac apply`."""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from lpcac.apply.applier import Applier, Job, Pacing
from lpcac.apply.journal import FileJournal, open_journals
from lpcac.apply.leftovers import conclude_leftovers, still_undecided
from lpcac.apply.port import NoJournal
from lpcac.apply.report import TargetReport
from lpcac.cli.commands.plan_file import read_plan, require_same
from lpcac.cli.session import Session, require_sound_map, start
from lpcac.core.errors import ExitCode, RefusedError, gravest
from lpcac.core.resources import Target
from lpcac.directory_map.affected_clients import Affected
from lpcac.models import registry
from lpcac.planning.client_planning import PlannedTarget, plan_with_fresh_inventories
from lpcac.planning.guard import GuardedTarget, Refusal, approve
from lpcac.planning.planner import plan_digest
from lpcac.planning.target_requests import resolve_targets
from lpcac.reports.json.plan import PlanDocument
from lpcac.reports.json.released_clients import released_json
from lpcac.reports.json.results import report_document
from lpcac.reports.lines import warning_line
from lpcac.reports.markdown.plan import report_markdown
from lpcac.reports.markdown.released_clients import released_markdown
from lpcac.reports.output import Output
from lpcac.reports.terminal.plan import print_plan, print_report
from lpcac.reports.terminal.progress import progress_view
from lpcac.reports.terminal.released_clients import print_released
from lpcac.workspace.connections import ConnectionOptions, connected
from lpcac.workspace.load_scope import load_scope
from lpcac.workspace.target_options import TargetOptions


@dataclass(frozen=True)
class ApplyOptions:
    """What the command line says about an apply."""

    plan_file: Path | None = None
    auto_approve: bool = False
    waive_limits: frozenset[str] = frozenset()
    pacing: Pacing = field(default_factory=Pacing)


def apply(options: TargetOptions, connection: ConnectionOptions, output_format: str, how: ApplyOptions) -> ExitCode:
    """Plan, check against the reviewed plan if there is one, ask, and apply what the guard approves."""
    session = start()
    output = session.output
    reviewed = read_plan(how.plan_file) if how.plan_file else None
    if reviewed and not options.names_a_target:
        options = TargetOptions.from_json({**reviewed.inputs, **options.as_json()})
    scope = load_scope(options, registry())
    require_sound_map(scope, output)

    async def applied() -> ExitCode:
        async with connected(scope, session.settings, connection, output.redactor, read_only=False) as requests:
            targets = await resolve_targets(requests)
            planned = await plan_with_fresh_inventories(registry(), targets)
            with _journals(session, planned) as journals:
                left = await conclude_leftovers(registry(), how.pacing, planned, journals)
                if left.concluded or left.undecided:
                    output.say("An earlier run stopped before its orders finished; settling those first.")
                    planned = [
                        still_undecided(each) if each.plan.target in left.undecided else each
                        for each in await plan_with_fresh_inventories(registry(), targets)
                    ]
                return await _apply_planned(output, output_format, how, planned, reviewed, journals, scope.released)

    return asyncio.run(applied())


@contextmanager
def _journals(session: Session, planned: Sequence[PlannedTarget]) -> Iterator[Mapping[Target, FileJournal]]:
    """Give a journal for each target that can be applied to; warn and give none when there is no place to keep them."""
    addresses = {each.plan.target: each.request.address for each in planned if each.live is not None}
    folder = session.settings.state_folder
    with ExitStack() as stack:
        journals: Mapping[Target, FileJournal] = {}
        try:
            if folder:
                journals = stack.enter_context(open_journals(folder, addresses))
        except OSError:
            folder = None
        if folder is None:
            session.output.say(
                warning_line(
                    "cannot write to the state folder: an interrupted apply cannot be resumed; set XDG_STATE_HOME"
                )
            )
        yield journals


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
    elif output_format == "text":
        print_plan(output.err, [target.guarded for target in planned])
    jobs, refused = _approved(planned, how.waive_limits, journals)
    if any(job.approved.plan.changes for job in jobs):
        await _require_consent(output, how)
    reports = await _run(output, how.pacing, jobs)
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
        if target.live is not None and target.request.director is not None:
            ownership, director = target.request.ownership, target.request.director
            journal = journals.get(target.plan.target, NoJournal())
            jobs.append(Job(approved, target.desired, target.live, ownership, director, journal))
    return jobs, refused


async def _require_consent(output: Output, how: ApplyOptions) -> None:
    if how.auto_approve:
        return
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
    loop.add_reader(sys.stdin, typed.set)
    try:
        await typed.wait()
    finally:
        loop.remove_reader(sys.stdin)
    return sys.stdin.readline()


async def _run(output: Output, pacing: Pacing, jobs: Sequence[Job]) -> list[TargetReport]:
    """Apply and show progress. After SIGINT or SIGTERM, start no new change and settle those in flight."""
    with progress_view(output.err, [job.approved.plan for job in jobs], time.monotonic) as shown:
        applier = Applier(registry(), pacing, shown)
        loop = asyncio.get_running_loop()

        def interrupt() -> None:
            output.say("interrupted: no new changes start; waiting for the orders in flight")
            applier.stop.set()

        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, interrupt)
        try:
            return await applier.apply(jobs)
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)


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
        print_report(output.out, reports, refused, waived)
