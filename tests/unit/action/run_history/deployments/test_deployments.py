"""What runs record: whole or not at all, in parts that GitHub takes, and newer wherever it stands."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lpcac.action.plan_record.record import Origin, PlanRecord
from lpcac.action.plan_record.signing import ReviewKey, record_target
from lpcac.action.run_history.deployments.contents import (
    Approval,
    Audit,
    Checkpoint,
    Ending,
    Entry,
    Goal,
    Result,
    ReviewedPull,
    Stamp,
    TargetResult,
)
from lpcac.action.run_history.deployments.documents import (
    attempt_document,
    checkpoint_document,
    entries_of,
    read_checkpoint,
    read_result,
    result_document,
)
from lpcac.action.run_history.deployments.parts import PART_BYTES, Assembly, Whole, payloads
from lpcac.action.run_history.target_state import KnownTargets
from lpcac.connectors.github.port import Author, Deployment
from lpcac.core.digests import canonical_bytes, digest
from lpcac.core.resources import Action, ResourceKey, Target
from lpcac.planning.plan import Change, TargetPlan

NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
NAMES = ("acme", "pool-acme", "lp-01")
STAMP = Stamp("octo/clients", "lpcac.yaml", "17", 1, "a" * 40, NOW)
AUDIT = Audit(
    "bob",
    "https://example.com/run/17",
    (ReviewedPull(7, "b" * 40, "bob", (Approval("carol", NOW), Approval("x", None))),),
)


def deployments(document: Any, first_id: int = 1, created: datetime = NOW) -> list[Deployment]:
    parts = enumerate(payloads(document), start=first_id)
    return [Deployment(number, "a" * 40, "lpcac", part, Author("bot", 1), created) for number, part in parts]


def whole_of(document: Any, first_id: int = 1, created: datetime = NOW) -> Whole:
    assembly = Assembly()
    found = [whole for each in deployments(document, first_id, created) if (whole := assembly.add(each))]
    assert len(found) == 1
    return found[0]


def large(seed: int = 1, size: int = 100_000) -> dict[str, Any]:
    """Return a document that no compression makes small."""
    return {"text": random.Random(seed).randbytes(size).hex()}


def entry(commit: str, order: int, ending: Ending | None = None, target: str = "t", **more: Any) -> Entry:
    stamp = replace(STAMP, commit=commit)
    return Entry(target, NAMES, stamp, f"{commit}-{order}", order, NOW, NOW, ending, **more)


def known(*entries: Entry) -> KnownTargets:
    targets = KnownTargets()
    targets.add(entries)
    return targets


def commits(targets: KnownTargets, target: str = "t", gone: frozenset[str] = frozenset()) -> list[str]:
    return [each.commit for each in targets.of(target, lambda commit: commit not in gone).entries]


# -- parts


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 90_000), st.randoms(use_true_random=False))
def test_a_document_comes_back_from_its_parts_in_any_order_and_none_is_larger_than_github_takes(
    size: int, order: random.Random
) -> None:
    document = large(size, size)
    parts = deployments(document)
    order.shuffle(parts)
    assembly = Assembly()

    found = [whole for each in parts if (whole := assembly.add(each))]

    assert [each.content for each in found] == [document]
    assert found[0].order == 1
    assert all(len(canonical_bytes(each.payload)) <= PART_BYTES for each in parts)


def test_a_document_that_lacks_a_part_or_has_an_altered_one_is_none() -> None:
    parts = deployments(large())
    assert len(parts) > 3
    for number, part in enumerate(parts):
        rest = [*parts[:number], *parts[number + 1 :]]
        altered = replace(part, payload={**part.payload, "data": f"AAAA{part.payload['data'][4:]}"})
        for chosen in (rest, [*rest, altered]):
            assembly = Assembly()
            assert [assembly.add(each) for each in chosen] == [None] * len(chosen)


def test_parts_of_two_documents_do_not_mix() -> None:
    first, second = deployments(large(1)), deployments(large(2), 100)
    assembly = Assembly()

    found = [whole for pair in zip(first, second, strict=True) for each in pair if (whole := assembly.add(each))]

    assert [each.content for each in found] == [large(1), large(2)]


def test_a_part_that_was_written_twice_counts_where_it_stood_first() -> None:
    first, *others = deployments(large())
    assembly = Assembly()

    found = [assembly.add(each) for each in (replace(first, id=99), first, *others)]

    assert [whole.order for whole in found if whole] == [first.id]


@settings(deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["lpcac", "document", "part", "of", "data", "x"]),
        st.none() | st.booleans() | st.integers(-1, 5) | st.text() | st.just(2) | st.lists(st.integers()),
    )
)
def test_no_payload_of_a_stranger_breaks_the_reader(payload: dict[str, Any]) -> None:
    assert Assembly().add(Deployment(1, "a", "lpcac", payload, Author("x", 1), NOW)) is None


@settings(deadline=None)
@given(
    st.sampled_from(["lpcac:attempt", "lpcac:result", "lpcac:checkpoint", "x"]),
    st.dictionaries(
        st.sampled_from(["stamp", "targets", "stamps", "entries", "read_to", "audit", "attempt", "order"]),
        st.recursive(
            st.none() | st.integers() | st.text(),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
            max_leaves=6,
        ),
    ),
)
def test_no_document_of_a_wrong_shape_breaks_the_reader(kind: str, content: dict[str, Any]) -> None:
    whole = Whole("n", {"kind": kind, **content}, 1, NOW)

    entries_of(whole)
    read_result(whole)
    read_checkpoint(whole)


# -- documents


def test_an_attempt_a_result_and_a_checkpoint_come_back_as_they_were_written() -> None:
    attempt = whole_of(attempt_document(STAMP, [Goal("t", NAMES, (), ("12 deletes",))]), 5)
    target_results = (TargetResult("t", NAMES, Ending.FAILED, "1 failed", ("12 deletes",), (7,)),)
    result = Result(replace(STAMP, time=NOW - timedelta(hours=1)), attempt.name, attempt.order, target_results, AUDIT)

    told = whole_of(result_document(result), 9, NOW + timedelta(minutes=4))

    assert read_result(told) == result
    targets = known(*entries_of(told), *entries_of(attempt))
    [joined] = targets.of("t", lambda _: True).entries
    assert (joined.order, joined.ending, joined.waived) == (5, Ending.FAILED, ("12 deletes",))
    assert joined.last_sign == NOW + timedelta(minutes=4), "by GitHub's clock, whatever the runner's says"
    checkpoint = Checkpoint(9, tuple(targets.worth_keeping()))
    summed_up = whole_of(checkpoint_document(checkpoint), 10)
    assert read_checkpoint(summed_up) == checkpoint
    assert entries_of(summed_up) == (joined,)


def test_a_merge_of_a_thousand_targets_is_recorded_within_thirty_writes_with_every_record_and_a_checkpoint() -> None:
    key = ReviewKey.of("", "the Director's token")
    assert key is not None
    origin = Origin("octo/clients", 7, "b" * 40, "c" * 27, "lpcac.yaml")
    goals, target_results, kept = [], [], []
    for number in range(1_000):
        target = Target(f"client-{number:04d}", "pool", f"lp-{number:04d}", f"uuid-{number}", "id", "https://d")
        made = digest({"number": number})
        change = Change(Action.UPDATE, ResourceKey("Repo", f"repo-{number}"), {}, {}, (), (), (), None, made)
        record = record_target(origin, TargetPlan(target, (change,), digest=made), key)
        names = (target.client, target.pool, target.logpoint)
        records = (PlanRecord(origin, {record.target: record}),)
        goals.append(Goal(record.target, names, records))
        target_results.append(TargetResult(record.target, names, Ending.DONE, "1 done", (), (7,)))
        kept.append(Entry(record.target, names, STAMP, "d" * 27, 1, NOW, NOW, Ending.DONE, records))

    attempt = payloads(attempt_document(STAMP, goals))
    result = payloads(result_document(Result(STAMP, "d" * 27, 1, tuple(target_results), AUDIT)))
    checkpoint = payloads(checkpoint_document(Checkpoint(1, tuple(kept))))

    comments_and_state = 3
    assert len(attempt) + len(result) + len(checkpoint) + comments_and_state <= 10 + 1_000 / 50, (
        len(attempt),
        len(result),
        len(checkpoint),
    )


# -- what is known of a target


@given(st.permutations([1, 2, 3, 4]))
def test_the_newest_entry_is_the_one_with_the_highest_order_whatever_is_read_first(order: list[int]) -> None:
    made = {number: entry(f"c{number}", number, Ending.DONE) for number in (1, 2, 3, 4)}

    targets = known(*(made[number] for number in order))

    assert targets.of("t", lambda _: True).last_applied == "c4"
    assert commits(targets) == ["c4"]


def test_a_late_result_of_an_older_attempt_does_not_outrank_a_newer_attempt() -> None:
    older, newer = entry("old", 10), entry("new", 20, Ending.DONE)
    late = Result(older.stamp, older.document, older.order, (TargetResult("t", NAMES, Ending.DONE),), AUDIT)

    targets = known(newer, *entries_of(whole_of(result_document(late), 30)))

    assert targets.of("t", lambda _: True).last_applied == "new"


def test_a_commit_that_left_the_history_leads_to_the_one_before_it() -> None:
    targets = known(entry("one", 1, Ending.DONE), entry("two", 2, Ending.DONE), entry("three", 3, Ending.FAILED))

    found = targets.of("t", lambda commit: commit != "two")

    assert (found.last_applied, found.forgotten and found.forgotten.commit) == ("one", "two")
    assert found.newest_success is found.forgotten


def test_a_checkpoint_keeps_three_applied_commits_and_all_that_came_after_the_last() -> None:
    done = [entry(f"done-{number}", number, Ending.DONE) for number in range(1, 7)]
    between = entry("failed-early", 4, Ending.FAILED, target="t")
    after = [entry("open", 8), entry("failed", 9, Ending.FAILED)]

    kept = list(known(*done, between, *after).worth_keeping())

    assert [each.commit for each in kept] == ["failed", "open", "done-6", "done-5", "done-4"]


def test_a_job_that_fails_for_ever_does_not_make_checkpoints_grow_for_ever() -> None:
    kept = list(known(*(entry("same", number, Ending.FAILED) for number in range(1, 500))).worth_keeping())

    assert len(kept) == 1


def test_an_attempt_without_a_result_may_run_until_the_time_for_an_order_has_passed() -> None:
    targets = known(entry("one", 1, Ending.DONE), entry("two", 2))

    assert targets.of("t", lambda _: True).may_run_until(timedelta(seconds=300)) == NOW + timedelta(seconds=300)
    assert known(entry("one", 1, Ending.DONE)).of("t", lambda _: True).may_run_until(timedelta(1)) is None


@pytest.mark.parametrize(
    ("entries", "is_settled"),
    [
        ([entry("now", 1, Ending.DONE)], True),
        ([entry("now", 1, Ending.FAILED)], False),
        ([entry("now", 1)], False),
        ([entry("now", 1, Ending.DONE), entry("other", 2)], False),
        ([entry("now", 1, Ending.DONE), entry("other", 2, Ending.DONE)], False),
        ([], False),
    ],
)
def test_a_target_is_settled_where_the_newest_that_was_done_is_this_commit(
    entries: list[Entry], is_settled: bool
) -> None:
    assert known(*entries).of("t", lambda _: True).is_settled_at("now") is is_settled
