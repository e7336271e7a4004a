"""Invented pipelines and events for properties: few names, so that they meet."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from lpcac.core.json_values import Json
from lpcac.pipeline.event_end import Pipeline

KEYS = ("severity", "event_id", "Severity")
VALUES = ("", "debug", "Debug", "4688")
REPOS = ("hot", "cold", "tmp")

events = st.dictionaries(st.sampled_from(KEYS), st.sampled_from((*VALUES, "other")), max_size=3)
_repo = st.sampled_from(((1,), (90, 275), (365,), (400,))).map(
    lambda days: {"paths": [{"path": f"/tier{i}", "retention_days": each} for i, each in enumerate(days)]}
)


@st.composite
def _criterion(draw: st.DrawFn) -> Json:
    drop = draw(st.sampled_from(("store", "store", "discard", "discard_raw")))
    criterion: Json = {"type": "KeyPresent", "key": draw(st.sampled_from(KEYS)), "drop": drop}
    if draw(st.booleans()):
        criterion |= {"type": "KeyPresentValueMatches", "value": draw(st.sampled_from(VALUES))}
    if draw(st.integers(0, 4)):
        criterion["repo"] = draw(st.sampled_from(REPOS))
    return criterion


_routing = st.fixed_dictionaries(
    {"catch_all": st.sampled_from(REPOS), "routing_criteria": st.lists(_criterion(), max_size=5)}
)


@st.composite
def specs(draw: st.DrawFn) -> dict[tuple[str, str], Json]:
    """The specs of a whole pipeline; a criterion may store without a repo, a processing policy have no routing."""
    found: dict[tuple[str, str], Any] = {("Repo", name): draw(_repo) for name in REPOS}
    for name in ("one", "two"):
        found["RoutingPolicy", name] = draw(_routing)
        policy = draw(st.sampled_from(("one", "two", None)))
        found["ProcessingPolicy", name] = {"routing_policy": policy} if policy else {}
    return found


pipelines = specs().map(Pipeline)
