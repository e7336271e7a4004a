"""The action's settings: its inputs and GitHub's variables, parsed once; secrets never show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError

from lpcac.action.plan_record.signing import ReviewKey
from lpcac.connectors.github.events import Command
from lpcac.connectors.github.matrix import read_matrix, read_name_list
from lpcac.connectors.github.port import ACTIONS_LOGIN, Identity
from lpcac.core.environment import Settings
from lpcac.core.errors import UsageError
from lpcac.core.text.redaction import Redactor
from lpcac.core.text.safe_text import quoted
from lpcac.directory_map.directory_map import MAP_NAME, DirectorEndpoint

_SHORTEST_KEY = 32
_KINDS = 2
_DIFFERENT = 8
GITHUB_API = "https://api.github.com"

# What people call variables with secrets in them; the map of a commit says of others that they hold one.
_SECRET_NAMES = ("TOKEN", "SECRET", "PASSWORD", "KEY")
# Not declared as secrets: a short value may be an ordinary word.
_SHORTEST_UNNAMED = 12
_LONGEST_LABEL = 100
_GITHUBS_OWN = ("GITHUB_", "RUNNER_", "ACTIONS_", "INPUT_")


@dataclass(frozen=True)
class Workspace:
    """Where the runner lets the action read and write; `None` where it offers nothing."""

    folder: Path
    event_path: Path | None
    output_path: Path | None
    summary_path: Path | None


@dataclass(frozen=True)
class GitHubContext:
    """What GitHub says about the run."""

    event_name: str
    repository: str
    ref: str
    sha: str
    api_url: str
    server_url: str
    run_id: str
    run_attempt: str
    actor: str = ""

    @property
    def run_url(self) -> str:
        """Return the address of the run's log."""
        return f"{self.server_url}/{self.repository}/actions/runs/{self.run_id}/attempts/{self.run_attempt}"

    @property
    def default_identity(self) -> Identity:
        """Return the account that an Actions token writes as; an Enterprise Server numbers its accounts itself."""
        return Identity() if self.api_url == GITHUB_API else Identity(ACTIONS_LOGIN, None)


def _command(text: object) -> object:
    return Command(text.lower()) if isinstance(text, str) and text.lower() in [*Command] else text


def _names(text: object) -> object:
    if not isinstance(text, str):
        return text
    try:
        return read_name_list(text)
    except ValueError:
        raise ValueError("is not a list: separate names by commas or lines, or write a JSON list") from None


def _shares(text: object) -> object:
    if not isinstance(text, str):
        return text
    try:
        return read_matrix(text)
    except ValueError:
        raise ValueError("is not a matrix: pass the one that the shares were started with") from None


def _whole(secret: SecretStr) -> SecretStr:
    value = secret.get_secret_value()
    if not value.isprintable() or " " in value:
        raise ValueError("holds a blank or a control character: is it complete?")
    return secret


def _label(text: str) -> str:
    if not text.isprintable() or len(text) > _LONGEST_LABEL:
        raise ValueError(f"is {quoted(text)}: give at most {_LONGEST_LABEL} printable characters")
    return text


Label = Annotated[str, AfterValidator(_label)]


def _strong(secret: SecretStr) -> SecretStr:
    """Refuse a key that can be guessed: a record's signature is public, so anyone can try guesses."""
    key = secret.get_secret_value().strip()
    kinds = [str.islower, str.isupper, str.isdecimal, lambda character: not character.isalnum()]
    if len(key) < _SHORTEST_KEY or sum(any(map(kind, key)) for kind in kinds) < _KINDS or len(set(key)) < _DIFFERENT:
        raise ValueError(
            "can be guessed: give 32 characters or more of several kinds, made by: openssl rand -base64 32"
        )
    return secret


Names = Annotated[tuple[str, ...], BeforeValidator(_names)]
Shares = Annotated[tuple[tuple[str, ...], ...], BeforeValidator(_shares)]
Token = Annotated[SecretStr, AfterValidator(_whole)]
SigningKey = Annotated[SecretStr, AfterValidator(_strong)]


_RENAMED = {"base": "patch-base"}
"""By old name, what an input is called now."""


class Inputs(BaseModel):
    """The action's inputs, each called as action.yml and the documentation call it; seconds for times.

    A new input is a field here, an entry of action.yml with its row in docs/action.md, and whatever uses it.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=lambda name: name.replace("_", "-"), hide_input_in_errors=True
    )

    command: Annotated[Command | None, BeforeValidator(_command)] = None
    map: str = MAP_NAME
    clients: Names = ()
    pool: str | None = None
    logpoint: str | None = None
    patch_base: str | None = None
    vars: Names = ()
    require_review: bool | None = None
    bot_login: str | None = None
    timeout: Annotated[float, Field(ge=0.1, allow_inf_nan=False)] = 30.0
    patience: Annotated[float, Field(ge=0.1, allow_inf_nan=False)] = 90.0
    order_timeout: Annotated[float, Field(ge=1, allow_inf_nan=False)] = 300.0
    in_flight: Annotated[int, Field(ge=1)] = 32
    in_flight_per_logpoint: Annotated[int, Field(ge=1)] = 4
    max_deletes: Annotated[int | None, Field(ge=0)] = None
    max_delete_percent: Annotated[int | None, Field(ge=0, le=100)] = None
    max_issues: Annotated[int, Field(ge=0)] = 20
    ca_bundle: Path | None = None
    parts: Path | None = None
    share: Annotated[int | None, Field(ge=0)] = None
    shares: Shares | None = None
    scope: Label | None = None
    take_over_scope: Names = ()
    github_token: Token | None = None
    director_token: Token | None = None
    director_token_for: Names = ()
    director_secret_key: Token | None = None
    signing_key: SigningKey | None = None

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Self:
        """Return the inputs as runners set them; an empty one counts as absent.

        Raises:
            UsageError: an input is unusable; the message names it and never repeats a secret.
        """
        for old, new in _RENAMED.items():
            if _given(environ, old):
                message = f"the input {old} does not exist any more: use {new}"
                raise UsageError(message)
        names = [name.replace("_", "-") for name in cls.model_fields]
        given = {name: value for name in names if (value := _given(environ, name))}
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            raise UsageError(_explained(error, given)) from None


def _given(environ: Mapping[str, str], name: str) -> str:
    """Return what a runner says of an input: `INPUT_` and the name in capitals, its dashes kept or not."""
    variables = (f"INPUT_{name.upper()}", f"INPUT_{name.upper().replace('-', '_')}")
    return next(filter(None, (environ.get(variable, "").strip() for variable in variables)), "")


def _explained(error: ValidationError, given: Mapping[str, str]) -> str:
    """Return in one line what is wrong with the first input that is unusable."""
    first = error.errors(include_url=False, include_input=False)[0]
    name = str(first["loc"][0])
    if first["type"] == "value_error":
        return f"the input {name} {first['ctx']['error']}"
    return f"the input {name} is {quoted(given[name])}: {_wanted(name.replace('-', '_'))}"


def _wanted(field_name: str) -> str:
    """Return what a field that is no secret takes, from how it is declared."""
    field = Inputs.model_fields[field_name]
    limits = {"ge": "", "le": ""} | {
        limit: str(getattr(each, limit)) for each in field.metadata for limit in ("ge", "le") if hasattr(each, limit)
    }
    if limits["ge"]:
        return f"give a number {'from {ge} to {le}' if limits['le'] else 'of at least {ge}'}".format_map(limits)
    return f"write one of {', '.join(Command)}" if field_name == "command" else "write true or false"


@dataclass(frozen=True)
class ActionSettings:
    """The action's settings, from its inputs and GitHub's variables."""

    inputs: Inputs
    github: GitHubContext
    workspace: Workspace
    environ: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Self:
        """Return the settings; an empty input counts as absent.

        Raises:
            UsageError: an input or a variable is unusable; the message names it and never repeats a secret.
        """
        captured = dict(environ)
        return cls(Inputs.from_environ(captured), _github(captured), _workspace(captured), captured)

    @property
    def identity(self) -> Identity:
        """Return the account that this run writes on GitHub as."""
        login = self.inputs.bot_login
        return Identity(login, None) if login else self.github.default_identity

    def hide_secrets(self, redactor: Redactor) -> None:
        """Mask every secret of the inputs, and of variables with a name like one, in all output."""
        for name in ("github_token", "director_token", "director_secret_key", "signing_key"):
            secret = getattr(self.inputs, name)
            redactor.hide(secret.get_secret_value() if secret else None)
        for name, value in self.environ.items():
            if name.upper().endswith(_SECRET_NAMES) and len(value.strip()) >= _SHORTEST_UNNAMED:
                redactor.hide(value.strip())

    def hide_variable(self, redactor: Redactor, name: str) -> None:
        """Mask the value of a variable in all output; a map says that it holds a secret.

        GitHub gives no secret a name of its own variables, and some of those hold what a pull request's author chose:
        masked, such a word would be missing from what a reviewer reads.
        """
        if not name.upper().startswith(_GITHUBS_OWN):
            redactor.hide(self.environ.get(name, "").strip())

    def director_settings(self, directors: Iterable[DirectorEndpoint]) -> Settings:
        """Return the settings for connecting; the inputs replace variables of the Directors that they are for."""
        environ, known = dict(self.environ), list(directors)
        # Two Directors may name one variable: then the input must be for both.
        others = {name for each in known if not self._is_served(each) for name in (each.token_env, each.secret_key_env)}
        for director in filter(self._is_served, known):
            for variable, secret in (
                (director.token_env, self.inputs.director_token),
                (director.secret_key_env, self.inputs.director_secret_key),
            ):
                if variable and secret and variable not in others and not environ.get(variable, "").strip():
                    environ[variable] = secret.get_secret_value()
        # The command line's own variables mean an ad-hoc target, which the action has none of.
        return replace(Settings.from_environ({**environ, "DIRECTOR_URL": ""}), color=False)

    def _is_served(self, director: DirectorEndpoint) -> bool:
        """Tell whether the input `director-token` is for this Director: it is listed, or the map has no other one."""
        named = self.inputs.director_token_for
        return director.name in named if named else director.is_only

    def lacks_token(self, director: DirectorEndpoint, settings: Settings) -> bool:
        """Tell whether a Director has no token only because the input `director-token` is not for it."""
        is_set = bool(settings.environ.get(director.token_env, "").strip())
        return not is_set and self.inputs.director_token is not None

    def review_key(self, director: DirectorEndpoint) -> ReviewKey | None:
        """Return the key for plan records of a Director's targets, if there is anything to make one from."""
        token = self.environ.get(director.token_env, "").strip()
        if not token and self._is_served(director):
            token = _secret(self.inputs.director_token)
        return ReviewKey.of(_secret(self.inputs.signing_key), token)

    def map_keys(self, directors: Iterable[DirectorEndpoint]) -> dict[str, ReviewKey]:
        """Return the keys that sign what a map says, by what they are made of: the signing key, else these tokens.

        The input `director-token` always signs too: a forged map may name a variable of this job whose value is no
        secret, such as HOME.

        Arguments:
            directors: as far as they can be trusted: whoever names a variable learns what its value signs. None for the
                first map of all, which the input `director-token` signs.
        """
        known = list(directors)
        if self.inputs.signing_key:
            keys = {"signing-key": ReviewKey.of(_secret(self.inputs.signing_key), "")}
        else:
            keys = {each.token_env: self.review_key(each) for each in known}
            keys["director-token"] = ReviewKey.of("", _secret(self.inputs.director_token))
        return {name: key for name, key in keys.items() if key}


def _secret(value: SecretStr | None) -> str:
    return value.get_secret_value() if value else ""


def _github(environ: Mapping[str, str]) -> GitHubContext:
    repository = environ.get("GITHUB_REPOSITORY", "")
    if repository.count("/") != 1:
        message = "GITHUB_REPOSITORY is not set: this command is what the GitHub Action runs"
        raise UsageError(message)
    return GitHubContext(
        event_name=environ.get("GITHUB_EVENT_NAME", ""),
        repository=repository,
        ref=environ.get("GITHUB_REF", ""),
        sha=environ.get("GITHUB_SHA", ""),
        api_url=_address(environ, "GITHUB_API_URL", GITHUB_API),
        server_url=_address(environ, "GITHUB_SERVER_URL", "https://github.com"),
        run_id=environ.get("GITHUB_RUN_ID", "0"),
        run_attempt=environ.get("GITHUB_RUN_ATTEMPT", "1"),
        actor=environ.get("GITHUB_TRIGGERING_ACTOR") or environ.get("GITHUB_ACTOR", ""),
    )


def _address(environ: Mapping[str, str], variable: str, default: str) -> str:
    url = environ.get(variable, "").strip().rstrip("/") or default
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
        message = f"{variable} is not an address"
        raise UsageError(message)
    return url


def _workspace(environ: Mapping[str, str]) -> Workspace:
    def path(variable: str) -> Path | None:
        return Path(environ[variable]) if environ.get(variable) else None

    return Workspace(
        path("GITHUB_WORKSPACE") or Path(),
        path("GITHUB_EVENT_PATH"),
        path("GITHUB_OUTPUT"),
        path("GITHUB_STEP_SUMMARY"),
    )
