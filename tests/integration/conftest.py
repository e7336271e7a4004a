"""A client's standard pipeline of forty objects, and what plans and applies it on a simulated Director."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest
import yaml
from pydantic import SecretStr
from tests.integration.in_process import InProcessDirector, let_commands_call
from tests.virtual_time import VirtualClock, run_virtually
from tests.waiting import wait_until

from lpcac.apply.applier import Applier, Job, Pacing
from lpcac.apply.report import Outcome, State, TargetReport
from lpcac.connectors.director.api import DirectorClient
from lpcac.connectors.director.latency import ReadbackLimits
from lpcac.connectors.director.transport.http import Credentials, DirectorHttp, HttpOptions
from lpcac.connectors.files.reader import read_files
from lpcac.core.resources import Ownership, ResourceKey, Target
from lpcac.core.text.redaction import Redactor
from lpcac.directory_map.directory_map import ad_hoc_client
from lpcac.directory_map.limits import Limits
from lpcac.main import run
from lpcac.models import registry
from lpcac.planning.client_planning import PlannedTarget, plan_with_fresh_inventories
from lpcac.planning.guard import approve
from lpcac.planning.plan import Change, TargetPlan
from lpcac.planning.targets.loaded_clients import load_client
from lpcac.planning.targets.requests import Request, resolve_targets
from lpcac.simulator.options import SimulatorOptions
from lpcac.simulator.server import Simulator, running
from lpcac.simulator.world import NAME_FIELDS, Logpoint, World

__all__ = ["wait_until"]

T = TypeVar("T")

AMBIENT = ("NO_COLOR", "FORCE_COLOR", "SSL_CERT_FILE", "SSL_CERT_DIR", "COLUMNS")
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")

PACKAGES = ("LP_Windows", "LP_Linux", "LP_Cisco_ASA", "LP_Fortinet_FortiGate")
NORMALIZERS = ("LPA_Windows", "CEFCompiledNormalizer", "WindowsXMLCompiledNormalizer", "JSONCompiledNormalizer")
EXTERNAL = "EnrichmentPolicy=Threat_Intelligence"
COUNTS = {"Repo": 10, "RoutingPolicy": 10, "NormalizationPolicy": 8, "ProcessingPolicy": 12}


def document(kind: str, name: str, spec: Any) -> Any:
    """Return one resource as it is written in YAML."""
    return {"apiVersion": "logpoint-cac/v1", "kind": kind, "metadata": {"name": name}, "spec": spec}


def repo(number: int, days: int = 90) -> Any:
    tiers = [{"path": "/data_hot", "retention_days": days}, {"path": "/cold_nfs", "retention_days": 275}]
    return document("Repo", f"repo-{number:02d}", {"paths": tiers})


def routing_policy(number: int) -> Any:
    criteria = [
        {"type": "KeyPresent", "key": "verbose", "repo": f"repo-{number % 10 + 1:02d}"},
        {"type": "KeyPresentValueMatches", "key": "event_id", "value": "5156", "drop": "discard"},
    ]
    spec = {"catch_all": f"repo-{number:02d}", "routing_criteria": criteria}
    return document("RoutingPolicy", f"routing-{number:02d}", spec)


def normalization_policy(number: int) -> Any:
    spec: dict[str, Any] = {"normalization_packages": [PACKAGES[number % 4], PACKAGES[(number + 1) % 4]]}
    if number % 2:
        spec["compiled_normalizers"] = [NORMALIZERS[number % 4], NORMALIZERS[(number + 1) % 4]]
    return document("NormalizationPolicy", f"normalization-{number:02d}", spec)


def processing_policy(number: int) -> Any:
    spec = {"routing_policy": f"routing-{(number - 1) % 10 + 1:02d}"}
    if number != 12:
        spec["normalization_policy"] = f"normalization-{(number - 1) % 8 + 1:02d}"
    if number % 3 == 0:
        spec["enrichment_policy"] = "Threat_Intelligence"
    return document("ProcessingPolicy", f"processing-{number:02d}", spec)


@pytest.fixture
def pipeline() -> list[Any]:
    """Forty objects in four kinds; each may be written before what it refers to. A test may change them."""
    makers = {
        "ProcessingPolicy": processing_policy,
        "NormalizationPolicy": normalization_policy,
        "RoutingPolicy": routing_policy,
        "Repo": repo,
    }
    return [make(number) for kind, make in makers.items() for number in range(1, COUNTS[kind] + 1)]


@pytest.fixture
def small(pipeline: list[Any]) -> list[Any]:
    """Five objects of the pipeline that need nothing but each other."""
    names = ("repo-01", "repo-02", "routing-01", "normalization-01", "processing-01")
    return [each for each in pipeline if each["metadata"]["name"] in names]


class Recorder:
    """Remembers what apply says while it works."""

    def __init__(self) -> None:
        self.started_keys: list[ResourceKey] = []
        self.outcomes: list[Outcome] = []
        self.on_started: Callable[[Change], object] = lambda _change: None

    def started(self, target: Target, change: Change) -> None:
        del target
        self.started_keys.append(change.key)
        self.on_started(change)

    def finished(self, target: Target, outcome: Outcome) -> None:
        del target
        self.outcomes.append(outcome)


class Site:
    """One client's folder, and a simulated Director on which it is planned and applied.

    Arguments:
        clock: the time of a Director in this process; `None` for one on loopback, which takes the time it takes.
    """

    def __init__(
        self, folder: Path, simulator: Simulator | InProcessDirector, clock: VirtualClock | None = None
    ) -> None:
        self.folder = folder
        self.simulator = simulator
        self.clock = clock
        self.pacing = Pacing(
            in_flight_per_logpoint=8,
            order_timeout=20,
            patience=ReadbackLimits(
                unheard_of=5, list_lag=10, first=2, shortest=1, longest=4, convergence=5, first_question=0.05
            ),
        )
        self.secret_key: str | None = None
        self.patience = 20.0
        self.pool = "pool-acme"
        self.logpoints: tuple[str, ...] = ("lp-01",)
        self.limits = Limits(allow_repo_delete=True)
        self.progress = Recorder()
        self.stop_after: int | None = None
        """How many changes are started before the apply is told to stop."""

    @property
    def logpoint(self) -> Logpoint:
        """The client's first logpoint, as it really is."""
        return self.simulator.world.pool(self.pool).logpoint(self.logpoints[0])

    def declare(self, documents: Iterable[Any]) -> None:
        """Make these all that the client's folder declares."""
        (self.folder / "resources.yaml").write_text(yaml.safe_dump_all(list(documents)), encoding="utf-8")

    def plan(self, owned: Iterable[ResourceKey] = ()) -> TargetPlan:
        """Plan the first logpoint."""
        return self._run(self._with_plans(owned, self._look))[0].plan

    def apply(self, owned: Iterable[ResourceKey] = ()) -> TargetReport:
        """Plan and apply; return the report of the first logpoint."""
        return self.apply_all(owned)[0]

    def apply_all(self, owned: Iterable[ResourceKey] = ()) -> list[TargetReport]:
        """Plan and apply every logpoint; return a report for each."""
        return self._run(self._with_plans(owned, self.apply_planned))

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run(work) if self.clock is None else run_virtually(work, self.clock)

    async def _look(self, planned: list[PlannedTarget]) -> list[PlannedTarget]:
        return planned

    async def apply_planned(self, planned: list[PlannedTarget]) -> list[TargetReport]:
        jobs = []
        for each in planned:
            assert each.live is not None, each.plan
            assert each.request.director is not None
            approved = approve(each.plan, self.limits, frozenset({each.plan.digest}))
            jobs.append(Job(approved, each.desired, each.live, each.request.ownership, each.request.director))
        applier = Applier(registry(), self.pacing, self.progress)

        def stop_in_time(_change: Change) -> None:
            if len(self.progress.started_keys) == self.stop_after:
                applier.stop.set()

        self.progress.on_started = stop_in_time
        return await applier.apply(jobs)

    async def _with_plans(self, owned: Iterable[ResourceKey], work: Any) -> Any:
        client = ad_hoc_client(
            str(self.folder),
            pool=self.pool,
            logpoints=self.logpoints,
            registry=registry(),
            external=[EXTERNAL],
            allow_repo_delete=True,
        )
        loaded = load_client(client, read_files([self.folder]).files, registry())
        assert not loaded.errors
        credentials = Credentials(
            SecretStr(self.simulator.token), SecretStr(self.secret_key) if self.secret_key else None
        )
        options = HttpOptions(self.simulator.url, timeout=10, read_only=False, patience=self.patience)
        transport = getattr(self.simulator, "transport", None)
        async with DirectorHttp(options, credentials, Redactor(), transport) as http:
            request = Request(loaded, Ownership(frozenset(owned)), DirectorClient(http))
            targets = await resolve_targets([request])
            return await work(await plan_with_fresh_inventories(registry(), targets))

    def declared_count(self) -> dict[str, int]:
        """How many objects of each kind there are beside the vendor's."""
        vendors = World(0).add_pool("reference").add_logpoint("reference")
        return {kind: len(self.logpoint.names(kind)) - len(vendors.names(kind)) for kind in COUNTS}

    def assert_live_as_declared(self) -> None:
        """Fail unless the logpoint holds every object of the pipeline, each created once, and plans empty."""
        assert self.created_more_than_once() == []
        assert self.declared_count() == COUNTS
        again = self.plan()
        assert (again.is_empty, again.unchanged, again.errors, again.unread) == (True, 40, (), None)

    def created_more_than_once(self) -> list[tuple[str, str]]:
        """What the Director created again although it was there, or left twice under one name."""
        twice = {key for key, count in self.logpoint.created.items() if count > 1}
        for kind in NAME_FIELDS:
            names = self.logpoint.names(kind)
            twice |= {(kind, name) for name in names if names.count(name) > 1}
        return sorted(twice)

    @property
    def arguments(self) -> tuple[str, ...]:
        """What names this target on the command line."""
        logpoints = [argument for name in self.logpoints for argument in ("--logpoint", name)]
        return (str(self.folder), "--pool", self.pool, *logpoints, "--external", EXTERNAL)

    def writes(self) -> list[tuple[str, str, int | None, float]]:
        """Every write to the configuration that reached the Director."""
        return [
            (request.method, request.path, request.status, request.time)
            for request in self.simulator.requests
            if request.method != "GET" and request.path.startswith("/configapi/")
        ]

    def most_in_flight(self, identifier: str = "") -> int:
        """Return the largest number of orders that were under way at one time, by the Director's clock."""
        delay = self.simulator.options.order_delay
        begun = sorted(time for _, path, status, time in self.writes() if status == 200 and identifier in path)
        return max(sum(begin <= moment < begin + delay for begin in begun) for moment in begun)


def states(report: TargetReport) -> dict[State, int]:
    """Count how the changes of a report ended."""
    ended = [outcome.state for outcome in report.outcomes]
    return {state: ended.count(state) for state in State if state in ended}


@pytest.fixture
def open_site(tmp_path: Path, pipeline: Sequence[Any]) -> Iterator[Callable[..., Site]]:
    """Give what opens a site with these simulator options; the pipeline is declared, an order takes 50 ms.

    Its Director answers on loopback.
    """
    with ExitStack() as stack:

        def opened(world: World | None = None, **options: Any) -> Site:
            simulator = stack.enter_context(running(_options(options), world))
            return _declaring(Site(tmp_path / "acme-corp", simulator), pipeline)

        yield opened


@pytest.fixture
def imagine_site(tmp_path: Path, pipeline: Sequence[Any]) -> Callable[..., Site]:
    """Give the same in virtual time: its Director is called in this process, and no wait takes any time."""

    def opened(world: World | None = None, **options: Any) -> Site:
        clock = VirtualClock()
        return _declaring(
            Site(tmp_path / "acme-corp", InProcessDirector(_options(options), world, clock), clock), pipeline
        )

    return opened


def _options(options: dict[str, Any]) -> SimulatorOptions:
    return SimulatorOptions(**{"order_delay": 0.05, **options})


def _declaring(site: Site, documents: Iterable[Any]) -> Site:
    site.folder.mkdir(exist_ok=True)
    site.declare(documents)
    return site


@pytest.fixture
def served_small_site(open_site: Callable[..., Site], lpcac: CommandLine, small: list[Any]) -> Site:
    """Give a site that declares five objects, on a Director on loopback that the command line's environment names.

    It is for commands that run as processes, and for what the network, a program or another Director decides.
    """
    site = open_site(order_delay=0.02)
    site.declare(small)
    lpcac.use(site.simulator)
    return site


@pytest.fixture
def small_site(
    imagine_site: Callable[..., Site], lpcac: CommandLine, small: list[Any], monkeypatch: pytest.MonkeyPatch
) -> Site:
    """Give the same in virtual time, for commands in this process: no wait takes any time."""
    site = imagine_site(order_delay=0.02)
    site.declare(small)
    lpcac.use(site.simulator)
    assert isinstance(site.simulator, InProcessDirector)
    assert site.clock is not None
    let_commands_call(site.simulator, site.clock, monkeypatch)
    return site


@pytest.fixture
def count_states() -> Callable[[TargetReport], dict[State, int]]:
    """Give the function that counts how the changes of a report ended."""
    return states


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


class CommandLine:
    """The command line with an environment of its own, in this process or as one."""

    def __init__(self, environment: pytest.MonkeyPatch, capture: pytest.CaptureFixture[str]) -> None:
        self._environment = environment
        self._capture = capture

    def use(self, simulator: Simulator | InProcessDirector) -> None:
        """Let the environment name this Director and its token."""
        self.set(DIRECTOR_URL=simulator.url, DIRECTOR_TOKEN=simulator.token)

    def set(self, **variables: str | None) -> None:
        """Set or, for `None`, remove variables of the environment."""
        for name, value in variables.items():
            if value is None:
                self._environment.delenv(name, raising=False)
            else:
                self._environment.setenv(name, value)

    def __call__(self, *arguments: object) -> Ended:
        """Run a command in this process."""
        self._capture.readouterr()
        with pytest.raises(SystemExit) as ended:
            run([str(argument) for argument in arguments])
        written = self._capture.readouterr()
        assert isinstance(ended.value.code, int)
        return Ended(int(ended.value.code), written.out, written.err)

    def start(self, *arguments: object, **options: Any) -> subprocess.Popen[str]:
        """Start a command as a process, its output on pipes."""
        command = [sys.executable, "-m", "lpcac.main", *(str(argument) for argument in arguments)]
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return subprocess.Popen(command, **{**pipes, **options})

    def process(self, *arguments: object, **options: Any) -> Ended:
        """Run a command as a process."""
        with self.start(*arguments, **options) as process:
            out, err = process.communicate(timeout=120)
            return Ended(process.returncode, out, err)


@pytest.fixture
def lpcac(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> CommandLine:
    """Give the command line; nothing of the user's environment reaches it, its state is kept in the test's folder."""
    for name in list(os.environ):
        if name in AMBIENT or name.upper() in PROXIES or name.startswith(("DIRECTOR_", "GIT_", "GITHUB_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return CommandLine(monkeypatch, capsys)
