"""Random scenarios of faults, signals and kills: whatever happens, what lpcac promises holds.

A few seeds run with every other test; `make campaign` runs as many as it is told to. A seed that fails, fails again.
"""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from lpcac.simulator.faults.faults import Fault
from lpcac.simulator.world import NAME_FIELDS, is_vendor_name

if TYPE_CHECKING:
    from tests.integration.conftest import CommandLine, Ended, Site

SEEDS = range(int(os.environ.get("LPCAC_CAMPAIGN", "4")))
WRITES, ORDERS = "^/configapi/", "^/monitorapi/[^/]+/[^/]+/orders/"
LIMITS = ("--patience", "4", "--timeout", "2")
APPLY_LIMITS = ("--order-timeout", "2", "--auto-approve", "--format", "json", "--in-flight-per-logpoint", "8")
LONGEST_COMMAND = 120.0
UNMANAGED = "somebody-elses"
RETRY_AFTER = [0, 1, None, 7200, "Fri, 01 Jan 2100 00:00:00 GMT", "soon"]
"""What a Director may ask for: usual waits, hours, a clock that is far ahead, and nonsense."""


def random_faults(random: Random, *, duplicates: bool) -> list[Fault]:
    """Return what goes wrong: each kind of fault that can come and go."""
    catalogue: list[Callable[[float], Fault]] = [
        lambda p: Fault("status", "GET", status=random.choice([500, 502, 503, 504]), probability=p),
        lambda p: Fault("status", "*", status=429, retry_after=random.choice(RETRY_AFTER), probability=p),
        lambda p: Fault("status", "POST", "^/refreshToken$", status=random.choice([500, 503]), probability=2 * p),
        lambda p: Fault("status", "POST", WRITES, status=503, probability=p),
        lambda p: Fault("status", "POST", WRITES, status=400, probability=p),
        lambda p: Fault("late-status", "*", WRITES, status=504, probability=p),
        lambda p: Fault("drop", "*", probability=p),
        lambda p: Fault("lost-answer", "*", WRITES, probability=p),
        lambda p: Fault("lost-answer", "GET", probability=p),
        lambda p: Fault("malformed-json", "GET", probability=p),
        lambda p: Fault("wrong-shape", "GET", probability=p),
        lambda p: Fault("html", "*", probability=p),
        lambda p: Fault("empty-list", "GET", "/Repos$", probability=p),
        lambda p: Fault("delay", "*", seconds=random.choice([0.1, 3.0]), probability=p / 4),
        lambda p: Fault("order-fails", "POST", WRITES, probability=p),
        lambda p: Fault("order-hangs", "*", WRITES, probability=p / 2),
        lambda p: Fault("order-unknown", "POST", WRITES, polls=random.randint(1, 4), probability=p),
        lambda p: Fault("status", "GET", ORDERS, status=502, probability=p),
    ]
    if not duplicates:
        catalogue.append(lambda p: Fault("partial-list", "GET", probability=p / 2))
    chosen = random.sample(catalogue, random.randint(1, 4))
    return [make(random.choice([0.05, 0.15, 0.3])) for make in chosen]


def random_options(random: Random) -> dict[str, Any]:
    """Return one of the Directors that the documentation leaves open."""
    return {
        "order_delay": random.choice([0.02, 0.1, 0.3]),
        "order_delay_jitter": random.choice([0.0, 0.3]),
        "list_lag": random.choice([0.0, 0.0, 0.3]),
        "unfinished_order": random.choice(["empty_response", "null_response", "status", "no_success"]),
        "leading_slash": random.choice([None, True, False]),
        "late_reference_check": random.choice([True, False]),
        "duplicate_names": random.choice(["refuse", "fail_order", "allow"]),
        "error_objects": random.choice([True, False]),
        "workers_per_logpoint": random.choice([None, 3]),
        "token_lifetime": random.choice([None, None, 3.0]),
        "seed": random.randint(0, 10_000),
    }


@dataclass
class Campaign:
    """One scenario: a site, what it must never touch, and the commands that are run on it."""

    random: Random
    site: Site
    lpcac: CommandLine
    foreign: dict[tuple[str, str], Any]

    def run(self, command: str, *more: str) -> Ended:
        """Run a command to its end, and check what holds for each."""
        self.use_credentials()
        before, begun = len(self.site.writes()), time.monotonic()
        target = (str(self.site.folder / "synced"), "--pool", self.site.pool, "--logpoint", "lp-01")
        arguments = (*target, "--check") if command == "sync" else self.site.arguments
        ended = self.lpcac(command, *arguments, *LIMITS, *more)
        assert time.monotonic() - begun < LONGEST_COMMAND
        assert ended.code in range(5), ended
        assert "Traceback" not in ended.err
        if command != "apply":
            assert len(self.site.writes()) == before, "a command that reads wrote"
        elif ended.code == 0:
            assert json.loads(ended.out)["done"] is True
            assert self.missing() == set(), "it says that all is as declared"
            assert self.twice() == []
        self.assert_nothing_foreign_was_touched()
        return ended

    def use_credentials(self) -> None:
        """Give the command what is in force now, as whoever keeps the secrets does after a renewal."""
        self.lpcac.use(self.site.simulator)
        self.lpcac.set(DIRECTOR_SECRET_KEY=self.site.simulator.secret_key)

    def apply_twice_at_once(self) -> None:
        """Start two applies of the same target at the same time."""
        self.use_credentials()
        arguments = ("apply", *self.site.arguments, *LIMITS, *APPLY_LIMITS)
        with self.lpcac.start(*arguments) as first, self.lpcac.start(*arguments) as second:
            for process in (first, second):
                _, err = process.communicate(timeout=LONGEST_COMMAND)
                assert process.returncode in (0, 1, 4)
                assert "Traceback" not in err
        assert self.twice() == []
        self.assert_nothing_foreign_was_touched()

    def end_early(self) -> None:
        """Start an apply as a process, and kill or interrupt it at some moment."""
        self.use_credentials()
        number = self.random.choice([signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
        with self.lpcac.start("apply", *self.site.arguments, *LIMITS, *APPLY_LIMITS) as process:
            writes = len(self.site.writes()) + self.random.randint(1, 5)
            begun = time.monotonic()
            while process.poll() is None and len(self.site.writes()) < writes and time.monotonic() < begun + 20:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(0.01)
            process.send_signal(number)
            _, err = process.communicate(timeout=LONGEST_COMMAND)
        assert process.returncode in ((-signal.SIGKILL, 0, 1, 4) if number == signal.SIGKILL else (0, 1, 4))
        assert "Traceback" not in err
        self.assert_nothing_foreign_was_touched()

    def missing(self) -> set[tuple[str, str]]:
        """Return what is declared and not there, as it really is."""
        return {(kind, name) for kind, name in self.declared if name not in self.site.logpoint.names(kind)}

    @property
    def declared(self) -> set[tuple[str, str]]:
        return {(each["kind"], each["metadata"]["name"]) for each in self.documents}

    documents: tuple[Any, ...] = ()

    def declare(self, documents: list[Any]) -> None:
        self.documents = tuple(documents)
        self.site.declare(documents)

    def twice(self) -> list[tuple[str, str]]:
        counts = Counter((kind, name) for kind in NAME_FIELDS for name in self.site.logpoint.names(kind))
        return sorted(key for key, count in counts.items() if count > 1)

    def assert_nothing_foreign_was_touched(self) -> None:
        assert foreign_objects(self.site) == self.foreign


def foreign_objects(site: Site) -> dict[tuple[str, str], Any]:
    """Return the vendor's objects and those that nobody declares, as they really are."""
    return {
        (kind, each[field]): each
        for kind, field in NAME_FIELDS.items()
        for each in site.logpoint.objects(kind)
        if is_vendor_name(each[field]) or each[field] in (UNMANAGED, "Threat_Intelligence")
    }


class Disk:
    """The disk with the state folder, which can be full now and then."""

    full_with = 0.0

    def __init__(self, random: Random) -> None:
        self._random = random

    def write(self, descriptor: int, data: bytes) -> int:
        if self._random.random() < self.full_with:
            raise OSError(errno.ENOSPC, "No space left on device")
        return self._write(descriptor, data)

    _write = staticmethod(os.write)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch, seed: int) -> Disk:
    found = Disk(Random(f"disk {seed}"))
    monkeypatch.setattr("lpcac.apply.journal.os.write", found.write)
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_promised_holds_whatever_goes_wrong(
    seed: int, open_site: Callable[..., Site], lpcac: CommandLine, small: list[Any], disk: Disk
) -> None:
    random = Random(f"campaign {seed}")
    options = random_options(random)
    site = open_site(**options)
    site.logpoint.create(
        "Repo", {"name": UNMANAGED, "repopath": [{"path": "/data_hot/", "retention": 9}], "repoha": []}
    )
    lpcac.use(site.simulator)
    campaign = Campaign(random, site, lpcac, foreign_objects(site))
    campaign.declare(small)
    for fault in random_faults(random, duplicates=options["duplicate_names"] == "allow"):
        site.simulator.faults.add(fault)
    for command in random.sample(["plan", "drift", "sync"], 2):
        campaign.run(command)
    if seed % 4 == 0:
        campaign.end_early()
    elif seed % 4 == 1:
        campaign.apply_twice_at_once()
    else:
        disk.full_with = random.choice([0.0, 0.0, 0.5]) if options["duplicate_names"] != "allow" else 0.0
        campaign.run("apply", *APPLY_LIMITS)
        disk.full_with = 0.0
    campaign.run("plan")
    site.simulator.faults.clear()
    # What was lost is waited for as long as an order may take; then one calm run brings everything to its end, unless
    # an order of the Director's never ends: the wait for that one is ended by a person.
    ended = campaign.run("apply", *APPLY_LIMITS)
    if ended.code and "--forget-order" in ended.out:
        words = ended.out.replace(":", " ").replace('"', " ").split()
        orders = [words[number + 1] for number, word in enumerate(words) if word == "--forget-order"]
        ended = campaign.run(
            "apply", *APPLY_LIMITS, *(part for each in set(orders) for part in ("--forget-order", each))
        )
    assert ended.code == 0, ended
    assert campaign.run("plan", "--detailed-exitcode").code == 0
    assert campaign.twice() == []
