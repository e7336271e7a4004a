"""Checks of a repository's workflows: which release they use, what they may do, and that applies wait in turn."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import yaml

from lpcac.core.text.enumeration import listed
from lpcac.installation.checks.check import Check, failed, ok, warned

_RUN_INIT: Final = "run lpcac init"
_COMMIT: Final = re.compile(r"[0-9a-f]{40}")
_READ: Final = {"contents": "read", "deployments": "read"}
_COMMENTING: Final = {**_READ, "pull-requests": "write"}
_APPLYING: Final = {"contents": "read", "deployments": "write", "pull-requests": "write"}
_WATCHING: Final = {**_READ, "issues": "write"}
# docs/action.md, "The permissions"; a job without `command` does what its event asks for.
_NEEDED: Final[Mapping[str, Mapping[str, str]]] = {
    "pull_request": _COMMENTING,
    "push": _APPLYING,
    "schedule": _WATCHING,
    "plan-shard": _READ,
    "comment": _COMMENTING,
    "apply": _APPLYING,
    "apply-shard": {"contents": "read", "deployments": "write", "pull-requests": "read"},
    "drift": _WATCHING,
    "drift-shard": _READ,
    "drift-issues": _WATCHING,
}
_EVENTS: Final = {"pull_request": "plans pull requests", "push": "applies merges", "schedule": "checks for drift"}
_LEVELS: Final = ("none", "read", "write")


@dataclass(frozen=True)
class ActionStep:
    """A step that runs the action.

    Arguments:
        file: the workflow's name.
        tag: the version in the comment behind the commit; empty without one.
        concurrency: of the job, or else of the workflow.
        permissions: in the same way; `None` where neither says any.
    """

    file: str
    events: frozenset[str]
    reference: str
    tag: str
    inputs: Mapping[str, Any]
    concurrency: Any
    permissions: Any

    @property
    def purposes(self) -> frozenset[str]:
        """Return what it does: its command, or the events that decide on that."""
        command = str(self.inputs.get("command") or "")
        return frozenset({command}) if command else self.events


def workflow_checks(files: Mapping[str, str], repository: str | None, version: str) -> list[Check]:
    """Return what was found in the workflows.

    Arguments:
        files: their content by name.
        repository: of the action, `owner/name`; `None` if that is not known: then every repository called lpcac.
        version: the installed one, `v1.2.3`.
    """
    found: list[ActionStep] = []
    problems: list[Check] = []
    for name, text in sorted(files.items()):
        try:
            found += _steps(name, text, repository)
        except (yaml.YAMLError, RecursionError, AttributeError, LookupError, TypeError, ValueError):
            # No YAML, or no workflow; a date that does not exist is a `ValueError`.
            problems.append(
                failed("workflows", f"{name} cannot be read", "correct it, or delete it and run lpcac init")
            )
    if not found:
        return [*problems, failed("workflows", "none of them uses lpcac", _RUN_INIT)]
    return [*problems, _coverage(found), _versions(found, version), *_permissions(found), _groups(found), _keys(found)]


def _steps(name: str, text: str, repository: str | None) -> Iterator[ActionStep]:
    workflow = yaml.safe_load(text)
    # YAML 1.1 reads the key `on` as true.
    on = workflow.get("on", workflow.get(True, ()))
    events = frozenset([on] if isinstance(on, str) else on)
    for job in workflow["jobs"].values():
        for step in job.get("steps") or ():
            action, _, reference = str(step.get("uses", "")).partition("@")
            if action == repository if repository else action.endswith("/lpcac"):
                comment = re.search(rf"@{re.escape(reference)}[ \t]+#[ \t]*(v\S+)", text)
                yield ActionStep(
                    name,
                    events,
                    reference,
                    comment[1] if comment else "",
                    dict(step.get("with") or {}),
                    job.get("concurrency", workflow.get("concurrency")),
                    job.get("permissions", workflow.get("permissions")),
                )


def _coverage(found: Sequence[ActionStep]) -> Check:
    events = {event for each in found for event in each.events}
    missing = [f"{about} ({event})" for event, about in _EVENTS.items() if event not in events]
    if missing:
        return failed("workflows", f"no workflow {listed(missing)}", _RUN_INIT)
    return ok("workflows", "plan, apply and drift check are there")


def _versions(found: Sequence[ActionStep], version: str) -> Check:
    name = "workflow versions"
    moving = sorted({each.file for each in found if not _COMMIT.fullmatch(each.reference)})
    if moving:
        return warned(name, f"{listed(moving)}: a tag or branch can be moved", f"name a commit: {_RUN_INIT}")
    if len({each.reference for each in found}) > 1:
        return failed(name, "the workflows use different commits of the action", f"use one in all: {_RUN_INIT}")
    if found[0].reference == "0" * 40:
        return failed(name, "no commit is filled in", _RUN_INIT)
    if found[0].tag != version:
        used = found[0].tag or "a commit without its version"
        return warned(name, f"the workflows use {used}, installed is {version}", f"use one version: {_RUN_INIT}")
    return ok(name, f"{version}, pinned to {found[0].reference[:12]}")


def _permissions(found: Sequence[ActionStep]) -> list[Check]:
    problems = []
    for each in found:
        for purpose in sorted(each.purposes & _NEEDED.keys()):
            missing = [
                f"{scope}: {level}"
                for scope, level in _NEEDED[purpose].items()
                if not _grants(each.permissions, scope, level)
            ]
            if missing:
                problems.append(
                    failed(
                        "workflow permissions",
                        f"{each.file}: a job for {purpose} lacks {listed(missing)}",
                        "add them to the job's permissions",
                    )
                )
    return problems or [ok("workflow permissions", "each job has what it needs")]


def _grants(permissions: Any, scope: str, level: str) -> bool:  # noqa: ANN401 - as a workflow has it
    if permissions is None or permissions == "write-all":
        # Without any, the repository's settings decide.
        return True
    if permissions == "read-all":
        return level == "read"
    given = permissions.get(scope, "none") if isinstance(permissions, dict) else "none"
    return given in _LEVELS and _LEVELS.index(given) >= _LEVELS.index(level)


def _groups(found: Sequence[ActionStep]) -> Check:
    """Check that two applies never run at once and none is stopped half-way."""
    name = "concurrency"
    applies = [each for each in found if each.purposes & {"push", "apply", "apply-shard"}]
    groups = [each.concurrency for each in applies]
    names = {_group_name(group) for group in groups}
    if None in names:
        return failed(name, "an apply has no concurrency group, so that two can run at once", _RUN_INIT)
    if len(names) > 1:
        return failed(name, "applies are in different concurrency groups, so that two can run at once", _RUN_INIT)
    if any(isinstance(group, dict) and group.get("cancel-in-progress") for group in groups):
        return failed(name, "an apply can be stopped half-way", "set cancel-in-progress: false")
    if any(isinstance(group, str) or group.get("queue") != "max" for group in groups):
        return warned(
            name,
            "of several waiting applies, GitHub cancels all but the newest",
            "set queue: max, if your GitHub has it",
        )
    return ok(name, f"applies wait for each other in {next(iter(names), 'one group')}")


def _group_name(concurrency: object) -> str | None:
    """Return the name of a concurrency group; `None` if there is none."""
    name = concurrency.get("group") if isinstance(concurrency, dict) else concurrency
    return name if isinstance(name, str) else None


def _keys(found: Sequence[ActionStep]) -> Check:
    signed = [each for each in found if each.purposes & _NEEDED.keys() and "sync" not in each.purposes]
    if all("signing-key" in each.inputs for each in signed):
        return ok("signing key", "every workflow passes one")
    if any("signing-key" in each.inputs for each in signed):
        return failed(
            "signing key", "some workflows pass one and others do not, so that reviews do not count", _RUN_INIT
        )
    return warned("signing key", "none: a new Director token makes reviews invalid", f"{_RUN_INIT}, which makes one")
