"""The command line: parse arguments, run the command, return its exit code.

Only imports that parsing needs are at the top; each command imports its own, so that `--help` stays fast.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated, NoReturn, Optional

import typer

from lpcac import __version__
from lpcac.cli.color import CHOSEN, ColorChoice
from lpcac.cli.command_group import CommandGroup
from lpcac.cli.completion import client_names
from lpcac.cli.connection import connection_options as _connection
from lpcac.cli.installation_commands import add_installation_commands
from lpcac.cli.options import (
    RENAMED_OPTIONS,
    AllowRepoDelete,
    CaBundle,
    Clients,
    External,
    FindingsFormat,
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
    ResourcesFormat,
    TargetListFormat,
    TargetsFormat,
    TestsFormat,
    Timeout,
    TokenCommand,
    TrustDirector,
    Verbose,
)
from lpcac.core.errors import ExitCode, LpcacError

app = typer.Typer(
    name="lpcac",
    cls=CommandGroup,
    help="Configuration as code for Logpoint Director: validate, plan and apply YAML, and find drift.",
    no_args_is_help=True,
    add_completion=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=(
        "Exit codes: 0 fine, 1 something was not done, 2 differences found, 3 invalid configuration, "
        "4 refused by a guard, 64 usage."
    ),
)


# typer's exit code for Ctrl-C; lpcac documents another one.
_TYPERS_INTERRUPTED = 130


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
        FindingsFormat, typer.Option("--format", help="Output format of the findings.")
    ] = FindingsFormat.TEXT,
) -> None:
    """Check resources offline: syntax, fields, names and references. Without PATH, check the whole directory map."""
    from lpcac.cli.commands import validate as command  # noqa: PLC0415
    from lpcac.workspace.target_options import TargetOptions  # noqa: PLC0415

    options = TargetOptions(
        paths=tuple(paths or ()), map_file=map_file, clients=tuple(clients or ()), external=tuple(external or ())
    )
    _exit(command.validate(options, output_format.value))


@app.command()
def lint(
    paths: Paths = None,
    map_file: MapFile = None,
    clients: Clients = None,
    output_format: Annotated[
        FindingsFormat, typer.Option("--format", help="Form of the findings.")
    ] = FindingsFormat.TEXT,
) -> None:
    """Find what is valid and still hardly meant: criteria that never match, what nothing uses. Offline."""
    from lpcac.cli.commands import lint as command  # noqa: PLC0415
    from lpcac.workspace.target_options import TargetOptions  # noqa: PLC0415

    options = TargetOptions(paths=tuple(paths or ()), map_file=map_file, clients=tuple(clients or ()))
    _exit(command.lint(options, output_format.value))


@app.command(name="test")
def run_tests(
    paths: Paths = None,
    map_file: MapFile = None,
    clients: Clients = None,
    coverage: Annotated[bool, typer.Option("--coverage", help="Also list the criteria that no case reaches.")] = False,
    update: Annotated[
        bool, typer.Option("--update", help="Write what becomes of their events into cases that expect nothing yet.")
    ] = False,
    output_format: Annotated[TestsFormat, typer.Option("--format", help="Form of the results.")] = TestsFormat.TEXT,
) -> None:
    """Run the pipeline tests beside the resources: where do events end? Offline; exits with 3 when a case fails."""
    from lpcac.cli.commands import pipeline_tests as command  # noqa: PLC0415
    from lpcac.workspace.target_options import TargetOptions  # noqa: PLC0415

    options = TargetOptions(paths=tuple(paths or ()), map_file=map_file, clients=tuple(clients or ()))
    _exit(command.run_tests(options, command.RunOptions(output_format.value, coverage=coverage, update=update)))


@app.command()
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
    out: Annotated[Optional[Path], typer.Option("--out", help="Also write the plan, as JSON, to this file.")] = None,
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
    from lpcac.cli.commands import plan as command  # noqa: PLC0415
    from lpcac.workspace.target_options import TargetOptions  # noqa: PLC0415

    options = TargetOptions(
        tuple(paths or ()),
        pool,
        tuple(logpoints or ()),
        map_file,
        tuple(clients or ()),
        owned_by,
        prune,
        allow_repo_delete,
        tuple(external or ()),
        max_deletes,
        max_delete_percent,
    )
    connection = _connection(timeout, ca_bundle, patience, token_command, verbose, trust_director)
    _exit(command.plan(options, connection, output_format.value, out, detailed_exitcode=detailed_exitcode))


@app.command()
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
        Optional[Path], typer.Option("--plan", help="Apply exactly the plan in this file, or nothing.")
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
    order_timeout: Annotated[float, typer.Option("--order-timeout", min=1, help="Seconds for one order.")] = 300.0,
    in_flight: Annotated[int, typer.Option("--in-flight", min=1, help="Orders in flight, overall.")] = 32,
    in_flight_per_logpoint: Annotated[
        int, typer.Option("--in-flight-per-logpoint", min=1, help="Orders in flight on one logpoint.")
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
    from lpcac.cli.commands import apply as command  # noqa: PLC0415
    from lpcac.workspace.target_options import TargetOptions  # noqa: PLC0415

    options = TargetOptions(
        tuple(paths or ()),
        pool,
        tuple(logpoints or ()),
        map_file,
        tuple(clients or ()),
        owned_by,
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
        forgotten_orders=frozenset(forget_order or ()),
    )
    connection = _connection(timeout, ca_bundle, patience, token_command, verbose, trust_director, order_timeout)
    _exit(command.apply(options, connection, output_format.value, how))


@app.command()
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
    from lpcac.cli.commands import drift as command  # noqa: PLC0415
    from lpcac.workspace.target_options import TargetOptions  # noqa: PLC0415

    options = TargetOptions(
        tuple(paths or ()),
        pool,
        tuple(logpoints or ()),
        map_file,
        tuple(clients or ()),
        external=tuple(external or ()),
    )
    connection = _connection(timeout, ca_bundle, patience, token_command, verbose, trust_director)
    _exit(command.drift(options, connection, output_format.value, compare_with))


@app.command()
def sync(
    folder: Annotated[
        Optional[str],
        typer.Argument(metavar="DIR", help="Folder to write into.", show_default=False),
    ] = None,
    pool: Pool = None,
    logpoint: Annotated[
        Optional[str], typer.Option("--logpoint", help="Logpoint to read, if the client has several that differ.")
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
    from lpcac.cli.commands import sync as command  # noqa: PLC0415
    from lpcac.sync.result import SyncOptions  # noqa: PLC0415
    from lpcac.sync.run import SyncChoice  # noqa: PLC0415
    from lpcac.workspace.target_options import TargetOptions  # noqa: PLC0415

    is_ad_hoc = pool is not None
    options = TargetOptions(
        (folder,) if folder else (),
        pool,
        (logpoint or "*",) if is_ad_hoc else (),
        map_file,
        tuple(clients or ()),
        external=tuple(external or ()),
    )
    choice = SyncChoice(
        None if is_ad_hoc else logpoint,
        SyncOptions(include_vendor, remove_missing, drop_missing),
    )
    connection = _connection(timeout, ca_bundle, patience, token_command, verbose, trust_director)
    more = (tuple(patch_bases or ()), tuple(variables or ()))
    _exit(command.sync(options, connection, output_format.value, choice, *more, is_check=check))


@app.command()
def inventory(
    pool: Annotated[
        Optional[str], typer.Option("--pool", help="Pool whose logpoints to look at: name or UUID.")
    ] = None,
    logpoints: Annotated[
        Optional[list[str]],
        typer.Option(
            "--logpoint", help="Logpoint of the pool: name or identifier. Repeatable; without it, all of them."
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
    from lpcac.cli.commands import inventory as command  # noqa: PLC0415
    from lpcac.workspace.target_options import TargetOptions  # noqa: PLC0415

    options = TargetOptions(
        pool=pool, logpoints=tuple(logpoints or ()), map_file=map_file, clients=tuple(clients or ())
    )
    connection = _connection(timeout, ca_bundle, patience, token_command, verbose, trust_director)
    _exit(command.inventory(options, connection, output_format.value))


@app.command()
def trust(
    map_file: MapFile = None,
    clients: Clients = None,
    auto_approve: Annotated[bool, typer.Option("--auto-approve", help="Do not ask before writing.")] = False,
) -> None:
    """Show which secrets the map's Directors would get, ask, and remember it in your configuration folder."""
    from lpcac.cli.commands import trust as command  # noqa: PLC0415
    from lpcac.workspace.target_options import TargetOptions  # noqa: PLC0415

    _exit(command.trust(TargetOptions(map_file=map_file, clients=tuple(clients or ())), auto_approve=auto_approve))


@app.command()
def targets(
    map_file: MapFile = None,
    clients: Clients = None,
    changed: Annotated[
        bool, typer.Option("--changed", help="Only clients that differ from --compare-with, and why.")
    ] = False,
    compare_with: Annotated[
        Optional[str], typer.Option("--compare-with", metavar="COMMIT", help="Commit that --changed compares with.")
    ] = None,
    output_format: Annotated[
        TargetListFormat, typer.Option("--format", help="Output format; matrix is for GitHub Actions.")
    ] = TargetListFormat.TEXT,
    jobs: Annotated[
        Optional[int], typer.Option("--jobs", min=1, max=256, help="Most jobs in the matrix. [default: 256]")
    ] = None,
) -> None:
    """List the clients of the directory map with their pools and logpoints. Offline."""
    from lpcac.cli.commands import targets as command  # noqa: PLC0415
    from lpcac.core.errors import UsageError  # noqa: PLC0415
    from lpcac.workspace.target_options import TargetOptions  # noqa: PLC0415

    if jobs and output_format is not TargetListFormat.MATRIX:
        message = "--jobs goes with --format matrix"
        raise UsageError(message)
    if changed and compare_with:
        _exit(command.changed_targets(TargetOptions(map_file=map_file), compare_with, output_format.value, jobs))
    if changed or compare_with:
        message = "--changed and --compare-with go together"
        raise UsageError(message)
    _exit(command.targets(TargetOptions(map_file=map_file, clients=tuple(clients or ())), output_format.value, jobs))


@app.command()
def render(
    client: Annotated[
        str, typer.Argument(metavar="CLIENT", help="Client of the directory map.", autocompletion=client_names)
    ],
    map_file: MapFile = None,
    logpoint: Annotated[
        Optional[str], typer.Option("--logpoint", help="Logpoint to render for, if the files use ${logpoint}.")
    ] = None,
    output_format: Annotated[
        ResourcesFormat, typer.Option("--format", help="Output format of the resources.")
    ] = ResourcesFormat.YAML,
) -> None:
    """Print a client's final resources, after all bases, patches and variables. Offline."""
    from lpcac.cli.commands import render as command  # noqa: PLC0415
    from lpcac.workspace.target_options import TargetOptions  # noqa: PLC0415

    _exit(command.render(TargetOptions(map_file=map_file), client, logpoint, output_format.value))


@app.command()
def schema(
    name: Annotated[Optional[str], typer.Argument(help="Kind or schema file; without it, list all schemas.")] = None,
    write: Annotated[Optional[Path], typer.Option("--write", help="Write every schema into this folder.")] = None,
    check: Annotated[
        Optional[Path], typer.Option("--check", help="Exit with 2 if the schemas in this folder are out of date.")
    ] = None,
) -> None:
    """Print, write or check the JSON Schemas that editors and CI use."""
    from lpcac.cli.commands import schema as command  # noqa: PLC0415

    _exit(command.schema(name, write, check))


@app.command()
def history(
    client: Annotated[Optional[str], typer.Argument(help="Client; without it, every one.")] = None,
    repository: Annotated[
        Optional[str],
        typer.Option("--repository", metavar="OWNER/NAME", help="On GitHub; else the variable GITHUB_REPOSITORY."),
    ] = None,
    most: Annotated[int, typer.Option("--limit", min=1, help="How many runs to show.")] = 20,
    bot_login: Annotated[
        Optional[str], typer.Option("--bot-login", help="Who recorded the runs, where an app did: my-app[bot].")
    ] = None,
    output_format: Annotated[TargetsFormat, typer.Option("--format", help="Form of the list.")] = TargetsFormat.TEXT,
) -> None:
    """Show what the GitHub Action applied, when, and who approved and merged it. Needs GITHUB_TOKEN or GH_TOKEN."""
    from lpcac.cli.commands import history as command  # noqa: PLC0415

    _exit(command.history(command.HistoryOptions(client, repository, most, bot_login), output_format.value))


@app.command()
def simulator(
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port to listen on, 0 for a free one.")] = 8480,
    state_file: Annotated[
        Optional[Path], typer.Option("--state", help="File to load the state from, if it exists, and to save it to.")
    ] = None,
    order_delay: Annotated[float, typer.Option("--order-delay", min=0, help="Seconds until an order is done.")] = 1.0,
    list_lag: Annotated[float, typer.Option("--list-lag", min=0, help="Seconds until lists show a change.")] = 0.0,
    token_lifetime: Annotated[
        Optional[float], typer.Option("--token-lifetime", min=1, help="Seconds until the token expires.")
    ] = None,
    fault: Annotated[
        Optional[list[str]],
        typer.Option("--fault", help='Fault to inject, such as "lost-answer:POST:.*:0.1". Repeatable.'),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Seed for random choices.")] = 0,
) -> None:
    """Run a Director simulator with example clients, to try things out."""
    from lpcac.cli.commands import simulator as command  # noqa: PLC0415

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
    folder: Annotated[
        Optional[Path],
        typer.Argument(help="Folder with a client's resources; without it, an example that lpcac brings."),
    ] = None,
) -> None:
    """Onboard the example client on a simulated Director, then find drift. About 20 seconds."""
    from lpcac.cli.commands import simulator as command  # noqa: PLC0415

    _exit(command.demo(folder))


add_installation_commands(app)


@app.command()
def action() -> None:
    """Handle a GitHub event: the GitHub Action runs this. Reads its settings from the runner's variables."""
    from lpcac.action import main as command  # noqa: PLC0415

    _exit(command.action())


def _exit(code: ExitCode) -> NoReturn:
    raise typer.Exit(code)


def run(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit with a documented code; the only way out is `SystemExit`."""
    code: int = ExitCode.OK
    _prepare_process()
    color = CHOSEN.set(ColorChoice.AUTO)
    try:
        result = app(args=list(arguments) if arguments is not None else None, standalone_mode=False)
        code = result if isinstance(result, int) else ExitCode.OK
    except typer.TyperException as error:
        _complain(_renamed_option(error) or _unknown_option(error) or error.format_message())
        code = ExitCode.USAGE
    except LpcacError as error:
        _complain(str(error))
        code = error.exit_code
    except OSError as error:
        _complain(f"cannot write the result ({error.strerror})")
        code = ExitCode.NOT_DONE
    except (typer.Abort, KeyboardInterrupt):
        code = _TYPERS_INTERRUPTED
    finally:
        CHOSEN.reset(color)
    if code == _TYPERS_INTERRUPTED:
        _complain("interrupted")
        code = ExitCode.NOT_DONE
    if arguments is None:
        _ignore_signals()
    sys.exit(code)


def _renamed_option(error: typer.TyperException) -> str | None:
    """Return the message for an option that has another name now; `None` for any other mistake."""
    option, context = getattr(error, "option_name", ""), getattr(error, "ctx", None)
    command = context.info_name if context else None
    renamed = RENAMED_OPTIONS.get((command or "", option))
    return f"{option} is not an option of {command} any more: use {renamed}" if renamed else None


def _unknown_option(error: typer.TyperException) -> str | None:
    """Return the message for an option that is like another one; `None` for any other mistake."""
    option, similar = getattr(error, "option_name", ""), getattr(error, "possibilities", None)
    return f'no such option: {option} (did you mean "{similar[0]}"?)' if similar else None


def _prepare_process() -> None:
    """Handle SIGTERM like Ctrl-C, and replace missing standard streams."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - as long as the process lasts
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.default_int_handler)


def _ignore_signals() -> None:
    """Let nothing change the exit code any more: it says what was done."""
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)


def _complain(message: str) -> None:
    from lpcac.reports.lines import error_line  # noqa: PLC0415

    with suppress(BrokenPipeError):
        typer.echo(error_line(message), err=True)


if __name__ == "__main__":
    run()
