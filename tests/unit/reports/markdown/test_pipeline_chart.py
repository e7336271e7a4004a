"""The picture of a pipeline."""

import re
from dataclasses import replace

from hypothesis import given, settings
from tests.unit.reports.sample_plans import ACME, Invention, desired, inventions, likely_plan, live

from lpcac.core.resources import Desired, Live, LiveObject, Ownership, ResourceKey
from lpcac.models import registry
from lpcac.planning.plan import Change, TargetPlan
from lpcac.planning.planner import plan_target
from lpcac.reports.markdown.pipeline_chart import pipeline_picture

_NODE = re.compile(r'  n\d+\["[\w #;<>/]*"\](:::(?:created|updated|deleted))?')
_EDGE = re.compile(r"  n\d+ (?:-->|-\.->) n\d+")
_CLASS = re.compile(r"  classDef (?:created|updated|deleted) [\w:#,\- ]+")


def picture(plan: TargetPlan, known: Desired | None = None) -> str:
    chart = pipeline_picture(registry(), plan, known)
    assert chart is not None
    return chart


def node(chart: str, words: str) -> str:
    return next(line.split("[")[0].strip() for line in chart.splitlines() if words in line)


def test_the_pipeline_runs_from_processing_over_routing_to_repos() -> None:
    chart = picture(likely_plan())
    processing = node(chart, "processing policy<br/>#quot;windows#quot;")
    routing = node(chart, "routing policy<br/>#quot;windows#quot;")
    normalization = node(chart, "normalization policy<br/>#quot;windows#quot;")
    repo = node(chart, "repo<br/>#quot;system#quot;")
    assert f"  {processing} --> {routing}" in chart
    assert f"  {processing} --> {normalization}" in chart
    assert f"  {routing} --> {repo}" in chart


def test_what_changes_is_marked_by_word_and_by_class() -> None:
    chart = picture(likely_plan())
    assert "#quot;system#quot;<br/>update" in chart
    assert "#quot;legacy#quot;<br/>delete" in chart
    assert chart.count(":::created") == 3


def test_a_reference_that_goes_away_is_dotted() -> None:
    chart = picture(likely_plan())
    routing, repo = (node(chart, f"{kind}<br/>#quot;legacy#quot;") for kind in ("routing policy", "repo"))
    assert f"  {routing} -.-> {repo}" in chart


def one_repo_changed() -> TargetPlan:
    objects = {key: LiveObject(key, resource.spec, "id") for key, resource in desired().resources.items()}
    key = ResourceKey("Repo", "system")
    objects[key] = live().objects[key]
    return plan_target(registry(), ACME, desired(), Live(objects, live().inventories), Ownership())


def test_unchanged_neighbours_are_drawn_when_they_are_known() -> None:
    plan = one_repo_changed()
    assert [change.key.name for change in plan.changes] == ["system"]
    assert pipeline_picture(registry(), plan) is None
    chart = picture(plan, desired())
    assert "routing policy<br/>#quot;windows#quot;" in chart
    # What is not connected to a change says nothing about it.
    assert "normalization policy" not in chart


def test_nothing_to_do_is_no_picture() -> None:
    assert pipeline_picture(registry(), TargetPlan(ACME), desired()) is None


def test_a_picture_that_nobody_could_read_is_left_out() -> None:
    routing = next(change for change in likely_plan().changes if change.key == ResourceKey("RoutingPolicy", "windows"))
    many: tuple[Change, ...] = tuple(
        replace(routing, key=ResourceKey("RoutingPolicy", f"p{number}")) for number in range(200)
    )
    assert pipeline_picture(registry(), TargetPlan(ACME, many)) is None


@settings(deadline=None)
@given(inventions)
def test_no_name_breaks_out_of_the_picture(made: Invention) -> None:
    names = [made.text() for _ in range(3)]
    routing = {
        "catch_all": names[0],
        "routing_criteria": [{"type": "KeyPresent", "key": "k", "repo": names[1], "drop": "store"}],
    }
    change = replace(made.change(), key=ResourceKey("RoutingPolicy", names[2]), before=None, after=routing)
    lines = picture(TargetPlan(ACME, (change,))).splitlines()
    assert (lines[0], lines[1], lines[-1]) == ("```mermaid", "flowchart LR", "```")
    for line in lines[2:-1]:
        assert _NODE.fullmatch(line) or _EDGE.fullmatch(line) or _CLASS.fullmatch(line)
