"""How the command line treats a person: help, completion, colours, the pager, and what is shown of a mistake."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import typer.main

from lpcac.cli.help.examples import EXAMPLES, VARIABLES, VARIABLES_OF
from lpcac.main import app

if TYPE_CHECKING:
    from tests.integration.conftest import CommandLine, Site

COMMANDS = typer.main.get_group(app).commands
ESCAPE = "\x1b["


def at_a_terminal(*arguments: object, **variables: str) -> str:
    """Return what a command shows whose streams are a terminal of 24 lines."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24", **variables}
    command = [sys.executable, "-m", "lpcac.main", *map(str, arguments)]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment) as process:
        os.close(theirs)
        shown = b""
        while True:
            try:
                read = os.read(ours, 1 << 16)
            except OSError:
                break
            if not read:
                break
            shown += read
        process.wait(timeout=60)
    os.close(ours)
    return shown.decode()


# -- help


@pytest.mark.parametrize("name", [None, *COMMANDS])
def test_help_fits_into_80_columns_and_cuts_nothing(name: str | None, lpcac: CommandLine) -> None:
    lpcac.set(COLUMNS="80")
    text = lpcac(*([name] if name else []), "--help").out
    assert [line for line in text.splitlines() if len(line) > 80] == []
    # Words that a person types, not types of Python: <list[str]>, <path>, <float range>.
    assert re.findall(r"<[a-z](?!\w*\|)[^>\n]*>", text) == []
    # The usage line has dots of its own.
    assert not re.search(r"(\.\.\.|…)$", text.partition("\n")[2], re.MULTILINE)
    if name is None:
        for command in COMMANDS.values():
            assert " ".join((command.help or "").split()) in " ".join(text.split())


@pytest.mark.parametrize("name", sorted(set(COMMANDS) - {"action"}))
def test_help_shows_examples_whose_options_exist_and_variables(name: str, lpcac: CommandLine) -> None:
    text = lpcac(name, "--help").out
    options = {option for parameter in COMMANDS[name].params for option in parameter.opts}
    for example in EXAMPLES[name]:
        assert f"  {example}\n" in text
        assert example.split()[:2] == ["lpcac", name]
        assert {word for word in example.split() if word.startswith("--")} <= options
    for variable in VARIABLES_OF.get(name, ()):
        assert re.search(rf"^ +{variable} +{re.escape(VARIABLES[variable])}$", text, re.MULTILINE)


def test_every_variable_that_help_names_is_read_by_the_program() -> None:
    sources = "".join(path.read_text(encoding="utf-8") for path in Path("src/lpcac").rglob("*.py"))
    # httpx reads these itself.
    own = set(VARIABLES) - {"HTTPS_PROXY", "SSL_CERT_FILE"}
    assert {name for name in own if sources.count(f'"{name}"') < 2} == set()


# -- mistakes on the command line


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("valdiate",), "validate"),
        (("plan", "--clint", "x"), "--client"),
        (("schema", "RoutingPolcy"), "RoutingPolicy"),
    ],
)
def test_a_mistyped_word_is_told_with_the_one_that_was_meant(
    arguments: tuple[str, ...], told: str, lpcac: CommandLine
) -> None:
    ended = lpcac(*arguments)
    assert ended.code == 64
    assert re.search(rf"did you mean ['\"]{told}['\"]\?", ended.err, re.IGNORECASE)


# -- completion


def completed(typed: str) -> list[str]:
    """Return what bash would offer."""
    variables = {"_LPCAC_COMPLETE": "complete_bash", "COMP_WORDS": typed, "COMP_CWORD": str(typed.count(" "))}
    program = Path(sys.executable).with_name("lpcac")
    done = subprocess.run(
        [program], env={**os.environ, **variables}, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("lpcac val", ["validate"]),
        ("lpcac plan --cli", ["--client"]),
        ("lpcac lint --format s", ["sarif"]),
        ("lpcac plan --map examples/mssp/lpcac.yaml --client al", ["alder-bank"]),
        ("lpcac plan --map no/such/map.yaml --client al", []),
        ("lpcac plan --client al", []),
    ],
)
def test_a_shell_completes_commands_options_values_and_clients(typed: str, expected: list[str]) -> None:
    assert completed(typed) == expected


def test_completion_is_shown_and_installed(lpcac: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shellingham.detect_shell", lambda: ("bash", "/bin/bash"))
    lpcac.set(HOME=str(tmp_path))
    assert "complete" in lpcac("--show-completion").out
    assert lpcac("--install-completion").code == 0
    # Its name is that of the program, which is another one in a test.
    [script] = (tmp_path / ".bash_completions").iterdir()
    assert "complete -o default" in script.read_text()
    assert str(script) in (tmp_path / ".bashrc").read_text()


# -- colours


@pytest.mark.parametrize(
    ("options", "variables", "coloured"),
    [
        ((), {}, False),
        (("--color", "always"), {}, True),
        (("--color", "always"), {"NO_COLOR": "1"}, True),
        (("--color", "never"), {"FORCE_COLOR": "1"}, False),
        (("--color", "auto"), {"FORCE_COLOR": "1"}, True),
        (("--color", "auto"), {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
    ],
)
def test_the_option_decides_on_colours_and_else_the_environment(
    options: tuple[str, ...],
    variables: dict[str, str],
    coloured: bool,
    lpcac: CommandLine,
    served_small_site: Site,
    tmp_path: Path,
) -> None:
    lpcac.set(TERM="xterm-256color", **variables)
    assert (ESCAPE in lpcac("plan", *served_small_site.arguments, *options).out) == coloured
    assert (ESCAPE in lpcac(*options, "plan", *served_small_site.arguments).out) == coloured
    (tmp_path / "a.yaml").write_text("kind: Repo\n")
    assert (f"{ESCAPE}1;31merror:{ESCAPE}0m" in lpcac("validate", tmp_path / "a.yaml", *options).out) == coloured


# -- the pager


def test_a_long_plan_goes_through_the_pager_of_a_terminal_and_no_other_does(
    served_small_site: Site, lpcac: CommandLine, tmp_path: Path
) -> None:
    del lpcac
    paged = tmp_path / "paged"
    pager = f"{sys.executable} -c \"import sys; open('{paged}', 'w').write(sys.stdin.read())\""
    call = ("plan", *served_small_site.arguments)

    assert "5 to create" not in at_a_terminal(*call, PAGER=pager, LINES="10")
    assert "5 to create" in paged.read_text()
    paged.unlink()
    for variables in ({"PAGER": pager, "LINES": "1000"}, {"PAGER": "cat"}, {"PAGER": ""}, {"PAGER": "/no/such/pager"}):
        assert "5 to create" in at_a_terminal(*call, **{"LINES": "10", **variables})
    done = subprocess.run(
        [sys.executable, "-m", "lpcac.main", *map(str, call)],
        env={**os.environ, "PAGER": pager, "LINES": "10"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert "5 to create" in done.stdout
    assert not paged.exists()


# -- findings


def test_a_terminal_shows_the_source_below_a_finding_and_a_pipe_does_not(lpcac: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("kind: Repo\napiVersion: logpoint-cac/v1\nmetadata: {name: a}\nspec: {paths: [], pats: 1}\n")
    shown = at_a_terminal("validate", file).replace("\r\n", "\n")
    assert "4 | spec: {paths: [], pats: 1}\n  |                   ^\n" in shown
    ended = lpcac("validate", file)
    assert " | " not in ended.out
    assert ended.out.endswith("1 resource in 1 file: invalid: 2 errors\n")


def test_what_was_checked_is_counted_bases_once(lpcac: CommandLine) -> None:
    assert lpcac("validate", "examples/simple").out == "26 resources in 5 files: valid\n"
    assert lpcac("validate", "examples/mssp").out == "21 resources in 8 files: valid\n"
