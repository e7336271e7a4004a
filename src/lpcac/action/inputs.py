"""What the action was told: its inputs and GitHub's variables, parsed once; secrets never show."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import SecretStr

from lpcac.action.plan_record.record import ReviewKey
from lpcac.connectors.github.events import Command
from lpcac.connectors.github.matrix import read_name_list
from lpcac.connectors.github.port import ACTIONS_LOGIN, Identity
from lpcac.core.environment import Settings
from lpcac.core.errors import UsageError
from lpcac.core.redaction import Redactor
from lpcac.core.safe_text import quoted
from lpcac.directory_map.directory_map import MAP_NAME, DirectorEndpoint

GITHUB_API = "https://api.github.com"
_YES, _NO = frozenset({"true", "yes", "1", "on"}), frozenset({"false", "no", "0", "off"})


# What people call variables with secrets in them; the map of a commit says of others that they hold one.
_SECRET_NAMES = ("TOKEN", "SECRET", "PASSWORD", "KEY")
# Nobody said that these are secrets: a short value may be an ordinary word.
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
        """Return whom an Actions token writes as; an Enterprise Server numbers its accounts itself."""
        return Identity() if self.api_url == GITHUB_API else Identity(ACTIONS_LOGIN, None)


@dataclass(frozen=True)
class Inputs:
    """The action's inputs, each as the documentation names it; seconds for times."""

    command: Command | None = None
    map: str = MAP_NAME
    clients: tuple[str, ...] = ()
    pool: str | None = None
    logpoint: str | None = None
    base: str | None = None
    vars: tuple[str, ...] = ()
    require_review: bool | None = None
    bot_login: str | None = None
    timeout: float = 30.0
    order_timeout: float = 300.0
    in_flight: int = 32
    in_flight_per_logpoint: int = 4
    max_deletes: int | None = None
    max_delete_percent: int | None = None
    max_issues: int = 20
    ca_bundle: Path | None = None
    parts: Path | None = None
    scope: str | None = None
    take_over_scope: tuple[str, ...] = ()
    github_token: SecretStr | None = None
    director_token: SecretStr | None = None
    director_secret_key: SecretStr | None = None
    signing_key: SecretStr | None = None


@dataclass(frozen=True)
class ActionSettings:
    """Everything that the action is told from outside."""

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
        return cls(_inputs(captured), _github(captured), _workspace(captured), captured)

    @property
    def identity(self) -> Identity:
        """Return whom this run writes on GitHub as."""
        login = self.inputs.bot_login
        return Identity(login, None) if login else self.github.default_identity

    def hide_secrets(self, redactor: Redactor) -> None:
        """Keep every secret of the inputs, and of variables that sound like one, out of whatever leaves the process."""
        for name in ("github_token", "director_token", "director_secret_key", "signing_key"):
            secret = getattr(self.inputs, name)
            redactor.hide(secret.get_secret_value() if secret else None)
        for name, value in self.environ.items():
            if name.upper().endswith(_SECRET_NAMES) and len(value.strip()) >= _SHORTEST_UNNAMED:
                redactor.hide(value.strip())

    def hide_variable(self, redactor: Redactor, name: str) -> None:
        """Keep the value of a variable out of whatever leaves the process; a map says that it holds a secret.

        GitHub gives no secret a name of its own variables, and some of those hold what a pull request's author chose:
        masked, such a word would be missing from what a reviewer reads.
        """
        if not name.upper().startswith(_GITHUBS_OWN):
            redactor.hide(self.environ.get(name, "").strip())

    def director_settings(self, directors: Iterable[DirectorEndpoint]) -> Settings:
        """Return the settings for connecting; the inputs stand in for a Director's variables that are not set."""
        environ = dict(self.environ)
        for director in directors:
            for variable, secret in (
                (director.token_env, self.inputs.director_token),
                (director.secret_key_env, self.inputs.director_secret_key),
            ):
                if variable and secret and not environ.get(variable, "").strip():
                    environ[variable] = secret.get_secret_value()
        # The command line's own variables mean an ad-hoc target, which the action has none of.
        return replace(Settings.from_environ({**environ, "DIRECTOR_URL": ""}), color=False)

    def review_key(self, director: DirectorEndpoint) -> ReviewKey | None:
        """Return the key for plan records of a Director's targets, if there is anything to make one from."""
        signing_key = self.inputs.signing_key
        token = self.environ.get(director.token_env, "").strip()
        if not token and self.inputs.director_token:
            token = self.inputs.director_token.get_secret_value()
        return ReviewKey.of(signing_key.get_secret_value() if signing_key else "", token)


class _Reader:
    """Reads inputs the way runners set them: `INPUT_` and the name in capitals, its dashes kept or not."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def text(self, name: str) -> str | None:
        for variable in (f"INPUT_{name.upper()}", f"INPUT_{name.upper().replace('-', '_')}"):
            value = self._environ.get(variable, "").strip()
            if value:
                return value
        return None

    def secret(self, name: str) -> SecretStr | None:
        value = self.text(name)
        if value is None:
            return None
        if not value.isprintable() or " " in value:
            message = f"the input {name} holds a blank or a control character: is it complete?"
            raise UsageError(message)
        return SecretStr(value)

    def passphrase(self, name: str) -> SecretStr | None:
        value = self.text(name)
        return SecretStr(value) if value else None

    def number(self, name: str, default: float, least: float) -> float:
        return self._parsed(name, float, least, float("inf")) or default

    def count(self, name: str, least: int, most: float = float("inf")) -> int | None:
        found = self._parsed(name, int, least, most)
        return None if found is None else int(found)

    def _parsed(self, name: str, kind: Callable[[str], float], least: float, most: float) -> float | None:
        text = self.text(name)
        if text is None:
            return None
        try:
            value = kind(text)
        except ValueError:
            value = float("nan")
        if not least <= value <= most:
            limits = f"of at least {least}" if most == float("inf") else f"from {least} to {most}"
            message = f"the input {name} is {quoted(text)}: give a number {limits}"
            raise UsageError(message)
        return value

    def flag(self, name: str) -> bool | None:
        text = self.text(name)
        if text is None:
            return None
        if text.lower() in _YES | _NO:
            return text.lower() in _YES
        message = f"the input {name} is {quoted(text)}: write true or false"
        raise UsageError(message)

    def label(self, name: str) -> str | None:
        text = self.text(name)
        if text is not None and (not text.isprintable() or len(text) > _LONGEST_LABEL):
            message = f"the input {name} is {quoted(text)}: give at most {_LONGEST_LABEL} printable characters"
            raise UsageError(message)
        return text

    def names(self, name: str) -> tuple[str, ...]:
        try:
            return read_name_list(self.text(name) or "")
        except ValueError:
            message = f"the input {name} is no list: separate names by commas or lines, or write a JSON list"
            raise UsageError(message) from None


def _inputs(environ: Mapping[str, str]) -> Inputs:
    read = _Reader(environ)
    defaults = Inputs()
    bundle, parts = read.text("ca-bundle"), read.text("parts")
    return Inputs(
        command=_command(read.text("command")),
        map=read.text("map") or defaults.map,
        clients=read.names("clients"),
        pool=read.text("pool"),
        logpoint=read.text("logpoint"),
        base=read.text("base"),
        vars=read.names("vars"),
        require_review=read.flag("require-review"),
        bot_login=read.text("bot-login"),
        timeout=read.number("timeout", defaults.timeout, 0.1),
        order_timeout=read.number("order-timeout", defaults.order_timeout, 1),
        in_flight=read.count("in-flight", 1) or defaults.in_flight,
        in_flight_per_logpoint=read.count("in-flight-per-logpoint", 1) or defaults.in_flight_per_logpoint,
        max_deletes=read.count("max-deletes", 0),
        max_delete_percent=read.count("max-delete-percent", 0, 100),
        max_issues=defaults.max_issues if (most := read.count("max-issues", 0)) is None else most,
        ca_bundle=Path(bundle) if bundle else None,
        parts=Path(parts) if parts else None,
        scope=read.label("scope"),
        take_over_scope=read.names("take-over-scope"),
        github_token=read.secret("github-token"),
        director_token=read.secret("director-token"),
        director_secret_key=read.secret("director-secret-key"),
        signing_key=read.passphrase("signing-key"),
    )


def _command(text: str | None) -> Command | None:
    if text is None:
        return None
    try:
        return Command(text.lower())
    except ValueError:
        message = f"the input command is {quoted(text)}: write one of {', '.join(Command)}"
        raise UsageError(message) from None


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
        message = f"{variable} is no address"
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
