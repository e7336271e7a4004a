"""What may be deleted, and many clients at once: Git's ownership, limits and the directory map on the command line."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from lpcac.simulator.options import SimulatorOptions
from lpcac.simulator.server import Simulator, running

if TYPE_CHECKING:
    from tests.integration.conftest import CommandLine, Ended, Site

Write = Callable[..., None]


def tier(days: int = 90) -> dict[str, Any]:
    return {"paths": [{"path": "/data_hot", "retention_days": days}]}


def resource(kind: str, name: str, spec: Any) -> Any:
    return {"apiVersion": "logpoint-cac/v1", "kind": kind, "metadata": {"name": name}, "spec": spec}


def normalization(number: int) -> Any:
    return resource("NormalizationPolicy", f"normalization-{number}", {"normalization_packages": ["LP_Linux"]})


def repo(number: int) -> Any:
    return resource("Repo", f"repo-{number}", tier())


@pytest.fixture
def git(tmp_path: Path, lpcac: CommandLine) -> Callable[..., str]:
    lpcac.set(GIT_CONFIG_GLOBAL=str(tmp_path / "none"), GIT_CONFIG_NOSYSTEM="1")

    def run(*arguments: str) -> str:
        who = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
        command = ["git", *who, "-C", str(tmp_path), *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    run("init", "--quiet", "--initial-branch=main")
    return run


@pytest.fixture
def owned_site(small_site: Site, git: Callable[..., str], lpcac: CommandLine) -> Site:
    """Give a site whose folder was committed and applied with two repos and four normalization policies."""
    small_site.declare([repo(1), repo(2), *(normalization(number) for number in range(1, 9))])
    git("add", "--all", "acme-corp")
    git("commit", "--quiet", "--message", "applied")
    assert lpcac("apply", *small_site.arguments, "--auto-approve").code == 0
    return small_site


def counts(ended: Ended) -> dict[str, int]:
    (target,) = json.loads(ended.out)["targets"]
    summary: dict[str, int] = target["summary"]
    return summary


def test_what_git_owned_and_no_longer_declares_is_deleted_and_the_rest_is_left_alone(
    owned_site: Site, lpcac: CommandLine
) -> None:
    by_hand = {"name": "by-hand", "normalization_packages": [], "compiled_normalizer": ["LPA_Windows"]}
    owned_site.logpoint.create("NormalizationPolicy", by_hand)
    owned_site.declare([repo(1), repo(2), *(normalization(number) for number in range(1, 7))])
    assert counts(lpcac("plan", *owned_site.arguments, "--format", "json"))["delete"] == 0
    with_base = (*owned_site.arguments, "--owned-by", "HEAD")
    assert counts(lpcac("plan", *with_base, "--format", "json")) == {
        "create": 0,
        "update": 0,
        "delete": 2,
        "unchanged": 8,
        "unmanaged": 1,
    }
    assert lpcac("apply", *with_base, "--auto-approve").code == 0
    left = {name for name in owned_site.logpoint.names("NormalizationPolicy") if not name.startswith("_")}
    assert left == {"by-hand", *(f"normalization-{number}" for number in range(1, 7))}
    assert lpcac("plan", *with_base, "--detailed-exitcode").code == 0


def test_a_repo_is_deleted_only_with_permission(owned_site: Site, lpcac: CommandLine) -> None:
    owned_site.declare([repo(1), *(normalization(number) for number in range(1, 9))])
    command = ("apply", *owned_site.arguments, "--owned-by", "HEAD", "--auto-approve")
    before = len(owned_site.writes())
    refused = lpcac(*command)
    assert refused.code == 4
    assert "allow_repo_delete" in refused.out
    assert lpcac("plan", *command[1:-1]).code == 4
    assert len(owned_site.writes()) == before
    assert lpcac(*command, "--allow-repo-delete").code == 0
    assert "repo-2" not in owned_site.logpoint.names("Repo")


def test_too_many_deletes_are_refused_until_they_are_waived_for_this_very_plan(
    owned_site: Site, lpcac: CommandLine
) -> None:
    owned_site.declare([repo(1), repo(2)])
    command = ("apply", *owned_site.arguments, "--owned-by", "HEAD", "--auto-approve")
    before = len(owned_site.writes())
    refused = lpcac(*command, "--format", "json")
    assert refused.code == 4
    (target,) = json.loads(refused.out)["targets"]
    assert [refusal["code"] for refusal in target["refusals"]] == ["too-large-share"]
    assert lpcac(*command, "--waive-limits", "0" * 64).code == 4
    assert len(owned_site.writes()) == before
    waived = lpcac(*command, "--waive-limits", target["digest"], "--format", "json")
    assert waived.code == 0
    assert [w["code"] for w in json.loads(waived.out)["targets"][0]["waived"]] == ["too-large-share"]


@pytest.mark.parametrize("option", [("--max-deletes", "1"), ("--max-deletes", "0"), ("--max-delete-percent", "19")])
def test_limits_can_be_tightened_and_go_with_the_plan_file(
    option: tuple[str, str], owned_site: Site, lpcac: CommandLine, tmp_path: Path
) -> None:
    owned_site.declare([repo(1), repo(2), *(normalization(number) for number in range(1, 7))])
    target = (*owned_site.arguments, "--owned-by", "HEAD")
    before = len(owned_site.writes())
    assert lpcac("plan", *target).code == 0
    assert lpcac("plan", *target, *option, "--out", tmp_path / "plan.json").code == 4
    assert lpcac("apply", *target, *option, "--plan", tmp_path / "plan.json", "--auto-approve").code == 4
    assert len(owned_site.writes()) == before


def test_prune_deletes_what_was_never_declared_but_never_the_vendors(small_site: Site, lpcac: CommandLine) -> None:
    for name in ("by-hand-1", "by-hand-2"):
        fields = {"name": name, "normalization_packages": [], "compiled_normalizer": ["LPA_Windows"]}
        small_site.logpoint.create("NormalizationPolicy", fields)
    vendors = [n for n in small_site.logpoint.names("NormalizationPolicy") if n.startswith("_")]
    command = ("apply", *small_site.arguments, "--prune", "--auto-approve")
    assert lpcac(*command).code == 0
    assert sorted(small_site.logpoint.names("NormalizationPolicy")) == sorted([*vendors, "normalization-01"])
    assert small_site.logpoint.names("EnrichmentPolicy") == ["Threat_Intelligence"]


def test_a_base_that_is_no_commit_is_named(owned_site: Site, lpcac: CommandLine) -> None:
    ended = lpcac("plan", *owned_site.arguments, "--owned-by", "no-such-commit")
    assert ended.code == 64
    assert "no-such-commit" in ended.err
    assert len(ended.err.splitlines()) == 1


def test_drift_against_a_commit_does_not_look_at_the_work_tree(owned_site: Site, lpcac: CommandLine) -> None:
    owned_site.declare([repo(1)])
    assert lpcac("drift", *owned_site.arguments, "--compare-with", "HEAD").code == 0
    owned_site.logpoint.delete("Repo", "repo-2")
    ended = lpcac("drift", *owned_site.arguments, "--compare-with", "HEAD", "--format", "json")
    assert ended.code == 2
    (target,) = json.loads(ended.out)["targets"]
    assert [(row["kind"], row["name"]) for row in target["missing"]] == [("Repo", "repo-2")]


# -- the directory map


@pytest.fixture
def simulator() -> Any:
    with running(SimulatorOptions(order_delay=0.02)) as started:
        yield started


@pytest.fixture
def fleet(tmp_path: Path, simulator: Simulator, lpcac: CommandLine, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a map of two clients on three logpoints; the current folder is the map's."""
    folder = tmp_path / "fleet"
    for client in ("acme", "globex"):
        (folder / "clients" / client).mkdir(parents=True)
        (folder / "clients" / client / "all.yaml").write_text(yaml.safe_dump_all([repo(1), normalization(1)]))
    entry = {"director": "main", "logpoints": "*"}
    content = {
        "apiVersion": "logpoint-cac/v1",
        "kind": "DirectoryMap",
        "directors": {"main": {"url": simulator.url, "token_env": "MAIN_TOKEN"}},
        "clients": [
            {"name": "acme", "path": "clients/acme", "pool": "pool-acme", **entry},
            {"name": "globex", "path": "clients/globex", "pool": "pool-globex", **entry},
        ],
    }
    (folder / "lpcac.yaml").write_text(yaml.safe_dump(content))
    lpcac.set(MAIN_TOKEN=simulator.token)
    monkeypatch.chdir(folder)
    return folder


def changed(folder: Path, change: Callable[[Any], object]) -> None:
    content = yaml.safe_load((folder / "lpcac.yaml").read_text())
    change(content)
    (folder / "lpcac.yaml").write_text(yaml.safe_dump(content))


def logpoints_with(simulator: Simulator, name: str) -> set[str]:
    return {
        f"{pool.name}/{logpoint.name}"
        for pool, logpoint in simulator.world.logpoints()
        if name in logpoint.names("Repo")
    }


EVERYWHERE = {"pool-acme/lp-01", "pool-acme/lp-02", "pool-globex/lp-01"}


@pytest.mark.usefixtures("fleet")
def test_the_map_in_the_current_folder_is_applied_as_a_whole(simulator: Simulator, lpcac: CommandLine) -> None:
    assert lpcac("apply", "--auto-approve").code == 0
    assert logpoints_with(simulator, "repo-1") == EVERYWHERE
    assert lpcac("drift").code == 0
    assert lpcac("plan", "--detailed-exitcode").code == 0


@pytest.mark.usefixtures("fleet")
@pytest.mark.parametrize(
    "choice", [("--client", "globex"), ("clients/globex",), ("--map", "lpcac.yaml", "--client", "globex")]
)
def test_one_client_of_the_map_can_be_chosen(choice: tuple[str, ...], simulator: Simulator, lpcac: CommandLine) -> None:
    assert lpcac("apply", *choice, "--auto-approve").code == 0
    assert logpoints_with(simulator, "repo-1") == {"pool-globex/lp-01"}


@pytest.mark.usefixtures("fleet")
@pytest.mark.parametrize(
    "choice",
    [
        ("--client", "globexx"),
        ("clients/globexx", "--map", "lpcac.yaml"),
        ("clients", "--map", "lpcac.yaml"),
        ("--external", "Repo=x"),
    ],
)
def test_a_choice_that_means_no_client_is_an_error(
    choice: tuple[str, ...], simulator: Simulator, lpcac: CommandLine
) -> None:
    for command in ("plan", "apply", "drift"):
        ended = lpcac(command, *choice)
        assert ended.code == 64
        assert len(ended.err.splitlines()) == 1
    assert not [request for request in simulator.requests if request.method != "GET"]


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.usefixtures("fleet")
def test_targets_are_listed_offline(form: str, simulator: Simulator, lpcac: CommandLine) -> None:
    ended = lpcac("targets", "--format", form)
    assert ended.code == 0
    if form == "json":
        assert [row["client"] for row in json.loads(ended.out)["targets"]] == ["acme", "globex"]
    else:
        head, *rows = (line.split() for line in ended.out.splitlines())
        assert head == ["CLIENT", "TARGET", "FOLDER"]
        assert ["globex", "pool-globex/*", "clients/globex"] in rows
    assert simulator.requests == ()


def broken_yaml(folder: Path) -> None:
    (folder / "clients" / "acme" / "all.yaml").write_text("kind: [")


def unknown_pool(folder: Path) -> None:
    changed(folder, lambda content: content["clients"][0].update(pool="pool-nobody"))


def move(folder: Path, **director: str) -> None:
    """Put the first client on another Director."""
    content = yaml.safe_load((folder / "lpcac.yaml").read_text())
    content["directors"]["other"] = director
    content["clients"][0]["director"] = "other"
    (folder / "lpcac.yaml").write_text(yaml.safe_dump(content))


def no_token(folder: Path) -> None:
    move(folder, url="http://127.0.0.1:1", token_env="OTHER_TOKEN")


def unusable_ca_bundle(folder: Path) -> None:
    move(folder, url="https://127.0.0.1:1", token_env="MAIN_TOKEN", ca_bundle="nowhere.pem")


def unreachable(folder: Path) -> None:
    move(folder, url="http://127.0.0.1:1", token_env="MAIN_TOKEN")


def missing_package(folder: Path) -> None:
    spec = {"normalization_packages": ["LP_Nothing"]}
    document = resource("NormalizationPolicy", "n", spec)
    (folder / "clients" / "acme" / "all.yaml").write_text(yaml.safe_dump(document))


@pytest.mark.parametrize(
    ("breakage", "code"),
    [
        (broken_yaml, 3),
        (missing_package, 3),
        (unknown_pool, 1),
        (no_token, 1),
        (unusable_ca_bundle, 1),
        (unreachable, 1),
    ],
)
def test_one_broken_client_does_not_stop_the_others(
    breakage: Callable[[Path], None], code: int, fleet: Path, simulator: Simulator, lpcac: CommandLine
) -> None:
    breakage(fleet)
    planned = lpcac("plan")
    assert planned.code == code
    assert "globex" in planned.out
    assert lpcac("apply", "--auto-approve").code == code
    assert logpoints_with(simulator, "repo-1") == {"pool-globex/lp-01"}
    assert lpcac("drift").code == code


def test_two_clients_that_claim_one_logpoint_are_both_left_alone(
    fleet: Path, simulator: Simulator, lpcac: CommandLine
) -> None:
    changed(fleet, lambda content: content["clients"][1].update(pool="pool-acme", logpoints=["lp-01"]))
    ended = lpcac("apply", "--auto-approve")
    assert ended.code == 3
    assert logpoints_with(simulator, "repo-1") <= {"pool-acme/lp-02"}


def test_a_map_with_mistakes_does_nothing(fleet: Path, simulator: Simulator, lpcac: CommandLine) -> None:
    changed(fleet, lambda content: content["clients"][0].update(path="../outside"))
    for command in ("plan", "apply", "drift", "targets"):
        ended = lpcac(command)
        assert ended.code == 3
        assert "lpcac.yaml" in ended.err
    assert lpcac("validate").code == 3
    assert simulator.requests == ()


def test_the_gravest_of_several_results_decides(fleet: Path, lpcac: CommandLine, simulator: Simulator) -> None:
    assert lpcac("apply", "--auto-approve").code == 0
    logpoint = simulator.world.pool("pool-globex").logpoint("lp-01")
    logpoint.edit("Repo", "repo-1", lambda found: found["repopath"][0].update(retention=1))
    assert lpcac("drift").code == 2
    unknown_pool(fleet)
    assert lpcac("drift").code == 1
    broken_yaml(fleet)
    assert lpcac("drift").code == 3
