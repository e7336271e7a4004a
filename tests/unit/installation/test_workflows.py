"""The workflows that `init` writes: those of `action/workflows`, filled in and otherwise the same."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from flit_core import buildapi
from ruamel.yaml import YAML

from lpcac import __version__
from lpcac.installation.answers import ActionVersion, Answers, Record
from lpcac.installation.checks.check import Status
from lpcac.installation.checks.workflow_files import workflow_checks
from lpcac.installation.workflows import FOLDER, workflow_files

SHOWN = Path(__file__).parents[3] / "action" / "workflows"
VERSION = f"v{__version__}"
ACTION = ActionVersion("octo/tools", "1f" * 20, VERSION)
ANSWERS = Answers("https://director.example.com", ACTION, workflows=("adopt", "by-hand"))


def load(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(text)


def steps(workflow: Any) -> list[Any]:
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


def test_the_package_carries_the_workflows_that_the_repository_shows() -> None:
    carried = files("lpcac.installation") / "templates"
    found = {entry.name: entry.read_text(encoding="utf-8") for entry in carried.iterdir()}
    shown = {path.name: path.read_text(encoding="utf-8") for path in SHOWN.glob("*.yml")}
    assert found == shown, "action/workflows was changed: run make workflows"


def test_the_wheel_holds_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(SHOWN.parents[1])
    wheel = tmp_path / buildapi.build_wheel(str(tmp_path))
    with zipfile.ZipFile(wheel) as opened:
        found = {name for name in opened.namelist() if "/installation/templates/" in name}
    assert found == {f"lpcac/installation/templates/{path.name}" for path in SHOWN.glob("*.yml")}


@pytest.mark.parametrize("sharded", [False, True])
def test_a_workflow_differs_from_the_one_shown_by_the_answers_alone(sharded: bool) -> None:
    answers = replace(ANSWERS, sharded=sharded, branch="trunk", runs_on=("self-hosted", "linux"))
    for path, text in workflow_files(answers).items():
        name = path.removeprefix(f"{FOLDER}/")
        split = SHOWN / f"sharded-{name}"
        workflow = load(text)
        shown = load((split if sharded and split.exists() else SHOWN / name).read_text(encoding="utf-8"))
        for step in steps(workflow):
            if step.get("uses", "").startswith("octo/tools@"):
                step["uses"] = step["uses"].replace("octo/tools", "OWNER/lpcac").replace("1f" * 20, "0" * 40)
                signed = step["with"].pop("signing-key", "")
                assert signed == ("" if name == "adopt.yml" else "${{ secrets.LPCAC_SIGNING_KEY }}")
            if step.get("with", {}).get("repository") == "octo/tools":
                step["with"] |= {"repository": "OWNER/lpcac", "ref": "0" * 40}
        for job in workflow["jobs"].values():
            assert job["runs-on"] == ["self-hosted", "linux"]
            job["runs-on"] = "ubuntu-latest"
        if name == "merge.yml":
            assert workflow["on"]["push"]["branches"] == ["trunk"]
            workflow["on"]["push"]["branches"] = ["main"]
        assert workflow == shown, name
        assert all(word not in text for word in ("OWNER/", "0000000", "To use it"))
        assert text.count(f"# {VERSION}\n") == text.count("1f" * 20)


@pytest.mark.parametrize("sharded", [False, True])
def test_what_init_writes_is_healthy_to_the_doctor(sharded: bool) -> None:
    written = {
        path.rpartition("/")[2]: text for path, text in workflow_files(replace(ANSWERS, sharded=sharded)).items()
    }
    found = workflow_checks(written, "octo/tools", VERSION)
    assert {each.status for each in found} == {Status.OK}, found


@pytest.mark.parametrize(
    ("old", "new", "name", "status"),
    [
        ("push:\n    branches: [main]", "workflow_dispatch:", "workflows", Status.FAILED),
        ("jobs:", "jobs: [", "workflows", Status.FAILED),
        ("1f" * 20, "main", "workflow versions", Status.WARNING),
        ("1f" * 20, "2f" * 20, "workflow versions", Status.FAILED),
        (f"# {VERSION}\n", "# v9.9.9\n", "workflow versions", Status.WARNING),
        ("pull-requests: write", "pull-requests: read", "workflow permissions", Status.FAILED),
        ("deployments: write #", "#", "workflow permissions", Status.FAILED),
        ("group: lpcac-apply", "group: other-${{ github.ref }}", "concurrency", Status.FAILED),
        ("cancel-in-progress: false", "cancel-in-progress: true", "concurrency", Status.FAILED),
        ("queue: max", "", "concurrency", Status.WARNING),
        ("signing-key:", "scope:", "signing key", Status.FAILED),
    ],
)
def test_the_doctor_sees_what_is_wrong_with_the_workflow_that_applies(
    old: str, new: str, name: str, status: Status
) -> None:
    written = {path.rpartition("/")[2]: text for path, text in workflow_files(ANSWERS).items()}
    assert old in written["merge.yml"]
    # Every one has the tag of its version; of the rest, only the one that applies is changed.
    changed = list(written) if old.startswith("# ") else ["merge.yml"]
    broken = written | {file: written[file].replace(old, new) for file in changed}
    problems = [each for each in workflow_checks(broken, "octo/tools", VERSION) if each.status is not Status.OK]
    assert (name, status) in [(each.name, each.status) for each in problems], problems
    assert all(each.to_do for each in problems)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "on: push",
        "on: push\njobs:",
        "on: push\njobs: {apply: do it}",
        "on: push\njobs: {apply: {steps: [do it]}}",
        "on: push\njobs: {apply: {steps: [{uses: octo/tools@v1, with: [command]}]}}",
        "on: push\nsince: 2024-99-99\njobs: {}",
    ],
)
def test_a_file_that_is_no_workflow_is_named_and_the_others_are_still_checked(text: str) -> None:
    written = {path.rpartition("/")[2]: text for path, text in workflow_files(ANSWERS).items()}
    found = workflow_checks({**written, "broken.yml": text}, "octo/tools", VERSION)
    [problem] = [each for each in found if each.status is not Status.OK]
    assert (problem.status, problem.found) == (Status.FAILED, "broken.yml cannot be read")


@pytest.mark.parametrize("concurrency", ["{}", "{group: [lpcac-apply]}", "{group: }"])
def test_a_concurrency_without_the_name_of_a_group_keeps_no_applies_apart(concurrency: str) -> None:
    text = f"on: push\njobs: {{a: {{concurrency: {concurrency}, steps: [{{uses: octo/tools@v1}}]}}}}"
    found = workflow_checks({"merge.yml": text}, "octo/tools", VERSION)
    [check] = [each for each in found if each.name == "concurrency"]
    assert (check.status, "no concurrency group" in check.found) == (Status.FAILED, True)


def test_a_repository_without_workflows_is_told_to_run_init() -> None:
    [found] = workflow_checks({"ci.yml": "on: push\njobs: {a: {steps: [{run: 'true'}]}}"}, None, VERSION)
    assert (found.status, found.to_do) == (Status.FAILED, "run lpcac init")


def test_a_record_is_read_as_it_was_written() -> None:
    record = Record(replace(ANSWERS, sharded=True, ca_bundle="certificates/ca.pem"), {"lpcac.yaml": "0" * 64})
    assert Record.parse(record.text().encode()) == record
