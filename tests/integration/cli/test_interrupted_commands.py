"""Commands that are told to stop: they end soon, with one line and exit code 1, and never by the signal itself."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lpcac.simulator.faults.faults import Fault

if TYPE_CHECKING:
    from tests.integration.conftest import CommandLine, Site
    from tests.waiting import WaitUntil

BOTH = pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])


@BOTH
@pytest.mark.parametrize("command", ["plan", "drift", "sync", "apply"])
def test_a_signal_while_reading_ends_the_command_in_one_line(
    command: str,
    number: signal.Signals,
    open_site: Callable[..., Site],
    lpcac: CommandLine,
    tmp_path: Path,
    wait_until: WaitUntil,
) -> None:
    site = open_site(faults=(Fault("delay", "GET", "^/configapi/", seconds=60),))
    lpcac.use(site.simulator)
    written = tmp_path / "written"
    arguments = (str(written), "--pool", site.pool, "--logpoint", "lp-01") if command == "sync" else site.arguments
    more = ("--auto-approve",) if command == "apply" else ()
    with lpcac.start(command, *arguments, *more) as process:
        wait_until(lambda: site.simulator.requests)
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (1, "")
    assert err.splitlines()[-1] == "error: interrupted"
    assert "Traceback" not in err
    assert not written.exists()
    assert site.writes() == []


@BOTH
def test_a_signal_after_the_last_write_does_not_keep_the_report_from_being_told(
    number: signal.Signals, served_small_site: Site, lpcac: CommandLine, wait_until: WaitUntil
) -> None:
    command = ("apply", *served_small_site.arguments, "--auto-approve", "--format", "json")
    with lpcac.start(*command) as process:
        wait_until(lambda: len(served_small_site.writes()) == 5)
        # The last order takes 20 ms: some of these come while it is followed, the others while the result is told.
        for _ in range(100):
            process.send_signal(number)
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.03)
                break
            number = signal.SIGTERM
        out, err = process.communicate(timeout=20)
    assert process.returncode == 0, err
    assert '"done": true' in out
    assert "Traceback" not in err
