"""What `lpcac init` needs to know, and how it remembers that from one run to the next."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Annotated, Final, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from lpcac.core.errors import UsageError
from lpcac.core.urls import is_loopback, normalised_url

RECORD: Final = ".lpcac/init.json"
"""Where `init` keeps the answers and the digests of what it wrote, below the map's folder."""
HOSTED: Final = ("ubuntu-latest",)
EXTRA_WORKFLOWS: Final = ("adopt", "by-hand")

_COMMIT: Final = r"^[0-9a-f]{40}$"
_LABEL: Final = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"
_REPOSITORY: Final = r"^[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}$"
_BRANCH: Final = r"^(?![-/.])(?!.*(\.\.|//|@\{|/\.))[A-Za-z0-9._/+@-]{1,200}(?<![/.])$"
_ADDRESS: Final = r"^[A-Za-z0-9:/._~%\[\]-]+$"
_FILE: Final = r"^(?!/)(?!.*(^|/)\.\.?(/|$))[A-Za-z0-9._/+@-]{1,200}$"


@dataclass(frozen=True)
class ActionVersion:
    """A release of the action.

    Arguments:
        repository: `owner/name`.
        commit: 40 hexadecimal digits.
        version: the tag, for people: `v1.2.3`.
        server: address of the GitHub that has the repository.
    """

    repository: str
    commit: str
    version: str
    server: str = "https://github.com"


@dataclass(frozen=True)
class Answers:
    """Everything that the files depend on.

    Arguments:
        director: the Director's address, in its one spelling.
        action: the release that the workflows use.
        branch: the default branch.
        runs_on: labels of the runners.
        require_approval: whether a merge needs someone else's approval.
        sharded: whether clients are split into parallel jobs.
        workflows: those in addition to the three that every repository needs.
        ca_bundle: certificates to trust for the Director, relative to the map.
    """

    director: str
    action: ActionVersion
    branch: str = "main"
    runs_on: tuple[str, ...] = HOSTED
    require_approval: bool = True
    sharded: bool = False
    workflows: tuple[str, ...] = ()
    ca_bundle: str | None = None


@dataclass(frozen=True)
class Record:
    """What an earlier run left.

    Arguments:
        answers: the answers so far.
        files: SHA-256 of each file as it was written, by path.
    """

    answers: Answers
    files: Mapping[str, str] = field(default_factory=dict)

    def text(self) -> str:
        """Return the record as it is kept."""
        document = {
            "comment": "Written by lpcac init, to know which files you changed. Commit it.",
            "answers": asdict(self.answers),
            "files": dict(sorted(self.files.items())),
        }
        return json.dumps(document, indent=2) + "\n"

    @classmethod
    def parse(cls, text: bytes) -> Self:
        """Return what a record says.

        Raises:
            UsageError: it is no record; a record is a file of the repository, so that it can hold anything.
        """
        try:
            found = _RecordDocument.model_validate_json(text)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False, include_context=False)[0]
            where = ".".join(map(str, first["loc"])) or "the file"
            message = f"{RECORD} cannot be used ({where}: {first['msg']}): delete it and run lpcac init again"
            raise UsageError(message) from None
        answers = found.answers.model_dump()
        action = ActionVersion(**answers.pop("action"))
        return cls(Answers(action=action, **answers), found.files)


def is_repository(text: str) -> bool:
    """Tell whether a text names a repository as `owner/name`."""
    return re.search(_REPOSITORY, text) is not None


def is_commit(text: str) -> bool:
    """Tell whether a text is a commit in full."""
    return re.search(_COMMIT, text) is not None


def is_branch(text: str) -> bool:
    """Tell whether a text is a branch's name that needs no quotes in a workflow."""
    return re.search(_BRANCH, text) is not None


def is_label(text: str) -> bool:
    """Tell whether a text is a runner's label that needs no quotes in a workflow."""
    return re.search(_LABEL, text) is not None


def is_file_below(text: str) -> bool:
    """Tell whether a text is a path below the map's folder that needs no quotes in a map."""
    return re.search(_FILE, text) is not None


def director_address(text: str) -> str:
    """Return a Director's address in its one spelling.

    Raises:
        ValueError: it is none, or a map cannot hold it; the message never repeats it.
    """
    url = normalised_url(text.strip())
    if url.startswith("http://") and not is_loopback(url):
        message = "the token would be sent unencrypted: use https:// (http:// is for loopback only)"
        raise ValueError(message)
    if not re.search(_ADDRESS, url):
        message = "the address holds characters that no Director's address has"
        raise ValueError(message)
    return url


class _Strict(BaseModel):
    # Not `strict`: JSON has no tuples.
    model_config = ConfigDict(extra="forbid", regex_engine="python-re")


class _ActionDocument(_Strict):
    repository: Annotated[str, StringConstraints(pattern=_REPOSITORY)]
    commit: Annotated[str, StringConstraints(pattern=_COMMIT)]
    version: Annotated[str, StringConstraints(pattern=r"^v[0-9A-Za-z.+-]{1,50}$")]
    server: Annotated[str, StringConstraints(pattern=r"^(https|file)://[A-Za-z0-9._:/-]{1,200}$")]


class _AnswersDocument(_Strict):
    director: Annotated[str, AfterValidator(director_address)]
    action: _ActionDocument
    branch: Annotated[str, StringConstraints(pattern=_BRANCH)]
    runs_on: Annotated[tuple[Annotated[str, StringConstraints(pattern=_LABEL)], ...], Field(min_length=1)]
    require_approval: bool
    sharded: bool
    workflows: tuple[Annotated[str, StringConstraints(pattern="^(adopt|by-hand)$")], ...]
    ca_bundle: Annotated[str, StringConstraints(pattern=_FILE)] | None


class _RecordDocument(_Strict):
    comment: str = ""
    answers: _AnswersDocument
    files: dict[str, Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]]
