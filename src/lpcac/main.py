"""The command line: parse, hand over, and turn what comes back into an exit code.

Only what parsing needs is imported here; everything else is imported by the command that uses it, so that `--help`
answers at once.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn, Optional

import typer

from lpcac import __version__
from lpcac.errors import ExitCode, LpcacError

app = typer.Typer(
    name="lpcac",
    help="Configuration as code for Logpoint Director: validate, plan and apply YAML, and find drift.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=(
        "Exit codes: 0 fine, 1 something was not done, 2 differences found, 3 invalid configuration, "
        "4 refused by a guard, 64 usage."
    ),
)


class Format(StrEnum):
    """How a plan, a report or drift is written to standard output."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


class FindingsFormat(StrEnum):
    """How findings are written to standard output."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"
    SARIF = "sarif"


class TargetsFormat(StrEnum):
    """How targets are written to standard output."""

    TEXT = "text"
    JSON = "json"


Paths = Annotated[
    Optional[list[str]],
    typer.Argument(metavar="[PATH]...", help="Files or folders with resources.", show_default=False),
]
Pool = Annotated[Optional[str], typer.Option("--pool", help="Pool of an ad-hoc target: name or UUID.")]
Logpoints = Annotated[
    Optional[list[str]],
    typer.Option("--logpoint", help='Logpoint of an ad-hoc target: name or identifier, "*" for all. Repeatable.'),
]
MapFile = Annotated[Optional[str], typer.Option("--map", help="Directory map that names clients and their targets.")]
Clients = Annotated[Optional[list[str]], typer.Option("--client", help="Only this client of the map. Repeatable.")]
Base = Annotated[Optional[str], typer.Option("--base", help="Commit whose declared objects Git owned before.")]
Prune = Annotated[bool, typer.Option("--prune", help="Also delete live objects that were never declared.")]
AllowRepoDelete = Annotated[bool, typer.Option("--allow-repo-delete", help="Permit deleting repos and their logs.")]
External = Annotated[
    Optional[list[str]],
    typer.Option("--external", metavar="KIND=NAME", help="An object that exists and is managed elsewhere. Repeatable."),
]
MaxDeletes = Annotated[Optional[int], typer.Option("--max-deletes", min=0, help="Most deletes on one target [10].")]
MaxDeletePercent = Annotated[
    Optional[int],
    typer.Option("--max-delete-percent", min=0, max=100, help="Most deletes in percent of the managed objects [30]."),
]
CaBundle = Annotated[
    Optional[Path], typer.Option("--ca-bundle", help="PEM file of certificates to trust for the Director.")
]
Timeout = Annotated[float, typer.Option("--timeout", min=0.1, help="Seconds for one HTTP call.")]
OutputFormat = Annotated[Format, typer.Option("--format", help="Form of the result on standard output.")]


def _version(value: bool) -> None:
    if value:
        typer.echo(f"lpcac {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Keep the configuration of Logpoint Director as code: validate, plan and apply YAML, and find drift."""


@app.command()
def validate(
    paths: Paths = None,
    map_file: MapFile = None,
    clients: Clients = None,
    external: External = None,
    output_format: Annotated[
        FindingsFormat, typer.Option("--format", help="Form of the findings.")
    ] = FindingsFormat.TEXT,
) -> None:
    """Check resources offline: syntax, fields, names and references. Without PATH, the whole directory map."""
    from lpcac.commands import validate as command  # noqa: PLC0415
    from lpcac.scope import TargetOptions  # noqa: PLC0415

    options = TargetOptions(
        paths=tuple(paths or ()), map_file=map_file, clients=tuple(clients or ()), external=tuple(external or ())
    )
    _exit(command.validate(options, output_format.value))


@app.command()
def plan(
    paths: Paths = None,
    pool: Pool = None,
    logpoints: Logpoints = None,
    map_file: MapFile = None,
    clients: Clients = None,
    base: Base = None,
    prune: Prune = False,
    allow_repo_delete: AllowRepoDelete = False,
    external: External = None,
    max_deletes: MaxDeletes = None,
    max_delete_percent: MaxDeletePercent = None,
    out: Annotated[Optional[Path], typer.Option("--out", help="Also write the plan, as JSON, to this file.")] = None,
    detailed_exitcode: Annotated[
        bool, typer.Option("--detailed-exitcode", help="Exit with 2 when the plan has changes.")
    ] = False,
    ca_bundle: CaBundle = None,
    timeout: Timeout = 30.0,
    output_format: OutputFormat = Format.TEXT,
) -> None:
    """Show what an apply would create, update and delete, and what it would destroy. Writes nothing."""
    from lpcac.commands import plan as command  # noqa: PLC0415
    from lpcac.connections import ConnectionOptions  # noqa: PLC0415
    from lpcac.scope import TargetOptions  # noqa: PLC0415

    options = TargetOptions(
        tuple(paths or ()),
        pool,
        tuple(logpoints or ()),
        map_file,
        tuple(clients or ()),
        base,
        prune,
        allow_repo_delete,
        tuple(external or ()),
        max_deletes,
        max_delete_percent,
    )
    connection = ConnectionOptions(timeout, ca_bundle)
    _exit(command.plan(options, connection, output_format.value, out, detailed_exitcode=detailed_exitcode))


@app.command()
def apply(
    paths: Paths = None,
    pool: Pool = None,
    logpoints: Logpoints = None,
    map_file: MapFile = None,
    clients: Clients = None,
    base: Base = None,
    prune: Prune = False,
    allow_repo_delete: AllowRepoDelete = False,
    external: External = None,
    max_deletes: MaxDeletes = None,
    max_delete_percent: MaxDeletePercent = None,
    plan_file: Annotated[
        Optional[Path], typer.Option("--plan", help="Apply exactly the plan in this file, or refuse.")
    ] = None,
    auto_approve: Annotated[bool, typer.Option("--auto-approve", help="Do not ask before writing.")] = False,
    waive_limits: Annotated[
        Optional[list[str]],
        typer.Option("--waive-limits", metavar="DIGEST", help="Waive the delete limits for the plan with this digest."),
    ] = None,
    order_timeout: Annotated[float, typer.Option("--order-timeout", min=1, help="Seconds for one order.")] = 300.0,
    in_flight: Annotated[int, typer.Option("--in-flight", min=1, help="Orders in flight, overall.")] = 32,
    in_flight_per_logpoint: Annotated[
        int, typer.Option("--in-flight-per-logpoint", min=1, help="Orders in flight on one logpoint.")
    ] = 4,
    ca_bundle: CaBundle = None,
    timeout: Timeout = 30.0,
    output_format: OutputFormat = Format.TEXT,
) -> None:
    """Plan, ask, and bring the logpoints to what is declared. Deletes only what Git owned before (--base)."""
    from lpcac.commands import apply as command  # noqa: PLC0415
    from lpcac.connections import ConnectionOptions  # noqa: PLC0415
    from lpcac.scope import TargetOptions  # noqa: PLC0415
    from lpcac.usecases.applying import Pacing  # noqa: PLC0415

    options = TargetOptions(
        tuple(paths or ()),
        pool,
        tuple(logpoints or ()),
        map_file,
        tuple(clients or ()),
        base,
        prune,
        allow_repo_delete,
        tuple(external or ()),
        max_deletes,
        max_delete_percent,
    )
    how = command.ApplyOptions(
        plan_file=plan_file,
        auto_approve=auto_approve,
        waive_limits=frozenset(waive_limits or ()),
        pacing=Pacing(in_flight, in_flight_per_logpoint, order_timeout),
    )
    _exit(command.apply(options, ConnectionOptions(timeout, ca_bundle), output_format.value, how))


@app.command()
def drift(
    paths: Paths = None,
    pool: Pool = None,
    logpoints: Logpoints = None,
    map_file: MapFile = None,
    clients: Clients = None,
    base: Annotated[
        Optional[str], typer.Option("--base", help="Compare with this commit instead of the work tree.")
    ] = None,
    external: External = None,
    ca_bundle: CaBundle = None,
    timeout: Timeout = 30.0,
    output_format: OutputFormat = Format.TEXT,
) -> None:
    """Show where the logpoints differ from what is declared. Writes nothing; exits with 2 when they do."""
    from lpcac.commands import drift as command  # noqa: PLC0415
    from lpcac.connections import ConnectionOptions  # noqa: PLC0415
    from lpcac.scope import TargetOptions  # noqa: PLC0415

    options = TargetOptions(
        tuple(paths or ()),
        pool,
        tuple(logpoints or ()),
        map_file,
        tuple(clients or ()),
        base,
        external=tuple(external or ()),
    )
    _exit(command.drift(options, ConnectionOptions(timeout, ca_bundle), output_format.value))


@app.command()
def targets(
    map_file: MapFile = None,
    clients: Clients = None,
    output_format: Annotated[TargetsFormat, typer.Option("--format", help="Form of the list.")] = TargetsFormat.TEXT,
) -> None:
    """List the clients of the directory map with their pools and logpoints. Offline."""
    from lpcac.commands import catalog as command  # noqa: PLC0415
    from lpcac.scope import TargetOptions  # noqa: PLC0415

    _exit(command.targets(TargetOptions(map_file=map_file, clients=tuple(clients or ())), output_format.value))


@app.command()
def schema(
    name: Annotated[Optional[str], typer.Argument(help="Kind or schema file; without it, the list.")] = None,
    write: Annotated[Optional[Path], typer.Option("--write", help="Write every schema into this folder.")] = None,
    check: Annotated[
        Optional[Path], typer.Option("--check", help="Exit with 2 unless this folder holds the current schemas.")
    ] = None,
) -> None:
    """Print, write or check the JSON Schemas that editors and CI use."""
    from lpcac.commands import catalog as command  # noqa: PLC0415

    _exit(command.schema(name, write, check))


@app.command()
def simulator(
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port to listen on, 0 for a free one.")] = 8480,
    state_file: Annotated[
        Optional[Path], typer.Option("--state", help="File to seed the state from, if it exists, and to save it to.")
    ] = None,
    order_delay: Annotated[float, typer.Option("--order-delay", min=0, help="Seconds until an order is done.")] = 1.0,
    list_lag: Annotated[
        float, typer.Option("--list-lag", min=0, help="Seconds for which lists still show the old state.")
    ] = 0.0,
    token_lifetime: Annotated[
        Optional[float], typer.Option("--token-lifetime", min=1, help="Seconds until the token expires.")
    ] = None,
    fault: Annotated[
        Optional[list[str]],
        typer.Option("--fault", help='Something that goes wrong, such as "lost-answer:POST:.*:0.1". Repeatable.'),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Decides every random choice.")] = 0,
) -> None:
    """Run a Director simulator with invented clients, to try things out."""
    from lpcac.commands import simulate as command  # noqa: PLC0415

    _exit(
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


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(help="Folder with the client's resources.")] = Path("examples/simple"),
) -> None:
    """Onboard the example client on a simulated Director, then find drift. About 20 seconds."""
    from lpcac.commands import simulate as command  # noqa: PLC0415

    _exit(command.demo(folder))


def _exit(code: ExitCode) -> NoReturn:
    raise typer.Exit(code)


def run(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit with a documented code; the only way out is `SystemExit`."""
    try:
        result = app(args=list(arguments) if arguments is not None else None, standalone_mode=False)
        code = result if isinstance(result, int) else ExitCode.OK
    except typer.TyperException as error:
        _complain(error.format_message())
        code = ExitCode.USAGE
    except LpcacError as error:
        _complain(str(error))
        code = error.exit_code
    except (typer.Abort, KeyboardInterrupt):
        _complain("interrupted; nothing more is done")
        code = ExitCode.NOT_DONE
    except BrokenPipeError:
        # The reader went away, as `head` does: there is nobody left to tell.
        sys.stderr.close()
        code = ExitCode.NOT_DONE
    sys.exit(code)


def _complain(message: str) -> None:
    typer.echo(f"lpcac: {message}", err=True)


if __name__ == "__main__":
    run()
