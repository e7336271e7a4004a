"""The settings of a simulator, as one frozen value."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from lpcac.simulator.faults.faults import Fault

DEMO_TOKEN = "demo-token-of-the-director-simulator"  # noqa: S105 - a public value that opens a simulator only
DEMO_SECRET_KEY = "demo-secret-key-of-the-director-simulator"  # noqa: S105

UnfinishedOrder = Literal["empty_response", "null_response", "status", "not_found", "no_success"]
DuplicateNames = Literal["refuse", "fail_order", "allow"]
CompiledNormalizerRead = Literal["string", "list", "absent_when_empty", "absent"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatorOptions:
    """All settings of one simulator; times are in seconds.

    The fields from `unfinished_order` on choose among answers that the vendor's documentation leaves open,
    so that a client can be tried against each of them.
    """

    host: str = "127.0.0.1"
    port: int = 0
    """0 takes a free port."""
    order_delay: float = 1.0
    """From the start of an order on the logpoint until it is done."""
    order_delay_jitter: float = 0.0
    """The most by which an order takes longer, at random."""
    list_lag: float = 0.0
    """How long list answers still show the state before a finished order."""
    token: str = field(default=DEMO_TOKEN, repr=False)
    secret_key: str = field(default=DEMO_SECRET_KEY, repr=False)
    token_lifetime: float | None = None
    """None: the token is always active."""
    state_file: Path | None = None
    """Seeds the state if it exists; saved to on every finished order and on stop."""
    faults: tuple[Fault, ...] = ()
    workers_per_logpoint: int | None = None
    """How many orders a logpoint carries out at a time; None: unbounded."""
    seed: int = 0
    """Decides everything random: ids, list order, jitter, faults with a probability."""
    unfinished_order: UnfinishedOrder = "empty_response"
    leading_slash: bool | None = None
    """Whether an order's path starts with a slash; None alternates."""
    late_reference_check: bool = False
    """True: what the logpoint cannot do fails inside the order; False: it is refused at once with 400."""
    duplicate_names: DuplicateNames = "refuse"
    compiled_normalizer_read: CompiledNormalizerRead = "string"
    error_objects: bool = False
    """Whether an order's errors are objects rather than strings."""
    refusal_status: int = 401
    """The status that a wrong or expired token gets; 403 is plausible too."""
