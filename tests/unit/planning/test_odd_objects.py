"""Objects that no documentation describes: each is read as what it is or told as not understood, and never a crash."""

from __future__ import annotations

import asyncio
import copy
import json
from collections.abc import Iterator
from typing import Any

from hypothesis import event, given
from hypothesis import strategies as st
from tests.unit.planning.test_lossless_law import KINDS, SLOW, Desk
from tests.unit.reports.screens import screen
from tests.unit.sync.raw_objects import objects

from lpcac.core.resources import Desired, Ownership
from lpcac.models import registry
from lpcac.planning.guard import GuardedTarget
from lpcac.planning.planner import plan_target
from lpcac.reports.json.plan import plan_document
from lpcac.reports.markdown.plan import plan_markdown
from lpcac.reports.terminal.plan import print_plan

ODD = [
    None,
    "",
    "x",
    "-1",
    "9" * 5000,
    0,
    -1,
    2.5,
    10**30,
    True,
    [],
    {},
    [None],
    [[]],
    ["x"],
    [{}],
    {"id": 1},
    {"x": []},
]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the place of every value but the object itself."""
    if path:
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in items:
        yield from places(inner, (*path, name))


@SLOW
@given(st.sampled_from(KINDS), st.data())
def test_an_object_of_any_form_is_planned_deleted_and_synced_or_told_as_not_understood(
    kind: str, data: st.DataObject
) -> None:
    desk = Desk(kind, data.draw(objects[kind]))
    desk.sync()
    desired = desk.declared()
    (shown,) = (
        each
        for each in asyncio.run(desk.list_objects(desk.target, registry().kinds[kind].path))
        if each["id"] == desk.object_id
    )
    shown = {name: copy.deepcopy(value) for name, value in shown.items() if name in registry().kinds[kind].held_fields}
    *way, last = data.draw(st.sampled_from(list(places(shown))))
    inner: Any = shown
    for step in way:
        inner = inner[step]
    inner[last] = data.draw(st.sampled_from(ODD))
    desk.spoilt = shown
    live = desk.live()
    problem = live.objects[desk.key].problem
    event(f"{kind}: {'understood' if problem is None else 'not understood'}")
    for wanted, ownership in ((desired, Ownership()), (Desired({}), Ownership(prune=True))):
        plan = plan_target(registry(), desk.target, wanted, live, ownership)
        if problem:
            assert desk.key not in {change.key for change in plan.changes}
            assert plan.errors
        json.dumps(plan_document([GuardedTarget(plan)], {}))
        plan_markdown([GuardedTarget(plan)])
        print_plan(screen(), [GuardedTarget(plan)])
    desk.synced()
