"""The directory map as it is written: the model of `lpcac.yaml`, and of its JSON Schema."""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Literal, Self, get_args

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    WrapValidator,
    model_validator,
)

from lpcac.core.json_values import Json
from lpcac.documents.document import Ambiguous
from lpcac.kinds.fields import API_VERSION, NAME_PATTERN, TEXT_PATTERN, Meaning, Name, Spec

ALL: Literal["*"] = "*"
"""Stands for every logpoint of the pool."""

_LONGEST_TEXT = 4096
"""Of an address, a path (PATH_MAX) or a name of a variable."""
_MOST_ENTRIES = 10_000
_END = r"$(?!\n)"
_CONTROL = r"\u0000-\u001f\u007f-\u009f\u2028\u2029"
# A part that starts with a dot is refused: `.` and `..` lead elsewhere, hidden folders are never read.
_PATH_PART = rf"(?!\.)[^/\\:${_CONTROL}]+"
_BASE_PART = rf"(?!\.)[^/\\:*{_CONTROL}]+"
_PATH_PATTERN = rf"^(?![^*]*\*[^*]*\*){_PATH_PART}(/{_PATH_PART})*/?{_END}"
_BASE_PATTERN = rf"^{_BASE_PART}(/{_BASE_PART})*/?{_END}"
_VARIABLE_PATTERN = rf"^[A-Za-z_][A-Za-z0-9_]*{_END}"
# GitHub's and the runner's own: their values are no Director's tokens, and no map may have them sent anywhere.
_SECRET_VARIABLE_PATTERN = rf"^(?!(GITHUB|ACTIONS|RUNNER|INPUT)_){_VARIABLE_PATTERN[1:]}"
_LOOPBACK = r"(localhost|127(\.[0-9]{1,3}){3}|\[::1\])"
_HOST = r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:]+\])"
_PORT_AND_PATH = r"(:[0-9]{1,5})?(/[A-Za-z0-9._~%/-]*)?"
_URL_PATTERN = rf"^(https://{_HOST}|http://{_LOOPBACK}){_PORT_AND_PATH}{_END}"
_LOGPOINT_PATTERN = rf"^(?!\*$){NAME_PATTERN[1:]}"
_LOGPOINT: Json = {"type": "string", "minLength": 1, "pattern": _LOGPOINT_PATTERN}
_FOLDER = "a folder relative to the map, with forward slashes"
_LOGPOINTS: Json = {"anyOf": [{"const": ALL}, {"type": "array", "minItems": 1, "items": _LOGPOINT}]}


def is_base_path(path: str) -> bool:
    """Tell whether a path, its placeholders replaced, still is a folder below the map's."""
    return bool(re.search(_BASE_PATTERN, path))


def is_secret_variable(name: str) -> bool:
    """Tell whether a name can be that of a variable with a Director's secret."""
    return bool(re.search(_SECRET_VARIABLE_PATTERN, name))


def why_no_client_path(path: str) -> str | None:
    """Return why a path cannot be one client's folder; `None` if it can."""
    if "*" in path:
        return "`*` in a path matches many clients"
    return None if re.search(_PATH_PATTERN, path) else _why_no_folder(path)


def why_no_base_path(path: str) -> str | None:
    """Return why a path cannot be a base's folder; `None` if it can."""
    return None if is_base_path(path) else _why_no_folder(path)


def is_variable_name(name: str) -> bool:
    """Tell whether a map can give a value to a variable of this name."""
    return bool(re.search(_VARIABLE_PATTERN, name))


def _explained(
    pattern: str, explain: Callable[[str], str], words: str
) -> tuple[StringConstraints, BeforeValidator, Meaning]:
    """Put a sentence in place of "does not match"; the pattern alone decides, so that the schema agrees.

    Arguments:
        words: what the value must be, for editors.
    """

    def check(value: object) -> object:
        if isinstance(value, str) and not re.search(pattern, value):
            raise ValueError(explain(value))
        return value

    return StringConstraints(pattern=pattern, max_length=_LONGEST_TEXT), BeforeValidator(check), Meaning(words)


def _why_no_folder(path: str) -> str:
    if path.startswith(("/", "\\")) or ":" in path:
        return "an absolute path leaves the repository: write it relative to the map"
    if ".." in path.split("/"):
        return "`..` leaves the repository: name a folder below the map's"
    if any(part.startswith(".") for part in path.split("/")):
        return "no part of a path may start with a dot: hidden folders are not read"
    if path.count("*") > 1:
        return "a path may contain one `*`, which matches one folder name or a part of it"
    if "$" in path or "*" in path:
        return "`*` goes with a client's path only, a placeholder with a base's path only"
    return "name a folder relative to the map, with forward slashes"


def _why_no_address(url: str) -> str:
    if url.lower().startswith("http://"):
        return "the token would be sent unencrypted: use https:// (http:// is for loopback only)"
    return "write the Director's address as https://HOST, without user, password, query or fragment"


def _why_no_variable(name: str) -> str:
    if re.search(_VARIABLE_PATTERN, name):
        return "GITHUB_, ACTIONS_, RUNNER_ and INPUT_ belong to GitHub: give the Director's secret another name"
    return "name an environment variable (letters, digits, underscores); never put the secret itself here"


def _why_no_date(_date: str) -> str:
    return "write the date as 2026-12-31, in quotes"


def _plain(value: object) -> object:
    """Refuse a value that is not plain, with one message where a union would give four."""
    if isinstance(value, Ambiguous):
        msg = f"can be read in more than one way (in YAML 1.1 it is {value.reading}): quote it if it is text"
        raise ValueError(msg)  # noqa: TRY004 - pydantic makes findings of ValueErrors only
    if not isinstance(value, str | bool | int | float):
        msg = "must be text, a number, true or false"
        raise ValueError(msg)  # noqa: TRY004 - as above
    return value


def _all_or_list(value: object, names: ValidatorFunctionWrapHandler) -> object:
    return [ALL] if value == ALL else names(value)


def _whole_number(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value


ClientPath = Annotated[str, *_explained(_PATH_PATTERN, _why_no_folder, _FOLDER)]
BasePath = Annotated[str, *_explained(_BASE_PATTERN, _why_no_folder, _FOLDER)]
Url = Annotated[str, *_explained(_URL_PATTERN, _why_no_address, "an address such as https://director.example.com")]
EnvironmentName = Annotated[
    str,
    *_explained(
        _SECRET_VARIABLE_PATTERN, _why_no_variable, "the name of an environment variable, such as DIRECTOR_TOKEN"
    ),
]
VariableName = Annotated[
    str,
    StringConstraints(pattern=_VARIABLE_PATTERN),
    Meaning("letters, digits and underscores, not a digit first"),
]
Variable = Annotated[str | bool | int | Annotated[float, Field(allow_inf_nan=False)], BeforeValidator(_plain)]
LogpointName = Annotated[
    str,
    StringConstraints(pattern=_LOGPOINT_PATTERN, min_length=1),
    Meaning('a name or identifier; for all of the pool write logpoints: "*", without a list'),
]
KindName = Annotated[
    str, StringConstraints(pattern=rf"^[A-Z][A-Za-z]*{_END}"), Meaning("the name of a kind, such as Repo")
]
Line = Annotated[
    str,
    StringConstraints(pattern=TEXT_PATTERN, min_length=1),
    Meaning("one line of text without control characters"),
]
RulePath = Annotated[str, *_explained(_BASE_PATTERN, _why_no_folder, _FOLDER)]
Date = Annotated[
    str, *_explained(rf"^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}{_END}", _why_no_date, "a date such as 2026-12-31, in quotes")
]
Count = Annotated[int, BeforeValidator(_whole_number), Field(ge=0)]
Logpoints = Annotated[
    list[LogpointName],
    Field(min_length=1),
    WrapValidator(_all_or_list),
    WithJsonSchema(_LOGPOINTS),
]
Percent = Annotated[int, BeforeValidator(_whole_number), Field(ge=0, le=100)]


# JSON Schema lets keys that fit no pattern pass unless the schema says otherwise.
_CLOSED = Field(json_schema_extra={"additionalProperties": False})


class DirectorEntry(Spec):
    """A Director: its address, and the names of the variables that hold its secrets."""

    url: Annotated[Url, Field(examples=["https://director.example.com"])]
    """Address, with https; plain http for loopback only."""
    token_env: Annotated[EnvironmentName, Field(examples=["DIRECTOR_TOKEN"])]
    """Name of the environment variable that holds the token; never the token itself."""
    secret_key_env: EnvironmentName | None = None
    """Name of the environment variable that holds the secret key, for tokens that have to be renewed."""
    ca_bundle: Line | None = None
    """File of certificate authorities to trust instead of the system's, relative to the map or absolute."""


class LimitsEntry(Spec):
    """How much one plan may delete on one target before it needs a waiver."""

    max_deletes: Count = 10
    """Largest number of deletes."""
    max_delete_percent: Percent = 30
    """Largest share of the managed objects, in percent; counts from 4 managed objects on."""


# What `_is_named` checks, as JSON Schema says it.
_EXACT_PATH_NEEDS_NAME: Json = {
    "if": {"properties": {"path": {"pattern": "\\*"}}, "required": ["path"]},
    "else": {"required": ["name"], "properties": {"name": {"type": "string"}}},
}


class ClientEntry(Spec):
    """One client, or with a `*` in `path` one for each folder that matches.

    In an entry with `*`, `${client}` stands for what the `*` matched; else for the client's name.
    """

    model_config = ConfigDict(json_schema_extra=_EXACT_PATH_NEEDS_NAME)

    name: Name | None = None
    """The client's name, unique in the map; optional when `path` holds a `*`, then `${client}`."""
    path: Annotated[ClientPath, Field(examples=["clients/acme-corp", "clients/*"])]
    """The client's folder, relative to the map; one `*` stands for a folder's name or a part of it."""
    director: Name
    """Which of `directors` manages the client's pool."""
    pool: Annotated[Name, Field(examples=["pool-${client}"])]
    """The pool's name or UUID on the Director."""
    logpoints: Logpoints
    """Names or identifiers of logpoints in the pool, or "*" for all of them."""
    bases: list[BasePath] = Field(default_factory=list)
    """Folders of shared resources, relative to the map; later ones may patch earlier ones."""
    vars: Annotated[dict[VariableName, Variable], _CLOSED] = Field(default_factory=dict)
    """Values for `${vars.NAME}` in the client's files and its bases."""
    external: Annotated[dict[KindName, list[Name]], _CLOSED] = Field(default_factory=dict)
    """Objects, by kind, that exist on the logpoints and are managed elsewhere."""
    prune: bool = False
    """Whether objects that Git never declared are deleted as well."""
    allow_repo_delete: bool = False
    """Whether repos, and the logs in them, may be deleted."""
    limits: LimitsEntry | None = None
    """How much one plan may delete."""

    @property
    def is_glob(self) -> bool:
        """Tell whether the entry serves every folder that matches."""
        return "*" in self.path

    @model_validator(mode="after")
    def _is_named(self) -> Self:
        if self.name is None and not self.is_glob:
            msg = "`name` is required unless `path` holds a `*`"
            raise ValueError(msg)
        return self


class LintLevel(StrEnum):
    """How much a lint code weighs."""

    OFF = "off"
    NOTICE = "notice"
    WARNING = "warning"
    ERROR = "error"


LintCode = Literal[
    "duplicate-criterion",
    "discard-before-store",
    "redundant-criterion",
    "repeated-tier",
    "shadowed-criterion",
    "unread-normalizer",
    "unused-enrichment-policy",
    "unused-normalization-policy",
    "unused-repo",
    "unused-routing-policy",
]


LINT_CODES: tuple[str, ...] = get_args(LintCode)
"""Every lint code; each has a page in docs/lint."""
LintName = Annotated[
    str,
    StringConstraints(pattern=rf"^[a-z]+(-[a-z]+)*{_END}"),
    Meaning("a lint code, such as unused-repo"),
]


def _level(value: object) -> object:
    """Return a level; YAML reads `off` as false."""
    found = "off" if value is False else value
    return LintLevel(found) if isinstance(found, str) and found in list(LintLevel) else found


Level = Annotated[
    LintLevel,
    BeforeValidator(_level),
    WithJsonSchema({"enum": [*(level.value for level in LintLevel), False]}),
]


class AcceptEntry(Spec):
    """Drift that is known and silent until a date."""

    client: Line | None = None
    """The client it concerns; `*` stands for any text; without it, every client."""
    kind: KindName
    """Kind of the object."""
    name: Name
    """Name of the object."""
    field: Line | None = None
    """The field that may differ, as drift shows it; without it, the whole object."""
    reason: Line
    """Why it is accepted."""
    until: Annotated[Date, Field(examples=["2026-12-31"])]
    """Last day on which it is silent."""


_EXAMPLE: Json = {
    "apiVersion": API_VERSION,
    "kind": "DirectoryMap",
    "directors": {"main": {"url": "https://director.example.com", "token_env": "DIRECTOR_TOKEN"}},
    "clients": [
        {
            "name": "acme-corp",
            "path": "clients/acme-corp",
            "director": "main",
            "pool": "pool-acme",
            "logpoints": ["lp-01", "lp-02"],
            "bases": ["bases/standard"],
            "vars": {"hot_days": 90},
            "external": {"EnrichmentPolicy": ["Threat_Intelligence"]},
        },
        {"path": "clients/*", "director": "main", "pool": "pool-${client}", "logpoints": "*"},
    ],
}


class MapDocument(Spec):
    """The directory map: which folder describes which client, and where that client's logpoints are."""

    model_config = ConfigDict(title="DirectoryMap", json_schema_extra={"examples": [_EXAMPLE]})

    apiVersion: Literal["logpoint-cac/v1"]  # noqa: N815 - as YAML spells it
    """Version of this format."""
    kind: Literal["DirectoryMap"]
    """Always DirectoryMap."""
    directors: Annotated[dict[Name, DirectorEntry], _CLOSED, Field(max_length=_MOST_ENTRIES)]
    """The Directors, by a name of your choice. In a pull request the base commit's are used."""
    clients: Annotated[list[ClientEntry], Field(max_length=_MOST_ENTRIES)] = Field(default_factory=list)
    """The clients; a folder that two entries match takes the first, exact paths before globs."""
    accept: Annotated[list[AcceptEntry], Field(max_length=_MOST_ENTRIES)] = Field(default_factory=list)
    """Drift that is known and silent until a date."""
    require_review: bool = True
    """Whether a push is applied only as far as a pull request's plan was reviewed."""
    require_approval: bool = False
    """Whether someone with write permission, not the author, has to approve a plan after it was shown."""
    lint: Annotated[dict[LintName, Level], _CLOSED] = Field(default_factory=dict)
    """How much lint findings weigh, by code: off, notice, warning or error."""
    rules: list[RulePath] = Field(default_factory=list)
    """Files of rules, or folders of them, relative to the map, that every composed resource is checked against."""
