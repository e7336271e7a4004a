"""What the runner reads from the log and from files is what lpcac meant, whatever it was given."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lpcac.connectors.github.runner import Runner
from lpcac.core.text.redaction import Redactor


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return Runner(Redactor(), folder=tmp_path, output_path=tmp_path / "output", summary_path=tmp_path / "summary")


@pytest.mark.parametrize(
    "hostile", ["::error::x", "  ::set-output name=a::b", "##[error]x", "x ##[group]y", "a\n::b::c"]
)
def test_no_line_that_is_said_is_taken_for_a_command(
    runner: Runner, hostile: str, capsys: pytest.CaptureFixture[str]
) -> None:
    runner.say(hostile)

    said = "".join(capsys.readouterr())
    assert "##[" not in said
    assert not any(line.lstrip().startswith("::") for line in said.splitlines())
    assert len(said.splitlines()) == 1


def test_an_output_holds_what_it_was_given_and_nothing_ends_it_early(runner: Runner, tmp_path: Path) -> None:
    runner.set_outputs({"one": "x\nEOF\ntwo=evil", "two": "y"})

    lines = iter((tmp_path / "output").read_text(encoding="utf-8").splitlines())
    found = {}
    for line in lines:
        name, _, end = line.partition("<<")
        value = []
        while (each := next(lines)) != end:
            value.append(each)
        found[name] = "\n".join(value)
    assert found == {"one": "x\nEOF\ntwo=evil", "two": "y"}


def test_a_file_is_written_into_the_workspace_even_where_a_link_leads_out(runner: Runner, tmp_path: Path) -> None:
    outside = tmp_path.parent / "outside.json"
    outside.write_text("precious", encoding="utf-8")
    (tmp_path / "plan.json").symlink_to(outside)

    runner.write_json("plan.json", {"a": 1})

    assert outside.read_text(encoding="utf-8") == "precious"
    assert json.loads((tmp_path / "plan.json").read_text(encoding="utf-8")) == {"a": 1}
