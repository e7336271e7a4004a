"""The arguments of the commands that read what is live."""

from __future__ import annotations

from typing import Annotated, Optional

import typer

from lpcac.cli.arguments.connection import connection_options
from lpcac.cli.arguments.targets import target_options
from lpcac.cli.options import (
    CaBundle,
    Clients,
    External,
    MapFile,
    Patience,
    Pool,
    TargetsFormat,
    Timeout,
    TokenCommand,
    TrustDirector,
    Verbose,
)


def sync(
    folder: Annotated[
        Optional[str],
        typer.Argument(metavar="DIR", help="Folder to write into.", show_default=False),
    ] = None,
    pool: Pool = None,
    logpoint: Annotated[
        Optional[str],
        typer.Option("--logpoint", metavar="LOGPOINT", help="Logpoint to read, if the client has several that differ."),
    ] = None,
    map_file: MapFile = None,
    clients: Clients = None,
    patch_bases: Annotated[
        Optional[list[str]],
        typer.Option(
            "--patch-base", metavar="FOLDER", help="Base to write patches for; also added to the map. Repeatable."
        ),
    ] = None,
    variables: Annotated[
        Optional[list[str]],
        typer.Option("--var", metavar="NAME=VALUE", help="Variable for a new client's entry in the map. Repeatable."),
    ] = None,
    external: External = None,
    include_vendor: Annotated[bool, typer.Option("--include-vendor", help="Also write the vendor's objects.")] = False,
    remove_missing: Annotated[
        bool, typer.Option("--remove-missing", help="Remove declared objects that are not live from the files.")
    ] = False,
    drop_missing: Annotated[
        bool, typer.Option("--drop-missing", help="Drop base objects that are not live with a patch.")
    ] = False,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit with 2 if a file would change.")] = False,
    ca_bundle: CaBundle = None,
    trust_director: TrustDirector = None,
    timeout: Timeout = 30.0,
    patience: Patience = 90.0,
    token_command: TokenCommand = None,
    verbose: Verbose = False,
    output_format: Annotated[TargetsFormat, typer.Option("--format", help="Report format.")] = TargetsFormat.TEXT,
) -> None:
    """Write a logpoint's live objects as YAML. Existing files keep their comments and layout."""
    from lpcac.cli.commands.live import sync as command  # noqa: PLC0415
    from lpcac.sync.result import SyncOptions  # noqa: PLC0415
    from lpcac.sync.run import SyncChoice  # noqa: PLC0415

    is_ad_hoc = pool is not None
    options = target_options(
        paths=(folder,) if folder else (),
        pool=pool,
        logpoints=(logpoint or "*",) if is_ad_hoc else (),
        map_file=map_file,
        clients=clients,
        external=external,
    )
    choice = SyncChoice(
        None if is_ad_hoc else logpoint,
        SyncOptions(include_vendor, remove_missing, drop_missing),
    )
    connection = connection_options(
        timeout=timeout,
        ca_bundle=ca_bundle,
        patience=patience,
        token_command=token_command,
        verbose=verbose,
        trust_director=trust_director,
    )
    more = (tuple(patch_bases or ()), tuple(variables or ()))
    raise typer.Exit(command.sync(options, connection, output_format.value, choice, *more, is_check=check))


def inventory(
    pool: Annotated[
        Optional[str], typer.Option("--pool", metavar="POOL", help="Pool whose logpoints to look at: name or UUID.")
    ] = None,
    logpoints: Annotated[
        Optional[list[str]],
        typer.Option(
            "--logpoint",
            metavar="LOGPOINT",
            help="Logpoint of the pool: name or identifier. Repeatable; without it, all of them.",
        ),
    ] = None,
    map_file: MapFile = None,
    clients: Clients = None,
    ca_bundle: CaBundle = None,
    trust_director: TrustDirector = None,
    timeout: Timeout = 30.0,
    patience: Patience = 90.0,
    token_command: TokenCommand = None,
    verbose: Verbose = False,
    output_format: Annotated[TargetsFormat, typer.Option("--format", help="Form of the list.")] = TargetsFormat.TEXT,
) -> None:
    """List what logpoints have, such as packages and paths; without --pool and --client, the pools and logpoints."""
    from lpcac.cli.commands.live import inventory as command  # noqa: PLC0415

    options = target_options(pool=pool, logpoints=logpoints, map_file=map_file, clients=clients)
    connection = connection_options(
        timeout=timeout,
        ca_bundle=ca_bundle,
        patience=patience,
        token_command=token_command,
        verbose=verbose,
        trust_director=trust_director,
    )
    raise typer.Exit(command.inventory(options, connection, output_format.value))
