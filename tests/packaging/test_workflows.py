"""What the workflows to copy promise: pinned actions, least permissions, no shell that sees a value, no lost apply."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
SHIPPED = {path.name: path for path in sorted((ROOT / "action" / "workflows").glob("*.yml"))}
OWN = {f".github/{path.name}": path for path in sorted((ROOT / ".github" / "workflows").glob("*.yml"))}
EVERY = {**SHIPPED, **OWN}
YAML_IN_DOCS = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / "action.md").read_text(encoding="utf-8"), re.DOTALL)
THIS_ACTION = "OWNER/lpcac@" + "0" * 40

READ_ONLY = {"contents": "read", "deployments": "read"}
APPLYING = {"contents": "read", "deployments": "write", "pull-requests": "write"}
WATCHING = {"contents": "read", "deployments": "read", "issues": "write"}
PERMISSIONS = {
    "pull-request.yml": {"plan": {**READ_ONLY, "pull-requests": "write"}},
    "merge.yml": {"apply": APPLYING},
    "nightly.yml": {"drift": WATCHING},
    "adopt.yml": {"adopt": {"contents": "write", "deployments": "read", "pull-requests": "write"}},
    "by-hand.yml": {"look": READ_ONLY, "apply": APPLYING, "drift": WATCHING},
    "sharded-pull-request.yml": {
        "targets": {"contents": "read"},
        "plan-shard": READ_ONLY,
        "comment": {**READ_ONLY, "pull-requests": "write"},
    },
    ".github/ci.yml": {"python": {"contents": "read"}, "coverage": {"contents": "read"}},
    ".github/docs.yml": {"build": {"contents": "read"}, "publish": {"id-token": "write", "pages": "write"}},
    ".github/thorough.yml": {"properties": {"contents": "read"}},
    ".github/release.yml": {
        "package": {"contents": "read"},
        "build": {"contents": "read", "packages": "write"},
        "image": {"attestations": "write", "id-token": "write", "packages": "write"},
        "tag": {"contents": "write"},
        "publish": {"id-token": "write"},
    },
    "sharded-merge.yml": {
        "targets": {"contents": "read"},
        "apply-shard": {"contents": "read", "deployments": "write", "pull-requests": "read"},
        "apply": APPLYING,
    },
    "sharded-nightly.yml": {"targets": {"contents": "read"}, "drift-shard": READ_ONLY, "drift": WATCHING},
}
NEVER_IN_A_WORKFLOW = ("pull_request_target", "workflow_run", "issue_comment")


def load(path: Path) -> Any:
    # YAML 1.2, to which "on" is a text.
    return YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))


def steps(workflow: Any) -> Iterator[Any]:
    for job in workflow["jobs"].values():
        yield from job.get("steps", ())


def checkouts_of(workflow: Any) -> list[Any]:
    return [step["with"] for step in steps(workflow) if step.get("uses", "").startswith("actions/checkout@")]


@pytest.mark.parametrize("name", EVERY)
def test_every_action_is_pinned_to_a_commit_and_says_its_version(name: str) -> None:
    text = EVERY[name].read_text(encoding="utf-8")
    used = [step["uses"] for step in steps(load(EVERY[name])) if "uses" in step]
    pinned = re.findall(r"uses: ([\w./-]+@[0-9a-f]{40}) # v\d+\.\d+\.\d+$", text, re.MULTILINE)
    assert pinned == used
    assert used


def test_one_version_of_an_action_is_used_everywhere() -> None:
    used = {step["uses"] for path in EVERY.values() for step in steps(load(path)) if "uses" in step}
    names = [reference.partition("@")[0] for reference in used]
    assert sorted(names) == sorted(set(names))
    assert THIS_ACTION in used


@pytest.mark.parametrize("name", EVERY)
def test_no_value_is_put_into_a_shells_script(name: str) -> None:
    assert [step["run"] for step in steps(load(EVERY[name])) if "${{" in step.get("run", "")] == []


@pytest.mark.parametrize("name", EVERY)
def test_nothing_is_permitted_but_what_a_job_asks_for(name: str) -> None:
    workflow = load(EVERY[name])
    assert workflow["permissions"] == {}
    if name in PERMISSIONS:
        assert {job: about["permissions"] for job, about in workflow["jobs"].items()} == PERMISSIONS[name]
    assert all("permissions" in about for about in workflow["jobs"].values())


@pytest.mark.parametrize("name", EVERY)
def test_every_job_ends_in_the_end(name: str) -> None:
    assert [job for job, about in load(EVERY[name])["jobs"].items() if "timeout-minutes" not in about] == []


@pytest.mark.parametrize("name", EVERY)
def test_no_checkout_leaves_its_token_behind(name: str) -> None:
    checkouts = [
        step["with"] for step in steps(load(EVERY[name])) if step.get("uses", "").startswith("actions/checkout")
    ]
    assert checkouts
    assert [given for given in checkouts if given.get("persist-credentials") is not False] == []


@pytest.mark.parametrize("name", SHIPPED)
def test_a_configuration_is_checked_out_with_its_history(name: str) -> None:
    checkouts = [
        step["with"] for step in steps(load(EVERY[name])) if step.get("uses", "").startswith("actions/checkout")
    ]
    assert [given for given in checkouts if "repository" not in given and given.get("fetch-depth") != 0] == []


@pytest.mark.parametrize("name", EVERY)
def test_no_event_hands_secrets_to_strangers_and_no_filter_hides_a_required_check(name: str) -> None:
    events = load(EVERY[name])["on"]
    assert [event for event in events if event in NEVER_IN_A_WORKFLOW] == []
    filters = {"paths", "paths-ignore"}
    assert [event for event, about in events.items() if isinstance(about, dict) and filters & about.keys()] == []


@pytest.mark.parametrize("name", ["pull-request.yml", "sharded-pull-request.yml"])
def test_both_plans_are_the_same_required_check(name: str) -> None:
    workflow = load(SHIPPED[name])
    assert set(workflow["on"]) == {"pull_request", "merge_group"}
    # A job that is skipped counts as a green check: no condition may skip the one that is required.
    required = [about for about in workflow["jobs"].values() if about["name"] == "lpcac plan"]
    assert [about.get("if", "always") in ("always", "${{ !cancelled() }}") for about in required] == [True]


def test_applies_wait_for_each_other_and_none_is_dropped() -> None:
    groups = [
        place["concurrency"]
        for path in SHIPPED.values()
        for workflow in [load(path)]
        for place in (workflow, *workflow["jobs"].values())
        if place.get("concurrency", {}).get("group") == "lpcac-apply"
    ]
    assert groups == [{"group": "lpcac-apply", "cancel-in-progress": False, "queue": "max"}] * 3


def test_every_job_that_may_apply_is_in_the_group_of_applies() -> None:
    for path in SHIPPED.values():
        workflow = load(path)
        for job in workflow["jobs"].values():
            if job["permissions"].get("deployments") == "write":
                assert (job.get("concurrency") or workflow["concurrency"])["group"] == "lpcac-apply"


@pytest.mark.parametrize("name", SHIPPED)
def test_the_action_is_given_inputs_and_asked_for_outputs_that_it_has(name: str, action: Any) -> None:
    workflow = load(SHIPPED[name])
    given = {key for step in steps(workflow) if step.get("uses") == THIS_ACTION for key in step.get("with", ())}
    ours = {step["id"] for step in steps(workflow) if step.get("uses") == THIS_ACTION and "id" in step}
    asked = re.findall(r"steps\.([\w-]+)\.outputs\.([\w-]+)", SHIPPED[name].read_text(encoding="utf-8"))
    assert given <= action["inputs"].keys()
    assert {output for step, output in asked if step in ours} <= action["outputs"].keys()


@pytest.mark.parametrize("name", SHIPPED)
def test_the_one_secret_goes_to_the_action_and_nowhere_else(name: str) -> None:
    secrets = re.findall(r"^.*secrets\..*$", SHIPPED[name].read_text(encoding="utf-8"), re.MULTILINE)
    assert {line.strip() for line in secrets} <= {"director-token: ${{ secrets.DIRECTOR_TOKEN }}"}


@pytest.mark.parametrize("name", SHIPPED)
def test_jobs_with_secrets_have_an_environment_and_those_that_apply_another_one(name: str) -> None:
    for job, about in load(SHIPPED[name])["jobs"].items():
        applies = about["permissions"].get("deployments") == "write"
        has_secrets = "secrets." in str(about)
        expected = {"name": "lpcac-apply" if applies else "lpcac-plan", "deployment": False}
        assert about.get("environment") == (expected if has_secrets else None), job


def test_an_apply_without_a_review_waits_for_the_reviewers_of_an_environment_of_its_own() -> None:
    shipped = {path: text for path in SHIPPED.values() if "require-review" in (text := path.read_text("utf-8"))}
    shown = [text for text in YAML_IN_DOCS if "require-review" in text]

    assert shipped == {}, "no workflow to copy has a way around reviews"
    assert shown
    for text in shown:
        [job] = YAML(typ="safe", pure=True).load(text).values()
        assert job["environment"]["name"] == "lpcac-unreviewed"


@pytest.mark.parametrize("name", ["sharded-pull-request.yml", "sharded-nightly.yml"])
def test_parts_lie_outside_the_checkout_and_their_artifacts_carry_share_and_attempt(name: str) -> None:
    given = [step for step in steps(load(SHIPPED[name])) if "parts" in step.get("with", {})]
    used = [step["with"] for step in steps(load(SHIPPED[name])) if "-artifact@" in step.get("uses", "")]
    artifacts = [each for each in used if "lpcac-parts" in each["path"]]
    [uploaded] = [each["name"] for each in artifacts if "name" in each]

    assert len(given) == len(artifacts) == 2
    places = {step["with"]["parts"] for step in given} | {each["path"] for each in artifacts}
    assert places == {"${{ runner.temp }}/lpcac-parts"}
    assert uploaded.endswith("-${{ strategy.job-index }}-${{ github.run_attempt }}")
