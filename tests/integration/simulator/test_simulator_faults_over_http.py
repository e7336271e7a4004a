"""Injected faults as an HTTP client meets them."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING

import httpx
import pytest

from lpcac.simulator.faults.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.integration.simulator.conftest import Peer

    from lpcac.simulator.faults.faults import FaultKind

CONNECTION_LOST = (httpx.NetworkError, httpx.RemoteProtocolError)


def test_a_dropped_connection_is_a_transport_error_and_nothing_is_processed(peer: Peer) -> None:
    peer.simulator.faults.add(Fault("drop", "POST"))
    with pytest.raises(CONNECTION_LOST):
        peer.post_repo()
    peer.now += 5
    assert "system" not in peer.names()
    assert peer.simulator.requests[-1].status is None


def test_a_lost_answer_is_a_transport_error_though_the_write_is_processed(peer: Peer) -> None:
    peer.simulator.faults.add(Fault("lost-answer", "POST", count=1))
    with pytest.raises(CONNECTION_LOST):
        peer.post_repo()
    peer.now += 5
    assert "system" in peer.names()
    assert peer.simulator.requests[-1].status is None
    assert peer.post_repo().status_code == 400


@pytest.mark.parametrize("kind", ["drop", "lost-answer"])
def test_connections_are_lost_in_turns_by_a_reset_and_by_a_close(peer: Peer, kind: FaultKind) -> None:
    peer.simulator.faults.add(Fault(kind))
    for expected in [httpx.ReadError, httpx.RemoteProtocolError, httpx.ReadError]:
        with pytest.raises(expected):
            peer.post_repo()


def test_losing_one_connection_leaves_the_others_alone(peer: Peer) -> None:
    peer.simulator.faults.add(Fault("drop", path="/nowhere"))
    with httpx.Client(base_url=peer.simulator.url) as other:
        assert other.get("/elsewhere").status_code == 401
        with pytest.raises(CONNECTION_LOST):
            peer.client.get("/nowhere")
        assert other.get("/elsewhere").status_code == 401


def test_a_status_comes_with_its_retry_after_and_nothing_is_processed(peer: Peer) -> None:
    peer.simulator.faults.add(Fault("status", "POST", status=429, retry_after=7, count=1))
    refused = peer.post_repo()
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "7")
    assert peer.post_repo().status_code == 200


def test_a_late_status_hides_that_the_write_was_processed(peer: Peer) -> None:
    peer.simulator.faults.add(Fault("late-status", "POST", status=504))
    assert peer.post_repo().status_code == 504
    peer.now += 5
    assert "system" in peer.names()


def test_a_delayed_answer_outlasts_the_clients_patience(peer: Peer) -> None:
    peer.simulator.faults.add(Fault("delay", seconds=3600))
    with pytest.raises(httpx.ReadTimeout):
        peer.client.get("/monitorapi/v1/director/poolinfo", timeout=0.05)


def test_a_short_delay_is_answered_in_the_end(peer: Peer) -> None:
    peer.simulator.faults.add(Fault("delay", seconds=0.05))
    answer = peer.client.get("/monitorapi/v1/director/poolinfo")
    assert answer.status_code == 200
    assert answer.elapsed.total_seconds() >= 0.05


def test_stopping_does_not_wait_for_a_delayed_answer(
    make_peer: Callable[..., Peer], wait_until: Callable[[Callable[[], object]], None]
) -> None:
    peer = make_peer(faults=(Fault("delay", seconds=3600),))
    outcome: list[Exception] = []

    def wait_for_ever() -> None:
        try:
            httpx.get(peer.simulator.url, timeout=600)
        except httpx.TransportError as error:
            outcome.append(error)

    waiting = threading.Thread(target=wait_for_ever)
    waiting.start()
    wait_until(lambda: peer.simulator.faults.fired(Fault("delay", seconds=3600)))
    peer.simulator.stop()
    waiting.join(timeout=30)
    assert len(outcome) == 1


def test_malformed_json_cannot_be_read(peer: Peer) -> None:
    peer.simulator.faults.add(Fault("malformed-json", path="Repos$"))
    answer = peer.client.get(peer.configuration + "Repos")
    assert answer.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        answer.json()


def test_a_wrong_shape_is_an_object_for_a_list_and_a_list_for_an_object(peer: Peer) -> None:
    peer.simulator.faults.add(Fault("wrong-shape"))
    assert isinstance(peer.get("Repos"), dict)
    assert isinstance(peer.post_repo().json(), list)


def test_html_comes_with_status_200(peer: Peer) -> None:
    peer.simulator.faults.add(Fault("html"))
    answer = peer.client.get(peer.configuration + "Repos")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert answer.text.startswith("<!DOCTYPE html>")


def test_a_partial_and_an_empty_list_look_like_answers(peer: Peer) -> None:
    whole = len(peer.get("NormalizationPackage"))
    for fault, length in [
        (Fault("partial-list"), whole // 2),
        (Fault("partial-list", keep=1), 1),
        (Fault("empty-list"), 0),
    ]:
        peer.simulator.faults.clear()
        peer.simulator.faults.add(fault)
        assert len(peer.get("NormalizationPackage")) == length


def test_an_order_fails_with_the_message_of_its_fault(peer: Peer) -> None:
    peer.simulator.faults.add(Fault("order-fails", "POST", "Repos$", message="the disk is full"))
    accepted = peer.post_repo()
    peer.now += 5
    response = peer.poll(accepted).json()["response"]
    assert (response["success"], response["errors"]) == (False, ["the disk is full"])
    assert "system" not in peer.names()


def test_an_order_hangs_and_another_is_unknown_at_first(peer: Peer) -> None:
    peer.simulator.faults.add(Fault("order-hangs", count=1))
    hanging = peer.post_repo()
    peer.simulator.faults.add(Fault("order-unknown", "POST", polls=1))
    unknown = peer.post_repo()
    peer.now += 1e6
    assert peer.poll(hanging).json()["response"] == {}
    assert [peer.poll(unknown).status_code for _ in range(2)] == [404, 200]


def test_faults_in_the_options_and_a_window_work_from_the_start(make_peer: Callable[..., Peer]) -> None:
    peer = make_peer(faults=(Fault("status", status=502, after=10, until=20),))
    statuses = []
    for _ in range(3):
        statuses.append(peer.client.get(peer.configuration + "Repos").status_code)
        peer.now += 10
    assert statuses == [200, 502, 200]
