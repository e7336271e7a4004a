"""The arguments of `history` and `action`."""

from __future__ import annotations

from typing import Annotated, Optional

import typer

from lpcac.cli.options import (
    TargetsFormat,
)


def history(
    client: Annotated[Optional[str], typer.Argument(metavar="CLIENT", help="Client; without it, every one.")] = None,
    repository: Annotated[
        Optional[str],
        typer.Option("--repository", metavar="OWNER/NAME", help="On GitHub; else the variable GITHUB_REPOSITORY."),
    ] = None,
    most: Annotated[int, typer.Option("--limit", metavar="COUNT", min=1, help="How many runs to show.")] = 20,
    bot_login: Annotated[
        Optional[str],
        typer.Option("--bot-login", metavar="LOGIN", help="Who recorded the runs, where an app did: my-app[bot]."),
    ] = None,
    output_format: Annotated[TargetsFormat, typer.Option("--format", help="Form of the list.")] = TargetsFormat.TEXT,
) -> None:
    """Show what the GitHub Action applied, when, and who approved and merged it. Needs GITHUB_TOKEN or GH_TOKEN."""
    from lpcac.cli.commands import history as command  # noqa: PLC0415

    raise typer.Exit(command.history(command.HistoryOptions(client, repository, most, bot_login), output_format.value))


def action() -> None:
    """Handle a GitHub event: the GitHub Action runs this. Reads its settings from the runner's variables."""
    from lpcac.action import main as command  # noqa: PLC0415

    raise typer.Exit(command.action())
