"""The arguments of the commands that ask no Director."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from lpcac.cli.arguments.targets import target_options
from lpcac.cli.completion import client_names
from lpcac.cli.options import (
    Clients,
    External,
    FindingsFormat,
    MapFile,
    Paths,
    ResourcesFormat,
    TargetListFormat,
    TestsFormat,
)


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
    from lpcac.cli.commands.offline import validate as command  # noqa: PLC0415

    options = target_options(paths=paths, map_file=map_file, clients=clients, external=external)
    raise typer.Exit(command.validate(options, output_format.value))


def lint(
    paths: Paths = None,
    map_file: MapFile = None,
    clients: Clients = None,
    output_format: Annotated[
        FindingsFormat, typer.Option("--format", help="Form of the findings.")
    ] = FindingsFormat.TEXT,
) -> None:
    """Find what is valid but probably a mistake: criteria that never match, policies that nothing uses. Offline."""
    from lpcac.cli.commands.offline import lint as command  # noqa: PLC0415

    options = target_options(paths=paths, map_file=map_file, clients=clients)
    raise typer.Exit(command.lint(options, output_format.value))


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
    """Run the pipeline tests next to the resources: where do events end? Offline; exits with 3 when a case fails."""
    from lpcac.cli.commands.offline import pipeline_tests as command  # noqa: PLC0415

    options = target_options(paths=paths, map_file=map_file, clients=clients)
    raise typer.Exit(
        command.run_tests(options, command.RunOptions(output_format.value, coverage=coverage, update=update))
    )


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
        Optional[int],
        typer.Option("--jobs", metavar="COUNT", min=1, max=256, help="Most jobs in the matrix. [default: 256]"),
    ] = None,
) -> None:
    """List the clients of the directory map with their pools and logpoints. Offline."""
    from lpcac.cli.commands.offline import targets as command  # noqa: PLC0415
    from lpcac.core.errors import UsageError  # noqa: PLC0415

    if jobs and output_format is not TargetListFormat.MATRIX:
        message = "--jobs goes with --format matrix"
        raise UsageError(message)
    if changed and compare_with:
        raise typer.Exit(
            command.changed_targets(target_options(map_file=map_file), compare_with, output_format.value, jobs)
        )
    if changed or compare_with:
        message = "--changed and --compare-with go together"
        raise UsageError(message)
    raise typer.Exit(command.targets(target_options(map_file=map_file, clients=clients), output_format.value, jobs))


def render(
    client: Annotated[
        str, typer.Argument(metavar="CLIENT", help="Client of the directory map.", autocompletion=client_names)
    ],
    map_file: MapFile = None,
    logpoint: Annotated[
        Optional[str],
        typer.Option("--logpoint", metavar="LOGPOINT", help="Logpoint to render for, if the files use ${logpoint}."),
    ] = None,
    output_format: Annotated[
        ResourcesFormat, typer.Option("--format", help="Output format of the resources.")
    ] = ResourcesFormat.YAML,
) -> None:
    """Print a client's final resources, after all bases, patches and variables. Offline."""
    from lpcac.cli.commands.offline import render as command  # noqa: PLC0415

    raise typer.Exit(command.render(target_options(map_file=map_file), client, logpoint, output_format.value))


def schema(
    name: Annotated[
        Optional[str], typer.Argument(metavar="NAME", help="Kind or schema file; without it, list all schemas.")
    ] = None,
    write: Annotated[
        Optional[Path], typer.Option("--write", metavar="FOLDER", help="Write every schema into this folder.")
    ] = None,
    check: Annotated[
        Optional[Path],
        typer.Option("--check", metavar="FOLDER", help="Exit with 2 if the schemas in this folder are out of date."),
    ] = None,
) -> None:
    """Print, write or check the JSON Schemas that editors and CI use."""
    from lpcac.cli.commands.offline import schema as command  # noqa: PLC0415

    raise typer.Exit(command.schema(name, write, check))
