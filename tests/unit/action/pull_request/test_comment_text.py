"""The plan comment fits what GitHub takes, to the character, and never loses verdict, risks, deletes and record."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from lpcac.action.guarded_keys.notes import MapNotes
from lpcac.action.markers import is_ours, plan_marker, result_marker
from lpcac.action.plan_record.encoding import find_record, packed_record, shown_digest
from lpcac.action.plan_record.record import Origin
from lpcac.action.plan_record.signing import ReviewKey, record_target
from lpcac.action.pull_request.comment_text import ReviewPage, room_for_record
from lpcac.core.findings import Finding, Position, Severity
from lpcac.core.resources import Desired, Live, LiveObject, Ownership, Resource, ResourceKey, Target
from lpcac.core.text.redaction import Redactor
from lpcac.directory_map.affected_clients import Affected, Cause, Reason
from lpcac.directory_map.directory_map import Client
from lpcac.models import registry
from lpcac.planning.guard import GuardedTarget, Refusal
from lpcac.planning.planner import plan_target
from lpcac.reports.markdown.size_budget import COMMENT_LIMIT, SUMMARY_LIMIT, fitted

HEAD, BASE = "a" * 40, "b" * 40


def target_plan(number: int, text: str, criteria: int, *, deletes: int = 1) -> GuardedTarget:
    """Return the plan of a client that creates a large policy, whose text is of any script, and deletes repos."""
    target = Target(f"client-{number}", "pool", "lp-01", f"uuid-{number}", "id")
    specs = {
        "catch_all": "default",
        "routing_criteria": [
            {"type": "KeyPresentValueMatches", "key": f"{text}{n}", "value": text, "drop": "discard"}
            for n in range(criteria)
        ],
    }
    key = ResourceKey("RoutingPolicy", f"{text}-{number}")
    desired = Desired({key: Resource(key, specs, Position("x.yaml"))})
    doomed = [ResourceKey("Repo", f"doomed-{number}-{n}") for n in range(deletes)]
    spec = {"paths": [{"path": "/data", "retention_days": 1}]}
    default = ResourceKey("Repo", "default")
    live = Live({each: LiveObject(each, spec, "id") for each in (*doomed, default)})
    return GuardedTarget(plan_target(registry(), target, desired, live, Ownership(frozenset(doomed))))


def page(*targets: GuardedTarget, **words: object) -> ReviewPage:
    return ReviewPage(targets, HEAD, BASE, "https://example.com/run", registry(), **words)  # type: ignore[arg-type]


def constant(record: str):  # noqa: ANN201 - what `ReviewPage.comment` takes
    return lambda _shown, _room: record


def recorded_comment(targets: list[GuardedTarget]) -> str:
    """Return the comment on these plans with their record, signed as a workflow does."""
    key = ReviewKey.of("", "the Director's token")
    assert key is not None
    origin = Origin("octo/clients", 7, HEAD)
    signed = [(record_target(origin, each.plan, key), key) for each in targets]
    return page(*targets).comment(lambda shown, room: packed_record(replace(origin, shown=shown), signed, room))


def assert_well_formed(text: str) -> None:
    assert text.count("<details") == text.count("</details>")
    assert text.count("```") % 2 == 0


def test_a_plan_of_sixty_clients_and_ten_megabytes_fits_with_everything_that_matters() -> None:
    targets = [target_plan(number, "größe-日本語-🦊", 1_000) for number in range(60)]
    record = "<!-- lpcac:record:v1 " + "A" * (COMMENT_LIMIT * 2 // 5 - 30) + " -->"

    text = page(*targets).comment(constant(record))

    assert len(text) <= COMMENT_LIMIT
    assert text.startswith(f"{plan_marker('lpcac.yaml')}\n### ")
    assert text.rstrip().endswith(record)
    assert "60 to create, 60 to delete" in text.splitlines()[1]
    assert all(f"doomed-{number}-0" in text for number in range(60))
    assert "Left out for size" in text
    assert_well_formed(text)


@pytest.mark.parametrize("text", ["plain", "größe", "日本語", "🦊🦊"])
def test_a_comment_grows_up_to_the_limit_and_not_a_character_beyond(text: str) -> None:
    small = page(target_plan(1, text, 3)).comment()
    left = COMMENT_LIMIT - len(small.encode()) - len("\n\n")
    longest = max(length for length in range(left) if room_for_record(length) <= left)

    for length, detail_is_full in ((longest - 1, True), (longest, True), (longest + 1, False)):
        record = "x" * length
        comment = page(target_plan(1, text, 3)).comment(constant(record))

        assert len(comment.encode()) <= COMMENT_LIMIT
        assert record in comment
        assert ("Left out for size" not in comment) is detail_is_full
        assert "doomed-1-0" in comment
        assert_well_formed(comment)


def test_a_mask_that_is_longer_than_the_secret_does_not_burst_the_comment() -> None:
    redactor = Redactor()
    redactor.hide("größes")
    targets = [target_plan(number, "größes" * 5, 60) for number in range(20)]

    text = page(*targets).comment(clean=redactor.clean)

    assert "größes" not in text
    assert len(text) <= COMMENT_LIMIT


@pytest.mark.parametrize("room", [0, 1, 100, 1_000])
def test_any_room_is_kept_to_even_if_nothing_useful_fits(room: int) -> None:
    assert len(fitted(room, lambda budget: "x" * max(0, budget), str)) <= room


def test_nothing_to_plan_is_one_sentence() -> None:
    found = page()

    assert found.is_nothing
    assert "### ✅ Nothing to plan" in found.comment()


def test_findings_that_no_plan_tells_are_listed_errors_unfolded() -> None:
    error = Finding("x", "the map is wrong", Position("lpcac.yaml", 3, 1))
    warning = replace(error, message="something is odd", severity=Severity.WARNING)

    text = page(findings=[error, *[replace(warning, message=f"odd {n}") for n in range(30)]]).comment()

    assert "### ❌ 1 error: nothing was planned." in text
    assert "<details open><summary>1 error</summary>" in text
    assert "<details><summary>30 warnings</summary>" in text
    assert "and 10 more" in text


def test_released_clients_and_changed_directors_are_told_before_the_details() -> None:
    gone = Affected(
        Client("gone", "clients/gone", "main", "pool", ("lp-01",)), (Reason(Cause.RELEASED, "left the map"),)
    )

    text = page(
        target_plan(1, "x", 1), affected=[gone], map_notes=MapNotes(loosened=["director `main` added"])
    ).comment()

    assert text.index("takes effect on merge") < text.index("<details")
    assert text.index("No longer managed") < text.index("<details")


def test_only_a_text_that_starts_with_the_marker_is_ours_whatever_its_version() -> None:
    marker = plan_marker("lpcac.yaml")

    assert is_ours(f"{marker}\nmore", marker)
    assert is_ours("\n<!-- lpcac:plan:v12 lpcac.yaml -->", marker)
    assert not is_ours(f"> {marker}", marker)
    assert not is_ours(result_marker("lpcac.yaml"), marker)


@pytest.mark.parametrize("scope", ["other.yaml", "lpcac.yaml2", "--> x", "a -- b", "lpcac.yaml -->\n### Approved"])
def test_a_marker_is_one_scopes_own_and_nothing_in_the_name_ends_it(scope: str) -> None:
    marker = plan_marker(scope)

    assert marker.startswith("<!-- lpcac:plan:v1 ")
    assert (marker.count("--"), marker.count("-->"), "\n" in marker) == (2, 1, False)
    assert is_ours(f"{marker}\nmore", marker)
    assert not is_ours(f"{marker}\nmore", plan_marker("lpcac.yaml"))


def test_the_record_is_told_what_people_read_and_the_comment_says_just_that() -> None:
    told = []

    def record(shown: str, room: int) -> str:
        told.append((shown, room))
        return f"<!-- lpcac:record:v1 {'A' * 100} -->"

    text = page(target_plan(1, "x", 1)).comment(record)

    shown, room = told[-1]
    read, _, _ = text.rstrip().rpartition("\n")
    assert shown == shown_digest(read) == shown_digest(read.replace("\n", "\r\n") + "  \n")
    assert shown != shown_digest(read.replace("doomed", "spared"))
    assert len(record("", 0)) <= room


REFUSAL = Refusal("too-many-deletes", "12 deletes, the limit is 10: 日本語 " * 5, waivable=True)


@pytest.mark.parametrize("waived", [20, 260, 400])
def test_waived_limits_take_no_room_from_verdict_risks_and_deletes(waived: int) -> None:
    targets = [target_plan(number, "x", 3) for number in range(waived)]

    text = page(*targets, waived={each.plan.target: [REFUSAL] for each in targets}).comment()

    assert len(text.encode()) <= COMMENT_LIMIT
    assert f"{waived} to create, {waived} to delete" in text.splitlines()[1]
    assert all(f"doomed-{number}-0" in text for number in range(waived))
    assert "Limits waived" in text
    assert_well_formed(text)


def test_findings_of_any_length_take_no_room_from_verdict_risks_and_deletes() -> None:
    long = Finding("x", "日本語 " * 200, Position("日本語/" * 300 + "x.yaml", 3, 1))
    findings = [replace(long, message=f"{n} {long.message}") for n in range(40)]
    findings += [replace(each, severity=Severity.WARNING) for each in findings]
    targets = [target_plan(number, "größe", 60) for number in range(30)]

    text = page(*targets, findings=findings).comment()

    assert len(text.encode()) <= COMMENT_LIMIT
    assert "30 to create, 30 to delete" in text.splitlines()[1]
    assert all(f"doomed-{number}-0" in text for number in range(30))
    assert "<summary>40 errors</summary>" in text
    assert "<summary>40 warnings</summary>" in text
    assert_well_formed(text)


@pytest.mark.parametrize(("clients", "deletes"), [(70, 10), (80, 8)])
def test_the_record_gives_up_its_lists_before_a_delete_gives_up_its_place(clients: int, deletes: int) -> None:
    targets = [target_plan(number, f"policy-{number}" * 4, 1, deletes=deletes) for number in range(clients)]

    text = recorded_comment(targets)

    assert len(text.encode()) <= COMMENT_LIMIT
    assert all(f"doomed-{n}-{d}" in text for n in range(clients) for d in range(deletes))
    found = find_record(text)
    assert len(found.targets) + len(found.wholes) == clients
    assert found.wholes


def test_the_job_summary_keeps_within_what_github_takes_with_all_that_matters() -> None:
    targets = [target_plan(number, "größe-日本語-🦊" * 5, 500) for number in range(60)]

    text = page(*targets).summary(SUMMARY_LIMIT)

    assert len(text.encode()) <= SUMMARY_LIMIT
    assert all(f"doomed-{number}-0" in text for number in range(60))
    assert_well_formed(text)


@pytest.mark.parametrize("clients", [100, 450, 900])
def test_hundreds_of_targets_are_recorded_with_all_the_room_that_there_is(clients: int) -> None:
    targets = [target_plan(number, f"p{number}", 1, deletes=0) for number in range(clients)]

    text = recorded_comment(targets)

    assert len(text.encode()) <= COMMENT_LIMIT
    found = find_record(text)
    assert len(found.targets) + len(found.wholes) == clients
    assert f"{clients} to create" in text.splitlines()[1]
    assert_well_formed(text)


def test_what_a_change_of_the_map_lets_go_or_loosens_is_told_before_the_details() -> None:
    was = Client("acme", "c", "main", "pool", ("lp-01", "lp-02"))
    now = replace(was, logpoints=("lp-01",))
    affected = [Affected(now, (Reason(Cause.ENTRY, "x"),), was)]
    notes = MapNotes(loosened=["client `acme`: `prune` from `false` to `true`"], does_not_count="it is red")

    text = page(target_plan(1, "x", 1), affected=affected, needs_no_review=True, map_notes=notes).comment()

    shown = text[: text.index("<details")].replace("`", "")
    assert 'client acme leaves logpoint "lp-02"; nothing there is deleted' in shown
    assert "The map allows more: client acme: prune from false to true" in shown.replace("*", "")
    assert "would not count after a merge: it is red" in shown.replace("*", "")
    assert "Reviews no longer needed" in shown
    assert not page(needs_no_review=True).is_nothing


@pytest.mark.parametrize(
    ("logpoints", "pool", "left"),
    [
        (("lp-01", "lp-02"), "pool", ""),
        ("*", "pool", ""),
        (("lp-02",), "pool", 'logpoint "lp-01"'),
        (("lp-01", "lp-02"), "other", 'pool "pool", unless it was only renamed'),
    ],
)
def test_logpoints_that_a_client_leaves_are_named(logpoints, pool: str, left: str) -> None:  # noqa: ANN001
    was = Client("acme", "c", "main", "pool", ("lp-01", "lp-02"))

    assert Affected(replace(was, logpoints=logpoints, pool=pool), (), was).left == left
    assert Affected(was, (), replace(was, logpoints="*")).left == "the logpoints that it no longer names"
    assert Affected(was, ()).left == ""


def test_notes_on_trust_stand_there_whatever_else_fills_the_comment() -> None:
    targets = [target_plan(number, "x", 1, deletes=40) for number in range(50)]
    gone = [
        Affected(Client(f"gone-{n}", "c", "main", "pool", ("l",)), (Reason(Cause.RELEASED, "left"),)) for n in range(30)
    ]

    text = page(
        *targets,
        affected=gone,
        map_notes=MapNotes(loosened=["director `main` added"]),
        needs_no_review=True,
        is_unrecorded=True,
    ).comment()

    assert len(text.encode()) <= COMMENT_LIMIT
    for words in ("Reviews no longer needed", "The map allows more", "Too many targets for one review"):
        assert words in text
    assert "more notes" in text or text.count("leaves the map") == 30
    assert text.splitlines()[1].startswith("### ")


def test_a_thousand_targets_fit_a_comment_with_a_record_that_allows_each_and_as_many_rows_as_there_is_room_for() -> (
    None
):
    targets = [target_plan(number, f"p{number}", 1) for number in range(1_000)]

    text = recorded_comment(targets)

    assert len(text.encode()) <= COMMENT_LIMIT
    found = find_record(text)
    assert len(found.targets) + len(found.wholes) == 1_000
    record = text.rstrip().rsplit("\n", 1)[1]
    assert 26_000 < len(record) < 31_000
    assert "1000 to create, 1000 to delete" in text.splitlines()[1]
    risks = text.count("\n- **")
    assert risks + int(re.search("and ([0-9]+) more, not shown for size", text)[1]) == 2_000
    assert len(text.encode()) > COMMENT_LIMIT - 2_500, "no room is left unused"


def test_a_thousand_targets_with_one_shared_risk_show_it_and_their_rows_beside_the_record() -> None:
    one = target_plan(0, "shared", 1, deletes=0)
    targets = [
        GuardedTarget(
            replace(one.plan, target=replace(one.plan.target, client=f"client-{number}", pool_uuid=f"{number}"))
        )
        for number in range(1_000)
    ]

    text = recorded_comment(targets)

    assert len(text.encode()) <= COMMENT_LIMIT
    assert len(find_record(text).wholes) + len(find_record(text).targets) == 1_000
    assert "1000 to create on all 1000 targets" in text.splitlines()[1]
    assert text.count("| `client-") > 100
