"""The options that several commands share."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Optional

import typer

from lpcac.cli.completion import client_names


class Format(StrEnum):
    """Output formats of a plan, a report or drift."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


class FindingsFormat(StrEnum):
    """Output formats of findings."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"
    SARIF = "sarif"


class TestsFormat(StrEnum):
    """How the results of tests are written to standard output."""

    TEXT = "text"
    JSON = "json"
    JUNIT = "junit"
    GITHUB = "github"


class TargetsFormat(StrEnum):
    """Output formats of targets."""

    TEXT = "text"
    JSON = "json"


class TargetListFormat(StrEnum):
    """Output formats of the map's clients."""

    TEXT = "text"
    JSON = "json"
    MATRIX = "matrix"


class ResourcesFormat(StrEnum):
    """Output formats of resources."""

    YAML = "yaml"
    JSON = "json"


Paths = Annotated[
    Optional[list[str]],
    typer.Argument(metavar="PATH", help="Files or folders with resources.", show_default=False),
]
Pool = Annotated[Optional[str], typer.Option("--pool", metavar="POOL", help="Pool of an ad-hoc target: name or UUID.")]
Logpoints = Annotated[
    Optional[list[str]],
    typer.Option(
        "--logpoint",
        metavar="LOGPOINT",
        help='Logpoint of an ad-hoc target: name or identifier, "*" for all. Repeatable.',
    ),
]
MapFile = Annotated[
    Optional[str], typer.Option("--map", metavar="FILE", help="Directory map that names clients and their targets.")
]
Clients = Annotated[
    Optional[list[str]],
    typer.Option(
        "--client", metavar="NAME", help="Only this client of the map. Repeatable.", autocompletion=client_names
    ),
]
OwnedBy = Annotated[
    Optional[str],
    typer.Option("--owned-by", metavar="COMMIT", help="Commit whose declared objects Git owns and may delete."),
]
Prune = Annotated[bool, typer.Option("--prune", help="Also delete live objects that were never declared.")]
AllowRepoDelete = Annotated[bool, typer.Option("--allow-repo-delete", help="Allow deleting repos and their logs.")]
External = Annotated[
    Optional[list[str]],
    typer.Option("--external", metavar="KIND=NAME", help="Object that exists and is managed elsewhere. Repeatable."),
]
MaxDeletes = Annotated[
    Optional[int], typer.Option("--max-deletes", metavar="COUNT", min=0, help="Maximum deletes on one target [10].")
]
MaxDeletePercent = Annotated[
    Optional[int],
    typer.Option(
        "--max-delete-percent",
        metavar="PERCENT",
        min=0,
        max=100,
        help="Maximum deletes in percent of managed objects [30].",
    ),
]
CaBundle = Annotated[
    Optional[Path],
    typer.Option("--ca-bundle", metavar="FILE", help="PEM file of certificates to trust for the Director."),
]
TrustDirector = Annotated[
    Optional[list[str]],
    typer.Option(
        "--trust-director",
        metavar="ORIGIN=VARIABLE",
        help="A Director of the map, and the variable whose value it may have; see lpcac trust. Repeatable.",
    ),
]
Timeout = Annotated[float, typer.Option("--timeout", metavar="SECONDS", min=0.1, help="Seconds for one HTTP call.")]
Patience = Annotated[
    float,
    typer.Option(
        "--patience",
        metavar="SECONDS",
        min=0.1,
        help="Seconds to go on without one usable answer from the Director to what is read.",
    ),
]
Verbose = Annotated[bool, typer.Option("--verbose", help="Log every call of the Director on standard error.")]
TokenCommand = Annotated[
    Optional[str],
    typer.Option(
        "--token-command",
        metavar="COMMAND",
        help="Program that prints the Director's token, with its arguments; no shell. In place of DIRECTOR_TOKEN.",
    ),
]
OutputFormat = Annotated[Format, typer.Option("--format", help="Output format on standard output.")]

RENAMED_OPTIONS: Mapping[tuple[str, str], str] = {
    ("plan", "--base"): "--owned-by COMMIT",
    ("apply", "--base"): "--owned-by COMMIT",
    ("drift", "--base"): "--compare-with COMMIT",
    ("targets", "--base"): "--compare-with COMMIT",
    ("sync", "--base"): "--patch-base FOLDER",
}
"""By command and old spelling, what an option is called now."""
