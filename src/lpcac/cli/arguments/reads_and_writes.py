"""The arguments of the commands that show and apply changes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from lpcac.cli.arguments.connection import connection_options
from lpcac.cli.arguments.targets import target_options
from lpcac.cli.options import (
    AllowRepoDelete,
    CaBundle,
    Clients,
    External,
    Format,
    Logpoints,
    MapFile,
    MaxDeletePercent,
    MaxDeletes,
    OutputFormat,
    OwnedBy,
    Paths,
    Patience,
    Pool,
    Prune,
    Timeout,
    TokenCommand,
    TrustDirector,
    Verbose,
)


def plan(
    paths: Paths = None,
    pool: Pool = None,
    logpoints: Logpoints = None,
    map_file: MapFile = None,
    clients: Clients = None,
    owned_by: OwnedBy = None,
    prune: Prune = False,
    allow_repo_delete: AllowRepoDelete = False,
    external: External = None,
    max_deletes: MaxDeletes = None,
    max_delete_percent: MaxDeletePercent = None,
    out: Annotated[
        Optional[Path], typer.Option("--out", metavar="FILE", help="Also write the plan, as JSON, to this file.")
    ] = None,
    detailed_exitcode: Annotated[
        bool, typer.Option("--detailed-exitcode", help="Exit with 2 when the plan has changes.")
    ] = False,
    ca_bundle: CaBundle = None,
    trust_director: TrustDirector = None,
    timeout: Timeout = 30.0,
    patience: Patience = 90.0,
    token_command: TokenCommand = None,
    verbose: Verbose = False,
    output_format: OutputFormat = Format.TEXT,
) -> None:
    """Show what an apply would create, update and delete, with risks. Writes nothing."""
    from lpcac.cli.commands.live import plan as command  # noqa: PLC0415

    options = target_options(
        paths=paths,
        pool=pool,
        logpoints=logpoints,
        map_file=map_file,
        clients=clients,
        owned_by=owned_by,
        prune=prune,
        allow_repo_delete=allow_repo_delete,
        external=external,
        max_deletes=max_deletes,
        max_delete_percent=max_delete_percent,
    )
    connection = connection_options(
        timeout=timeout,
        ca_bundle=ca_bundle,
        patience=patience,
        token_command=token_command,
        verbose=verbose,
        trust_director=trust_director,
    )
    raise typer.Exit(command.plan(options, connection, output_format.value, out, detailed_exitcode=detailed_exitcode))


def apply(
    paths: Paths = None,
    pool: Pool = None,
    logpoints: Logpoints = None,
    map_file: MapFile = None,
    clients: Clients = None,
    owned_by: OwnedBy = None,
    prune: Prune = False,
    allow_repo_delete: AllowRepoDelete = False,
    external: External = None,
    max_deletes: MaxDeletes = None,
    max_delete_percent: MaxDeletePercent = None,
    plan_file: Annotated[
        Optional[Path], typer.Option("--plan", metavar="FILE", help="Apply exactly the plan in this file, or nothing.")
    ] = None,
    auto_approve: Annotated[bool, typer.Option("--auto-approve", help="Do not ask before writing.")] = False,
    waive_limits: Annotated[
        Optional[list[str]],
        typer.Option("--waive-limits", metavar="DIGEST", help="Waive the delete limits for the plan with this digest."),
    ] = None,
    forget_order: Annotated[
        Optional[list[str]],
        typer.Option(
            "--forget-order",
            metavar="ID",
            help="Do not wait any more for this order of an earlier run; the plan decides. Repeatable.",
        ),
    ] = None,
    order_timeout: Annotated[
        float, typer.Option("--order-timeout", metavar="SECONDS", min=1, help="Seconds for one order.")
    ] = 300.0,
    in_flight: Annotated[
        int, typer.Option("--in-flight", metavar="COUNT", min=1, help="Orders in flight, overall.")
    ] = 32,
    in_flight_per_logpoint: Annotated[
        int, typer.Option("--in-flight-per-logpoint", metavar="COUNT", min=1, help="Orders in flight on one logpoint.")
    ] = 4,
    ca_bundle: CaBundle = None,
    trust_director: TrustDirector = None,
    timeout: Timeout = 30.0,
    patience: Patience = 90.0,
    token_command: TokenCommand = None,
    verbose: Verbose = False,
    output_format: OutputFormat = Format.TEXT,
) -> None:
    """Plan, ask for approval, and apply the changes. Deletes only what Git owned before (--owned-by)."""
    from lpcac.apply.applier import Pacing  # noqa: PLC0415
    from lpcac.cli.commands.live import apply as command  # noqa: PLC0415

    options = target_options(
        paths=paths,
        pool=pool,
        logpoints=logpoints,
        map_file=map_file,
        clients=clients,
        owned_by=owned_by,
        prune=prune,
        allow_repo_delete=allow_repo_delete,
        external=external,
        max_deletes=max_deletes,
        max_delete_percent=max_delete_percent,
    )
    how = command.ApplyOptions(
        plan_file=plan_file,
        auto_approve=auto_approve,
        waive_limits=frozenset(waive_limits or ()),
        pacing=Pacing(in_flight, in_flight_per_logpoint, order_timeout),
        forgotten_orders=frozenset(forget_order or ()),
    )
    connection = connection_options(
        timeout=timeout,
        ca_bundle=ca_bundle,
        patience=patience,
        token_command=token_command,
        verbose=verbose,
        trust_director=trust_director,
        order_timeout=order_timeout,
    )
    raise typer.Exit(command.apply(options, connection, output_format.value, how))


def drift(
    paths: Paths = None,
    pool: Pool = None,
    logpoints: Logpoints = None,
    map_file: MapFile = None,
    clients: Clients = None,
    compare_with: Annotated[
        Optional[str],
        typer.Option("--compare-with", metavar="COMMIT", help="Compare with this commit instead of the work tree."),
    ] = None,
    external: External = None,
    ca_bundle: CaBundle = None,
    trust_director: TrustDirector = None,
    timeout: Timeout = 30.0,
    patience: Patience = 90.0,
    token_command: TokenCommand = None,
    verbose: Verbose = False,
    output_format: OutputFormat = Format.TEXT,
) -> None:
    """Show where the logpoints differ from Git. Writes nothing; exits with 2 if they differ."""
    from lpcac.cli.commands.live import drift as command  # noqa: PLC0415

    options = target_options(
        paths=paths, pool=pool, logpoints=logpoints, map_file=map_file, clients=clients, external=external
    )
    connection = connection_options(
        timeout=timeout,
        ca_bundle=ca_bundle,
        patience=patience,
        token_command=token_command,
        verbose=verbose,
        trust_director=trust_director,
    )
    raise typer.Exit(command.drift(options, connection, output_format.value, compare_with))
