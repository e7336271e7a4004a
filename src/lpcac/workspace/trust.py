"""What a user trusts a Director with: which secret goes to which address, and whose certificates count there.

A map is a file of a repository, and a branch of it may be a stranger's. It says which variable's value is sent where,
and so only what the user agreed to outside the repository is sent.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from lpcac.core.environment import SECRET_KEY_VARIABLE, TOKEN_VARIABLE, Settings
from lpcac.core.errors import RefusedError, UsageError
from lpcac.core.open_flags import NON_BLOCKING
from lpcac.core.text.safe_text import quoted
from lpcac.core.urls import is_loopback, normalised_url, origin_of
from lpcac.directory_map.directory_map import DirectorEndpoint
from lpcac.directory_map.schema import is_secret_variable

OPTION: Final = "--trust-director"
_BUNDLE: Final = "ca_bundle:"
_DIGITS: Final = 64
_FORM: Final = "ORIGIN=VARIABLE, such as https://director.example.com=DIRECTOR_TOKEN"


@dataclass(frozen=True, order=True)
class Consent:
    """One thing that a Director may have.

    Arguments:
        origin: scheme, host and port of its address.
        what: the variable whose value is sent there, or `ca_bundle:` and the SHA-256 of the certificates that count.
    """

    origin: str
    what: str

    def __str__(self) -> str:
        """Return it as the option and the trust file have it."""
        return f"{self.origin}={self.what}"

    @classmethod
    def parse(cls, text: str, source: str) -> Self:
        """Return what a person wrote.

        Arguments:
            source: where, for the message.

        Raises:
            UsageError: it is no such pair.
        """
        address, _, what = text.strip().rpartition("=")
        try:
            url = normalised_url(address)
        except ValueError as error:
            message = f"{source} {quoted(text)}: {error}; write {_FORM}"
            raise UsageError(message) from None
        digits = what.removeprefix(_BUNDLE) if what.startswith(_BUNDLE) else None
        is_digest = digits is not None and len(digits) == _DIGITS and set(digits) <= set("0123456789abcdef")
        if url != origin_of(url) or not (is_digest or is_secret_variable(what)):
            message = f"{source} {quoted(text)}: write {_FORM}"
            raise UsageError(message)
        return cls(url, what)


@dataclass(frozen=True)
class Trust:
    """What the user agreed to.

    Arguments:
        consents: on the command line, in the trust file, or when asked.
        is_whole: whether others decide, as the workflow does for the action.
    """

    consents: frozenset[Consent] = frozenset()
    is_whole: bool = False

    def covers(self, needed: Consent, settings: Settings) -> bool:
        """Tell whether the user agreed to this, even if by naming the Director and its token in the environment."""
        if self.is_whole or needed in self.consents or is_loopback(needed.origin):
            return True
        is_own = settings.director_url is not None and origin_of(settings.director_url) == needed.origin
        given = {
            TOKEN_VARIABLE: settings.director_token is not None,
            SECRET_KEY_VARIABLE: settings.director_token is not None,
        }
        return is_own and given.get(needed.what, False)

    def with_more(self, more: Iterable[Consent]) -> Trust:
        """Return the same trust and more."""
        return Trust(self.consents | frozenset(more), self.is_whole)


EVERYTHING: Final = Trust(is_whole=True)


def consents_for(director: DirectorEndpoint, map_folder: Path, *, names_bundle: bool) -> Iterator[Consent]:
    """Yield what a Director of a map gets.

    Arguments:
        map_folder: what the path of its certificates starts from.
        names_bundle: whether the map's certificates are used, rather than the command line's.
    """
    origin = origin_of(director.url)
    yield Consent(origin, director.token_env)
    if director.secret_key_env:
        yield Consent(origin, director.secret_key_env)
    if director.ca_bundle and names_bundle:
        try:
            content = (map_folder / director.ca_bundle).read_bytes()
        except OSError:
            # The connection will say so; nothing can be sent over it.
            return
        # By content: people who may change the map may change a file next to it.
        yield Consent(origin, f"{_BUNDLE}{hashlib.sha256(content).hexdigest()}")


def require_trust(missing: Sequence[Consent]) -> None:
    """Do nothing where nothing is missing.

    Raises:
        RefusedError: something is; the message says with which options it would be given.
    """
    if missing:
        options = " ".join(f"{OPTION} {each}" for each in missing)
        message = (
            "the map wants secrets of yours sent to Directors that you did not trust with them; nothing was sent: "
            f"if they are right, run lpcac trust, or add {options}"
        )
        raise RefusedError(message)


def trust_file(settings: Settings) -> Path | None:
    """Return where the user's trust is kept; none where the environment names no such place."""
    return settings.config_folder / "trusted-directors" if settings.config_folder else None


def read_trust(file: Path | None, map_folder: Path) -> Trust:
    """Return what the trust file says; nothing where there is none.

    Raises:
        RefusedError: it is in the map's repository, or someone else may write it.
        UsageError: it cannot be read, or holds a line that is no pair.
    """
    if file is None or not os.path.lexists(file):
        return Trust()
    _require_outside(file, map_folder)
    try:
        # Opened once: what is read is what was checked.
        with open(os.open(file, os.O_RDONLY | NON_BLOCKING), encoding="utf-8") as opened:
            _require_own(file, os.fstat(opened.fileno()))
            lines = opened.read().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        message = f"{file} cannot be read ({getattr(error, 'strerror', None) or 'it is not UTF-8 text'})"
        raise UsageError(message) from None
    wanted = (line.strip() for line in lines)
    return Trust(frozenset(Consent.parse(line, str(file)) for line in wanted if line and not line.startswith("#")))


def write_trust(file: Path, consents: Iterable[Consent]) -> None:
    """Add to the trust file.

    Raises:
        UsageError: it cannot be written.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="utf-8") as opened:
            opened.write("".join(f"{each}\n" for each in sorted(consents)))
    except OSError as error:
        message = f"{file} cannot be written ({error.strerror}): set XDG_CONFIG_HOME, or use {OPTION}"
        raise UsageError(message) from None


def _require_outside(file: Path, map_folder: Path) -> None:
    place, folder = file.resolve(), map_folder.resolve()
    around = next((each for each in (folder, *folder.parents) if (each / ".git").exists()), folder)
    if around in place.parents:
        message = f"{file} is in the map's repository, so it is not used: set XDG_CONFIG_HOME to another place"
        raise RefusedError(message)


def _require_own(file: Path, status: os.stat_result) -> None:
    if not hasattr(os, "getuid"):
        # Windows: only this user can write below the user's own folders, and modes say nothing.
        return
    if status.st_uid not in (os.getuid(), 0) or status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        message = f"{file} may be written by others, so it is not used: let only yourself write it (chmod 600)"
        raise RefusedError(message)
