"""Where Python lacks what only Unix has, as on Windows, commands work all the same or say what does not."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.integration.conftest import CommandLine, Site

# What the standard library itself needs here is imported first; then nothing of it is left for lpcac.
WINDOWS = """
import asyncio, getpass, os, pathlib, shutil, signal, socket, ssl, subprocess, sys, tempfile, multiprocessing.util
for name in ("fcntl", "termios", "tty", "pty", "pwd", "grp", "resource", "syslog"):
    sys.modules[name] = None
for name in ("geteuid", "getuid", "killpg", "O_NOFOLLOW", "O_NONBLOCK", "fork", "getpgid"):
    delattr(os, name)
for name in ("pthread_sigmask", "SIGKILL", "SIGHUP", "SIG_BLOCK", "SIG_SETMASK"):
    delattr(signal, name)
subprocess.Popen.kill = subprocess.Popen.terminate
def missing(*_arguments):
    raise NotImplementedError
for name in ("add_signal_handler", "remove_signal_handler", "add_reader", "remove_reader"):
    setattr(asyncio.SelectorEventLoop, name, missing)
"""


def run(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", WINDOWS + script, *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)


def test_every_module_can_be_imported() -> None:
    done = run(
        "import importlib, pkgutil, lpcac\n"
        "for found in pkgutil.walk_packages(lpcac.__path__, 'lpcac.'):\n"
        "    importlib.import_module(found.name)\n"
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_client_is_validated_planned_and_applied_and_the_missing_lock_is_told(
    served_small_site: Site, lpcac: CommandLine
) -> None:
    del lpcac
    script = "from lpcac.main import run\nrun()\n"
    for command in (("plan",), ("apply", "--auto-approve")):
        done = run(script, command[0], *served_small_site.arguments, *command[1:])
        assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr
    assert "no file locks: another apply at the same time is not detected" in done.stderr
    assert len(served_small_site.writes()) == 5


def test_a_token_comes_from_a_program_and_one_that_hangs_is_ended(served_small_site: Site, lpcac: CommandLine) -> None:
    lpcac.set(DIRECTOR_TOKEN=None)
    script = (
        "from lpcac.connectors.director.transport import token_command\n"
        "token_command.TIME_LIMIT = float(sys.argv.pop())\n"
        "from lpcac.main import run\nrun()\n"
    )
    program = f"{sys.executable} -c 'print(\"{served_small_site.simulator.token}\")'"
    assert run(script, "plan", *served_small_site.arguments, "--token-command", program, "30").returncode == 0
    program_that_hangs = f"{sys.executable} -c 'import time; time.sleep(60)'"
    done = run(script, "plan", *served_small_site.arguments, "--token-command", program_that_hangs, "0.3")
    assert (done.returncode, "printed no token" in done.stderr) == (1, True), done.stderr


def test_ctrl_c_ends_an_apply_in_order(open_site: Callable[..., Site], lpcac: CommandLine) -> None:
    site = open_site(order_delay=0.5)
    lpcac.use(site.simulator)
    script = "from lpcac.main import run\nrun()\n"
    command = [sys.executable, "-c", WINDOWS + script, "apply", *site.arguments, "--auto-approve", "--in-flight", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        for line in process.stdout:
            if line.startswith("done "):
                break
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "interrupted: starting no new order" in err
    assert "Traceback" not in err
    assert "not started" in out or "skipped" in out


def test_the_trust_file_is_believed_where_nobody_can_ask_whose_it_is(tmp_path: Path) -> None:
    text = "https://director.example.com=DIRECTOR_TOKEN\n"
    (tmp_path / "lpcac").mkdir()
    (tmp_path / "lpcac" / "trusted-directors").write_text(text)
    done = run(
        "from pathlib import Path\nfrom lpcac.workspace.trust import read_trust\n"
        f"print(*read_trust(Path({str(tmp_path)!r}, 'lpcac', 'trusted-directors'), Path('/nowhere/map')).consents)\n"
    )
    assert (done.stdout, done.stderr) == (text, "")
