"""The arguments of `init`, `doctor` and `trust`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from lpcac.cli.arguments.connection import connection_options
from lpcac.cli.arguments.targets import target_options
from lpcac.cli.options import Clients, MapFile, Patience, TargetsFormat, Timeout, TokenCommand, TrustDirector, Verbose

_Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the repository.", show_default=False)]
_CaBundle = Annotated[
    Optional[str],
    typer.Option("--ca-bundle", metavar="FILE", help="PEM file of the repository to trust for the Director."),
]


def init(
    folder: _Folder = Path(),
    director: Annotated[
        Optional[str], typer.Option("--director", metavar="URL", help="Address of the Director: https://HOST.")
    ] = None,
    action: Annotated[
        Optional[str],
        typer.Option(
            "--action",
            metavar="OWNER/NAME[@COMMIT]",
            help="Repository of the action; without @COMMIT, the commit of the installed version's tag is looked up.",
        ),
    ] = None,
    branch: Annotated[
        Optional[str],
        typer.Option("--branch", metavar="NAME", help="Default branch; else that of the remote, or the current one."),
    ] = None,
    runs_on: Annotated[
        Optional[list[str]],
        typer.Option("--runs-on", metavar="LABEL", help="Label of your own runners; else GitHub's run. Repeatable."),
    ] = None,
    require_approval: Annotated[
        Optional[bool],
        typer.Option(
            "--require-approval/--no-require-approval", help="Whether someone else must approve. [default: yes]"
        ),
    ] = None,
    sharded: Annotated[
        Optional[bool],
        typer.Option("--sharded/--no-sharded", help="Split clients into parallel jobs, for hundreds. [default: no]"),
    ] = None,
    workflows: Annotated[
        Optional[list[str]],
        typer.Option("--workflow", metavar="NAME", help="Another workflow: by-hand or adopt. Repeatable."),
    ] = None,
    client: Annotated[
        Optional[str], typer.Option("--client", metavar="NAME", help="Begin with this client, which is live already.")
    ] = None,
    pool: Annotated[
        Optional[str], typer.Option("--pool", metavar="POOL", help="Pool of that client: name or UUID.")
    ] = None,
    logpoint: Annotated[
        Optional[str],
        typer.Option(
            "--logpoint", metavar="LOGPOINT", help="Logpoint of that client, if its pool has several that differ."
        ),
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit with 2 if a file would change.")] = False,
    diff: Annotated[
        bool, typer.Option("--diff", help="Show how kept files differ from what init would write.")
    ] = False,
    restore: Annotated[bool, typer.Option("--restore", help="Write files again that were deleted.")] = False,
    new_signing_key: Annotated[
        bool, typer.Option("--new-signing-key", help="Show a new key, although an earlier run made one.")
    ] = False,
    ca_bundle: _CaBundle = None,
    timeout: Timeout = 30.0,
    patience: Patience = 90.0,
    token_command: TokenCommand = None,
    trust_director: TrustDirector = None,
    verbose: Verbose = False,
) -> None:
    """Set a repository up: map, workflows, editor, hooks, a first client. Keeps what you changed; may ask."""
    from lpcac.cli.commands.installation import init as command  # noqa: PLC0415
    from lpcac.cli.commands.installation.init_answers import FirstClient, InitOptions  # noqa: PLC0415
    from lpcac.core.errors import UsageError  # noqa: PLC0415

    if (client is None) != (pool is None) or (logpoint is not None and client is None):
        message = "--client, --pool and --logpoint go together: they name a client that is live already"
        raise UsageError(message)
    options = InitOptions(
        director,
        action,
        branch,
        tuple(runs_on or ()),
        require_approval,
        sharded,
        tuple(workflows or ()),
        ca_bundle,
    )
    run = command.InitRun(check, diff, restore, new_signing_key)
    first = FirstClient(client, pool, logpoint) if client and pool else None
    bundle = folder / ca_bundle if ca_bundle else None
    connection = connection_options(
        timeout=timeout,
        ca_bundle=bundle,
        patience=patience,
        token_command=token_command,
        verbose=verbose,
        trust_director=trust_director,
    )
    raise typer.Exit(command.init(folder, options, run, first, connection))


def doctor(
    map_file: MapFile = None,
    repository: Annotated[
        Optional[str],
        typer.Option("--repository", metavar="OWNER/NAME", help="On GitHub; else the variable GITHUB_REPOSITORY."),
    ] = None,
    ca_bundle: Annotated[
        Optional[Path],
        typer.Option("--ca-bundle", metavar="FILE", help="PEM file of certificates to trust for the Director."),
    ] = None,
    timeout: Timeout = 30.0,
    patience: Annotated[
        float,
        typer.Option(
            "--patience", metavar="SECONDS", min=0.1, help="Seconds to go on without a usable answer from a Director."
        ),
    ] = 10.0,
    token_command: TokenCommand = None,
    trust_director: TrustDirector = None,
    verbose: Verbose = False,
    output_format: Annotated[TargetsFormat, typer.Option("--format", help="Form of the report.")] = TargetsFormat.TEXT,
) -> None:
    """Check an installation: map, Directors, tokens, workflows, branch protection. Says what to do; writes nothing."""
    from lpcac.cli.commands.installation import doctor as command  # noqa: PLC0415

    connection = connection_options(
        timeout=timeout,
        ca_bundle=ca_bundle,
        patience=patience,
        token_command=token_command,
        verbose=verbose,
        trust_director=trust_director,
    )
    raise typer.Exit(command.doctor(map_file, repository, connection, output_format.value))


def trust(
    map_file: MapFile = None,
    clients: Clients = None,
    auto_approve: Annotated[bool, typer.Option("--auto-approve", help="Do not ask before writing.")] = False,
) -> None:
    """Show which secrets the map's Directors would get, ask, and remember it in your configuration folder."""
    from lpcac.cli.commands.installation import trust as command  # noqa: PLC0415

    raise typer.Exit(command.trust(target_options(map_file=map_file, clients=clients), auto_approve=auto_approve))
