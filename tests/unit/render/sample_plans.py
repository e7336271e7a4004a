"""Plans, reports and drift to render: a likely one, and any with hostile content."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from lpcac.engine.guard import GuardedTarget, Refusal, refusals
from lpcac.engine.planning import plan_target, target_digest
from lpcac.engine.values import (
    Action,
    Change,
    Desired,
    Drift,
    FieldChange,
    Finding,
    Limits,
    Live,
    LiveObject,
    Outcome,
    Ownership,
    Position,
    Resource,
    ResourceKey,
    State,
    Target,
    TargetPlan,
    TargetReport,
)
from lpcac.kinds import Json, Risk
from lpcac.models import registry

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
        'RoutingPolicy "windows": repo "sytem" does not exist on logpoint lp-01 of pool pool-beta'
        ' (did you mean "system"?)',
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
    st.lists(st.sampled_from(NASTY), min_size=1, max_size=4).map("".join),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30),
    st.sampled_from(["system", "windows", "/data_hot", "LP_Windows"]),
)
values: st.SearchStrategy[Any] = st.recursive(
    st.one_of(texts, st.integers(), st.booleans()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)),
    max_leaves=5,
)
specs = st.dictionaries(texts, values, max_size=4)
kinds = st.sampled_from(["Repo", "RoutingPolicy", "NormalizationPolicy", "ProcessingPolicy"])
keys = st.builds(ResourceKey, kinds, texts)
positions = st.one_of(st.none(), st.builds(Position, texts, st.integers(1, 10**6), st.integers(1, 999)))
findings = st.builds(Finding, st.just("missing-on-logpoint"), texts, positions)
targets = st.builds(Target, texts, texts, texts, texts, texts)
risks = st.builds(Risk, st.just("repo-deleted"), texts)
_digests = st.integers(0, 2**256 - 1).map("{:064x}".format)


@st.composite
def changes(draw: st.DrawFn) -> Change:
    """Return any change."""
    action = draw(st.sampled_from(Action))
    before = None if action is Action.CREATE else draw(specs)
    after = None if action is Action.DELETE else draw(specs)
    fields = st.builds(FieldChange, texts, st.one_of(st.none(), values), values)
    return Change(
        action=action,
        key=draw(keys),
        before=before,
        after=after,
        fields=tuple(draw(st.lists(fields, max_size=3))),
        risks=tuple(draw(st.lists(risks, max_size=2))),
        depends_on=tuple(draw(st.lists(keys, max_size=2))),
        source=draw(positions),
        digest=draw(_digests),
    )


def _tuples(strategy: st.SearchStrategy[Any], most: int) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(strategy, max_size=most).map(tuple)


plans = st.builds(
    TargetPlan,
    target=targets,
    changes=_tuples(changes(), 4),
    unchanged=st.integers(0, 99),
    unmanaged=_tuples(keys, 3),
    released=_tuples(keys, 2),
    errors=_tuples(findings, 2),
    unread=st.none(),
    managed=st.integers(0, 99),
    digest=_digests,
)
unread_plans = st.builds(TargetPlan, target=targets, unread=texts)
guarded = st.builds(
    GuardedTarget,
    st.one_of(plans, plans, plans, unread_plans),
    _tuples(st.builds(Refusal, st.sampled_from(["too-many-deletes", "needs-permission"]), texts, st.booleans()), 2),
)
guarded_targets = st.lists(guarded, max_size=4)
outcomes = st.builds(Outcome, changes(), st.sampled_from(State), texts, st.floats(0, 900))


@st.composite
def reports(draw: st.DrawFn) -> TargetReport:
    """Return any report: one outcome for each change of its plan."""
    ended = tuple(draw(st.lists(outcomes, max_size=4)))
    plan = replace(draw(plans), changes=tuple(outcome.change for outcome in ended), errors=())
    return TargetReport(plan, ended, draw(_tuples(changes(), 2)), draw(st.one_of(st.none(), texts)))


drifts = st.builds(
    Drift,
    target=targets,
    changed=_tuples(changes(), 3),
    missing=_tuples(changes(), 3),
    unmanaged=_tuples(keys, 3),
    accepted=_tuples(st.tuples(changes(), texts), 2),
    not_checked=st.one_of(st.none(), texts),
    errors=_tuples(findings, 2),
)
