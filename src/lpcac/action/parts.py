"""The parts that the jobs of one run leave for the last one: signed, outside the checkout, each counted once.

A checkout holds whatever someone committed, so a part is never read from it. Each part is signed with the keys that
sign plan records, and bound to repository, run, attempt, head, scope and share.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lpcac.action.run import Run
from lpcac.core.errors import InvalidConfigurationError, UsageError
from lpcac.core.json_values import Json
from lpcac.core.open_flags import NO_FOLLOW, NON_BLOCKING
from lpcac.core.text.safe_text import quoted
from lpcac.directory_map.directory_map import DirectorEndpoint
from lpcac.planning.guard import GuardedTarget
from lpcac.planning.plan import TargetPlan
from lpcac.planning.planner import plan_digest, target_digest
from lpcac.reports.json.plan import parse_plan_document
from lpcac.reports.json.plan_reader import guarded_targets

_FORMAT = 2
_MOST_BYTES = 64 * 1024 * 1024
# 256 jobs, each run again a few times.
_MOST_FILES = 4096
_WHERE = "${{ runner.temp }}/lpcac-parts"
_FIELDS: Mapping[str, type] = {
    "kind": str,
    "repository": str,
    "run": str,
    "attempt": int,
    "head": str,
    "scope": str,
    "share": int,
    "content": str,
    "signatures": dict,
}


@dataclass(frozen=True)
class Part:
    """One share's part, checked.

    Arguments:
        clients: whose plans it holds; they are among those of its share.
        content: what the share has to say, as it wrote it.
    """

    name: str
    share: int
    attempt: int
    clients: tuple[str, ...]
    content: Json


@dataclass(frozen=True)
class Parts:
    """The parts of one kind, in one run, for one commit.

    Arguments:
        kind: "part" for a pull request's, "night" for a night's; files are called by it.
        head: the commit that they are about.
        director_of: each client's Director, as far as it can be trusted: its key signs what is said of the client.
    """

    run: Run
    kind: str
    head: str
    director_of: Mapping[str, DirectorEndpoint]

    def leave(self, clients: Sequence[str], content: Json) -> None:
        """Write this job's part into the folder of parts, signed.

        Raises:
            UsageError: the inputs do not say which share this is, or where it goes, or it cannot be written there.
        """
        folder, share = parts_folder(self.run), self.run.settings.inputs.share
        if share is None:
            message = "the input share is missing: set it to ${{ strategy.job-index }}"
            raise UsageError(message)
        # Freed of secrets before it is signed: what is read back is what was signed.
        text = self.run.output.redactor.clean(json.dumps({"clients": list(clients), "said": content}))
        body: Json = {**self._bindings, "attempt": self._attempt, "share": share, "content": text}
        signatures = {
            director.token_env: key.sign(body)
            for director in {self.director_of[name] for name in clients if name in self.director_of}
            if (key := self.run.settings.review_key(director))
        }
        name = f"lpcac-{self.kind}-{share}-{self._attempt}.json"
        _write(folder / name, json.dumps({"lpcac_part": _FORMAT, **body, "signatures": signatures}))

    def read(self) -> list[Part]:
        """Return the newest part of each expected share, not later than this attempt.

        Raises:
            InvalidConfigurationError: a part is not one of this run's; the line says which and why.
            UsageError: the inputs do not say which shares there are, or where their parts are.
        """
        folder, shares = parts_folder(self.run), self.run.settings.inputs.shares
        paths = _files(folder, f"lpcac-{self.kind}-")
        if paths and shares is None:
            message = "the input shares is missing: set it to the matrix that the shares were started with"
            raise UsageError(message)
        newest: dict[int, Part] = {}
        seen: dict[tuple[int, int], str] = {}
        for path in paths:
            part = self._checked(path, str(path.relative_to(folder)))
            place = (part.share, part.attempt)
            if place in seen:
                raise _odd(part.name, f"has the same share and attempt as {quoted(seen[place])}")
            seen[place] = part.name
            if part.attempt > self._attempt:
                continue
            if part.share not in newest or newest[part.share].attempt < part.attempt:
                newest[part.share] = part
        expected = [part for _, part in sorted(newest.items()) if self._is_expected(part, shares or ())]
        reported: set[str] = set()
        for part in expected:
            if twice := reported & set(part.clients):
                raise _odd(part.name, f"reports on {quoted(min(twice))}, which another part reports on too")
            reported |= set(part.clients)
        return expected

    def _is_expected(self, part: Part, shares: Sequence[Sequence[str]]) -> bool:
        # After "Re-run all jobs", parts of the run before, split in another way, are still there.
        if part.share < len(shares) and set(part.clients) <= set(shares[part.share]):
            return True
        self.run.runner.say(f"{quoted(part.name)} is ignored: no share of this attempt has exactly its clients")
        return False

    @property
    def _attempt(self) -> int:
        attempt = self.run.settings.github.run_attempt
        if not attempt.isascii() or not attempt.isdigit():
            message = f"GITHUB_RUN_ATTEMPT is {quoted(attempt)}, which is not a number"
            raise UsageError(message)
        return int(attempt)

    @property
    def _bindings(self) -> Json:
        github = self.run.settings.github
        return {
            "kind": self.kind,
            "repository": github.repository.lower(),
            "run": github.run_id,
            "head": self.head,
            "scope": self.run.scope,
        }

    def _checked(self, path: Path, name: str) -> Part:
        """Return the part in a file, after every check that it was made by a job of this run for just this.

        Raises:
            InvalidConfigurationError: it was not.
        """
        body = _parsed(path, name)
        signatures = body.pop("signatures")
        for field, value in self._bindings.items():
            if body[field] != value:
                raise _odd(name, f"is from another {field}")
        clients, said = _said(name, body["content"])
        for client in clients:
            if (director := self.director_of.get(client)) is None:
                raise _odd(name, f"reports on {quoted(client)}, which is not a client of this run")
            self._require_signature(name, body, signatures, director)
        return Part(name, body["share"], body["attempt"], clients, said)

    def _require_signature(self, name: str, body: Json, signatures: Json, director: DirectorEndpoint) -> None:
        key, signature = self.run.settings.review_key(director), signatures.get(director.token_env)
        if key is None and signatures:
            raise _odd(name, "is signed, and this job lacks the key: give it the secrets that the shares have")
        if key is not None and (not isinstance(signature, str) or not key.has_signed(body, signature)):
            raise _odd(name, "is not signed with this job's key: give all jobs the same secrets")


def parts_folder(run: Run) -> Path:
    """Return the folder of a run's parts.

    Raises:
        UsageError: the input parts names none, or one of the checkout, or one that this job cannot have.
    """
    folder = run.settings.inputs.parts
    if folder is None or not folder.is_absolute():
        message = f"the input parts names the folder of the parts, outside the workspace: write {_WHERE}"
        raise UsageError(message)
    place = folder.resolve()
    for checkout in (run.runner.folder.resolve(), run.commits.repository.root.resolve()):
        if place.is_relative_to(checkout) or checkout.is_relative_to(place):
            message = f"the input parts names a folder of the workspace, where anyone may commit files: write {_WHERE}"
            raise UsageError(message)
    if not place.parent.is_dir():
        message = (
            f"the input parts names {quoted(str(folder))}, and {quoted(str(place.parent))} is not there: "
            f"write {_WHERE}, and use a runner that mounts its temporary folder into container actions"
        )
        raise UsageError(message)
    return place


def _write(place: Path, text: str) -> None:
    try:
        place.parent.mkdir(exist_ok=True)
        descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | NO_FOLLOW, 0o644)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.write(text + "\n")
    except OSError as error:
        message = f"the part {quoted(str(place))} cannot be written ({error.strerror})"
        raise UsageError(message) from None


def _files(folder: Path, prefix: str) -> list[Path]:
    """Return the files that claim to be parts; links to folders are not followed."""
    found = []
    for inside, _, names in os.walk(folder):
        found += [Path(inside) / name for name in names if name.startswith(prefix) and name.endswith(".json")]
        if len(found) > _MOST_FILES:
            message = (
                f"there are more than {_MOST_FILES} parts in {quoted(str(folder))}: empty it and run all jobs again"
            )
            raise InvalidConfigurationError(message)
    return sorted(found)


def _parsed(path: Path, name: str) -> Json:
    """Return the fields of a part, each of its type; none of them is trusted yet."""
    content = _json(name, _bytes_of(path, name))
    if not isinstance(content, dict) or content.get("lpcac_part") != _FORMAT:
        raise _odd(name, "is not a part of this version of lpcac")
    body = {field: content.get(field) for field in _FIELDS}
    for field, kind in _FIELDS.items():
        if type(body[field]) is not kind or not _is_text(body[field]):
            raise _odd(name, f'has no usable "{field}"')
    return body


def _bytes_of(path: Path, name: str) -> bytes:
    try:
        descriptor = os.open(path, os.O_RDONLY | NO_FOLLOW | NON_BLOCKING)
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise _odd(name, "is not a file")
            packed = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise _odd(name, f"cannot be read ({error.strerror})") from None
    if len(packed) > _MOST_BYTES:
        raise _odd(name, f"has more than {_MOST_BYTES // 1024 // 1024} MiB")
    return packed


def _is_text(value: object) -> bool:
    """Tell whether a value can be written as UTF-8: JSON can name halves of characters, which cannot."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _said(name: str, text: str) -> tuple[tuple[str, ...], Json]:
    """Return the clients that a part reports on, and what it says about them."""
    content = _json(name, text.encode())
    known = content if isinstance(content, dict) else {}
    clients, said = known.get("clients"), known.get("said")
    if not isinstance(clients, list) or not all(isinstance(each, str) for each in clients):
        raise _odd(name, "does not say which clients it is about")
    if not isinstance(said, dict):
        raise _odd(name, "says nothing about its clients")
    return tuple(clients), said


def _json(name: str, packed: bytes) -> object:
    try:
        return json.loads(packed)
    except (ValueError, RecursionError):
        raise _odd(name, "is not JSON") from None


def plans_of(part: Part) -> list[GuardedTarget]:
    """Return the plans that a part holds, in the field "plan".

    Raises:
        InvalidConfigurationError: it holds none, one of another client, one twice, or one that its digests do not name.
    """
    try:
        document = parse_plan_document(json.dumps(part.content.get("plan")))
    except InvalidConfigurationError as error:
        raise _odd(part.name, f"has no usable plan ({error})") from None
    found = guarded_targets(document)
    plans = [guarded.plan for guarded in found]
    if any(plan.target.client not in part.clients for plan in plans):
        raise _odd(part.name, "has a plan for a client that it does not name")
    if len({plan.target for plan in plans}) < len(plans):
        raise _odd(part.name, "has two plans for one target")
    if document.digest != plan_digest(plans) or not all(_is_named(plan) for plan in plans):
        raise _odd(part.name, "shows another plan than the one that its digests name")
    return found


def _is_named(plan: TargetPlan) -> bool:
    """Tell whether a plan is the one that its digest names; the signature says that each change is its digest's."""
    return plan.digest == target_digest(plan.target, plan.changes) if plan.digest else not plan.changes


def unusable(part: Part) -> InvalidConfigurationError:
    """Return what to raise for a part that says nothing that can be used."""
    return _odd(part.name, "does not hold what a share of this version of lpcac leaves")


def _odd(name: str, why: str) -> InvalidConfigurationError:
    return InvalidConfigurationError(f"the part {quoted(name)} {why}; no part was used: run all jobs of this run again")
