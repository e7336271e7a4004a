"""Starting, stopping and restarting the simulator, in a thread and as a process."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from lpcac.simulator.options import SimulatorOptions
from lpcac.simulator.server import running
from lpcac.simulator.world import World

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.integration.conftest import CommandLine
    from tests.integration.simulator.conftest import Peer


def saved_names(path: Path) -> list[str]:
    state: dict[str, Any] = json.loads(path.read_text())
    return [repo["name"] for repo in state["pools"][0]["logpoints"][0]["objects"]["Repo"]]


def test_two_simulators_run_side_by_side_on_free_loopback_ports() -> None:
    with running() as one, running() as other:
        assert one.url != other.url
        assert one.url.startswith("http://127.0.0.1:")
        assert httpx.get(one.url).status_code == httpx.get(other.url).status_code == 401


def test_nothing_is_left_running_after_the_block() -> None:
    with running() as simulator:
        url = simulator.url
    simulator.stop()
    with pytest.raises(httpx.ConnectError):
        httpx.get(url)
    assert "director-simulator" not in {thread.name for thread in threading.enumerate()}


def test_a_taken_port_is_an_error_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        options = SimulatorOptions(port=taken.getsockname()[1])
        with pytest.raises(OSError, match="Address already in use"), running(options):
            pass


def test_a_world_of_ones_own_is_served_and_can_be_edited_while_it_runs() -> None:
    world = World()
    logpoint = world.add_pool("pool-own").add_logpoint("lp-01")
    with running(world=world) as simulator:
        headers = {"Authorization": f"Bearer {simulator.token}"}
        address = f"{simulator.url}/configapi/{world.pool('pool-own').pool_uuid}/{logpoint.identifier}/Repos"
        logpoint.create("Repo", {"name": "by-hand", "repopath": [], "repoha": []})
        assert "by-hand" in {repo["name"] for repo in httpx.get(address, headers=headers).json()}
        logpoint.delete("Repo", "by-hand")
        assert "by-hand" not in {repo["name"] for repo in httpx.get(address, headers=headers).json()}


def test_the_state_is_saved_on_every_finished_order_and_taken_up_again(
    make_peer: Callable[..., Peer], tmp_path: Path
) -> None:
    path = tmp_path / "state.json"
    peer = make_peer(state_file=path)
    accepted = peer.post_repo()
    assert "system" not in saved_names(path)
    peer.now += 1
    peer.poll(accepted)
    assert "system" in saved_names(path)
    peer.simulator.stop()
    again = make_peer(state_file=path)
    assert again.machine == peer.machine
    assert "system" in again.names()


def test_the_state_is_saved_on_stop(make_peer: Callable[..., Peer], tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    peer = make_peer(state_file=path)
    peer.simulator.world.pool("pool-acme").logpoint("lp-01").create("Repo", {"name": "by-hand"})
    assert "by-hand" not in saved_names(path)
    peer.simulator.stop()
    assert "by-hand" in saved_names(path)


def test_a_state_file_that_cannot_be_written_is_an_error_at_once(tmp_path: Path) -> None:
    options = SimulatorOptions(state_file=tmp_path / "missing" / "state.json")
    with pytest.raises(FileNotFoundError), running(options):
        pass


SERVE = """
import sys
from pathlib import Path
from lpcac.simulator.options import SimulatorOptions
from lpcac.simulator.server import serve
serve(SimulatorOptions(state_file=Path(sys.argv[1]), order_delay=0.0))
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_served_simulator_prints_its_address_and_stops_cleanly_on_a_signal(tmp_path: Path, number: int) -> None:
    path = tmp_path / "state.json"
    command = [sys.executable, "-c", SERVE, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        printed = dict(re.findall(r"export (\w+)=(\S+)", "".join(process.stderr.readline() for _ in range(4))))
        headers = {"Authorization": f"Bearer {printed['DIRECTOR_TOKEN']}"}
        answer = httpx.get(f"{printed['DIRECTOR_URL']}/monitorapi/v1/director/poolinfo", headers=headers)
        process.send_signal(number)
        output, errors = process.communicate(timeout=60)
    assert answer.status_code == 200
    assert (process.returncode, output, errors) == (0, "", "")
    assert "default" in saved_names(path)


def test_an_order_is_carried_out_and_saved_even_if_nobody_asks(
    tmp_path: Path, wait_until: Callable[[Callable[[], object]], None]
) -> None:
    path = tmp_path / "state.json"
    with running(SimulatorOptions(state_file=path, order_delay=0.01)) as simulator:
        pool = simulator.world.pool("pool-acme")
        logpoint = pool.logpoint("lp-01")
        body = {"data": {"name": "system", "hiddenrepopath": [{"path": "/data_hot", "retention": 90}]}}
        httpx.post(
            f"{simulator.url}/configapi/{pool.pool_uuid}/{logpoint.identifier}/Repos",
            json=body,
            headers={"Authorization": f"Bearer {simulator.token}"},
        )
        wait_until(lambda: "system" in saved_names(path))
        assert logpoint.created["Repo", "system"] == 1


@pytest.mark.parametrize(("host", "warns"), [("0.0.0.0", True), ("127.0.0.1", False)])
def test_a_simulator_that_others_can_reach_with_its_public_token_warns(
    host: str, warns: bool, lpcac: CommandLine
) -> None:
    with lpcac.start("simulator", "--host", host, "--port", 0) as process:
        assert process.stderr is not None
        said = []
        for line in process.stderr:
            said.append(line)
            if "DIRECTOR_SECRET_KEY" in line:
                break
        process.terminate()
        process.communicate(timeout=30)
    assert any("its token is public" in line for line in said) == warns
