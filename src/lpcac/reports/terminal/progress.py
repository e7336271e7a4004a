"""Progress of an apply: a live view on a terminal, plain lines in a log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from threading import Lock
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console, ConsoleOptions, RenderResult
from rich.live import Live
from rich.text import Text

from lpcac.apply.report import Outcome, State
from lpcac.core.resources import ResourceKey, Target
from lpcac.core.text.safe_text import shortened
from lpcac.planning.plan import Change, TargetPlan
from lpcac.reports.terminal.apply_report import STATE_STYLES
from lpcac.reports.terminal.changes import STYLES, marked_name, put_content, put_risks
from lpcac.reports.terminal.console_lines import ConsoleWriter
from lpcac.reports.wording import MARKS, counted, duration, logpoint_name, message_text, object_name, target_name

Clock = Callable[[], float]
"""Seconds from any start, never going back."""

_REFRESHES_PER_SECOND = 4
# The last row of the screen stays free, as the cursor rests there.
_SPARE_ROWS = 2
_CONTENT_INDENT = 12


class ProgressView(Protocol):
    """A `Progress` that is shown for as long as its context lasts."""

    def __enter__(self) -> Self:
        """Begin to show."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop showing."""

    def started(self, target: Target, change: Change) -> None:
        """Show that a change started."""

    def finished(self, target: Target, outcome: Outcome) -> None:
        """Show how a change ended."""


def is_log(console: Console) -> bool:
    """Tell whether lines on the console stay where they are written; a terminal can be drawn over."""
    # FORCE_COLOR makes rich take a log for a terminal.
    return not (console.is_interactive and console.file.isatty())


def progress_view(
    console: Console, plans: Sequence[TargetPlan], clock: Clock, log: Console | None = None, *, was_shown: bool = True
) -> ProgressView:
    """Return the live view for a terminal, otherwise the view that writes a line for each finished change.

    Arguments:
        console: where to show it; its stream is standard error.
        plans: what is going to be applied.
        log: where lines go, if not to the console.
        was_shown: whether someone saw what the changes hold; otherwise a log says it with each of them.
    """
    if is_log(console):
        return LineProgress(log or console, was_shown=was_shown)
    return LiveProgress(console, plans, clock)


class LineProgress:
    """Writes `done  + Repo "system" on acme-corp pool-acme/lp-01  1.2 s` for each finished change."""

    def __init__(self, console: Console, *, was_shown: bool = True) -> None:
        """Write to this console.

        Arguments:
            was_shown: whether someone saw what the changes hold; otherwise it follows each line.
        """
        self._writer = ConsoleWriter(console)
        self._was_shown = was_shown

    def __enter__(self) -> Self:
        """Begin; nothing is written yet."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End; every line is written already."""

    def started(self, target: Target, change: Change) -> None:
        """Write nothing: a log shows finished changes only."""

    def finished(self, target: Target, outcome: Outcome) -> None:
        """Write one line, and what the change holds where nobody saw that."""
        put_outcome(self._writer, target, outcome)
        if not self._was_shown:
            put_risks(self._writer, outcome.change, _CONTENT_INDENT)
            put_content(self._writer, outcome.change, _CONTENT_INDENT)


def put_outcome(writer: ConsoleWriter, target: Target, outcome: Outcome) -> None:
    """Write how a change ended, in one line."""
    where = f"{shortened(target.client)} {logpoint_name(target)}"
    took = "" if outcome.state is State.SKIPPED else f"  {duration(outcome.seconds)}"
    why = f": {message_text(outcome.detail)}" if outcome.detail and outcome.state is not State.DONE else ""
    state = (f"{outcome.state:<8}", STATE_STYLES[outcome.state])
    writer.line(state, f"{marked_name(outcome.change)} on {where}{took}{why}", wrap=False)


@dataclass
class _Row:
    """The progress of one target."""

    target: Target
    total: int
    in_flight: dict[ResourceKey, tuple[Change, float]] = field(default_factory=dict)
    ended: Counter[State] = field(default_factory=Counter)

    @property
    def left(self) -> int:
        return self.total - self.ended.total()


class LiveProgress:
    """Shows the changes in flight and each target's counts, redrawn in place; failed changes stay above it."""

    def __init__(self, console: Console, plans: Sequence[TargetPlan], clock: Clock) -> None:
        """Show the plans' changes on this console."""
        self._console = console
        self._clock = clock
        self._begun = clock()
        self._rows = {plan.target: _Row(plan.target, len(plan.changes)) for plan in plans if plan.changes}
        # The view is drawn by a thread of its own while the event loop reports.
        self._lock = Lock()
        self._live = Live(
            self,
            console=console,
            refresh_per_second=_REFRESHES_PER_SECOND,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )

    def __enter__(self) -> Self:
        """Start drawing."""
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove the view; the report follows."""
        self._live.stop()

    def started(self, target: Target, change: Change) -> None:
        """Show the change as in flight."""
        with self._lock:
            self._row(target).in_flight[change.key] = (change, self._clock())

    def finished(self, target: Target, outcome: Outcome) -> None:
        """Count the change; a failed or unknown one is also written above the view."""
        with self._lock:
            row = self._row(target)
            row.in_flight.pop(outcome.change.key, None)
            row.ended[outcome.state] += 1
        if outcome.state in (State.FAILED, State.UNKNOWN):
            put_outcome(ConsoleWriter(self._console), target, outcome)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield as many one-line rows as fit on the screen, the counts last."""
        with self._lock:
            rows = list(self._rows_to_draw())
            summary = self._summary()
        room = max(1, options.size.height - _SPARE_ROWS)
        if len(rows) > room:
            rows = [*rows[: room - 1], Text(f"and {len(rows) - room + 1} more rows", style="dim")]
        for row in (*rows, summary):
            row.no_wrap, row.overflow = True, "ellipsis"
            yield Text(row.plain, no_wrap=True, overflow="ellipsis") if console.no_color else row

    def _row(self, target: Target) -> _Row:
        return self._rows.setdefault(target, _Row(target, 0))

    def _rows_to_draw(self) -> Iterator[Text]:
        now = self._clock()
        for row in self._rows.values():
            if not row.in_flight:
                continue
            # Numbers come first, so that a narrow terminal cuts a name.
            yield Text.assemble(f"{_counts(row.ended, row.total)}  ", (target_name(row.target), "bold"))
            for change, since in row.in_flight.values():
                name = f"{MARKS[change.action]} {object_name(change.key)}"
                took = f"{duration(now - since):>8}"
                yield Text.assemble((took, "dim"), "  ", (name, STYLES[change.action]))

    def _summary(self) -> Text:
        ended: Counter[State] = sum((row.ended for row in self._rows.values()), Counter())
        total = sum(row.total for row in self._rows.values())
        working = sum(bool(row.left) for row in self._rows.values())
        elapsed = duration(self._clock() - self._begun)
        targets = f"{len(self._rows) - working} of {counted(len(self._rows), 'target')}"
        return Text.assemble(f"{elapsed}  ", (_counts(ended, total), "bold"), f"  {targets}")


def _counts(ended: Counter[State], total: int) -> str:
    others = "".join(f", {ended[state]} {state}" for state in State if state is not State.DONE and ended[state])
    return f"{ended[State.DONE]}/{total} done{others}"
