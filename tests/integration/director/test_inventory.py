"""`lpcac inventory`: what there is to refer to, and what there is to put into a map."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from lpcac.simulator.faults.faults import Fault

if TYPE_CHECKING:
    from tests.integration.conftest import CommandLine, Site

TARGET = ("--pool", "pool-acme", "--logpoint", "lp-01")


def asked_nothing_but_reads(site: Site) -> bool:
    return {request.method for request in site.simulator.requests} == {"GET"}


def test_without_arguments_the_pools_and_logpoints_are_listed(small_site: Site, lpcac: CommandLine) -> None:
    small_site.simulator.world.pool("pool-globex").active = False
    ended = lpcac("inventory")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.splitlines() == [
        "pool-acme",
        "  lp-01 (version 7.5.0)",
        "  lp-02 (version 7.5.0)",
        "pool-globex (inactive)",
        "  lp-01 (version 7.5.0)",
        "pool-initech",
        "  lp-01 (version 7.5.0, mode co_managed, which blocks the configuration API)",
    ]
    assert asked_nothing_but_reads(small_site)


def test_the_pools_as_json_carry_what_a_map_may_name_them_by(small_site: Site, lpcac: CommandLine) -> None:
    (director,) = json.loads(lpcac("inventory", "--format", "json").out)["directors"]
    assert (director["director"], director["problem"]) == (None, None)
    shown = {
        pool["name"]: (
            pool["pool_uuid"],
            pool["active"],
            [(each["name"], each["identifier"]) for each in pool["logpoints"]],
        )
        for pool in director["pools"]
    }
    assert shown == {
        pool.name: (pool.pool_uuid, True, [(each.name, each.identifier) for each in pool.logpoints])
        for pool in small_site.simulator.world.pools
    }


def test_everything_that_a_logpoint_has_is_listed(small_site: Site, lpcac: CommandLine) -> None:
    logpoint = small_site.logpoint
    logpoint.log_collection_policies[0]["col_apps"] = [{"app": "FTPFetcher", "password": "an-encrypted-password"}]
    ended = lpcac("inventory", *TARGET, "--format", "json")
    assert (ended.code, ended.err) == (0, "")
    (found,) = json.loads(ended.out)["logpoints"]
    assert (found["pool"], found["logpoint"], found["problem"], found["problems"]) == ("pool-acme", "lp-01", None, {})
    names = {name: [each["name"] for each in value] for name, value in found.items() if isinstance(value, list)}
    assert names == {
        "normalization_packages": sorted(logpoint.packages),
        "compiled_normalizers": sorted(logpoint.compiled_normalizers),
        "storage_paths": sorted(path.rstrip("/") for path in logpoint.storage_paths),
        "enrichment_sources": sorted(logpoint.enrichment_sources),
        "distributed_collectors": ["collector-01"],
        "log_collection_policies": ["web-servers"],
    }
    assert {each["name"]: each["version"] for each in found["compiled_normalizers"]} == logpoint.compiled_normalizers
    assert found["distributed_collectors"] == [{"name": "collector-01", "ip": "192.0.2.40", "active": True}]
    text = lpcac("inventory", *TARGET).out.splitlines()
    assert text[0] == "pool-acme/lp-01"
    assert "    CEFCompiledNormalizer (version 5.4.1)" in text
    assert "    collector-01 (ip 192.0.2.40, active yes)" in text
    assert [line.strip() for line in text if ": " in line] == [
        f"{name.replace('_', ' ')}: {len(entries)}" for name, entries in names.items()
    ]
    assert not any("password" in line for line in (*text, ended.out))
    assert asked_nothing_but_reads(small_site)


@pytest.mark.usefixtures("small_site")
def test_without_a_logpoint_all_of_the_pool_are_listed(lpcac: CommandLine) -> None:
    found = json.loads(lpcac("inventory", "--pool", "pool-acme", "--format", "json").out)["logpoints"]
    assert [(each["logpoint"], each["problem"]) for each in found] == [("lp-01", None), ("lp-02", None)]


@pytest.mark.parametrize(
    ("fault", "code", "said"),
    [
        (Fault("status", "GET", "/DistributedCollectors$", status=404), 0, "the Director has no such list"),
        (Fault("status", "GET", "/DistributedCollectors$", status=400), 1, "not read: "),
        (Fault("wrong-shape", "GET", "/DistributedCollectors$"), 1, "not read: "),
    ],
)
def test_a_list_that_cannot_be_read_does_not_hide_the_others(
    fault: Fault, code: int, said: str, small_site: Site, lpcac: CommandLine
) -> None:
    small_site.simulator.faults.add(fault)
    ended = lpcac("inventory", *TARGET, "--patience", "0.2")
    assert ended.code == code, ended
    assert f"  distributed collectors: {said}" in ended.out
    assert "    web-servers" in ended.out
    (found,) = json.loads(lpcac("inventory", *TARGET, "--patience", "0.2", "--format", "json").out)["logpoints"]
    assert found["distributed_collectors"] is None
    assert list(found["problems"]) == (["distributed_collectors"] if code else [])


@pytest.mark.usefixtures("small_site")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--pool", "pool-acem"), 'the Director has no pool "pool-acem" (did you mean "pool-acme"?)'),
        (("--pool", "pool-acme", "--logpoint", "lp-9"), 'pool "pool-acme" has no logpoint "lp-9"'),
        (("--pool", "pool-initech"), "which blocks the configuration API"),
    ],
)
def test_a_target_that_cannot_be_used_is_told(arguments: tuple[str, ...], said: str, lpcac: CommandLine) -> None:
    ended = lpcac("inventory", *arguments)
    assert ended.code == 1
    assert f"  not read: {said}" in ended.out or (said in ended.out and "  not read: " in ended.out)


def test_a_director_that_does_not_answer_is_told(lpcac: CommandLine) -> None:
    lpcac.set(DIRECTOR_URL="http://127.0.0.1:1", DIRECTOR_TOKEN="a-token")
    ended = lpcac("inventory", "--patience", "0.2")
    assert ended.code == 1
    assert ended.out.startswith("not read: ")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "no Director: put its address into DIRECTOR_URL"),
        (("--logpoint", "lp-01"), "--logpoint needs --pool"),
        (("--pool", "p", "--map", "lpcac.yaml"), "--pool and --logpoint cannot be combined with --map or --client"),
        (("--client", "acme"), "--client needs a directory map"),
        (("--map", "absent.yaml"), "absent.yaml"),
    ],
)
def test_what_cannot_be_meant_is_told(
    arguments: tuple[str, ...], said: str, lpcac: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ended = lpcac("inventory", *arguments)
    assert ended.code in (3, 64)
    assert said in ended.err


@pytest.fixture
def mapped(served_small_site: Site, tmp_path: Path) -> tuple[Any, ...]:
    """A map with two Directors, one of which nobody listens at, and a client whose files are missing."""
    folder = tmp_path / "repository"
    (folder / "acme").mkdir(parents=True)
    (folder / "lpcac.yaml").write_text(
        "apiVersion: logpoint-cac/v1\nkind: DirectoryMap\ndirectors:\n"
        f"  main: {{url: '{served_small_site.simulator.url}', token_env: DIRECTOR_TOKEN}}\n"
        "  other: {url: 'http://127.0.0.1:1', token_env: DIRECTOR_TOKEN}\n"
        "clients:\n  - {name: acme, path: acme, director: main, pool: pool-acme, logpoints: [lp-02]}\n"
    )
    return ("--map", folder / "lpcac.yaml", "--patience", "0.2")


def test_of_a_map_the_pools_of_every_director_are_listed(lpcac: CommandLine, mapped: tuple[Any, ...]) -> None:
    ended = lpcac("inventory", *mapped)
    assert ended.code == 1
    lines = ended.out.splitlines()
    assert lines[:3] == ["Director main", "  pool-acme", "    lp-01 (version 7.5.0)"]
    assert lines[-2] == "Director other"
    assert lines[-1].startswith("  not read: ")


def test_of_a_maps_client_its_logpoints_are_listed(lpcac: CommandLine, mapped: tuple[Any, ...]) -> None:
    ended = lpcac("inventory", *mapped, "--client", "acme")
    assert ended.code == 0, ended
    assert ended.out.startswith("acme on pool-acme/lp-02\n")
