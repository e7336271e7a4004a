"""The arguments of `simulator` and `demo`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer


def simulator(
    host: Annotated[str, typer.Option("--host", metavar="ADDRESS", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", metavar="PORT", min=0, max=65535, help="Port to listen on, 0 for a free one.")
    ] = 8480,
    state_file: Annotated[
        Optional[Path],
        typer.Option("--state", metavar="FILE", help="File to load the state from, if it exists, and to save it to."),
    ] = None,
    order_delay: Annotated[
        float, typer.Option("--order-delay", metavar="SECONDS", min=0, help="Seconds until an order is done.")
    ] = 1.0,
    list_lag: Annotated[
        float, typer.Option("--list-lag", metavar="SECONDS", min=0, help="Seconds until lists show a change.")
    ] = 0.0,
    token_lifetime: Annotated[
        Optional[float],
        typer.Option("--token-lifetime", metavar="SECONDS", min=1, help="Seconds until the token expires."),
    ] = None,
    fault: Annotated[
        Optional[list[str]],
        typer.Option(
            "--fault", metavar="FAULT", help='Fault to inject, such as "lost-answer:POST:.*:0.1". Repeatable.'
        ),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", metavar="NUMBER", help="Seed for random choices.")] = 0,
) -> None:
    """Run a Director simulator with example clients, to try things out."""
    from lpcac.cli.commands import simulator as command  # noqa: PLC0415

    raise typer.Exit(
        command.simulator(
            host=host,
            port=port,
            state_file=state_file,
            order_delay=order_delay,
            list_lag=list_lag,
            token_lifetime=token_lifetime,
            faults=tuple(fault or ()),
            seed=seed,
        )
    )


def demo(
    folder: Annotated[
        Optional[Path],
        typer.Argument(metavar="DIR", help="Folder with a client's resources; without it, an example."),
    ] = None,
) -> None:
    """Onboard the example client on a simulated Director, then find drift. About 20 seconds."""
    from lpcac.cli.commands import simulator as command  # noqa: PLC0415

    raise typer.Exit(command.demo(folder))
