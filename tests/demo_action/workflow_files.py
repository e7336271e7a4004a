"""What a repository's own workflow files say that GitHub is to do for an event."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from tests.fakes.github import Event

FOLDER = ".github/workflows/"
_EXPRESSION = re.compile(r"\$\{\{ *([\w.-]+) *\}\}")
# What GitHub lets start a workflow of `on: pull_request` that names no types.
_TYPES = ("opened", "synchronize", "reopened")


@dataclass(frozen=True)
class Step:
    """A step that uses an action, its inputs as far as the file says them."""

    action: str
    given: Mapping[str, str]
    environment: Mapping[str, str]


@dataclass(frozen=True)
class PlannedJob:
    """A job that an event calls for."""

    workflow: str
    name: str
    permissions: Mapping[str, str]
    steps: tuple[Step, ...]


def jobs_of(event: Event, files: Mapping[str, str], contexts: Mapping[str, str]) -> Iterator[PlannedJob]:
    """Yield the jobs that the repository's workflows have for an event.

    Arguments:
        files: the repository's workflow files at the event's commit.
        contexts: what expressions stand for, such as `secrets.DIRECTOR_TOKEN`; a secret that is not there is empty.

    Raises:
        LookupError: a file uses more of GitHub's language than is known here.
    """
    for path, text in sorted(files.items()):
        # YAML 1.2, to which "on" is a text.
        workflow = YAML(typ="safe", pure=True).load(text)
        if not _is_started(workflow["on"], event):
            continue
        for job in workflow["jobs"].values():
            if "if" in job or "strategy" in job:
                raise LookupError(f"{path}: a job with conditions")
            yield PlannedJob(
                path.removeprefix(FOLDER),
                job["name"],
                # A job without permissions of its own has the workflow's.
                job.get("permissions", workflow.get("permissions")),
                tuple(_step(path, each, contexts) for each in job["steps"]),
            )


def _is_started(on: Any, event: Event) -> bool:
    if event.name not in on:
        return False
    only = on[event.name] or {}
    if event.name == "pull_request":
        return event.payload["action"] in only.get("types", _TYPES)
    if event.name == "push":
        return event.ref.removeprefix("refs/heads/") in only.get("branches", [event.ref.removeprefix("refs/heads/")])
    return True


def _step(path: str, step: Any, contexts: Mapping[str, str]) -> Step:
    if "uses" not in step:
        raise LookupError(f"{path}: a step that runs a script")
    action, _, commit = step["uses"].partition("@")
    if not re.fullmatch("[0-9a-f]{40}", commit):
        raise LookupError(f"{path}: {action} is not pinned to a commit")
    # The results of other steps are not known yet; only artifacts are made of them.
    given = {} if action == "actions/upload-artifact" else step.get("with", {})
    return Step(action, _evaluated(path, given, contexts), _evaluated(path, step.get("env", {}), contexts))


def _evaluated(path: str, values: Mapping[str, Any], contexts: Mapping[str, str]) -> dict[str, str]:
    """Return values as the runner hands them over: texts, expressions replaced."""

    def replaced(found: re.Match[str]) -> str:
        if found[1].startswith("secrets."):
            return contexts.get(found[1], "")
        return contexts[found[1]]

    texts = {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in values.items()}
    result = {name: _EXPRESSION.sub(replaced, text) for name, text in texts.items()}
    if unknown := [text for text in result.values() if "${{" in text]:
        raise LookupError(f"{path}: an expression that is not known: {unknown}")
    return result
