"""An apply that is interrupted or killed: what it says, what it leaves, and what the next one makes of it."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from lpcac.apply.report import State
from lpcac.simulator.faults.faults import Fault

if TYPE_CHECKING:
    from tests.integration.conftest import CommandLine, Site
    from tests.waiting import WaitUntil

WRITES = "^/configapi/"


def apply_command(site: Site, *more: str) -> tuple[str, ...]:
    return ("apply", *site.arguments, "--auto-approve", "--format", "json", *more)


def changes_of(report: str) -> list[Any]:
    (target,) = json.loads(report)["targets"]
    changes: list[Any] = target["changes"]
    return changes


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_apply_starts_nothing_new_settles_what_is_in_flight_and_reports(
    number: signal.Signals, open_site: Callable[..., Site], lpcac: CommandLine, wait_until: WaitUntil
) -> None:
    site = open_site(order_delay=0.6)
    lpcac.use(site.simulator)
    with lpcac.start(*apply_command(site)) as process:
        wait_until(lambda: len(site.writes()) >= 6)
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "interrupted" in err
    assert "Traceback" not in err
    changes = changes_of(out)
    by_state: dict[str, set[tuple[str, str]]] = {}
    for change in changes:
        by_state.setdefault(change["state"], set()).add((change["kind"], change["name"]))
    assert set(by_state) == {"done", "skipped"}
    # What was done is what was sent, and nothing was sent after the signal but what its slots were taken for.
    assert by_state["done"] == set(site.logpoint.created)
    assert len(by_state["done"]) == len(site.writes()) < 16
    reasons = {change["detail"] for change in changes if change["state"] == "skipped"}
    assert any("interrupted before it was started" in reason for reason in reasons)


def test_an_interrupted_apply_does_not_send_a_lost_write_again(imagine_site: Callable[..., Site]) -> None:
    site = imagine_site(faults=(Fault("drop", "POST", WRITES),))
    site.stop_after = 3
    report = site.apply()
    unknown = [outcome for outcome in report.outcomes if outcome.state is State.UNKNOWN]
    assert len(unknown) == len(site.writes()) == 3
    assert all("the answer was lost" in outcome.detail for outcome in unknown)
    assert {outcome.state for outcome in report.outcomes} == {State.UNKNOWN, State.SKIPPED}


@pytest.mark.parametrize(
    ("writes", "duplicate_names"), [(1, "refuse"), (4, "allow"), (12, "refuse"), (25, "allow"), (39, "allow")]
)
def test_a_killed_apply_is_completed_by_the_next_one_and_nothing_is_made_twice(
    writes: int, duplicate_names: str, open_site: Callable[..., Site], lpcac: CommandLine, wait_until: WaitUntil
) -> None:
    site = open_site(order_delay=0.4, list_lag=0.3, duplicate_names=duplicate_names)
    lpcac.use(site.simulator)
    with lpcac.start(*apply_command(site, "--in-flight-per-logpoint", "8", "--order-timeout", "5")) as process:
        wait_until(lambda: len(site.writes()) >= writes or process.poll() is not None)
        assert process.poll() is None, process.communicate()
        process.kill()
    ended = lpcac.process(*apply_command(site, "--in-flight-per-logpoint", "8", "--order-timeout", "5"))
    assert (ended.code, "Traceback" in ended.err) == (0, False)
    site.assert_live_as_declared()


def test_a_second_apply_of_the_same_target_is_refused_while_the_first_one_runs(
    open_site: Callable[..., Site], lpcac: CommandLine, wait_until: WaitUntil
) -> None:
    site = open_site(order_delay=0.5)
    lpcac.use(site.simulator)
    with lpcac.start(*apply_command(site)) as process:
        wait_until(site.writes)
        second = lpcac.process(*apply_command(site))
        process.communicate(timeout=60)
    assert (process.returncode, second.code) == (0, 4)
    assert "another lpcac is applying" in second.err
    site.assert_live_as_declared()
