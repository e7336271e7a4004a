"""What is shown while apply runs."""

import io
import re

import pytest
from rich.cells import cell_len
from rich.console import Console
from tests.unit.reports.sample_plans import ACME, BETA, likely_plan
from tests.unit.reports.screens import screen, shown

from lpcac.apply.report import Outcome, State
from lpcac.core.resources import ResourceKey
from lpcac.reports.terminal.progress import LineProgress, LiveProgress, progress_view

SYSTEM = next(change for change in likely_plan().changes if change.key == ResourceKey("Repo", "system"))
OTHER = next(change for change in likely_plan().changes if change.key.kind == "ProcessingPolicy")


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def drawn(view: LiveProgress, width: int = 80, height: int = 25) -> list[str]:
    console = screen(width, height=height)
    console.print(view)
    return shown(console).splitlines()


def live_view(clock: Clock) -> LiveProgress:
    return LiveProgress(screen(colour=True), [likely_plan(), likely_plan(BETA)], clock)


def test_a_log_gets_one_line_for_each_finished_change() -> None:
    console = screen(40)
    with LineProgress(console) as progress:
        progress.started(ACME, SYSTEM)
        progress.finished(ACME, Outcome(SYSTEM, State.DONE, "", 1.2))
        progress.finished(ACME, Outcome(SYSTEM, State.FAILED, "the Director refused: disk full", 75))
        progress.finished(ACME, Outcome(OTHER, State.SKIPPED, 'Repo "system" is failed'))
    assert shown(console).splitlines() == [
        'done    ~ Repo "system" on acme-corp pool-acme/lp-01  1.2 s',
        'failed  ~ Repo "system" on acme-corp pool-acme/lp-01  1 min 15 s: the Director refused: disk full',
        'skipped + ProcessingPolicy "windows" on acme-corp pool-acme/lp-01: Repo "system" is failed',
    ]


def test_the_view_shows_what_is_in_flight_for_how_long_and_the_counts() -> None:
    clock = Clock()
    view = live_view(clock)
    view.started(ACME, SYSTEM)
    view.finished(BETA, Outcome(SYSTEM, State.DONE, "", 1))
    view.finished(BETA, Outcome(OTHER, State.FAILED, "no", 1))
    clock.now += 3.25
    assert drawn(view) == [
        "0/7 done  acme-corp on pool-acme/lp-01",
        '   3.2 s  ~ Repo "system"',
        "3.2 s  1/14 done, 1 failed  0 of 2 targets",
    ]


def test_a_finished_change_is_in_flight_no_more() -> None:
    view = live_view(Clock())
    view.started(ACME, SYSTEM)
    view.finished(ACME, Outcome(SYSTEM, State.DONE, "", 1))
    assert drawn(view) == ["0.0 s  1/14 done  0 of 2 targets"]


def test_a_target_is_counted_when_all_its_changes_ended() -> None:
    view = live_view(Clock())
    for change in likely_plan().changes:
        view.finished(ACME, Outcome(change, State.DONE, "", 1))
    assert drawn(view) == ["0.0 s  7/14 done  1 of 2 targets"]


@pytest.mark.parametrize("width", [10, 40, 80, 200])
@pytest.mark.parametrize("height", [3, 5, 25])
def test_the_view_never_outgrows_the_terminal(width: int, height: int) -> None:
    view = live_view(Clock())
    for change in likely_plan().changes:
        view.started(ACME, change)
        view.started(BETA, change)
    rows = drawn(view, width, height)
    assert len(rows) < height
    assert all(cell_len(row) <= width for row in rows)
    assert rows[-1].startswith("0.0 s")


def test_numbers_are_what_a_narrow_terminal_keeps() -> None:
    view = live_view(Clock())
    view.started(ACME, next(c for c in likely_plan().changes if c.key.kind == "NormalizationPolicy"))
    rows = drawn(view, 40)
    assert rows[1] == '   0.0 s  ~ NormalizationPolicy "window…'
    assert rows[2].startswith("0.0 s  0/14 done")


def test_a_failure_stays_above_the_view() -> None:
    view = live_view(Clock())
    with view:
        view.started(ACME, SYSTEM)
        view.finished(ACME, Outcome(SYSTEM, State.FAILED, "disk full", 1))
        view.finished(ACME, Outcome(OTHER, State.DONE, "", 1))
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown(view._console))
    assert 'failed  ~ Repo "system" on acme-corp pool-acme/lp-01  1.0 s: disk full' in text
    assert "done    ProcessingPolicy" not in text


def test_the_cursor_comes_back_whatever_happens() -> None:
    view = live_view(Clock())
    with pytest.raises(KeyboardInterrupt), view:
        raise KeyboardInterrupt
    assert shown(view._console).rindex("\x1b[?25h") > shown(view._console).rindex("\x1b[?25l")


def test_hostile_names_stay_in_their_row() -> None:
    clock = Clock()
    plan = likely_plan(ACME.__class__("[red]\n\x1b[31m", "p", "l", "u", "i"))
    view = LiveProgress(screen(colour=True), [plan], clock)
    view.started(plan.target, SYSTEM)
    rows = drawn(view)
    assert len(rows) == 3
    assert rows[0] == r"0/7 done  [red]\n\x1b[31m on p/l"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_only_a_terminal_gets_the_live_view() -> None:
    terminal = Console(file=Terminal(), _environ={"TERM": "xterm"})
    dumb = Console(file=Terminal(), _environ={"TERM": "dumb"})
    forced_log = Console(file=io.StringIO(), _environ={"FORCE_COLOR": "1"})
    log = Console(file=io.StringIO(), _environ={})
    views = [progress_view(console, [likely_plan()], Clock()) for console in (terminal, dumb, forced_log, log)]
    assert [type(view) for view in views] == [LiveProgress, LineProgress, LineProgress, LineProgress]


def test_a_terminal_that_wants_no_colour_gets_a_view_without_it() -> None:
    view = live_view(Clock())
    view.started(ACME, SYSTEM)
    console = screen(no_color=True)
    console.print(view)
    assert "\x1b" not in shown(console)
