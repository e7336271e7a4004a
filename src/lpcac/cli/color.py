"""Whether output has colours: the option `--color`, which every command has."""

from __future__ import annotations

from contextvars import ContextVar
from enum import StrEnum
from typing import Annotated, Final, Optional

import typer
import typer.main
from typer.core import TyperOption


class ColorChoice(StrEnum):
    """When to colour."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


CHOSEN: Final[ContextVar[ColorChoice]] = ContextVar("color", default=ColorChoice.AUTO)
"""What the command line of this run says."""


def color_wanted(by_environment: bool | None) -> bool | None:  # noqa: FBT001 - as `Settings` has it
    """Return whether to colour; `None` where each stream's terminal decides. The option is stronger than NO_COLOR."""
    return {ColorChoice.ALWAYS: True, ColorChoice.NEVER: False, ColorChoice.AUTO: by_environment}[CHOSEN.get()]


def color_option() -> TyperOption:
    """Return the option, for the parameters of a command that knows nothing of it."""
    probe = typer.Typer(add_completion=False)
    probe.command()(_probe)
    option = next(each for each in typer.main.get_command(probe).params if each.name == "color")
    if not isinstance(option, TyperOption):
        raise TypeError(option)
    option.expose_value = False
    return option


def _remember(value: ColorChoice | None) -> ColorChoice | None:
    if value is not None:
        CHOSEN.set(ColorChoice(value))
    return value


def _probe(
    color: Annotated[
        Optional[ColorChoice],
        typer.Option(
            "--color", callback=_remember, help="Colour the output. [default: auto, or NO_COLOR, FORCE_COLOR]"
        ),
    ] = None,
) -> None:
    """Carry the option's declaration."""
    del color
