"""Fault injection: which requests go wrong, how, and how often."""

import math
import re
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from random import Random
from typing import Literal, get_args

FaultKind = Literal[
    "status",
    "late-status",
    "drop",
    "lost-answer",
    "delay",
    "malformed-json",
    "wrong-shape",
    "html",
    "partial-list",
    "empty-list",
    "order-fails",
    "order-hangs",
    "order-unknown",
]
"""What goes wrong.

- `status`: answered with `status` (and `retry_after`), not processed.
- `late-status`: processed, then answered with `status`, as a gateway does that lost patience.
- `drop`: the connection is aborted before processing.
- `lost-answer`: processed, then the connection is aborted instead of an answer.
- `delay`: answered `seconds` later.
- `malformed-json`, `wrong-shape`, `html`: processed; the answer's body is garbled, its status is 200.
- `partial-list`, `empty-list`: a list answer keeps `keep` entries (default: half of them), or none.
- `order-fails`: the write is accepted, its order fails with `message`.
- `order-hangs`: the write is accepted, its order never finishes.
- `order-unknown`: the order's state answers 404 for the first `polls` polls and the first `seconds` seconds.
"""

FAULT_KINDS: tuple[str, ...] = get_args(FaultKind)
MAXIMUM_STATUS = 599


@dataclass(frozen=True, slots=True)
class Fault:
    """One way in which matching requests go wrong; `order-*` kinds match the write that makes the order.

    `method` is a method or `*`; `path` is a regular expression searched in the path. The fault fires with
    `probability`, at most `count` times, between `after` and `until` seconds of the simulator's life.
    """

    kind: FaultKind
    method: str = "*"
    path: str = ".*"
    status: int = 503
    retry_after: int | str | None = None
    seconds: float = 0.0
    message: str = "The order failed on the logpoint"
    polls: int = 0
    keep: int | None = None
    count: int | None = None
    probability: float = 1.0
    after: float = 0.0
    until: float = math.inf

    def __post_init__(self) -> None:
        """Refuse, with one clear line, a fault that could not work."""
        if self.kind not in FAULT_KINDS:
            raise ValueError(f"unknown fault {self.kind!r}: expected one of {', '.join(FAULT_KINDS)}")
        try:
            re.compile(self.path)
        except re.error as error:
            raise ValueError(f"fault {self.kind}: path {self.path!r} is no regular expression: {error}") from error
        if not 0.0 <= self.probability <= 1.0:
            raise ValueError(f"fault {self.kind}: probability {self.probability} is not between 0 and 1")
        if not 400 <= self.status <= MAXIMUM_STATUS:  # noqa: PLR2004 - a status that tells of an error
            raise ValueError(f"fault {self.kind}: status {self.status} is not between 400 and 599")
        if self.kind == "delay" and self.seconds <= 0:
            raise ValueError("fault delay: it needs seconds, as in delay=2.5")
        if self.kind == "order-unknown" and self.polls <= 0 and self.seconds <= 0:
            raise ValueError(
                "fault order-unknown: it needs polls or seconds, as in order-unknown=3 or order-unknown=5s"
            )

    def matches(self, method: str, path: str, elapsed: float) -> bool:
        """Tell whether a request, `elapsed` seconds into the simulator's life, is this fault's."""
        return (
            (self.method == "*" or self.method.upper() == method.upper())
            and re.search(self.path, path) is not None
            and self.after <= elapsed < self.until
        )

    @classmethod
    def parse(cls, text: str) -> "Fault":
        """Read the compact form `KIND[=VALUE]:METHOD:PATH[:HOW_OFTEN][:NAME=VALUE ...]`.

        `VALUE` is the status, the seconds (`delay`), the polls or, with a final `s`, the seconds
        (`order-unknown`), the entries kept (`partial-list`) or the message (`order-fails`). `HOW_OFTEN` is
        a probability when it has a decimal point, else a count. Names: `after`, `until`, `retry-after`.

        Raises:
            ValueError: one line that says what is wrong with `text`.

        """
        try:
            return _parse(text)
        except ValueError as error:
            raise ValueError(f"{text}: {error}") from error


_OPTION = re.compile(r"(?:\d+|\d*\.\d+|\d+\.\d*|(?:after|until|retry-after)=.*)")
_FORM = "expected KIND[=VALUE]:METHOD:PATH[:HOW_OFTEN][:NAME=VALUE ...]"


def _parse(text: str) -> Fault:
    parts = text.split(":")
    options: list[str] = []
    while len(parts) > 3 and _OPTION.fullmatch(parts[-1]):  # noqa: PLR2004 - kind, method, path
        options.append(parts.pop())
    if len(parts) < 3 or not parts[1] or not parts[2]:  # noqa: PLR2004
        raise ValueError(_FORM)
    kind, _, value = parts[0].partition("=")
    if not re.fullmatch(r"\*|[A-Za-z]+", parts[1]):
        raise ValueError(f"{parts[1]!r} is no HTTP method")
    fields: dict[str, object] = {"kind": kind, "method": parts[1].upper(), "path": ":".join(parts[2:])}
    if value:
        fields.update(_value_fields(kind, value))
    for option in options:
        fields.update(_option_fields(option))
    if fields.get("status") == 429:  # noqa: PLR2004 - Too Many Requests
        fields.setdefault("retry_after", 1)
    return Fault(**fields)  # type: ignore[arg-type]


def _value_fields(kind: str, value: str) -> dict[str, object]:
    match kind:
        case "status" | "late-status":
            return {"status": _whole(value)}
        case "delay":
            return {"seconds": _number(value)}
        case "order-unknown":
            return {"seconds": _number(value[:-1])} if value.endswith("s") else {"polls": _whole(value)}
        case "partial-list":
            return {"keep": _whole(value)}
        case "order-fails":
            return {"message": value}
    raise ValueError(f"{kind!r} takes no value" if kind in FAULT_KINDS else f"unknown fault {kind!r}")


def _option_fields(option: str) -> dict[str, object]:
    name, equals, value = option.partition("=")
    if not equals:
        return {"probability": _number(option)} if "." in option else {"count": _whole(option)}
    if name == "retry-after":
        return {"retry_after": _whole(value)}
    return {name: _number(value)}


def _whole(text: str) -> int:
    if not re.fullmatch(r"\d+", text):
        raise ValueError(f"{text!r} is no whole number")
    return int(text)


def _number(text: str) -> float:
    if not re.fullmatch(r"\d+\.?\d*|\.\d+", text):
        raise ValueError(f"{text!r} is no number")
    return float(text)


class FaultBook:
    """The faults in force; any thread may add and clear them while the simulator runs."""

    def __init__(self, faults: Iterable[Fault] = (), seed: int = 0) -> None:
        self._lock = threading.Lock()
        self._random = Random(f"faults {seed}")
        self._entries: list[tuple[Fault, list[int]]] = [(fault, [0]) for fault in faults]

    def add(self, fault: Fault) -> None:
        """Put one more fault in force; its count starts at zero."""
        with self._lock:
            self._entries.append((fault, [0]))

    def clear(self) -> None:
        """Lift all faults; what they have already done to an order stays done."""
        with self._lock:
            self._entries.clear()

    def fired(self, fault: Fault) -> int:
        """Count how often a fault in force has fired."""
        with self._lock:
            return sum(times[0] for entry, times in self._entries if entry == fault)

    def fire(self, method: str, path: str, elapsed: float) -> tuple[Fault, ...]:
        """Return the faults that hit this request, and count them."""
        with self._lock:
            return tuple(fault for fault, times in self._entries if self._hits(fault, times, method, path, elapsed))

    def _hits(self, fault: Fault, times: list[int], method: str, path: str, elapsed: float) -> bool:
        if not fault.matches(method, path, elapsed):
            return False
        if fault.count is not None and times[0] >= fault.count:
            return False
        if fault.probability < 1.0 and self._random.random() >= fault.probability:
            return False
        times[0] += 1
        return True
