"""Plans, reports and drift to render: a likely one, and any with hostile content."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any, TypeVar

from hypothesis import strategies as st

from lpcac.apply.report import Outcome, State, TargetReport
from lpcac.core.findings import Finding, Position
from lpcac.core.json_values import Json
from lpcac.core.resources import Action, Desired, Live, LiveObject, Ownership, Resource, ResourceKey, Target
from lpcac.directory_map.limits import Limits
from lpcac.kinds.kind import Risk
from lpcac.models import registry
from lpcac.planning.drift import Drift
from lpcac.planning.guard import GuardedTarget, Refusal, refusals
from lpcac.planning.plan import Change, FieldChange, TargetPlan
from lpcac.planning.planner import plan_target, target_digest

T = TypeVar("T")

ACME = Target("acme-corp", "pool-acme", "lp-01", "7a1f0c", "lp-01-id")
BETA = Target("beta", "pool-beta", "lp-01", "8b2f0c", "lp-02-id")
GAMMA = Target("gamma", "pool-gamma", "lp-01", "9c2f0c", "lp-03-id")
DELTA = Target("delta", "pool-delta", "lp-01", "0d2f0c", "lp-04-id")

_SPECS: dict[tuple[str, str], Json] = {
    ("Repo", "system"): {"paths": [{"path": "/data_hot", "retention_days": 30}]},
    ("Repo", "system_verbose"): {
        "paths": [{"path": "/data_hot", "retention_days": 30}, {"path": "/cold_nfs", "retention_days": 275}]
    },
    ("RoutingPolicy", "windows"): {
        "catch_all": "system",
        "routing_criteria": [
            {
                "type": "KeyPresentValueMatches",
                "key": "EventType",
                "value": "Verbose",
                "repo": "system_verbose",
                "drop": "store",
            },
            {"type": "KeyPresent", "key": "debug", "drop": "discard"},
        ],
    },
    ("NormalizationPolicy", "windows"): {
        "normalization_packages": ["LP_Windows", "LP_Windows_Sysmon"],
        "compiled_normalizers": ["LPA_Windows"],
    },
    ("ProcessingPolicy", "windows"): {"routing_policy": "windows", "normalization_policy": "windows"},
}
_BEFORE: dict[tuple[str, str], Json] = {
    ("Repo", "system"): {
        "paths": [{"path": "/data_hot", "retention_days": 90}, {"path": "/cold_nfs", "retention_days": 275}]
    },
    ("Repo", "legacy"): {"paths": [{"path": "/data_hot", "retention_days": 60}]},
    ("Repo", "handmade"): {"paths": [{"path": "/data_hot", "retention_days": 7}]},
    ("RoutingPolicy", "legacy"): {"catch_all": "legacy", "routing_criteria": []},
    ("NormalizationPolicy", "windows"): {"normalization_packages": ["LP_Windows"]},
}
_INVENTORIES = {
    "StoragePath": {"/data_hot": "/data_hot", "/cold_nfs": "/cold_nfs"},
    "NormalizationPackage": {"LP_Windows": "1", "LP_Windows_Sysmon": "2"},
    "CompiledNormalizer": {"LPA_Windows": "LPA_Windows"},
    "EnrichmentPolicy": {},
}


def desired() -> Desired:
    """Return what the likely client declares."""
    return Desired(
        {
            ResourceKey(*key): Resource(ResourceKey(*key), spec, Position(f"clients/acme/{key[0].lower()}.yaml", line))
            for line, (key, spec) in enumerate(_SPECS.items(), start=1)
        }
    )


def live() -> Live:
    """Return what the likely client's logpoint holds."""
    objects = {ResourceKey(*key): LiveObject(ResourceKey(*key), spec, f"id-{key[1]}") for key, spec in _BEFORE.items()}
    return Live(objects, _INVENTORIES)


def likely_plan(target: Target = ACME) -> TargetPlan:
    """Return a plan with creates, updates, deletes, risks and something unmanaged."""
    owned = frozenset({ResourceKey("Repo", "legacy"), ResourceKey("RoutingPolicy", "legacy")})
    return plan_target(registry(), target, desired(), live(), Ownership(owned=owned))


def likely_targets() -> list[GuardedTarget]:
    """Return one target of each standing."""
    plan = likely_plan()
    missing = Finding(
        "missing-on-logpoint",
        'RoutingPolicy "windows": repo "sytem" does not exist on the logpoint (did you mean "system"?)',
        Position("clients/beta/routing.yaml", 14, 9),
    )
    return [
        GuardedTarget(TargetPlan(DELTA, unchanged=12, digest=target_digest(DELTA, ()))),
        GuardedTarget(plan, refusals(plan, Limits())),
        GuardedTarget(TargetPlan(BETA, unchanged=5, errors=(missing,), digest=target_digest(BETA, ()))),
        GuardedTarget(TargetPlan(GAMMA, unread="the Director does not answer: https://director.example.com timed out")),
    ]


def likely_reports() -> list[TargetReport]:
    """Return one apply in which a change failed and one that went well."""
    plan = likely_plan()
    ended = {
        "system": (State.FAILED, "the Director refused: storage path /data_hot is full", 0.42),
        "legacy": (State.SKIPPED, 'Repo "system" is failed', 0.0),
    }
    outcomes = tuple(
        Outcome(change, *ended.get(change.key.name, (State.DONE, "", 1.2 + number)))
        for number, change in enumerate(plan.changes)
    )
    left = tuple(outcome.change for outcome in outcomes if outcome.state is State.FAILED)
    well = replace(plan, target=BETA, changes=plan.changes[:2])
    done = tuple(Outcome(change, State.DONE, "", 2.5) for change in well.changes)
    return [TargetReport(well, done), TargetReport(plan, outcomes, left)]


def likely_drifts() -> list[Drift]:
    """Return one target of each standing."""
    changes = {change.key: change for change in likely_plan().changes}
    changed = changes[ResourceKey("Repo", "system")]
    missing = changes[ResourceKey("Repo", "system_verbose")]
    accepted = changes[ResourceKey("NormalizationPolicy", "windows")]
    return [
        Drift(DELTA),
        Drift(
            ACME,
            changed=(changed,),
            missing=(missing,),
            unmanaged=(ResourceKey("Repo", "handmade"),),
            accepted=((accepted, "vendor update until 2026-12-01"),),
        ),
        Drift(GAMMA, not_checked="the Director does not answer: timed out"),
    ]


# -- anything that a name or a value could hold

NASTY = (
    "`", "```", "|", "\\|", "a|b", "@team", "@org/team", "#1", "GH-1", "<img src=x>", "<script>", "-->", "<!--", "\n",
    "\r\n", "::error::x", "##[error]x", "\x1b[31mred\x1b[0m", "\x1b]8;;http://x\x07", "[red]", "[/]", "[x](http://e.vil)",
    "![x](http://e.vil)", "http://e.vil", "www.e.vil", "a@b.example", ":tada:", "$x$", "**b**", "~~s~~", "</details>",
    "</summary>", "<details>", "&#64;team", "&lt;", "\u202e", "\u200b", "\u2028", "é", "漢字", "😀", "\\x1b]", '"', "'",
    " ", "\t", "\x00", "end", "- x", "1. x", "# x", "---", "=", "{", "}", ";", "%%", "x" * 10_000, "```mermaid",
)  # fmt: skip
texts = st.one_of(
    st.sampled_from(NASTY),
    st.lists(st.sampled_from(NASTY), min_size=2, max_size=4).map("".join),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30),
    st.sampled_from(["system", "windows", "/data_hot", "LP_Windows"]),
)
values: st.SearchStrategy[Any] = st.recursive(
    st.one_of(texts, st.integers(), st.booleans()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)),
    max_leaves=5,
)


class Invention:
    """Builds anything from a few texts; hypothesis chooses the texts and the seed, which is quicker than all of it."""

    def __init__(self, palette: list[str], seed: int) -> None:
        self._palette = palette
        self._random = Random(seed)

    def some(self, make: Callable[[], T], most: int) -> tuple[T, ...]:
        return tuple(make() for _ in range(self._random.randint(0, most)))

    def maybe(self, make: Callable[[], T]) -> T | None:
        return make() if self._random.random() < 0.5 else None

    def number(self, most: int = 99) -> int:
        return self._random.randint(0, most)

    def text(self) -> str:
        return self._random.choice(self._palette)

    def digest(self) -> str:
        return f"{self._random.getrandbits(256):064x}"

    def key(self) -> ResourceKey:
        return ResourceKey(self._random.choice([*registry().kinds]), self.text())

    def value(self, depth: int = 2) -> Any:
        plain: list[Callable[[], Any]] = [self.text, self.number]
        nested: list[Callable[[], Any]] = [lambda: self.items(depth - 1), lambda: self.spec(depth - 1)]
        return self._random.choice([*plain, *nested] if depth else plain)()

    def items(self, depth: int) -> list[Any]:
        return [self.value(depth) for _ in range(self.number(3))]

    def spec(self, depth: int = 2) -> Json:
        return {self.text(): self.value(depth) for _ in range(self.number(4))}

    def position(self) -> Position:
        return Position(self.text(), 1 + self.number(), 1 + self.number())

    def finding(self) -> Finding:
        return Finding("missing-on-logpoint", self.text(), self.maybe(self.position))

    def target(self) -> Target:
        return Target(self.text(), self.text(), self.text(), self.text(), self.text())

    def change(self) -> Change:
        action = self._random.choice([*Action])
        return Change(
            action=action,
            key=self.key(),
            before=None if action is Action.CREATE else self.spec(),
            after=None if action is Action.DELETE else self.spec(),
            fields=self.some(lambda: FieldChange(self.text(), self.maybe(self.value), self.value()), 3),
            risks=self.some(lambda: Risk("repo-deleted", self.text()), 2),
            depends_on=self.some(self.key, 2),
            source=self.maybe(self.position),
            digest=self.digest(),
        )

    def plan(self, most_changes: int = 4) -> TargetPlan:
        if self.number(9) == 0:
            return TargetPlan(self.target(), unread=self.text())
        return TargetPlan(
            target=self.target(),
            changes=self.some(self.change, most_changes),
            unchanged=self.number(),
            unmanaged=self.some(self.key, 3),
            released=self.some(self.key, 2),
            errors=self.some(self.finding, 2),
            managed=self.number(),
            digest=self.digest(),
        )

    def refusal(self) -> Refusal:
        code = self._random.choice(["too-many-deletes", "needs-permission"])
        return Refusal(code, self.text(), waivable=code == "too-many-deletes")

    def guarded(self, most_changes: int = 4) -> GuardedTarget:
        return GuardedTarget(self.plan(most_changes), self.some(self.refusal, 2))

    def outcome(self) -> Outcome:
        return Outcome(self.change(), self._random.choice([*State]), self.text(), self.number() * 7.3)

    def report(self) -> TargetReport:
        ended = self.some(self.outcome, 4)
        plan = replace(self.plan(), changes=tuple(outcome.change for outcome in ended), errors=(), unread=None)
        return TargetReport(plan, ended, self.some(self.change, 2), self.maybe(self.text))

    def drift(self) -> Drift:
        return Drift(
            target=self.target(),
            changed=self.some(self.change, 3),
            missing=self.some(self.change, 3),
            unmanaged=self.some(self.key, 3),
            accepted=self.some(lambda: (self.change(), self.text()), 2),
            not_checked=self.maybe(self.text),
            errors=self.some(self.finding, 2),
        )


inventions = st.builds(Invention, st.lists(texts, min_size=1, max_size=8), st.integers(0, 2**32))
guarded_targets = inventions.map(lambda made: list(made.some(made.guarded, 4)))
reports = inventions.map(lambda made: list(made.some(made.report, 3)))
drifts = inventions.map(lambda made: list(made.some(made.drift, 3)))
