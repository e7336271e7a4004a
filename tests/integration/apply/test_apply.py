"""Applying: whatever goes wrong, the logpoint ends as declared, or the report says why not.

What the network decides is tried over real HTTP; all else in virtual time, where no wait takes any.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from lpcac.apply.report import State, TargetReport
from lpcac.core.resources import ResourceKey
from lpcac.simulator.faults.faults import Fault
from lpcac.simulator.world import demo_world

if TYPE_CHECKING:
    from tests.integration.conftest import Site

WRITES = "^/configapi/"
ORDERS = "^/monitorapi/[^/]+/[^/]+/orders/"


def test_forty_objects_are_created_on_a_director_that_just_works(open_site: Callable[..., Site]) -> None:
    site = open_site()
    report = site.apply()
    assert report.is_done
    assert len(site.writes()) == 40
    site.assert_live_as_declared()


RECOVERABLE = {
    "lists lag behind orders": ({"list_lag": 0.5}, ()),
    "orders are unknown at first": ({}, (Fault("order-unknown", "POST", WRITES, polls=3),)),
    "orders are unknown for a while": ({}, (Fault("order-unknown", "POST", WRITES, seconds=0.7),)),
    "reads are answered 503": ({}, (Fault("status", "GET", probability=0.1),)),
    "reads are dropped": ({}, (Fault("drop", "GET", probability=0.1),)),
    "answers to reads are lost": ({}, (Fault("lost-answer", "GET", probability=0.1),)),
    "answers to writes are lost": ({}, (Fault("lost-answer", "POST", WRITES, probability=0.1),)),
    "writes are dropped": ({}, (Fault("drop", "POST", WRITES, probability=0.1),)),
    "a gateway gives up on writes that succeed": ({}, (Fault("late-status", "POST", WRITES, 504, probability=0.1),)),
    "a gateway answers writes with HTML": ({}, (Fault("html", "POST", WRITES, probability=0.1),)),
    "writes meet 503": ({}, (Fault("status", "POST", WRITES, 503, probability=0.1),)),
    "too many requests": ({}, (Fault("status", "*", "/configapi/", 429, retry_after=1, count=6),)),
    "too many requests without a date": ({}, (Fault("status", "*", WRITES, 429, probability=0.2),)),
    "polls are answered 502": ({}, (Fault("status", "GET", ORDERS, 502, probability=0.3),)),
    "polls are garbled": ({}, (Fault("malformed-json", "GET", ORDERS, probability=0.3),)),
    "polls have another shape": ({}, (Fault("wrong-shape", "GET", ORDERS, probability=0.3),)),
    "lists lag and answers to writes are lost": (
        {"list_lag": 0.5},
        (Fault("lost-answer", "POST", WRITES, probability=0.1),),
    ),
    "everything at once": (
        {"list_lag": 0.3, "order_delay_jitter": 0.3},
        (
            Fault("status", "GET", probability=0.05),
            Fault("drop", "GET", probability=0.05),
            Fault("lost-answer", "POST", WRITES, probability=0.05),
            Fault("drop", "POST", WRITES, probability=0.05),
            Fault("order-unknown", "POST", WRITES, polls=1, probability=0.2),
        ),
    ),
}


# A write that is dropped is waited for, so that few of them are over TCP: the many are in virtual time.
OVER_TCP = {
    **{name: RECOVERABLE[name] for name in ("reads are dropped", "answers to reads are lost", "polls are garbled")},
    "answers to writes are lost": ({}, (Fault("lost-answer", "POST", WRITES, count=4),)),
    "writes are dropped": ({}, (Fault("drop", "POST", WRITES, count=2),)),
    "everything at once": (
        {"list_lag": 0.3, "order_delay_jitter": 0.3},
        (
            Fault("status", "GET", probability=0.05),
            Fault("drop", "GET", probability=0.05),
            Fault("lost-answer", "POST", WRITES, count=2),
            Fault("drop", "POST", WRITES, count=2),
            Fault("order-unknown", "POST", WRITES, polls=1, probability=0.2),
        ),
    ),
}


@pytest.mark.parametrize("trouble", RECOVERABLE)
def test_the_logpoint_ends_as_declared_although(trouble: str, imagine_site: Callable[..., Site]) -> None:
    ends_as_declared(*RECOVERABLE[trouble], imagine_site)


@pytest.mark.parametrize("trouble", OVER_TCP)
def test_over_real_http_the_logpoint_ends_as_declared_although(trouble: str, open_site: Callable[..., Site]) -> None:
    def impatient(**options: Any) -> Site:
        site = open_site(**options)
        site.pacing = replace(site.pacing, order_timeout=8)
        return site

    ends_as_declared(*OVER_TCP[trouble], impatient)


def ends_as_declared(options: dict[str, Any], faults: tuple[Fault, ...], open_site: Callable[..., Site]) -> None:
    site = open_site(**options, faults=faults)
    report = site.apply()
    assert [(o.change.key, o.state, o.detail) for o in report.outcomes if o.state is not State.DONE] == []
    assert report.is_done
    assert all(site.simulator.faults.fired(fault) for fault in faults), "the trouble never came"
    site.simulator.faults.clear()
    site.assert_live_as_declared()


OPEN_QUESTIONS: list[dict[str, Any]] = [
    *({"unfinished_order": form} for form in ("null_response", "status", "not_found", "no_success")),
    {"leading_slash": True},
    {"leading_slash": False},
    {"late_reference_check": True},
    {"duplicate_names": "fail_order"},
    {"compiled_normalizer_read": "list"},
    {"compiled_normalizer_read": "absent_when_empty"},
    {"error_objects": True},
    {"refusal_status": 403},
    {"workers_per_logpoint": 2},
]


@pytest.mark.parametrize("option", OPEN_QUESTIONS, ids=lambda option: "-".join(f"{k}={v}" for k, v in option.items()))
def test_what_the_documentation_leaves_open_does_not_matter(
    option: dict[str, Any], imagine_site: Callable[..., Site]
) -> None:
    lost = Fault("lost-answer", "POST", WRITES, count=2)
    site = imagine_site(**option, faults=(lost,))
    assert site.apply().is_done
    assert site.simulator.faults.fired(lost) == 2
    site.assert_live_as_declared()


@pytest.mark.parametrize("refusal_status", [401, 403])
def test_a_token_that_expires_on_the_way_is_renewed(refusal_status: int, imagine_site: Callable[..., Site]) -> None:
    site = imagine_site(token_lifetime=1.2, order_delay=0.4, refusal_status=refusal_status)
    site.secret_key = site.simulator.secret_key
    first = site.simulator.token
    assert site.apply().is_done
    assert site.simulator.token != first
    renewals = [request for request in site.simulator.requests if request.path == "/refreshToken"]
    assert {request.status for request in renewals} == {200}
    site.secret_key = site.simulator.secret_key
    site.assert_live_as_declared()


def test_a_token_that_expires_without_a_secret_key_ends_the_run_at_once_and_says_so(
    imagine_site: Callable[..., Site],
) -> None:
    site = imagine_site(token_lifetime=1.0, order_delay=0.4)
    report = site.apply()
    assert not report.is_done
    details = {outcome.detail for outcome in report.outcomes if outcome.state in (State.FAILED, State.UNKNOWN)}
    assert any("refuses the token" in detail for detail in details)
    assert all(outcome.seconds < 10 for outcome in report.outcomes)
    assert "refuses the token" in (report.problem or "")
    assert site.created_more_than_once() == []


def test_two_objects_of_one_name_are_not_made_where_the_director_would_let_them(
    imagine_site: Callable[..., Site],
) -> None:
    lost = Fault("lost-answer", "POST", WRITES, probability=0.2)
    site = imagine_site(duplicate_names="allow", list_lag=0.5, faults=(lost,))
    assert site.apply().is_done
    site.assert_live_as_declared()


def outcomes(report: TargetReport, state: State) -> dict[ResourceKey, str]:
    return {outcome.change.key: outcome.detail for outcome in report.outcomes if outcome.state is state}


def test_a_failed_order_is_told_its_dependants_are_skipped_and_the_rest_is_done(
    imagine_site: Callable[..., Site], count_states: Callable[[TargetReport], dict[State, int]]
) -> None:
    site = imagine_site(error_objects=True)
    site.logpoint.create("Repo", {"name": "old", "repopath": [{"path": "/data_hot/", "retention": 9}], "repoha": []})
    old = ResourceKey("Repo", "old")
    # The first write to be accepted is a repo's, as only repos and normalization policies depend on nothing.
    site.simulator.faults.add(Fault("order-fails", "POST", r"/Repos$", message="The disk is full", count=1))
    report = site.apply(owned=[old])

    (failed, why), *others = outcomes(report, State.FAILED).items()
    assert (failed.kind, others) == ("Repo", [])
    assert "The disk is full" in why
    number = int(failed.name[-2:])
    # A routing policy names its own repo and the next one.
    routing = {ResourceKey("RoutingPolicy", f"routing-{n:02d}") for n in (number, (number - 2) % 10 + 1)}
    skipped = outcomes(report, State.SKIPPED)
    assert routing < skipped.keys()
    assert {key.kind for key in skipped.keys() - routing} == {"ProcessingPolicy", "Repo"}
    assert all(str(failed) in skipped[key] for key in routing)
    assert old in skipped
    assert "old" in site.logpoint.names("Repo")
    assert not [write for write in site.writes() if write[0] == "DELETE"]
    assert sum(count_states(report).values()) == 41
    assert count_states(report)[State.DONE] == 41 - 1 - len(skipped)
    assert not report.is_done
    assert {change.key for change in report.remaining} == {failed, *skipped}


def test_an_order_that_never_finishes_is_unknown_after_its_deadline(imagine_site: Callable[..., Site]) -> None:
    site = imagine_site(faults=(Fault("order-hangs", "POST", r"/NormalizationPolicy$", count=1),))
    site.pacing = type(site.pacing)(order_timeout=1.5, patience=site.pacing.patience)
    report = site.apply()
    ((key, why),) = outcomes(report, State.UNKNOWN).items()
    assert key.kind == "NormalizationPolicy"
    assert "did not finish within 1.5 s" in why
    assert set(outcomes(report, State.SKIPPED)) >= {ResourceKey("ProcessingPolicy", f"processing-{key.name[-2:]}")}
    assert all(f"{key} is unknown" in reason for reason in outcomes(report, State.SKIPPED).values())
    assert not report.is_done
    assert len([write for write in site.writes() if write[1].endswith("/NormalizationPolicy")]) == 8


def test_a_refused_write_is_failed_in_the_directors_words(imagine_site: Callable[..., Site]) -> None:
    site = imagine_site(faults=(Fault("status", "POST", r"/NormalizationPolicy$", status=400, count=1),))
    ((key, why),) = outcomes(site.apply(), State.FAILED).items()
    assert key.kind == "NormalizationPolicy"
    assert "HTTP 400: injected fault: status 400" in why
    assert len([write for write in site.writes() if write[1].endswith("/NormalizationPolicy")]) == 8


def test_a_write_that_never_gets_through_is_unknown_and_nothing_is_made_twice(
    imagine_site: Callable[..., Site],
) -> None:
    site = imagine_site(faults=(Fault("drop", "POST", r"/NormalizationPolicy$"),))
    report = site.apply()
    assert {key.kind for key in outcomes(report, State.UNKNOWN)} == {"NormalizationPolicy"}
    assert len(outcomes(report, State.UNKNOWN)) == 8
    site.simulator.faults.clear()
    assert site.apply().is_done
    site.assert_live_as_declared()


def test_updates_and_deletes_survive_lost_answers_and_lag(
    imagine_site: Callable[..., Site], pipeline: list[Any]
) -> None:
    site = imagine_site(list_lag=0.4)
    assert site.apply().is_done
    declared = [ResourceKey(each["kind"], each["metadata"]["name"]) for each in pipeline]
    kept = [each for each in pipeline if each["kind"] in ("Repo", "RoutingPolicy")]
    site.declare(
        {**each, "spec": {"paths": [{"path": "/data_hot", "retention_days": 100}]}} if each["kind"] == "Repo" else each
        for each in kept
    )
    faults = (
        Fault("drop", "PUT", WRITES, count=2),
        Fault("lost-answer", "PUT", WRITES, count=5),
        Fault("drop", "DELETE", WRITES, count=2),
        Fault("lost-answer", "DELETE", WRITES, count=5),
    )
    for fault in faults:
        site.simulator.faults.add(fault)
    report = site.apply(owned=declared)
    assert report.is_done, report
    assert [site.simulator.faults.fired(fault) for fault in faults] == [2, 5, 2, 5]
    assert site.declared_count() == {"Repo": 10, "RoutingPolicy": 10, "NormalizationPolicy": 0, "ProcessingPolicy": 0}
    assert site.created_more_than_once() == []


def test_deletes_come_last_and_referrers_first(imagine_site: Callable[..., Site], pipeline: list[Any]) -> None:
    site = imagine_site()
    assert site.apply().is_done
    before = len(site.writes())
    kept = [each for each in pipeline if int(each["metadata"]["name"][-2:]) > 4 and each["kind"] != "ProcessingPolicy"]
    # A routing policy names its own repo and the next one: number 10 goes too, as it names number 1.
    kept = [each for each in kept if each["metadata"]["name"] != "routing-10"]
    extra = {"kind": "Repo", "apiVersion": "logpoint-cac/v1", "metadata": {"name": "new"}}
    site.declare([*kept, {**extra, "spec": {"paths": [{"path": "/data_hot", "retention_days": 1}]}}])
    owned = [ResourceKey(each["kind"], each["metadata"]["name"]) for each in pipeline]
    assert site.apply(owned=owned).is_done
    kinds = [(method, path.split("/")[4]) for method, path, *_ in site.writes()[before:]]
    assert kinds[0] == ("POST", "Repos")
    assert {method for method, _ in kinds[1:]} == {"DELETE"}
    deleted = [kind for _, kind in kinds[1:]]
    assert deleted.index("RoutingPolicies") > 0
    first_repo = deleted.index("Repos")
    assert deleted[:first_repo].count("RoutingPolicies") >= 1
    assert set(deleted) == {"Repos", "RoutingPolicies", "NormalizationPolicy", "ProcessingPolicy"}
    assert not [name for name in site.logpoint.names("Repo") if name in ("repo-01", "repo-04")]


def test_orders_in_flight_are_bounded_on_each_logpoint_and_overall(imagine_site: Callable[..., Site]) -> None:
    site = imagine_site(order_delay=0.3)
    site.logpoints = ("lp-01", "lp-02")
    site.pacing = type(site.pacing)(in_flight=6, in_flight_per_logpoint=4, patience=site.pacing.patience)
    assert all(report.is_done for report in site.apply_all())
    pool = site.simulator.world.pool("pool-acme")
    each = [site.most_in_flight(logpoint.identifier) for logpoint in pool.logpoints]
    assert max(each) == 4
    assert site.most_in_flight() == 6


def test_a_new_storage_path_is_found_by_having_the_list_read_anew(imagine_site: Callable[..., Site]) -> None:
    world = demo_world()
    logpoint = world.pool("pool-acme").logpoint("lp-01")
    logpoint.storage_paths.append("/new_disk/")
    site = imagine_site(world, order_delay=0.4)
    tier = {"path": "/new_disk", "retention_days": 30}
    resource = {
        "apiVersion": "logpoint-cac/v1",
        "kind": "Repo",
        "metadata": {"name": "fresh"},
        "spec": {"paths": [tier]},
    }
    site.declare([resource])
    assert site.apply().is_done
    assert "fresh" in site.logpoint.names("Repo")


def test_a_plan_of_a_half_answered_list_does_not_exist(imagine_site: Callable[..., Site]) -> None:
    site = imagine_site()
    site.patience = 0.5
    for kind in ("html", "malformed-json", "wrong-shape"):
        site.simulator.faults.clear()
        site.simulator.faults.add(Fault(kind, "GET", r"/RoutingPolicies$"))
        plan = site.plan()
        assert plan.unread
        assert not plan.changes
    assert site.writes() == []


def test_an_apply_outlasts_an_outage_that_is_longer_than_the_patience_with_reads(
    imagine_site: Callable[..., Site], small: list[Any]
) -> None:
    """Polls and read-backs count against the time of an order, not against `--patience`."""
    site = imagine_site(order_delay=1.0)
    site.declare(small)
    site.patience = 2.0
    site.simulator.faults.add(Fault("status", "GET", status=503, after=0.5, until=14.0))
    report = site.apply()
    assert [each.state for each in report.outcomes] == [State.DONE] * len(small)
    assert site.created_more_than_once() == []
