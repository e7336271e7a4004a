"""A record passes exactly the changes that were reviewed, for exactly what it was made for."""

from __future__ import annotations

import zlib
from base64 import b64decode, b64encode
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lpcac.action.plan_record.encoding import (
    Fault,
    RecordError,
    find_record,
    packed_record,
    record_comment,
    record_from_json,
    record_json,
    shown_digest,
    verified,
)
from lpcac.action.plan_record.record import Origin, PlanRecord, TargetRecord, compare, target_identity
from lpcac.action.plan_record.signing import ReviewKey, is_genuine, record_target
from lpcac.core.digests import digest
from lpcac.core.resources import Action, ResourceKey, Target
from lpcac.planning.plan import Change, TargetPlan
from lpcac.planning.planner import target_digest

TARGET = Target("acme", "pool-acme", "lp-01", "uuid", "id")
ORIGIN = Origin("octo/clients", 7, "a" * 40, shown_digest(""))
KEY = ReviewKey.of("", "the Director's token")
assert KEY is not None


def change(name: str, days: int = 1) -> Change:
    after = {"days": days}
    return Change(
        Action.CREATE, ResourceKey("Repo", name), None, after, (), (), (), None, digest({"name": name, **after})
    )


def plan(*changes: Change, target: Target = TARGET) -> TargetPlan:
    return TargetPlan(target, changes, digest=target_digest(target, changes))


def record(*changes: Change, origin: Origin = ORIGIN) -> TargetRecord:
    return record_target(origin, plan(*changes), KEY)


def as_text(*targets: TargetRecord, origin: Origin = ORIGIN) -> str:
    return record_comment(PlanRecord(origin, {each.target: each for each in targets}))


def fault_of(text: str, origin: Origin = ORIGIN, key: ReviewKey | None = KEY) -> Fault:
    with pytest.raises(RecordError) as caught:
        verified(find_record(text), origin, plan(), key)
    return caught.value.fault


def test_the_reviewed_plan_is_allowed() -> None:
    found = verified(find_record(as_text(record(change("a")))), ORIGIN, plan(), KEY)

    assert compare(found, plan(change("a"))).is_allowed


def test_a_part_of_what_was_reviewed_is_allowed_and_the_rest_is_told() -> None:
    comparison = compare(record(change("a"), change("b")), plan(change("a")))

    assert comparison.is_allowed
    assert [each.name for each in comparison.withdrawn] == ["b"]


def test_one_change_more_is_not_allowed() -> None:
    comparison = compare(record(change("a")), plan(change("a"), change("b")))

    assert not comparison.is_allowed
    assert comparison.unreviewed == (change("b"),)


def test_a_record_of_the_whole_allows_only_an_equal_plan_or_none_at_all() -> None:
    text = packed_record(ORIGIN, [(record(change("a"), change("b")), KEY)], len(as_text(record(change("a")))) - 40)
    whole = find_record(text)
    assert not whole.targets

    def allows(now: TargetPlan) -> bool:
        return compare(verified(whole, ORIGIN, now, KEY), now).is_allowed

    assert allows(plan(change("a"), change("b")))
    assert not allows(plan(change("a")))
    assert not allows(plan(change("a"), change("b"), target=replace(TARGET, client="other")))
    assert allows(plan())


@pytest.mark.parametrize(
    ("origin", "fault"),
    [
        (replace(ORIGIN, repository="octo/other"), Fault.OTHER_REPOSITORY),
        (replace(ORIGIN, pull_request=8), Fault.OTHER_PULL_REQUEST),
        (replace(ORIGIN, head="b" * 40), Fault.OTHER_COMMIT),
        (replace(ORIGIN, scope="other.yaml"), Fault.OTHER_SCOPE),
    ],
)
def test_a_record_for_something_else_is_named_as_that(origin: Origin, fault: Fault) -> None:
    assert fault_of(as_text(record(change("a"))), origin) is fault


@pytest.mark.parametrize(
    "origin",
    [
        replace(ORIGIN, repository="o/x"),
        replace(ORIGIN, pull_request=8),
        replace(ORIGIN, head="b" * 40),
        replace(ORIGIN, scope="other.yaml"),
    ],
)
def test_a_record_cannot_be_relabelled(origin: Origin) -> None:
    relabelled = as_text(record(change("a")), origin=origin)

    assert fault_of(relabelled, origin) is Fault.NOT_GENUINE


def test_a_record_cannot_be_moved_to_another_target() -> None:
    moved = replace(record_target(ORIGIN, plan(change("a"), target=replace(TARGET, client="b")), KEY))

    assert fault_of(as_text(replace(moved, target=target_identity(TARGET)))) is Fault.NOT_GENUINE
    assert fault_of(as_text(moved)) is Fault.OTHER_TARGET


def test_a_record_cannot_stand_below_other_words_than_those_it_was_made_for() -> None:
    words = "### 3 repos are deleted"
    shown = replace(ORIGIN, shown=shown_digest(words))
    text = as_text(record(change("a"), origin=shown), origin=shown)
    found = verified(find_record(f"{words}\n{text}"), ORIGIN, plan(), KEY)

    assert compare(found, plan(change("a"))).is_allowed
    assert fault_of(f"### Nothing to see\n{text}") is Fault.EDITED
    relabelled = replace(ORIGIN, shown=shown_digest("### Nothing to see"))
    text = as_text(record(change("a"), origin=shown), origin=relabelled)
    assert fault_of(f"### Nothing to see\n{text}") is Fault.NOT_GENUINE


def test_the_same_ids_on_another_director_are_another_target() -> None:
    copied = replace(TARGET, director="https://copy.example.com")

    assert target_identity(copied) != target_identity(TARGET)
    with pytest.raises(RecordError, match="no record of this target"):
        verified(find_record(as_text(record(change("a")))), ORIGIN, plan(target=copied), KEY)


def test_a_change_cannot_be_added_taken_away_or_renamed() -> None:
    real, other = record(change("a"), change("b")), record(change("evil"))
    for changes in [(*real.changes, *other.changes), real.changes[:1], None, (replace(real.changes[0], name="z"),)]:
        assert not is_genuine(replace(real, changes=changes), ORIGIN, KEY)


def test_another_key_and_no_key_verify_nothing() -> None:
    text = as_text(record(change("a")))

    assert fault_of(text, key=ReviewKey.of("", "another token")) is Fault.NOT_GENUINE
    assert fault_of(text, key=ReviewKey.of("the Director's token", "")) is Fault.NOT_GENUINE
    assert fault_of(text, key=None) is Fault.NO_KEY


def test_an_empty_signing_key_counts_as_absent() -> None:
    text = as_text(record(change("a")))

    assert ReviewKey.of("  ", "") is None
    assert verified(find_record(text), ORIGIN, plan(), ReviewKey.of(" ", "the Director's token"))


def test_a_key_shows_nothing() -> None:
    assert "token" not in repr(KEY)
    assert not hasattr(KEY, "__dict__")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("no record", Fault.ABSENT),
        ("<!-- lpcac:record:v1 AAAA -->", Fault.UNREADABLE),
        ("<!-- lpcac:record:v1 A -->", Fault.UNREADABLE),
        ("<!-- lpcac:record:v2 AAAA -->", Fault.OTHER_VERSION),
        (f"<!-- lpcac:record:v1 {b64encode(zlib.compress(b'[]')).decode()} -->", Fault.UNREADABLE),
        (f"<!-- lpcac:record:v1 {b64encode(zlib.compress(b'[' * 100_000)).decode()} -->", Fault.UNREADABLE),
        (f"<!-- lpcac:record:v1 {b64encode(zlib.compress(b' ' * 50_000_000)).decode()} -->", Fault.UNREADABLE),
        (as_text(record(change("a"))) * 2, Fault.UNREADABLE),
    ],
)
def test_what_is_no_record_is_named_as_that(text: str, fault: Fault) -> None:
    with pytest.raises(RecordError) as caught:
        find_record(text)

    assert caught.value.fault is fault


@settings(deadline=None)
@given(
    st.recursive(
        st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_no_json_value_breaks_the_reader(value: object) -> None:
    with pytest.raises(RecordError):
        record_from_json(value)


@settings(deadline=None)
@given(st.lists(st.text(), max_size=5), st.text())
def test_a_record_survives_the_way_there_and_back_whatever_names_are(names: list[str], client: str) -> None:
    changes = [change(name.encode("utf-8", "replace").decode()) for name in dict.fromkeys(names)]
    target = replace(TARGET, client=client.encode("utf-8", "replace").decode())
    made = record_target(ORIGIN, plan(*changes, target=target), KEY)
    text = as_text(made)

    assert text.count("-->") == 1
    assert find_record(f"\n{text}\r\n").targets[made.target] == made
    assert record_from_json(record_json(find_record(text))) == find_record(text)


def test_without_room_the_longest_lists_are_given_up_first() -> None:
    targets = [replace(TARGET, client=f"client-{number}") for number in range(20)]
    plans = [plan(*(change(f"{n}") for n in range(3 * number + 1)), target=each) for number, each in enumerate(targets)]
    made = [record_target(replace(ORIGIN, shown="draft"), each, KEY) for each in plans]
    signed = [(each, KEY) for each in made]
    whole = len(packed_record(ORIGIN, signed, 10**6))

    text = packed_record(ORIGIN, signed, whole // 2)

    found = find_record(text)
    assert len(text) <= whole // 2
    assert made[0].target in found.targets
    assert made[-1].target not in found.targets
    assert len(found.targets) + len(found.wholes) == 20
    assert all(compare(verified(found, ORIGIN, each, KEY), each).is_allowed for each in plans)
    assert [each for each in plans if not _is_refused(found, each)] == [], "each for itself, and for its own plan only"


def _is_refused(found: PlanRecord, reviewed: TargetPlan) -> bool:
    more = plan(*reviewed.changes, change("evil"), target=reviewed.target)
    return not compare(verified(found, ORIGIN, more, KEY), more).is_allowed


def test_a_seal_of_another_key_allows_nothing_and_says_that_the_key_changed() -> None:
    text = packed_record(ORIGIN, [(record(change("a"), change("b")), KEY)], len(as_text(record(change("a")))) - 40)

    assert fault_of(text, key=ReviewKey.of("", "another token")) is Fault.NOT_GENUINE


def test_a_thousand_targets_as_a_whole_cost_twenty_seven_kilobytes_and_each_is_allowed_by_itself() -> None:
    targets = [replace(TARGET, client=f"client-{number}") for number in range(1_000)]
    plans = [plan(change(f"name-{number}"), target=each) for number, each in enumerate(targets)]
    signed = [(record_target(ORIGIN, each, KEY), KEY) for each in plans]

    text = packed_record(ORIGIN, signed, 28_000)

    found = find_record(text)
    assert len(text) <= 28_000
    assert len(found.wholes) + len(found.targets) == 1_000
    assert all(compare(verified(found, ORIGIN, each, KEY), each).is_allowed for each in plans[::97])


def test_digests_in_records_are_at_least_160_bits_long() -> None:
    made = record(change("a"))

    for text in (made.target, made.plan, made.changes[0].digest, *packed_seals()):
        assert len(b64decode(f"{text}=")) >= 20


def packed_seals() -> frozenset[str]:
    text = packed_record(ORIGIN, [(record(change("a"), change("b")), KEY)], len(as_text(record(change("a")))) - 40)
    return find_record(text).wholes


def test_without_any_room_there_is_no_record() -> None:
    made = record(change("a"))

    assert packed_record(ORIGIN, [(made, KEY)], 20) == ""
