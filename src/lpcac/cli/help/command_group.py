"""The help of the command line: nothing is cut, and each command shows examples and the variables it reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from typer.core import TyperGroup

from lpcac.cli.color import color_option
from lpcac.cli.help.examples import EXAMPLES, VARIABLES, VARIABLES_OF

if TYPE_CHECKING:
    from typer._click import Context, HelpFormatter

# Click leaves the lines of such a paragraph as they are.
_AS_IT_IS: Final = "\b\n"


class CommandGroup(TyperGroup):
    """All commands of lpcac."""

    def __init__(self, **attributes: Any) -> None:  # noqa: ANN401 - as typer has it
        """Give every command the option `--color`, its examples and its variables."""
        super().__init__(**attributes)
        option = color_option()
        self.params.append(option)
        for name, command in self.commands.items():
            for parameter in command.params:
                if parameter.param_type_name == "argument":
                    # typer would add its Python type, such as <list[str]>.
                    setattr(parameter, "display_type_rich", _no_type)  # noqa: B010 - a method, as mypy sees it
            command.params.append(option)
            command.epilog = epilog(name)

    def format_commands(self, ctx: Context, formatter: HelpFormatter) -> None:
        """List the commands, each with the whole first paragraph of its help."""
        listed = [(name, command) for name in self.list_commands(ctx) if (command := self.get_command(ctx, name))]
        rows = [(name, " ".join((command.help or "").split("\n\n")[0].split())) for name, command in listed]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def _no_type(ctx: Context) -> None:
    """Show no type next to the name of an argument."""
    del ctx


def epilog(command: str) -> str:
    """Return what is below a command's options."""
    parts = []
    if examples := EXAMPLES.get(command):
        parts.append(_AS_IT_IS + "\n".join(["Examples:", *(f"  {line}" for line in examples)]))
    if names := VARIABLES_OF.get(command):
        width = max(map(len, names)) + 2
        lines = [f"  {name:<{width}}{VARIABLES[name]}" for name in names]
        parts.append(_AS_IT_IS + "\n".join(["Environment variables:", *lines]))
    return "\n\n".join(parts)
