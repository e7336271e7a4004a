"""What the Actions runner prepares for a job: the environment, the files it reads back, the checkout."""

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tests.fakes.github.documents.addresses import Addresses
from tests.fakes.github.domain.git_files import new_repository, run_git
from tests.fakes.github.events.payloads import Event

FILES_READ_BACK = ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_STATE")

_REMOTE = "refs/remotes/origin/"


def actions_environment(
    addresses: Addresses,
    event: Event,
    directory: str,
    *,
    run_id: int = 1,
    attempt: int = 1,
    inputs: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Return the variables of a job's step, the files and folders that they name being there.

    Args:
        addresses: where GitHub is.
        event: what started the workflow.
        directory: where the workspace and the runner's files go.
        run_id: the run, which stays the same when a job is run again.
        attempt: counts the times that a job is run.
        inputs: what `with:` gives to the action.
    """
    workspace, temporary = os.path.join(directory, "workspace"), os.path.join(directory, "temp")
    for folder in (workspace, temporary, os.path.join(directory, "files")):
        os.makedirs(folder, exist_ok=True)
    event_path = os.path.join(directory, "event.json")
    with open(event_path, "w", encoding="utf-8") as file:
        json.dump(event.payload, file)
    files = {name: os.path.join(directory, "files", name.lower()) for name in FILES_READ_BACK}
    for path in files.values():
        with open(path, "w", encoding="utf-8"):
            pass
    repository = event.repository
    actor = repository.world.account(event.actor)
    workflow = f"{repository.full_name}/.github/workflows/lpcac.yml@{event.ref}"
    return {
        **files,
        "CI": "true",
        "GITHUB_ACTION": "lpcac",
        "GITHUB_ACTIONS": "true",
        "GITHUB_ACTOR": actor.login,
        "GITHUB_ACTOR_ID": str(actor.id),
        "GITHUB_API_URL": addresses.api,
        "GITHUB_BASE_REF": event.base_ref,
        "GITHUB_EVENT_NAME": event.name,
        "GITHUB_EVENT_PATH": event_path,
        "GITHUB_HEAD_REF": event.head_ref,
        "GITHUB_JOB": "lpcac",
        "GITHUB_REF": event.ref,
        "GITHUB_REF_NAME": event.ref.removeprefix("refs/heads/").removeprefix("refs/pull/"),
        "GITHUB_REF_PROTECTED": "false",
        "GITHUB_REF_TYPE": "branch",
        "GITHUB_REPOSITORY": repository.full_name,
        "GITHUB_REPOSITORY_ID": str(repository.id),
        "GITHUB_REPOSITORY_OWNER": repository.owner.login,
        "GITHUB_RUN_ATTEMPT": str(attempt),
        "GITHUB_RUN_ID": str(run_id),
        "GITHUB_RUN_NUMBER": str(run_id),
        "GITHUB_SERVER_URL": addresses.web,
        "GITHUB_SHA": event.sha,
        "GITHUB_TRIGGERING_ACTOR": actor.login,
        "GITHUB_WORKFLOW": "lpcac",
        "GITHUB_WORKFLOW_REF": workflow,
        "GITHUB_WORKFLOW_SHA": event.sha,
        "GITHUB_WORKSPACE": workspace,
        "RUNNER_ARCH": "X64",
        "RUNNER_ENVIRONMENT": "github-hosted",
        "RUNNER_NAME": "runner",
        "RUNNER_OS": "Linux",
        "RUNNER_TEMP": temporary,
        **{f"INPUT_{name.replace(' ', '_').upper()}": value for name, value in (inputs or {}).items()},
    }


def check_out(event: Event, workspace: str, *, depth: int = 0) -> str:
    """Make the work tree that actions/checkout leaves, and return its path.

    A pull request's is the test merge on a detached HEAD; a branch's is that branch at the event's commit.

    Args:
        event: what started the workflow.
        workspace: an existing folder.
        depth: `fetch-depth`: 0 for all history, branches and tags; else the number of commits.
    """
    is_branch = event.ref.startswith("refs/heads/")
    branch = event.ref.removeprefix("refs/heads/")
    tracked = f"{_REMOTE}{branch}" if is_branch else f"refs/remotes/{event.ref.removeprefix('refs/')}"
    for entry in os.scandir(workspace):  # what an earlier run left there
        shutil.rmtree(entry) if entry.is_dir(follow_symlinks=False) else os.unlink(entry)
    new_repository(workspace, "main")
    with open(os.path.join(workspace, ".git", "config"), "a", encoding="utf-8") as file:
        file.write(
            f'[remote "origin"]\n\turl = file://{event.repository.clone_url}\n'
            "\tfetch = +refs/heads/*:refs/remotes/origin/*\n[gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n"
        )
    if depth:
        fetch = ("fetch", "--quiet", "--prune", "--no-recurse-submodules", "--no-tags", f"--depth={depth}")
        run_git(workspace, *fetch, "origin", f"+{event.sha}:{tracked}")
    else:
        _take_everything(event, os.path.join(workspace, ".git"), tracked)
    where = ("-B", branch) if is_branch else ("--detach",)
    run_git(workspace, "checkout", "--quiet", "--force", *where, tracked)
    return workspace


def _take_everything(event: Event, folder: str, tracked: str) -> None:
    """Bring what `git fetch` brings for `fetch-depth: 0`: branches, tags and the event's commit with their history."""
    git = event.repository.git
    branches = {_REMOTE + ref.removeprefix("refs/heads/"): sha for ref, sha in git.refs("refs/heads/").items()}
    refs = {**branches, **git.refs("refs/tags/")}
    # A branch that has moved since the event names the event's commit and brings its newer ones all the same.
    git.pack([*refs.values(), event.sha], os.path.join(folder, "objects", "pack"))
    for ref, sha in {**refs, tracked: event.sha}.items():
        path = os.path.join(folder, ref)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="ascii") as file:
            file.write(f"{sha}\n")


@dataclass(frozen=True)
class Job:
    """One attempt to run a step: what it is given, and afterwards what it left."""

    event: Event
    environment: dict[str, str] = field(repr=False)

    @property
    def workspace(self) -> str:
        return self.environment["GITHUB_WORKSPACE"]

    @property
    def summary(self) -> str:
        """The Markdown of the step's summary."""
        return self._left("GITHUB_STEP_SUMMARY")

    @property
    def outputs(self) -> dict[str, str]:
        """What the step set, `name=value` and `name<<delimiter` alike.

        Raises:
            ValueError: the runner would not understand a line.
        """
        outputs: dict[str, str] = {}
        lines = iter(self._left("GITHUB_OUTPUT").splitlines())
        for line in lines:
            before_equals, equals, value = line.partition("=")
            before_marks, marks, delimiter = line.partition("<<")
            if marks and len(before_marks) < len(before_equals):
                outputs[before_marks] = _until(delimiter, lines)
            elif equals:
                outputs[before_equals] = value
            elif line:
                raise ValueError(f"Invalid format '{line}'")
        return outputs

    def check_out(self, *, depth: int = 0) -> str:
        """Make the work tree and return its path."""
        return check_out(self.event, self.workspace, depth=depth)

    def _left(self, variable: str) -> str:
        with open(self.environment[variable], encoding="utf-8", newline="") as file:
            return file.read()


def _until(delimiter: str, lines: Iterator[str]) -> str:
    value: list[str] = []
    for line in lines:
        if line == delimiter:
            return "\n".join(value)
        value.append(line)
    raise ValueError(f"Matching delimiter not found '{delimiter}'")
