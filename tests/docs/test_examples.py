"""What the pages show as a session in a terminal is what happens, on a simulated Director.

A page that begins with `<!-- run -->` is played from top to bottom in an empty folder, or with `<!-- run FOLDER -->` in
a copy of that folder. A YAML block with a title is written to that file; each `$ command` of a `console` block is run,
and the lines below it have to follow each other in its output. `(exit code N)` is checked too; otherwise it is 0.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.docs.pages import ROOT, Page, pages

from lpcac.main import run
from lpcac.simulator.options import SimulatorOptions
from lpcac.simulator.server import Simulator, running

RUN = {page.name: page for page in pages() if page.run_in is not None}


@pytest.fixture
def director() -> Iterator[Simulator]:
    with running(SimulatorOptions(order_delay=0.02)) as simulator:
        yield simulator


def sessions(text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each command of a console block with the lines that are shown below it."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, *shown = part.rstrip("\n").split("\n")
        yield command, shown


def in_this_process(command: str, capture: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Run a command; lpcac in this process, anything else in a shell."""
    program, *arguments = shlex.split(command, comments=True)
    if program != "lpcac":
        done = subprocess.run(command, shell=True, check=False, capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout + done.stderr
    capture.readouterr()
    with pytest.raises(SystemExit) as ended:
        run(arguments)
    written = capture.readouterr()
    return int(ended.value.code or 0), written.out + written.err


def test_pages_are_run() -> None:
    assert {"docs/tutorials/simulator.md", "docs/how-to/rebuild-a-logpoint.md"} <= RUN.keys()


@pytest.mark.parametrize("name", RUN)
def test_a_session_goes_as_the_page_shows_it(
    name: str,
    director: Simulator,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    page: Page = RUN[name]
    folder = tmp_path / "work"
    shutil.copytree(ROOT / page.run_in, folder) if page.run_in else folder.mkdir()
    monkeypatch.chdir(folder)
    for variable in [each for each in os.environ if each.startswith(("DIRECTOR_", "GITHUB_"))]:
        monkeypatch.delenv(variable)
    monkeypatch.setenv("DIRECTOR_URL", director.url)
    monkeypatch.setenv("DIRECTOR_TOKEN", director.token)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "200")
    for block in page.blocks:
        if block.title:
            (folder / block.title).parent.mkdir(parents=True, exist_ok=True)
            (folder / block.title).write_text(block.text, encoding="utf-8")
        for command, shown in sessions(block.text) if block.language == "console" else ():
            code, output = in_this_process(command, capsys)
            expected = next((int(m[1]) for line in shown if (m := re.fullmatch(r"\(exit code (\d+)\)", line))), 0)
            assert code == expected, f"{command}\n{output}"
            lines = iter(output.splitlines())
            for line in shown:
                if not line.startswith("(exit code "):
                    assert any(line in written for written in lines), f"{line!r} does not follow in\n{output}"
