"""Asynchronous orders: when they are done, and what they look like until then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from lpcac.simulator.api.refusals import Refusal
from lpcac.simulator.faults.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.simulator.conftest import Bench


def repo(name: str = "system") -> dict[str, Any]:
    return {"name": name, "hiddenrepopath": [{"path": "/data_hot/", "retention": 90}]}


def test_a_write_changes_the_state_only_when_its_order_is_done(bench: Bench) -> None:
    order = bench.post("Repo", repo())
    bench.advance(0.99)
    assert "system" not in bench.logpoint.names("Repo")
    assert bench.state(order)["response"] == {}
    bench.advance(0.02)
    assert "system" in bench.logpoint.names("Repo")
    response = bench.state(order)["response"]
    assert response["success"] is True
    assert response["errors"] == []
    assert response["node_change_count"] == -1
    assert bench.id_of("Repo", "system") not in str(bench.state(order))


def test_every_finished_order_is_reported_once(bench: Bench) -> None:
    bench.post("Repo", repo("one"))
    bench.post("Repo", repo("two"))
    bench.advance(1)
    bench.advance(1)
    assert bench.finished == 2


@pytest.mark.parametrize(
    ("choice", "shape"),
    [("empty_response", {}), ("null_response", None), ("no_success", {"message": "", "errors": []})],
)
def test_an_unfinished_order_has_the_chosen_response(
    make_bench: Callable[..., Bench], choice: str, shape: object
) -> None:
    bench = make_bench(unfinished_order=choice)
    order = bench.post("Repo", repo())
    assert bench.state(order)["response"] == shape
    assert bench.outcome(order)["success"] is True


def test_an_unfinished_order_has_a_status_of_its_own_when_so_chosen(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(unfinished_order="status", workers_per_logpoint=1)
    first, second = bench.post("Repo", repo("one")), bench.post("Repo", repo("two"))
    assert [bench.state(order) for order in (first, second)] == [
        {"status": "in_progress"},
        {"status": "queued"},
    ]


def test_a_young_order_is_unknown_when_so_chosen(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(unfinished_order="not_found", order_delay=10.0)
    order = bench.post("Repo", repo())
    with pytest.raises(Refusal) as refused:
        bench.state(order)
    assert refused.value.status == 404
    bench.advance(3)
    assert bench.state(order)["response"] == {}
    assert bench.outcome(order)["success"] is True


def test_an_order_belongs_to_one_logpoint(bench: Bench) -> None:
    identifier = bench.post("Repo", repo()).rsplit("/", 1)[1]
    with pytest.raises(Refusal, match="order does not exist"):
        bench.director.order_state(bench.pool.pool_uuid, bench.pool.logpoint("lp-02").identifier, identifier)


def test_the_path_of_an_order_comes_with_and_without_the_leading_slash(
    make_bench: Callable[..., Bench],
) -> None:
    def slashes(*, choice: bool | None) -> list[bool]:
        bench = make_bench(leading_slash=choice)
        return [bench.post("Repo", repo(str(n))).startswith("/monitorapi/") for n in range(3)]

    assert slashes(choice=None) == [True, False, True]
    assert slashes(choice=True) == [True, True, True]
    assert slashes(choice=False) == [False, False, False]


def test_a_logpoint_with_two_workers_does_two_orders_at_a_time(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(workers_per_logpoint=2)
    for n in range(5):
        bench.post("Repo", repo(str(n)))
    created = []
    for _ in range(3):
        bench.advance(1)
        created.append(sum(bench.logpoint.created.values()))
    assert created == [2, 4, 5]


def test_jitter_lets_orders_overtake_each_other(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(order_delay_jitter=5.0)
    names = [str(n) for n in range(10)]
    for name in names:
        bench.post("Repo", repo(name))
    bench.advance(6)
    done = [name for name in bench.logpoint.names("Repo") if name in names]
    assert done != names
    assert sorted(done) == sorted(names)


@pytest.mark.parametrize(("objects", "kind"), [(False, str), (True, dict)])
def test_the_errors_of_a_failed_order_are_strings_or_objects(
    make_bench: Callable[..., Bench], objects: object, kind: type
) -> None:
    bench = make_bench(error_objects=objects)
    response = bench.outcome(bench.post("Repo", repo(), Fault("order-fails", message="the disk is full")))
    assert response["success"] is False
    assert isinstance(response["errors"][0], kind)
    assert "the disk is full" in str(response["errors"][0])
    assert "system" not in bench.logpoint.names("Repo")


def test_an_order_that_hangs_is_never_done(bench: Bench) -> None:
    order = bench.post("Repo", repo(), Fault("order-hangs"))
    bench.advance(1e9)
    assert bench.state(order)["response"] == {}
    assert "system" not in bench.logpoint.names("Repo")


def test_an_order_can_be_unknown_for_some_polls(bench: Bench) -> None:
    order = bench.post("Repo", repo(), Fault("order-unknown", polls=2))
    bench.advance(5)
    for _ in range(2):
        with pytest.raises(Refusal, match="order does not exist"):
            bench.state(order)
    assert bench.state(order)["response"]["success"] is True


def test_an_order_can_be_unknown_for_some_seconds(bench: Bench) -> None:
    order = bench.post("Repo", repo(), Fault("order-unknown", seconds=5))
    bench.advance(4.9)
    with pytest.raises(Refusal, match="order does not exist"):
        bench.state(order)
    bench.advance(0.2)
    assert bench.state(order)["response"]["success"] is True
