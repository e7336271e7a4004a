"""Sync, validate and plan is clean and empty, whatever is live."""

from __future__ import annotations

import re

from hypothesis import HealthCheck, event, example, given, settings
from hypothesis import strategies as st
from tests.strength import examples
from tests.unit.sync.live_states import CONTROL, TRAPS, Desk, live_states

from lpcac.composition.remarks import UNSEEN
from lpcac.composition.validation import NOTHING_DECLARED
from lpcac.core.findings import Severity
from lpcac.core.json_values import Json
from lpcac.core.resources import ResourceKey
from lpcac.core.text.safe_text import quoted
from lpcac.models import registry
from lpcac.sync.result import SyncResult

SLOW = settings(deadline=None, max_examples=examples(25), suppress_health_check=list(HealthCheck))


def repo(name: str) -> Json:
    return {"name": name, "repopath": [{"path": "/data_hot/", "retention": 7}], "repoha": []}


def huge() -> dict[str, list[Json]]:
    """Return a policy that no document can hold, with what refers to it, and both of another that is small."""
    criteria = [{"type": "KeyPresent", "key": f"{n} {'x' * 300}", "value": "", "drop": "discard"} for n in range(3500)]
    routing = [
        {"policy_name": name, "catch_all": "r", "routing_criteria": found, "id": f"{name} id"}
        for name, found in (("huge", criteria), ("small", criteria[:2]))
    ]
    processing = [
        {"policy_name": f"on {name}", "routing_policy": f"{name} id", "norm_policy": "None", "enrich_policy": "None"}
        for name in ("huge", "small")
    ]
    return {
        "Repos": [{**repo("r"), "id": "r id"}],
        "RoutingPolicies": routing,
        "ProcessingPolicy": [{**each, "id": each["policy_name"]} for each in processing],
    }


def shown(key: ResourceKey) -> str:
    return f"{key.kind} {quoted(key.name)}"


def left_out(result: SyncResult) -> set[str]:
    """Return the objects that no declaration can hold; messages cut long names, so these are cut as well."""
    return {
        re.split(" is left out: | keeps its current decl", each.message)[0]
        for each in result.findings
        if each.code == "left-out"
    }


@SLOW
@given(live_states())
@example(huge())
def test_what_was_synced_is_valid_and_leaves_nothing_to_do(state: dict[str, list[Json]]) -> None:
    desk = Desk(state)
    result = desk.sync()
    assert not result.errors
    findings = desk.loaded().findings
    # Of a client that declares nothing a warning tells, and of what is valid but probably a mistake.
    assert {each.severity for each in findings} <= {Severity.WARNING}
    assert bool(result.objects) != any(each.code == NOTHING_DECLARED for each in findings)
    plan = desk.plan()
    assert plan.is_empty, (plan.changes, plan.errors)
    assert plan.unchanged == len(result.objects)
    assert len(plan.unmanaged) == len(left_out(result))
    assert not any(registry().is_vendor_name(*each.key) for each in result.objects)
    event(f"{len(result.objects) // 3 * 3} written, {len(left_out(result)) // 3 * 3} left out")


@SLOW
@given(live_states())
def test_a_second_sync_writes_nothing(state: dict[str, list[Json]]) -> None:
    desk = Desk(state)
    desk.sync()
    files = dict(desk.files)
    again = desk.sync(remove_missing=True, drop_missing=True)
    assert again.edits == ()
    assert desk.files == files


@SLOW
@given(live_states(), live_states(), st.booleans(), st.sampled_from(["\n", "\r\n"]))
def test_files_of_another_state_are_brought_up_to_date_and_keep_every_comment(
    before: dict[str, list[Json]],
    after: dict[str, list[Json]],
    has_same_names: bool,
    newline: str,
) -> None:
    desk = Desk(before)
    if has_same_names:
        after = {
            path: [renamed(new, old) for new, old in zip(after[path], before[path], strict=False)] for path in after
        }
    desk.sync()
    for name, content in desk.files.items():
        desk.files[name] = commented(content.decode(), newline).encode()
    comments = {name: content.count(b"# ahead of") for name, content in desk.files.items()}
    desk.director.answers = after
    result = desk.sync(remove_missing=True)
    assert not result.errors
    plan = desk.plan()
    # What a declaration that has to stay refers to stays with it.
    kept = left_out(result) | {shown(key) for key in result.missing}
    assert {shown(change.key) for change in plan.changes} <= kept
    for name, count in comments.items():
        assert desk.files[name].count(b"# ahead of") == count
    assert not desk.sync(remove_missing=True).edits


@SLOW
@given(live_states(), live_states(), st.booleans(), st.data())
def test_whichever_files_are_read_only_what_is_written_is_valid_and_the_rest_is_named(
    before: dict[str, list[Json]], after: dict[str, list[Json]], has_same_names: bool, data: st.DataObject
) -> None:
    desk = Desk(before)
    if has_same_names:
        after = {
            path: [renamed(new, old) for new, old in zip(after[path], before[path], strict=False)] for path in after
        }
    desk.sync()
    desk.read_only = frozenset(data.draw(st.sets(st.sampled_from(sorted(desk.files)))))
    locked = {name: desk.files[name] for name in desk.read_only}
    desk.director.answers = after
    result = desk.sync(remove_missing=True)
    assert {name: desk.files.get(name) for name in locked} == locked
    assert not desk.loaded().errors
    told = "\n".join(each.message for each in result.findings)
    for change in desk.plan().changes:
        assert shown(change.key) in told or change.key in result.missing or " more" in told
    event(f"left alone: {len(result.errors)}")


@SLOW
@given(live_states(), st.booleans())
def test_the_vendors_objects_are_written_when_they_are_asked_for(state: dict[str, list[Json]], asked: bool) -> None:
    state["Repos"] = [*state["Repos"], *({**repo(name), "id": name} for name in ("default", "_logpoint"))]
    desk = Desk(state)
    result = desk.sync(include_vendor=asked)
    written = {each.key.name for each in result.objects if registry().is_vendor_name(*each.key)}
    assert ("_logpoint" in written) == asked
    assert not desk.loaded().errors
    assert desk.plan().is_empty


def test_every_text_that_yaml_could_misread_comes_back_as_it_was() -> None:
    criteria = [
        {"type": "KeyPresentValueMatches", "key": trap or "k", "value": trap, "repo": "r", "drop": "store"}
        for trap in (*TRAPS, *CONTROL)
    ]
    policy = {"policy_name": "p", "catch_all": "r", "routing_criteria": criteria, "id": "1"}
    desk = Desk({"Repos": [{**repo("r"), "id": "2"}], "RoutingPolicies": [policy]})
    assert not desk.sync().findings
    assert {each.code for each in desk.loaded().findings} == {UNSEEN}
    assert desk.plan().is_empty
    text = desk.text("routing.yaml")
    assert re.search(r"value: \$\$\{client\}|value: ['\"]\$\$\{client\}", text)


def renamed(new: Json, old: Json) -> Json:
    """Return the new object under the old one's name."""
    field = "policy_name" if "policy_name" in old else "name"
    return {**new, field: old[field]}


def commented(text: str, newline: str) -> str:
    """Put a comment above and behind every document."""
    documents = re.split(r"^---\n", text, flags=re.MULTILINE)
    return "# head\n---\n".replace("\n", newline) + f"# behind{newline}---{newline}".join(
        f"# ahead of a document{newline}{document.replace(chr(10), newline)}" for document in documents
    )
