"""The options that say how Directors are reached, as one value; what that needs is imported when a command runs."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from lpcac.core.errors import UsageError

if TYPE_CHECKING:
    from lpcac.workspace.connections import ConnectionOptions


def connection_options(
    *,
    timeout: float,
    ca_bundle: Path | None,
    patience: float,
    token_command: str | None,
    verbose: bool,
    trust_director: list[str] | None,
    order_timeout: float = 300.0,
) -> ConnectionOptions:
    """Return how to connect to Directors.

    Raises:
        UsageError: an option cannot be used.
    """
    from lpcac.workspace.connections import ConnectionOptions  # noqa: PLC0415
    from lpcac.workspace.trust import OPTION, Consent, Trust  # noqa: PLC0415

    try:
        command = tuple(shlex.split(token_command or ""))
    except ValueError as error:
        message = f"--token-command cannot be taken apart ({error}): close its quotes"
        raise UsageError(message) from None
    if token_command is not None and not command:
        message = "--token-command is empty: name a program that prints the token"
        raise UsageError(message)
    trust = Trust(frozenset(Consent.parse(pair, OPTION) for pair in trust_director or ()))
    return ConnectionOptions(
        timeout=timeout,
        ca_bundle=ca_bundle,
        patience=patience,
        write_patience=order_timeout,
        token_command=command,
        verbose=verbose,
        trust=trust,
    )
