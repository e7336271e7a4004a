"""The demo goes as it says, and its runner understands workflow files or says that it does not."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console
from tests.demo_action.story import Story, the_story
from tests.demo_action.workflow_files import FOLDER, jobs_of
from tests.fakes.github import Event, FakeGitHub
from tests.fakes.github.fixtures import github, make_github

__all__ = ["github", "make_github"]

ROOT = Path(__file__).parents[2]
WORKFLOW = """\
on:
  push: {branches: [main]}
permissions: {contents: read}
jobs:
  one:
    name: one
    steps:
      - uses: octo/lpcac@1111111111111111111111111111111111111111
        with: {director-token: "${{ secrets.DIRECTOR_TOKEN }}", max-issues: 3, require-review: true}
"""


def pushed(github: FakeGitHub, branch: str = "main") -> Event:
    return github.events.push(github.repository("octo/clients").push(branch, {"a": branch}))


def test_the_story_is_told_to_its_end() -> None:
    told = io.StringIO()

    pages = the_story(Story(Console(file=told, width=120)))

    text = told.getvalue()
    assert [title.rpartition(" ")[0] for title in pages] == ["Pull request", "Drift issue"]
    assert "exit code 3, red" in text
    assert "Events that end elsewhere" in text
    assert "lpcac:result: lpcac: 4 done success" in text
    assert ", open: Drift: alder-bank" in text
    assert ", closed: Drift: alder-bank" in text
    assert "ghs_" not in text


def test_a_job_has_the_inputs_that_its_file_gives_as_texts(github: FakeGitHub) -> None:
    event = pushed(github)

    [job] = jobs_of(event, {f"{FOLDER}x.yml": WORKFLOW}, {"secrets.DIRECTOR_TOKEN": "hidden"})

    assert job.permissions == {"contents": "read"}
    [step] = job.steps
    assert step.given == {"director-token": "hidden", "max-issues": "3", "require-review": "true"}


def test_a_secret_that_is_not_there_is_empty_and_another_branch_starts_nothing(github: FakeGitHub) -> None:
    files = {f"{FOLDER}x.yml": WORKFLOW}

    [job] = jobs_of(pushed(github), files, {})

    assert job.steps[0].given["director-token"] == ""
    assert list(jobs_of(pushed(github, "topic"), files, {})) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("uses: octo/lpcac@1111111111111111111111111111111111111111", "run: echo"),
        ("@1111111111111111111111111111111111111111", "@v1"),
        ("secrets.DIRECTOR_TOKEN", "a || b"),
        ("name: one", "{name: one, if: always()}"),
    ],
)
def test_what_the_runner_does_not_understand_is_an_error(github: FakeGitHub, old: str, new: str) -> None:
    text = WORKFLOW.replace(old, new) if not new.startswith("{") else WORKFLOW.replace(old, "name: one\n    if: x")

    with pytest.raises(LookupError):
        list(jobs_of(pushed(github), {f"{FOLDER}x.yml": text}, {}))
