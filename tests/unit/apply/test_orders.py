"""What becomes of one change, whatever the Director says, does not say, or says late."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest

from lpcac.apply.orders import ChangeExecutor
from lpcac.apply.port import Leftover
from lpcac.apply.report import Outcome, State
from lpcac.connectors.director.latency import LatencyEstimate, ReadbackLimits
from lpcac.connectors.director.port import Accepted, AnswerLost, Finished, NotSent, Rejected, Running
from lpcac.core.errors import DirectorError, RefusedTokenError
from lpcac.core.json_values import Json
from lpcac.core.resources import Action, ResourceKey
from lpcac.planning.plan import Change

if TYPE_CHECKING:
    from tests.unit.director_double import Double

ORDER = "/monitorapi/p/l/orders/1"


def repo_change(action: Action = Action.CREATE, days: int = 90) -> Change:
    """Return one change of the repo "system" to this retention."""
    after: Any = None if action is Action.DELETE else {"paths": [{"path": "/hot", "retention_days": days}]}
    before: Any = None if action is Action.CREATE else {"paths": [{"path": "/hot", "retention_days": 7}]}
    return Change(action, ResourceKey("Repo", "system"), before, after, (), (), (), None, "")


def live_repo(days: int = 90, object_id: str = "live-1") -> Json:
    """Return the repo "system" as lists show it."""
    return {"id": object_id, "name": "system", "repopath": [{"path": "/hot/", "retention": days}], "repoha": []}


@dataclass
class Carried:
    """An outcome, and the second at which it was certain."""

    outcome: Outcome
    at: float

    @property
    def state(self) -> State:
        return self.outcome.state


CarryOut = Callable[..., Carried]


@pytest.fixture
def carry_out(
    director: Double,
    orders_on: Callable[..., ChangeExecutor],
    virtually: Callable[[Coroutine[Any, Any, Carried]], Carried],
) -> CarryOut:
    """Give what carries out one change in virtual time."""

    def run(change: Change, *, prepare: Callable[[], object] = lambda: None, **options: Any) -> Carried:
        async def work() -> Carried:
            prepare()
            outcome = await orders_on(**options).carry_out(change, lambda _change, _again: None)
            return Carried(outcome, director.now)

        return virtually(work())

    return run


def shows(director: Double, *repos: Json) -> None:
    director.objects["Repos"] = list(repos)


# -- what goes well


def test_a_create_is_done_when_it_can_be_read(director: Double, carry_out: CarryOut) -> None:
    carried = carry_out(repo_change())
    assert (carried.state, carried.outcome.detail, len(director.submissions)) == (State.DONE, "", 1)
    assert 1.0 <= carried.at < 1.6


def test_a_list_that_lags_is_waited_for(director: Double, carry_out: CarryOut) -> None:
    director.list_lag = 30.0
    carried = carry_out(repo_change())
    assert carried.state is State.DONE
    assert 31 <= carried.at < 35
    assert director.lists["Repos"] < 40


def test_an_update_is_done_when_the_new_values_can_be_read(director: Double, carry_out: CarryOut) -> None:
    shows(director, live_repo(7))
    assert carry_out(repo_change(Action.UPDATE)).state is State.DONE
    assert director.submissions[0][:3] == (Action.UPDATE, "Repos", "live-1")


def test_a_delete_is_done_when_the_object_is_gone(director: Double, carry_out: CarryOut) -> None:
    shows(director, live_repo(7))
    assert carry_out(repo_change(Action.DELETE)).state is State.DONE
    assert director.submissions == [(Action.DELETE, "Repos", "live-1", {})]


# -- orders


def test_an_order_that_is_unheard_of_at_first_is_not_sent_again(director: Double, carry_out: CarryOut) -> None:
    director.states = [Running(unheard_of=True)] * 20 + [Running(), Finished(success=True)]
    director.list_lag = 5
    assert carry_out(repo_change()).state is State.DONE
    assert len(director.submissions) == 1


def test_an_order_that_stays_unheard_of_is_lost_and_sent_again_when_nothing_shows(
    director: Double, carry_out: CarryOut
) -> None:
    director.states = [Running(unheard_of=True)]
    director.answers = [Accepted(ORDER)] * 5
    carried = carry_out(repo_change(), order_timeout=60.0)
    assert carried.state is State.UNKNOWN
    assert "lost track of the order" in carried.outcome.detail
    assert len(director.submissions) == 3
    assert 180 <= carried.at < 200


@pytest.mark.parametrize(("seconds", "questions"), [(0.5, 1), (3.0, 4), (20.0, 13), (200.0, 45)])
def test_the_end_of_an_order_is_noticed_soon_and_without_pestering(
    seconds: float, questions: int, director: Double, carry_out: CarryOut
) -> None:
    director.order_seconds = seconds
    assert carry_out(repo_change()).state is State.DONE
    late = director.polls[-1] - seconds
    assert late <= min(max(1, seconds * 0.2), 6)
    assert len(director.polls) <= questions


def test_an_order_that_never_finishes_is_unknown_after_its_time_and_is_not_sent_again(
    director: Double, carry_out: CarryOut
) -> None:
    director.states = [Running()]
    director.answers = [Accepted(ORDER)] * 5
    carried = carry_out(repo_change(), order_timeout=40.0)
    assert carried.state is State.UNKNOWN
    assert "did not finish within 40 s; it is not listed" in carried.outcome.detail
    assert len(director.submissions) == 1
    assert 55 <= carried.at < 65


def test_the_last_question_about_an_order_is_given_time_for_its_answer(director: Double, carry_out: CarryOut) -> None:
    director.answers = [Accepted(ORDER)]

    async def slow(order: str) -> Running | Finished:
        del order
        await asyncio.sleep(0.8)
        return Finished(success=False, message="disk full") if director.now > 40 else Running()

    director.order_state = slow  # type: ignore[method-assign]
    carried = carry_out(repo_change(), order_timeout=40.0)
    assert (carried.state, carried.outcome.detail) == (State.FAILED, "the order failed: disk full")


def test_an_order_that_never_finishes_but_shows_is_done(director: Double, carry_out: CarryOut) -> None:
    director.states = [Running()]
    carried = carry_out(repo_change(), order_timeout=40.0)
    assert carried.state is State.DONE
    assert "reading back shows that it is done" in carried.outcome.detail


def test_polls_that_fail_do_not_fail_the_order(director: Double, carry_out: CarryOut) -> None:
    trouble = DirectorError("HTTP 502")
    director.states = [trouble, trouble, Running(), trouble, Finished(success=True)]
    assert carry_out(repo_change()).state is State.DONE


def test_the_last_trouble_with_an_order_that_never_finishes_is_told(director: Double, carry_out: CarryOut) -> None:
    director.states = [DirectorError("HTTP 502")]
    director.answers = [Accepted(ORDER)]
    carried = carry_out(repo_change(), order_timeout=5.0)
    assert "the last answer: HTTP 502" in carried.outcome.detail


def test_a_token_that_is_refused_on_the_way_is_not_asked_with_for_minutes(
    director: Double, carry_out: CarryOut
) -> None:
    director.states = [RefusedTokenError("the Director refuses the token")]
    director.answers = [Accepted(ORDER)]
    director.unreadable = RefusedTokenError("the Director refuses the token")
    carried = carry_out(repo_change())
    assert carried.state is State.UNKNOWN
    assert len(director.polls) == 1
    assert carried.at < 20


# -- orders that fail


def test_a_failed_order_is_failed_at_once_in_the_directors_words(director: Double, carry_out: CarryOut) -> None:
    director.states = [Finished(success=False, message="The disk is full")]
    director.answers = [Accepted(ORDER)]
    carried = carry_out(repo_change())
    assert (carried.state, carried.outcome.detail) == (State.FAILED, "the order failed: The disk is full")
    assert carried.at < 1.1


@pytest.mark.parametrize("words", ["Repo system already exists", "duplicate name", "HTTP 409"])
def test_a_create_that_is_refused_because_it_is_so_already_is_done(
    words: str, director: Double, carry_out: CarryOut
) -> None:
    director.answers = [Rejected(words)]
    carried = carry_out(repo_change(), prepare=lambda: director.put("Repos", 8, live_repo()))
    assert (carried.state, carried.outcome.detail) == (State.DONE, "already carried out by an earlier order")


def test_a_create_that_is_refused_because_another_one_exists_is_failed(director: Double, carry_out: CarryOut) -> None:
    shows(director, live_repo(3))
    director.answers = [Rejected("HTTP 400: Repo system already exists")]
    carried = carry_out(repo_change())
    assert (carried.state, carried.outcome.detail) == (State.FAILED, "refused: HTTP 400: Repo system already exists")


def test_a_refusal_without_such_words_is_final_at_once(director: Double, carry_out: CarryOut) -> None:
    director.answers = [Rejected("HTTP 400: name is a mandatory field")]
    carried = carry_out(repo_change())
    assert carried.state is State.FAILED
    assert carried.at < 1
    assert len(director.submissions) == 1


def test_a_delete_of_what_is_gone_already_is_done(director: Double, carry_out: CarryOut) -> None:
    director.answers = [Rejected("HTTP 404: no such repo")]
    assert carry_out(repo_change(Action.DELETE)).state is State.DONE


def test_a_change_of_an_object_without_a_known_id_is_failed_and_not_sent(director: Double, carry_out: CarryOut) -> None:
    change = repo_change(Action.UPDATE)
    unknown = Change(change.action, ResourceKey("Repo", "new"), change.before, change.after, (), (), (), None, "")
    carried = carry_out(unknown)
    assert carried.state is State.FAILED
    assert "no id is known for 'new'" in carried.outcome.detail
    assert director.submissions == []


# -- an order that succeeds, and what is read does not agree


def test_a_success_that_never_shows_is_unknown_after_a_minute(director: Double, carry_out: CarryOut) -> None:
    director.states, director.answers = [Finished(success=True)], [Accepted(ORDER)]
    carried = carry_out(repo_change())
    assert (carried.state, carried.outcome.detail) == (State.UNKNOWN, "the order succeeded, but it is not listed")
    assert 60 <= carried.at < 65


def test_a_success_that_shows_something_else_is_failed_and_says_what(director: Double, carry_out: CarryOut) -> None:
    shows(director, live_repo(7))
    director.states, director.answers = [Finished(success=True)], [Accepted(ORDER)]
    carried = carry_out(repo_change(Action.UPDATE))
    assert carried.state is State.FAILED
    assert carried.outcome.detail == "the order succeeded, but it differs in paths[1 /hot].retention_days"


def test_two_objects_of_the_name_are_never_right(director: Double, carry_out: CarryOut) -> None:
    shows(director, live_repo(), live_repo(object_id="live-2"))
    director.states, director.answers = [Finished(success=True)], [Accepted(ORDER)]
    carried = carry_out(repo_change())
    assert carried.state is State.FAILED
    assert "2 objects of this name are listed now (ids live-1, live-2): remove all but one" in carried.outcome.detail


# -- answers that are lost


def test_a_lost_answer_to_a_write_that_was_carried_out_is_found_out_by_reading(
    director: Double, carry_out: CarryOut
) -> None:
    director.answers = [AnswerLost("connection reset")]
    carried = carry_out(repo_change(), prepare=lambda: director.put("Repos", 9, live_repo()))
    assert carried.state is State.DONE
    assert carried.outcome.detail == "the answer was lost (connection reset), reading back shows that it is done"
    assert len(director.submissions) == 1


def test_a_lost_create_is_sent_again_only_when_an_order_cannot_be_under_way_any_more(
    director: Double, carry_out: CarryOut
) -> None:
    director.answers = [AnswerLost("connection reset")]
    told: list[str] = []
    carried = carry_out(repo_change(), order_timeout=100.0, tell=told.append)
    assert carried.state is State.DONE
    assert len(director.submissions) == 2
    assert 100 < carried.at < 105
    wait, end = told
    assert 'Repo "system" on acme on pool-acme/lp-01: the answer was lost (connection reset); looking for it' in wait
    assert "then it is sent again" in wait
    assert "not listed, sending it again" in end


def test_a_lost_create_whose_order_is_slow_is_not_made_twice(director: Double, carry_out: CarryOut) -> None:
    director.answers = [AnswerLost("connection reset")]
    told: list[str] = []
    carried = carry_out(
        repo_change(), prepare=lambda: director.put("Repos", 80, live_repo()), order_timeout=100.0, tell=told.append
    )
    assert (carried.state, len(director.submissions)) == (State.DONE, 1)
    assert "found, it was created" in told[-1]


def test_many_lost_creates_are_waited_for_side_by_side(
    director: Double, orders_on: Callable[..., ChangeExecutor], virtually: Callable[[Coroutine[Any, Any, Any]], Any]
) -> None:
    async def work() -> float:
        director.answers = [AnswerLost("x")] * 12
        orders = orders_on(in_flight=4, order_timeout=100.0)
        changes = [replace(repo_change(), key=ResourceKey("Repo", f"r{n}")) for n in range(12)]
        outcomes = await asyncio.gather(*(orders.carry_out(change, lambda _change, _again: None) for change in changes))
        assert {outcome.state for outcome in outcomes} == {State.DONE}
        return director.now

    # Each keeps its place among the orders in flight for a while, as its order may be one of them.
    assert 100 < virtually(work()) < 160


def test_who_stops_an_apply_does_not_wait_for_a_lost_create(director: Double, carry_out: CarryOut) -> None:
    director.answers = [AnswerLost("x")]
    carried = carry_out(repo_change(), is_stopped=lambda: director.now > 40)
    assert (carried.state, len(director.submissions)) == (State.UNKNOWN, 1)
    assert 40 < carried.at < 45


def test_a_write_that_is_lost_again_and_again_is_unknown(director: Double, carry_out: CarryOut) -> None:
    director.answers = [AnswerLost("connection reset")] * 9
    carried = carry_out(repo_change(), order_timeout=60.0)
    assert carried.state is State.UNKNOWN
    assert carried.outcome.detail == "the answer was lost (connection reset); it is not listed"
    assert len(director.submissions) == 3


@pytest.mark.parametrize("action", [Action.UPDATE, Action.DELETE])
def test_a_lost_update_or_delete_is_sent_again_when_it_does_not_show(
    action: Action, director: Double, carry_out: CarryOut
) -> None:
    shows(director, live_repo(7))
    director.answers = [AnswerLost("x")]
    assert carry_out(repo_change(action)).state is State.DONE
    assert len(director.submissions) == 2


def test_a_second_submission_that_meets_the_first_ones_work_is_done(director: Double, carry_out: CarryOut) -> None:
    director.answers = [AnswerLost("x"), Rejected("no words that would help")]
    carried = carry_out(repo_change(), prepare=lambda: director.put("Repos", 304, live_repo()))
    assert (carried.state, carried.outcome.detail) == (State.DONE, "already carried out by an earlier order")


def test_a_lost_create_where_another_object_turns_up_is_failed_and_not_sent_again(
    director: Double, carry_out: CarryOut
) -> None:
    director.answers = [AnswerLost("x")]
    carried = carry_out(repo_change(), prepare=lambda: director.put("Repos", 1, live_repo(3)))
    assert carried.state is State.FAILED
    assert len(director.submissions) == 1


def test_nothing_is_sent_again_while_nothing_can_be_read(director: Double, carry_out: CarryOut) -> None:
    director.answers = [AnswerLost("x")]
    director.unreadable = DirectorError("the lists are out of order")
    carried = carry_out(repo_change())
    assert carried.state is State.UNKNOWN
    assert "the lists are out of order" in carried.outcome.detail
    assert len(director.submissions) == 1


def test_an_order_without_a_way_to_follow_it_is_settled_by_reading_and_never_sent_again(
    director: Double, carry_out: CarryOut
) -> None:
    director.answers = [Accepted(None), Accepted(None)]
    assert carry_out(repo_change()).state is State.UNKNOWN
    assert len(director.submissions) == 1
    assert carry_out(repo_change(), prepare=lambda: director.put("Repos", 3, live_repo())).state is State.DONE
    assert len(director.submissions) == 2


def test_a_write_that_was_not_sent_is_failed_without_a_look(director: Double, carry_out: CarryOut) -> None:
    director.answers = [NotSent("no connection")]
    carried = carry_out(repo_change())
    assert (carried.state, carried.outcome.detail) == (State.FAILED, "not sent: no connection")
    assert not director.lists


def test_the_patience_is_learnt_from_the_slowest_change() -> None:
    pace = LatencyEstimate(ReadbackLimits(first=15, shortest=5, longest=60))
    assert pace.patience() == 15
    learnt = []
    for seconds in (0.5, 4.0, 2.0, 100.0):
        pace.learn(seconds)
        learnt.append(pace.patience())
    assert learnt == [5, 12, 12, 60]


# -- what a killed run left


@pytest.mark.parametrize(("age", "is_known"), [(2.0, False), (60.0, True)])
def test_the_grace_of_an_order_that_nobody_heard_of_counts_from_when_it_was_sent(
    age: float,
    is_known: bool,
    director: Double,
    orders_on: Callable[..., ChangeExecutor],
    virtually: Callable[[Coroutine[Any, Any, Any]], Any],
) -> None:
    director.states = [Running(unheard_of=True)]

    async def work() -> tuple[str | None, float]:
        change = repo_change()
        leftover = Leftover(change.key, change.action, change.after, ORDER, age, "1-1")
        return await orders_on(order_timeout=5.0).conclude(leftover), director.now

    why, at = virtually(work())
    assert (why is None) is is_known
    assert at < 12


def test_a_create_that_a_killed_run_left_is_waited_for_as_long_as_its_order_may_take(
    director: Double, orders_on: Callable[..., ChangeExecutor], virtually: Callable[[Coroutine[Any, Any, Any]], Any]
) -> None:
    async def work() -> tuple[str | None, float]:
        change = repo_change()
        leftover = Leftover(change.key, change.action, change.after, None, 30.0, "1-1")
        return await orders_on(order_timeout=100.0).conclude(leftover), director.now

    why, at = virtually(work())
    assert why is None
    assert 70 <= at < 75


# -- bounds, and what is remembered


def test_orders_in_flight_are_bounded_and_a_slot_is_free_when_its_order_has_ended(
    director: Double, orders_on: Callable[..., ChangeExecutor], virtually: Callable[[Coroutine[Any, Any, Any]], Any]
) -> None:
    begun: list[float] = []

    async def work() -> None:
        orders = orders_on(in_flight=3)

        def begin(_change: Change, _again: bool) -> None:
            begun.append(director.now)

        changes = [
            Change(Action.CREATE, ResourceKey("Repo", f"r{n}"), None, repo_change().after, (), (), (), None, "")
            for n in range(9)
        ]
        outcomes = await asyncio.gather(*(orders.carry_out(change, begin) for change in changes))
        assert {outcome.state for outcome in outcomes} == {State.DONE}

    virtually(work())
    waves = [begun[n : n + 3] for n in (0, 3, 6)]
    assert [round(wave[0]) for wave in waves] == [0, 1, 2]
    assert all(max(wave) - min(wave) < 0.3 for wave in waves)


class Diary:
    """A journal that writes what it is told into a list."""

    def __init__(self, events: list[str]) -> None:
        self._events = events

    def leftovers(self) -> list[Any]:
        return []

    def clear(self) -> None:
        raise NotImplementedError

    def forget(self, identifiers: frozenset[str]) -> frozenset[str]:
        raise NotImplementedError

    def begin(self, change: Change) -> str:
        self._events.append(f"begin {change.key.name}")
        return "entry"

    def accepted(self, entry: str, order: str | None) -> None:
        self._events.append(f"accepted {entry} {order}")

    def settled(self, entry: str) -> None:
        self._events.append(f"settled {entry}")


def test_a_write_is_remembered_before_it_is_sent_until_it_is_known_how_it_ended(
    director: Double, carry_out: CarryOut
) -> None:
    director.answers = [AnswerLost("x")]
    assert carry_out(repo_change(), journal=Diary(director.events)).state is State.DONE
    assert director.events == [
        "begin system",
        "submit",
        "settled entry",
        "begin system",
        "submit",
        "accepted entry /monitorapi/p/l/orders/10",
        "settled entry",
    ]


def test_a_write_of_which_nothing_is_known_stays_remembered(director: Double, carry_out: CarryOut) -> None:
    director.answers = [Accepted(None)]
    assert carry_out(repo_change(), journal=Diary(director.events)).state is State.UNKNOWN
    assert "settled entry" not in director.events
