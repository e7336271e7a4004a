"""`lpcac simulator` and `lpcac demo`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lpcac.core.errors import ExitCode, UsageError


def simulator(
    *,
    host: str,
    port: int,
    state_file: Path | None,
    order_delay: float,
    list_lag: float,
    token_lifetime: float | None,
    faults: Sequence[str],
    seed: int,
) -> ExitCode:
    """Run a Director simulator until SIGINT or SIGTERM."""
    try:
        from lpcac.simulator.faults.faults import Fault  # noqa: PLC0415 - an optional extra
        from lpcac.simulator.options import SimulatorOptions  # noqa: PLC0415
        from lpcac.simulator.server import serve  # noqa: PLC0415
    except ImportError as error:
        message = f"the simulator needs an extra: pip install 'lpcac[simulator]' ({error.name} is missing)"
        raise UsageError(message) from None
    try:
        parsed = tuple(Fault.parse(fault) for fault in faults)
    except ValueError as error:
        raise UsageError(str(error)) from None
    options = SimulatorOptions(
        host=host,
        port=port,
        state_file=state_file,
        order_delay=order_delay,
        list_lag=list_lag,
        token_lifetime=token_lifetime,
        faults=parsed,
        seed=seed,
    )
    try:
        serve(options)
    except (OSError, ValueError) as error:
        message = f"the simulator cannot run: {error}"
        raise UsageError(message) from None
    return ExitCode.OK


def demo(folder: Path | None) -> ExitCode:
    """Run the demo against an embedded simulator; without a folder, for the example in the package."""
    from lpcac.cli.demo import play  # noqa: PLC0415 - an optional extra

    return play(folder)
