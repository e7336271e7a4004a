"""The state behind the simulator: the demo's world, edits behind the API's back, and the state file."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from lpcac.simulator.state_file import document_of, load_world, save_world
from lpcac.simulator.world import World, demo_world

if TYPE_CHECKING:
    from pathlib import Path

VENDOR_OBJECTS = {
    "Repo": {"default", "_logpoint", "_LogPointAlerts"},
    "RoutingPolicy": {"default", "_logpoint", "_LogPointAlerts"},
    "NormalizationPolicy": {"_logpoint", "_LogPointAlerts"},
    "ProcessingPolicy": {"default", "_logpoint"},
    "EnrichmentPolicy": {"Threat_Intelligence"},
}


def test_the_demo_has_three_clients_one_of_them_co_managed() -> None:
    names = [(pool.name, logpoint.name) for pool, logpoint in demo_world().logpoints()]
    assert names == [
        ("pool-acme", "lp-01"),
        ("pool-acme", "lp-02"),
        ("pool-globex", "lp-01"),
        ("pool-initech", "lp-01"),
    ]
    assert demo_world().pool("pool-initech").logpoint("lp-01").director_mode == "co_managed"


def test_every_logpoint_ships_with_the_vendors_objects() -> None:
    for _, logpoint in demo_world().logpoints():
        assert {kind: set(logpoint.names(kind)) for kind in VENDOR_OBJECTS} == VENDOR_OBJECTS


def test_ids_look_random_and_the_seed_repeats_them() -> None:
    def ids(seed: int) -> list[str]:
        world = demo_world(seed)
        objects = [each["id"] for _, logpoint in world.logpoints() for each in logpoint.objects("Repo")]
        return [*objects, *(pool.pool_uuid for pool in world.pools)]

    assert ids(1) == ids(1)
    assert not set(ids(1)) & set(ids(2))
    assert len(set(ids(1))) == len(ids(1))
    assert all(re.fullmatch(r"[0-9a-f]{24}|[0-9a-f]{32}", each) for each in ids(1))


def test_objects_are_created_edited_and_deleted_behind_the_apis_back() -> None:
    logpoint = demo_world().pool("pool-acme").logpoint("lp-01")
    identifier = logpoint.create("Repo", {"name": "by-hand", "repopath": [], "repoha": []})
    logpoint.edit("Repo", "by-hand", lambda repo: repo.update(repopath=[{"path": "/data_hot/", "retention": 3}]))
    assert logpoint.named("Repo", "by-hand") == {
        "id": identifier,
        "name": "by-hand",
        "repopath": [{"path": "/data_hot/", "retention": 3}],
        "repoha": [],
    }
    logpoint.delete("Repo", "by-hand")
    assert "by-hand" not in logpoint.names("Repo")
    assert not logpoint.created


def test_what_is_read_from_the_world_is_a_copy() -> None:
    logpoint = demo_world().pool("pool-acme").logpoint("lp-01")
    logpoint.objects("Repo")[0]["repopath"].clear()
    assert logpoint.objects("Repo")[0]["repopath"]


def test_pools_and_logpoints_are_found_by_name_and_by_id_or_not_at_all() -> None:
    world = demo_world()
    pool = world.pool("pool-acme")
    assert world.pool(pool.pool_uuid) is pool
    assert pool.logpoint(pool.logpoints[1].identifier) is pool.logpoint("lp-02")
    with pytest.raises(KeyError, match="there is no pool 'pool-nobody'"):
        world.pool("pool-nobody")
    with pytest.raises(KeyError, match="has no logpoint 'lp-09'"):
        pool.logpoint("lp-09")
    with pytest.raises(KeyError, match="Repo 'nope' is not on logpoint 'lp-01'"):
        pool.logpoint("lp-01").named("Repo", "nope")


@pytest.mark.parametrize("name", ["state.json", "state.yaml", "state.yml"])
def test_a_saved_world_is_the_same_when_loaded(tmp_path: Path, name: str) -> None:
    world = demo_world()
    logpoint = world.pool("pool-acme").logpoint("lp-02")
    logpoint.create("Repo", {"name": "größe", "repopath": [], "repoha": []})
    logpoint.created["Repo", "größe"] += 1
    save_world(world, tmp_path / name)
    loaded = load_world(tmp_path / name)
    assert document_of(loaded) == document_of(world)
    assert loaded.pool("pool-acme").logpoint("lp-02").created == {("Repo", "größe"): 1}
    assert [each.name for each in tmp_path.iterdir()] == [name]


def test_new_ids_of_a_loaded_world_do_not_repeat_old_ones(tmp_path: Path) -> None:
    save_world(demo_world(), tmp_path / "state.json")
    loaded = load_world(tmp_path / "state.json").pool("pool-acme").logpoint("lp-01")
    identifier = loaded.create("Repo", {"name": "new", "repopath": [], "repoha": []})
    assert identifier not in (tmp_path / "state.json").read_text()


def test_a_seed_may_name_pools_and_logpoints_only(tmp_path: Path) -> None:
    seed = tmp_path / "seed.yaml"
    seed.write_text("pools: [{name: pool-new, logpoints: [{name: lp-01}, {name: lp-02, director_mode: co_managed}]}]")
    pool = load_world(seed).pool("pool-new")
    assert set(pool.logpoint("lp-01").names("Repo")) == VENDOR_OBJECTS["Repo"]
    assert pool.logpoint("lp-01").listed_storage_paths
    assert pool.logpoint("lp-02").director_mode == "co_managed"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("state.json", "{"),
        ("state.yaml", "pools: ["),
        ("state.json", "[]"),
        ("state.json", '{"pools": [{"logpoints": []}]}'),
        ("state.json", '{"pools": [{"name": "p", "logpoints": [{"name": "l", "objects": {"Repos": []}}]}]}'),
    ],
)
def test_an_unreadable_state_file_is_one_line_that_names_the_file(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(ValueError, match=r".+") as raised:
        load_world(path)
    assert str(raised.value).startswith(f"{path}: ")
    assert "\n" not in str(raised.value)


def test_a_save_that_fails_leaves_the_old_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    save_world(demo_world(), path)
    before = json.loads(path.read_text())
    broken = World()
    broken.add_pool("\ud800")
    with pytest.raises(UnicodeEncodeError):
        save_world(broken, path)
    assert json.loads(path.read_text()) == before
    assert list(tmp_path.iterdir()) == [path]


def test_options_and_world_need_no_web_server() -> None:
    check = (
        "import sys, lpcac.simulator.options, lpcac.simulator.world; "
        "sys.exit(bool({'starlette', 'uvicorn'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0
