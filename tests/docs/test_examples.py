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
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.docs.pages import ROOT, Page, pages

from lpcac.main import run
from lpcac.simulator.options import SimulatorOptions
from lpcac.simulator.server import Simulator, running

RUN = {page.name: page for page in pages() if page.run_in is not None}


def sessions(text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each command of a console block with the lines that are shown below it."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, *shown = part.rstrip("\n").split("\n")
        yield command, shown


@dataclass(frozen=True)
class Terminal:
    """A terminal whose environment names a simulated Director; lpcac runs in this process, anything else in a shell."""

    director: Simulator
    capture: pytest.CaptureFixture[str]

    def __call__(self, command: str) -> tuple[int, str]:
        """Run a command; return its exit code and what it wrote."""
        program, *arguments = shlex.split(command, comments=True)
        if program != "lpcac":
            done = subprocess.run(command, shell=True, check=False, capture_output=True, text=True, timeout=60)
            return done.returncode, done.stdout + done.stderr
        self.capture.readouterr()
        with pytest.raises(SystemExit) as ended:
            run(arguments)
        written = self.capture.readouterr()
        return int(ended.value.code or 0), written.out + written.err


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Terminal]:
    """Give a terminal in the folder `work` of the test, which does not exist yet."""
    for variable in [each for each in os.environ if each.startswith(("DIRECTOR_", "GITHUB_"))]:
        monkeypatch.delenv(variable)
    with running(SimulatorOptions(order_delay=0.02)) as director:
        settings = {"DIRECTOR_URL": director.url, "DIRECTOR_TOKEN": director.token, "NO_COLOR": "1", "COLUMNS": "200"}
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        (tmp_path / "work").mkdir()
        monkeypatch.chdir(tmp_path / "work")
        yield Terminal(director, capsys)


def test_pages_are_run() -> None:
    assert {"docs/tutorials/simulator.md", "docs/how-to/rebuild-a-logpoint.md"} <= RUN.keys()


@pytest.mark.parametrize("name", RUN)
def test_a_session_goes_as_the_page_shows_it(name: str, tmp_path: Path, terminal: Terminal) -> None:
    page: Page = RUN[name]
    folder = tmp_path / "work"
    if page.run_in:
        shutil.copytree(ROOT / page.run_in, folder, dirs_exist_ok=True)
    for block in page.blocks:
        if block.title:
            (folder / block.title).parent.mkdir(parents=True, exist_ok=True)
            (folder / block.title).write_text(block.text, encoding="utf-8")
        for command, shown in sessions(block.text) if block.language == "console" else ():
            code, output = terminal(command)
            expected = next((int(m[1]) for line in shown if (m := re.fullmatch(r"\(exit code (\d+)\)", line))), 0)
            assert code == expected, f"{command}\n{output}"
            lines = iter(output.splitlines())
            for line in shown:
                if not line.startswith("(exit code "):
                    assert any(line in written for written in lines), f"{line!r} does not follow in\n{output}"


# Pages whose commands stand in `sh` blocks, which a reader copies; they run from top to bottom.
COPIED = ("README.md", "docs/command-line.md", "docs/how-to/adopt-a-client.md", "docs/fr/demarrage.md")
A_MAP = """\
apiVersion: logpoint-cac/v1
kind: DirectoryMap
directors: {{main: {{url: "{url}", token_env: DIRECTOR_TOKEN}}}}
clients:
  - {{name: acme-corp, path: clients/acme-corp, director: main, pool: pool-acme, logpoints: [lp-01]}}
"""


@pytest.mark.parametrize("name", COPIED)
def test_commands_to_copy_do_what_they_say(name: str, tmp_path: Path, terminal: Terminal) -> None:
    [page] = [page for page in pages() if page.name == name]
    terminal.director.world.add_pool("pool-new").add_logpoint("lp-01").storage_paths.extend(
        ["/data_hot/", "/cold_nfs/"]
    )
    shutil.copytree(ROOT / "examples", tmp_path / "work" / "examples")
    shutil.copytree(ROOT / "examples" / "mssp" / "bases", tmp_path / "work" / "bases")
    (tmp_path / "work" / "clients" / "acme-corp").mkdir(parents=True)
    (tmp_path / "work" / "lpcac.yaml").write_text(A_MAP.format(url=terminal.director.url), encoding="utf-8")
    lines = [line for block in page.blocks if block.language == "sh" for line in block.text.splitlines()]
    commands = [line for line in lines if line.startswith("lpcac ") and not line.startswith("lpcac demo")]
    assert commands
    for shown in commands:
        # The commit of a release is looked up on GitHub, which is not asked here.
        command = shown.replace("--action OWNER/lpcac", f"--action OWNER/lpcac@{'1f' * 20}")
        # A person types yes.
        code, output = terminal(f"{command.partition(' #')[0]} --auto-approve" if " apply " in command else command)
        assert code == 0, f"{command}\n{output}"
