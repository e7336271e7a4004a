"""The command line: its commands, and how errors and signals end it."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from typing import Annotated, NoReturn

import typer
import typer.main

from lpcac import __version__
from lpcac.cli.arguments import github, installation, live_objects, offline, reads_and_writes, trying_out
from lpcac.cli.color import CHOSEN, ColorChoice
from lpcac.cli.help.command_group import CommandGroup
from lpcac.cli.options import RENAMED_OPTIONS
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


_COMMANDS: Mapping[str, Callable[..., None]] = {
    "validate": offline.validate,
    "lint": offline.lint,
    "test": offline.run_tests,
    "plan": reads_and_writes.plan,
    "apply": reads_and_writes.apply,
    "drift": reads_and_writes.drift,
    "sync": live_objects.sync,
    "inventory": live_objects.inventory,
    "trust": installation.trust,
    "targets": offline.targets,
    "render": offline.render,
    "schema": offline.schema,
    "history": github.history,
    "simulator": trying_out.simulator,
    "demo": trying_out.demo,
    "init": installation.init,
    "doctor": installation.doctor,
    "action": github.action,
}
for _name, _command in _COMMANDS.items():
    app.command(name=_name)(_command)


@cache
def _command_line() -> Callable[..., object]:
    """Return what parses and runs all commands; to make it takes longer than many a command."""
    return typer.main.get_command(app)


def run(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit with a documented code; the only way out is `SystemExit`."""
    code: int = ExitCode.OK
    _prepare_process()
    color = CHOSEN.set(ColorChoice.AUTO)
    try:
        result = _command_line()(args=list(arguments) if arguments is not None else None, standalone_mode=False)
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
