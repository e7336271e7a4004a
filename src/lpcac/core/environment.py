"""The environment, parsed once; nothing else reads it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from pydantic import SecretStr

from lpcac.core.errors import UsageError
from lpcac.core.text.did_you_mean import did_you_mean
from lpcac.core.urls import is_loopback, normalised_url

URL_VARIABLE = "DIRECTOR_URL"
TOKEN_VARIABLE = "DIRECTOR_TOKEN"  # noqa: S105 - the name of a variable, not a token
SECRET_KEY_VARIABLE = "DIRECTOR_SECRET_KEY"  # noqa: S105 - the name of a variable, not a key


@dataclass(frozen=True)
class Settings:
    """Settings from the environment; secrets are never printed.

    httpx reads proxy and certificate variables itself.

    Arguments:
        director_url: in its one spelling.
        state_folder: lpcac's folder for state (XDG base directories); `None` if the environment names neither
            that place nor a home.
        config_folder: lpcac's folder for settings, in the same way.
        color: `False` for NO_COLOR, `True` for FORCE_COLOR, `None` when the terminal decides.
        environ: everything, for the variables that a directory map names.

    """

    director_url: str | None = None
    director_token: SecretStr | None = None
    director_secret_key: SecretStr | None = None
    color: bool | None = None
    state_folder: Path | None = None
    config_folder: Path | None = None
    environ: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Self:
        """Return the settings; an empty variable counts as absent.

        Raises:
            UsageError: a variable is unusable; the message names it and never repeats its value.

        """
        captured = dict(environ)
        address = captured.get(URL_VARIABLE, "").strip()
        return cls(
            director_url=director_url(address, URL_VARIABLE) if address else None,
            director_token=_secret(captured, TOKEN_VARIABLE),
            director_secret_key=_secret(captured, SECRET_KEY_VARIABLE),
            # https://no-color.org: any value that is not empty; it wins because it asks for less.
            color=False if captured.get("NO_COLOR") else True if captured.get("FORCE_COLOR") else None,
            state_folder=_state_folder(captured),
            config_folder=_config_folder(captured),
            environ=captured,
        )

    def secret(self, variable: str) -> SecretStr:
        """Return the secret in the variable that a directory map names.

        Raises:
            UsageError: the variable is absent, empty or unusable.

        """
        secret = _secret(self.environ, variable)
        if secret is None:
            similar = did_you_mean(
                variable, [name for name in self.environ if name.isupper() and not name.startswith("INPUT_")]
            )
            message = (
                f"environment variable {variable} is not set{similar}: the directory map reads a secret from it; set "
                "it, or get the token from a program with --token-command"
            )
            raise UsageError(message)
        return secret


def director_url(text: str, source: str) -> str:
    """Return the address in its one spelling.

    Arguments:
        text: as the person gave it.
        source: the variable or option it came from, for the message.

    Raises:
        UsageError: it is no usable address; the message never repeats it, because it may hold a password.

    """
    try:
        address = normalised_url(text.strip())
    except ValueError as error:
        message = f"{source}: {error}"
        raise UsageError(message) from None
    if address.startswith("http://") and not is_loopback(address):
        message = f"{source}: the token would be sent unencrypted: use https:// (http:// is for loopback only)"
        raise UsageError(message)
    return address


def _state_folder(environ: Mapping[str, str]) -> Path | None:
    base, home = environ.get("XDG_STATE_HOME"), environ.get("HOME") or environ.get("USERPROFILE")
    if base:
        return Path(base) / "lpcac"
    return Path(home, ".local", "state", "lpcac") if home else None


def _config_folder(environ: Mapping[str, str]) -> Path | None:
    base, home = environ.get("XDG_CONFIG_HOME", ""), environ.get("HOME") or environ.get("USERPROFILE", "")
    # XDG base directories: a relative path is not valid. It would also lie in whatever repository is checked out.
    if os.path.isabs(base):
        return Path(base) / "lpcac"
    return Path(home, ".config", "lpcac") if os.path.isabs(home) else None


def _secret(environ: Mapping[str, str], variable: str) -> SecretStr | None:
    # A secret that was read from a file often ends with a line break, which no HTTP header can carry.
    value = environ.get(variable, "").strip()
    if not value:
        return None
    if not value.isascii() or any(character <= " " or character == "\x7f" for character in value):
        message = f"{variable} holds a blank, a control character or a character outside ASCII: is it complete?"
        raise UsageError(message)
    return SecretStr(value)
