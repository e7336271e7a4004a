"""What a person starts by hand, for the clients they choose."""

from __future__ import annotations

from pathlib import Path

from tests.action.scene import Scene, client, directory_map, repo


def two_clients(scene: Scene) -> None:
    clients = client("acme", "pool-acme") + client("globex", "pool-globex")
    files = {"lpcac.yaml": directory_map(scene.director.url, clients)}
    files |= {f"clients/{name}/r.yaml": repo(f"of-{name}") for name in ("acme", "globex")}
    scene.repository.push("main", files)


def test_planning_by_hand_looks_at_the_chosen_clients_and_comments_nowhere(scene: Scene) -> None:
    two_clients(scene)

    ran = scene.by_hand("plan", {"clients": "globex"})

    assert ran.code == 0, ran.log
    assert "of-globex" in ran.summary
    assert "of-acme" not in ran.summary
    assert ran.outputs["creates"] == "1"
    assert scene.github.writes == []
    assert scene.director_writes() == []


def test_a_client_that_is_not_there_is_a_mistake_that_is_named(scene: Scene) -> None:
    two_clients(scene)

    ran = scene.by_hand("plan", {"clients": "globx"})

    assert ran.code == 64
    assert 'did you mean "globex"' in ran.log


def test_validating_by_hand_asks_no_director(scene: Scene) -> None:
    two_clients(scene)

    ran = scene.by_hand("validate")

    assert ran.code == 0, ran.log
    assert scene.director.requests == ()


def test_what_validate_by_hand_finds_includes_tests_rules_and_lint(scene: Scene) -> None:
    rule = (
        "apiVersion: logpoint-cac/v1\nkind: Rule\nmetadata: {name: own}\n"
        "spec: {title: Kept for a year, kinds: [Repo], schema: {properties: {derived: "
        "{properties: {total_retention_days: {minimum: 365}}}}}}\n"
    )
    test = (
        "apiVersion: logpoint-cac/v1\nkind: PipelineTest\nmetadata: {name: own}\n"
        "spec: {via: nothing, cases: [{name: one, event: {a: b}, expect: {dropped: true}}]}\n"
    )
    entry = directory_map(scene.director.url, client("acme", "pool-acme"), more="rules: [rules]\n")
    files = {"lpcac.yaml": entry, "rules/own.yaml": rule, "clients/acme/r.yaml": repo("system", 7)}
    scene.repository.push("main", {**files, "clients/acme/tests.yaml": test})

    ran = scene.by_hand("validate")

    assert ran.code == 3
    assert all(f"title={code}::" in ran.log for code in ("test-failed", "rule-broken", "unused-repo"))
    assert scene.director.requests == ()


def test_applying_by_hand_touches_only_the_chosen_client(scene: Scene) -> None:
    two_clients(scene)

    ran = scene.by_hand("apply", {"clients": "globex", "require-review": "false"})

    assert ran.code == 0, ran.log
    assert "of-globex" in scene.logpoint("pool-globex").names("Repo")
    assert "of-acme" not in scene.logpoint().names("Repo")


def test_syncing_by_hand_writes_what_is_live_into_the_workspace(scene: Scene) -> None:
    two_clients(scene)
    scene.logpoint().create("Repo", {"name": "handmade", "repopath": [{"path": "/data_hot", "retention": 9}]})

    ran = scene.by_hand("sync", {"clients": "acme"})

    assert ran.code == 0, ran.log
    written = "".join(path.read_text() for path in Path(ran.job.workspace, "clients/acme").rglob("*.yaml"))
    assert "handmade" in written
    assert ran.outputs["has-changes"] == "true"
    assert "written for 1 client" in ran.summary
    assert scene.director_writes() == []


def test_syncing_by_hand_takes_a_client_into_the_map_that_the_map_does_not_have(scene: Scene) -> None:
    scene.logpoint("pool-globex").create("Repo", {"name": "of", "repopath": [{"path": "/data_hot", "retention": 9}]})

    ran = scene.by_hand("sync", {"clients": "globex", "pool": "pool-globex", "logpoint": "lp-01"})

    assert ran.code == 0, ran.log
    workspace = Path(ran.job.workspace)
    assert "name: globex, path: clients/globex" in (workspace / "lpcac.yaml").read_text()
    assert (workspace / "clients" / "globex" / "repos.yaml").is_file()
    assert ran.outputs["has-changes"] == "true"


def test_syncing_by_hand_gives_a_new_client_the_variables_of_its_base(scene: Scene) -> None:
    scene.repository.push("main", {"bases/standard/r.yaml": repo("system", 30).replace("30", '"${vars.days}"')})
    new = {"clients": "globex", "pool": "pool-globex", "logpoint": "lp-01", "patch-base": "bases/standard"}

    ran = scene.by_hand("sync", {**new, "vars": "days=9"})

    assert ran.code == 0, ran.log
    assert "vars: {days: 9}" in Path(ran.job.workspace, "lpcac.yaml").read_text()
    refused = scene.by_hand("sync", {"clients": "acme", "vars": "days=9"})
    assert (refused.code, "the input vars needs the input pool" in refused.log) == (64, True), refused.log


def test_syncing_by_hand_against_a_base_writes_patches(scene: Scene) -> None:
    scene.repository.push("main", {"bases/standard/r.yaml": repo("system", 30)})
    tiers = [{"path": "/data_hot", "retention": 9}]
    scene.logpoint().create("Repo", {"name": "system", "repopath": tiers, "repoha": []})

    ran = scene.by_hand("sync", {"clients": "acme", "patch-base": "bases/standard"})

    assert ran.code == 0, ran.log
    assert "patch: true" in Path(ran.job.workspace, "clients/acme/repos.yaml").read_text()
    assert "bases: [bases/standard]" in Path(ran.job.workspace, "lpcac.yaml").read_text()


def test_a_branch_that_is_not_the_default_one_is_never_applied(scene: Scene) -> None:
    push = scene.repository.push("topic", {"clients/acme/r.yaml": repo("system")})

    ran = scene.pushed(push, inputs={"require-review": "false"})

    assert ran.code == 64
    assert "default branch" in ran.log
    assert scene.director.requests == ()
