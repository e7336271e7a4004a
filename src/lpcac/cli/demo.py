"""The demo: the real commands, run for an example client on a simulated Director."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.rule import Rule

from lpcac.core.environment import TOKEN_VARIABLE, URL_VARIABLE
from lpcac.core.errors import ExitCode, LpcacError, UsageError

_POOL, _LOGPOINT = "pool-acme", "lp-01"
_EDITED = "security"
_NARROW = '{type: KeyPresentValueMatches, key: event_id, value: "5156", drop: discard}'
_WIDE = "{type: KeyPresent, key: event_id, drop: discard}"


_EXAMPLE = "example"
"""The package's copy of examples/simple, beside this module, and what the demo calls it."""


def play(folder: Path | None) -> ExitCode:
    """Onboard the client in the folder, show that the plan is empty, then find an edit made by hand.

    Arguments:
        folder: `None` for the example that comes with the package.

    Raises:
        UsageError: the folder or the simulator extra is missing.
        LpcacError: a command ended with an unexpected exit code.
    """
    try:
        from lpcac.simulator.options import SimulatorOptions  # noqa: PLC0415 - an optional extra
        from lpcac.simulator.server import running  # noqa: PLC0415
    except ImportError as error:
        message = f"the demo needs an extra: pip install 'lpcac[simulator]' ({error.name} is missing)"
        raise UsageError(message) from None
    if folder is not None and not folder.is_dir():
        message = f"{folder} is not a folder: name a folder with resources, or none for the example"
        raise UsageError(message)
    console = Console(highlight=False, markup=False)
    with running(SimulatorOptions(order_delay=1.0)) as director, TemporaryDirectory(prefix="lpcac-") as scratch:
        environment = {URL_VARIABLE: director.url, TOKEN_VARIABLE: director.token}
        folder = folder or _unpacked(Path(scratch), console)
        plan = f"{scratch}/plan.json"
        target = f"--pool={_POOL} --logpoint={_LOGPOINT}"

        _say(console, "1. Check the YAML", "Offline: syntax, fields, names and references.")
        _run(console, f"lpcac validate {folder}", environment)
        _show_tests(console, folder, Path(scratch), environment)
        _say(console, "3. Plan", f"Compare with the live logpoint {_LOGPOINT} of {_POOL}. Nothing is written.")
        _run(console, f"lpcac plan {folder} {target} --out {plan}", environment)
        _say(
            console,
            "4. Apply",
            "Each change starts as soon as the objects it refers to exist. An order takes one second here.",
        )
        console.print("With --plan, exactly the plan above is applied, or nothing.")
        _run(console, f"lpcac apply {folder} {target} --plan {plan} --auto-approve", environment)
        _say(console, "5. Plan again", "Everything declared was applied, so there is nothing to do.")
        _run(console, f"lpcac plan {folder} {target} --detailed-exitcode", environment)

        director.world.pool(_POOL).logpoint(_LOGPOINT).edit("Repo", _EDITED, _shorten_retention)
        _say(
            console,
            "6. Drift",
            f'Someone shortened the retention of repo "{_EDITED}" by hand. Drift finds it.',
        )
        _run(console, f"lpcac drift {folder} {target}", environment, expected=ExitCode.DIFFERENCES)
    console.print("\nThat was the demo. The same commands work on a real Director.")
    return ExitCode.OK


def _unpacked(scratch: Path, console: Console) -> Path:
    """Write the example to the scratch folder; return where it is."""
    folder = scratch / _EXAMPLE
    folder.mkdir()
    for file in resources.files("lpcac.cli").joinpath(_EXAMPLE).iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    console.print(f"The example client's files are in {folder} until the demo ends.")
    return folder


def _show_tests(console: Console, folder: Path, scratch: Path, environment: Mapping[str, str]) -> None:
    """Run the client's pipeline tests, and once more after a change that looks harmless."""
    _say(console, "2. Test", "Where do events end? The cases next to the resources say where they must.")
    _run(console, f"lpcac test {folder}", environment)
    routing = folder / "02-routing.yaml"
    if not routing.is_file() or _NARROW not in routing.read_text(encoding="utf-8"):
        return
    changed = scratch / "changed"
    shutil.copytree(folder, changed)
    text = routing.read_text(encoding="utf-8").replace(_NARROW, _WIDE)
    (changed / routing.name).write_text(text, encoding="utf-8")
    console.print("\nSuppose that someone discards every event with an event_id, and not only 5156. Who notices?")
    _run(console, f"lpcac test {changed}", environment, expected=ExitCode.INVALID)


def _shorten_retention(repo: dict[str, list[dict[str, int]]]) -> None:
    repo["repopath"][0]["retention"] = 7


def _say(console: Console, title: str, text: str) -> None:
    console.print()
    console.print(Rule(title, align="left"))
    console.print(text)


def _run(console: Console, command: str, environment: Mapping[str, str], expected: ExitCode = ExitCode.OK) -> None:
    """Run a command as a person would; stop the demo on an unexpected exit code."""
    console.print(f"$ {command}\n")
    sys.stdout.flush()
    _, *arguments = shlex.split(command)
    ended = subprocess.run(
        [sys.executable, "-m", "lpcac.main", *arguments], env={**os.environ, **environment}, check=False
    )
    if ended.returncode != expected:
        message = f"`{command}` ended with exit code {ended.returncode}, the demo expected {int(expected)}"
        raise LpcacError(message)
    meanings = {ExitCode.DIFFERENCES: "differences found", ExitCode.INVALID: "a test failed"}
    meaning = meanings.get(expected, "fine")
    console.print(f"(exit code {int(expected)}: {meaning})")
