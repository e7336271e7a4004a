"""Repo: tiers, remote copies, and what changing them destroys."""

from __future__ import annotations

import pytest
from pydantic import ValidationError
from tests.unit.models.names import Numbered

from lpcac.core.json_values import Json
from lpcac.models.repos import KIND, RepoSpec

TIER = {"path": "/data_hot", "retention_days": 90}
COLD = {"path": "/cold_nfs", "retention_days": 275}


def risks(before: Json | None, after: Json | None) -> list[tuple[str, str]]:
    return [(risk.code, risk.message) for risk in KIND.risks(before, after)]


def repo(*tiers: Json, remotes: list[Json] | None = None) -> Json:
    return {"paths": list(tiers)} | ({"remote_logpoints": remotes} if remotes else {})


@pytest.mark.parametrize("path", ["/", "/data_hot", "/data_hot/", "/a b/ü"])
def test_a_path_is_absolute(path: str) -> None:
    RepoSpec.model_validate({"paths": [{"path": path, "retention_days": 1}]})


@pytest.mark.parametrize("path", ["", "data_hot", " /data_hot", "/a\n", "/a\x00", None, 5])
def test_any_other_path_is_refused(path: object) -> None:
    with pytest.raises(ValidationError):
        RepoSpec.model_validate({"paths": [{"path": path, "retention_days": 1}]})


@pytest.mark.parametrize("ip", ["192.0.2.17", "0.0.0.0", "255.255.255.255", "::1", "2001:db8::17", "fe80::"])
def test_a_remote_logpoint_has_an_ip_address(ip: str) -> None:
    RepoSpec.model_validate(repo(TIER, remotes=[{"ip": ip, "available_days": 1}]))


@pytest.mark.parametrize(
    "ip", ["", "host.example.com", "192.0.2", "192.0.2.256", "192.0.2.17\n", "1:2", "192.0.2.17/24", "g::1"]
)
def test_any_other_address_is_refused(ip: str) -> None:
    with pytest.raises(ValidationError):
        RepoSpec.model_validate(repo(TIER, remotes=[{"ip": ip, "available_days": 1}]))


@pytest.mark.parametrize("days", [0, -1, 1.5, "90", True, None, float("inf"), float("nan")])
def test_days_are_whole_numbers_from_1(days: object) -> None:
    with pytest.raises(ValidationError):
        RepoSpec.model_validate({"paths": [{"path": "/a", "retention_days": days}]})


def test_a_repo_has_at_least_one_tier() -> None:
    with pytest.raises(ValidationError):
        RepoSpec.model_validate({"paths": []})


def test_a_trailing_slash_and_empty_remotes_are_no_difference() -> None:
    spec = {"paths": [{"path": "/data_hot//", "retention_days": 90}], "remote_logpoints": []}
    assert KIND.canonical(spec) == repo(TIER)
    assert KIND.canonical({"paths": [{"path": "/", "retention_days": 1}]})["paths"][0]["path"] == "/"


def test_a_create_names_the_repo_and_a_replacement_does_not() -> None:
    created = KIND.to_wire("system", repo(TIER), Numbered(), False)
    assert created == {"name": "system", "hiddenrepopath": [{"path": "/data_hot/", "retention": 90}]}
    replaced = KIND.to_wire("system", repo(TIER), Numbered(), True)
    assert replaced == {"hiddenrepopath": [{"path": "/data_hot/", "retention": 90}], "repoha": []}


def test_a_real_looking_answer_is_read_without_the_servers_own_fields() -> None:
    answer = {
        "repo_number": 4,
        "name": "Repo_system",
        "repopath": [{"path": "/data_hot/", "retention": 90}, {"path": "/cold_nfs/", "retention": "275"}],
        "repoha": [],
        "store_front_port": None,
        "active": True,
        "tid": "",
        "used_size": "0.00781 MB",
        "id": "68d1ffb45cb7b6fa6ec694bd",
    }
    assert KIND.from_wire(answer, Numbered()) == repo(TIER, COLD)


def test_a_new_repo_and_a_longer_retention_destroy_nothing() -> None:
    assert risks(None, repo(TIER)) == []
    assert risks(repo(TIER), repo({**TIER, "retention_days": 91}, COLD)) == []


def test_a_deleted_repo_says_how_many_days_of_logs_go_with_it() -> None:
    assert risks(repo(TIER, COLD), None) == [
        ("repo-deleted", "deletes the repo and all logs in it (365 days of retention)")
    ]


def test_a_removed_tier_a_shorter_one_and_another_order_are_risks() -> None:
    assert [code for code, _ in risks(repo(TIER, COLD), repo(TIER))] == ["tier-removed"]
    assert risks(repo(TIER, COLD), repo({**TIER, "retention_days": 30}, COLD)) == [
        (
            "retention-shortened",
            "shortens retention in /data_hot from 90 to 30 days (total 365 -> 305 days): older logs are destroyed",
        )
    ]
    assert [code for code, _ in risks(repo(TIER, COLD), repo(COLD, TIER))] == ["tiers-reordered"]


@pytest.mark.parametrize(
    ("days", "words"),
    [(10, "cuts the remote copy on 192.0.2.17 from 30 days to 10 days"), (None, "from 30 days altogether")],
)
def test_a_shorter_or_missing_remote_copy_is_a_risk(days: int | None, words: str) -> None:
    before = repo(TIER, remotes=[{"ip": "192.0.2.17", "available_days": 30}])
    after = repo(TIER, remotes=[{"ip": "192.0.2.17", "available_days": days}] if days else None)
    ((code, message),) = risks(before, after)
    assert code == "remote-copy-shortened"
    assert words in message


def test_storage_paths_are_known_in_either_spelling() -> None:
    (inventory,) = KIND.inventories
    assert dict(inventory.entries([{"paths": ["/opt/immune/storage/"]}])) == {
        "/opt/immune/storage/": "/opt/immune/storage/"
    }
    assert inventory.same_name("/a/") == inventory.same_name("/a") == "/a"


def test_tiers_on_one_path_count_together() -> None:
    before = {"paths": [{"path": "/hot", "retention_days": 30}, {"path": "/hot", "retention_days": 60}]}
    after = {"paths": [{"path": "/hot", "retention_days": 1}, {"path": "/hot", "retention_days": 60}]}
    assert [risk.code for risk in KIND.risks(before, after)] == ["retention-shortened"]
