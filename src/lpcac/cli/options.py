"""The options that several commands share, each declared once."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Optional

import typer


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


class TargetListFormat(StrEnum):
    """How the map's clients are written to standard output."""

    TEXT = "text"
    JSON = "json"
    MATRIX = "matrix"


class ResourcesFormat(StrEnum):
    """How resources are written to standard output."""

    YAML = "yaml"
    JSON = "json"


Paths = Annotated[
    Optional[list[str]],
    typer.Argument(metavar="PATH", help="Files or folders with resources.", show_default=False),
]
Pool = Annotated[Optional[str], typer.Option("--pool", help="Pool of an ad-hoc target: name or UUID.")]
Logpoints = Annotated[
    Optional[list[str]],
    typer.Option("--logpoint", help='Logpoint of an ad-hoc target: name or identifier, "*" for all. Repeatable.'),
]
MapFile = Annotated[Optional[str], typer.Option("--map", help="Directory map that names clients and their targets.")]
Clients = Annotated[Optional[list[str]], typer.Option("--client", help="Only this client of the map. Repeatable.")]
OwnedBy = Annotated[
    Optional[str],
    typer.Option("--owned-by", metavar="COMMIT", help="Commit whose declared objects Git owns and may delete."),
]
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

RENAMED_OPTIONS: Mapping[tuple[str, str], str] = {
    ("plan", "--base"): "--owned-by COMMIT",
    ("apply", "--base"): "--owned-by COMMIT",
    ("drift", "--base"): "--compare-with COMMIT",
    ("targets", "--base"): "--compare-with COMMIT",
    ("sync", "--base"): "--patch-base FOLDER",
}
"""By command and old spelling, what an option is called now."""
