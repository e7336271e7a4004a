"""What of the map counts, by day and by night: what a signed record of a merged pull request showed."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import certifi
import pytest
from tests.action.recorded import forget_reviewed_maps, wholes
from tests.action.scene import READ_ONLY, Ran, Scene, client, directory_map, repo
from tests.fakes.github import PullRequest, Push

from lpcac.action.inputs import ActionSettings
from lpcac.action.run_history.deployments.contents import Task
from lpcac.action.run_history.deployments.parts import payloads
from lpcac.action.run_history.reviewed_map import ReviewedMap, reviewed_map_of
from lpcac.simulator.server import Simulator
from lpcac.simulator.world import demo_world

ACME = client("acme", "pool-acme")
RESOURCE = {"clients/acme/r.yaml": repo("system")}


@pytest.fixture
def attacker(make_director) -> Simulator:  # noqa: ANN001
    """Return an attacker's server that looks like the Director, with the same pools and the same ids."""
    return make_director(demo_world())


def forked(scene: Scene, files: dict[str, str | None]) -> Push:
    fork = scene.repository.fork("mallory")
    fork.push("idea", files)
    pull = scene.repository.open_pull_request("idea", source=fork)
    assert scene.review(pull, permissions=READ_ONLY, secrets=False).code == 0
    return pull.merge()


def unplanned(scene: Scene, files: dict[str, str | None]) -> Push:
    return scene.propose("idea", files).merge()


def red(scene: Scene, files: dict[str, str | None]) -> Push:
    pull = scene.propose("idea", {**files, "clients/acme/broken.yaml": "kind: Nothing\n"})
    assert scene.review(pull).code == 3
    assert "check has to be green" in scene.plan_comment(pull)
    return pull.merge()


def merged_by_hand(scene: Scene, files: dict[str, str | None]) -> Push:
    """Merge a pull request that was planned and is green, with another tree than the one that it showed."""
    pull = scene.propose("idea", RESOURCE)
    assert scene.review(pull).code == 0
    git, before = scene.repository.git, scene.repository.git.sha("main")
    tree = git.read(git.commit("evil", {**RESOURCE, **files}, message="x", author="mallory")).tree
    merge = git.write_commit(tree, [before, pull.head_sha], "Merge by hand", "mallory")
    push = scene.repository.force_push("main", merge)
    return dataclasses.replace(push, forced=False)


def pushed(scene: Scene, files: dict[str, str | None]) -> Push:
    return scene.repository.push("main", files)


@pytest.mark.parametrize("way", [forked, unplanned, red, merged_by_hand, pushed])
def test_an_address_that_no_green_record_showed_gets_no_token_by_day_or_by_night(
    scene: Scene, attacker: Simulator, way: Callable[[Scene, dict[str, str | None]], Push]
) -> None:
    push = way(scene, {**RESOURCE, "lpcac.yaml": directory_map(attacker.url, ACME)})

    merged, night = scene.pushed(push), scene.night()

    assert merged.code in (3, 4), merged.log
    assert merged.outputs.get("applied") == "false"
    assert night.code == 1, night.log
    assert attacker.url in merged.summary.replace("`", "")
    assert attacker.requests == ()


@pytest.mark.parametrize(
    "what", ["token_env: CLOUD_KEY", "secret_key_env: CLOUD_KEY", "ca_bundle: evil.pem", "content"]
)
def test_nothing_else_of_a_director_counts_without_a_review_either(scene: Scene, what: str) -> None:
    trusted = Path(certifi.where()).read_text(encoding="utf-8")
    bundle = {"good.pem": trusted, "evil.pem": trusted + "\n"}
    with_bundle = directory_map(scene.director.url, ACME).replace("token_env:", "ca_bundle: good.pem, token_env:")
    scene.repository.push("main", {"lpcac.yaml": with_bundle, **bundle})
    steered = {
        "token_env: CLOUD_KEY": with_bundle.replace("token_env: DIRECTOR_TOKEN", what),
        "secret_key_env: CLOUD_KEY": with_bundle.replace("token_env:", f"{what}, token_env:"),
        "ca_bundle: evil.pem": with_bundle.replace("ca_bundle: good.pem", what),
        "content": with_bundle,
    }[what]
    changed = {"good.pem": bundle["evil.pem"]} if what == "content" else {"lpcac.yaml": steered}
    environ = {"CLOUD_KEY": "a-key-of-some-cloud"}

    merged = scene.pushed(scene.repository.push("main", {**RESOURCE, **changed}), environ=environ)
    night = scene.night(environ=environ)

    assert (merged.code, night.code) == (4, 1), merged.log + night.log
    assert scene.director.requests == ()


BUNDLE = {"ca-bundle": "certificates/director.pem"}


def test_certificates_that_the_workflow_names_count_only_once_reviewed(scene: Scene) -> None:
    trusted = Path(certifi.where()).read_text(encoding="utf-8")
    scene.repository.push("main", {"certificates/director.pem": trusted})
    push = scene.repository.push("main", {**RESOURCE, "certificates/director.pem": trusted + "\n"})

    merged, night, adopted = (
        scene.pushed(push, inputs=BUNDLE),
        scene.night(inputs=BUNDLE),
        scene.by_hand("sync", {"clients": "acme", **BUNDLE}),
    )

    assert (merged.code, night.code, adopted.code) == (4, 1, 4), merged.log + night.log + adopted.log
    assert scene.director.requests == ()


def test_reviewed_certificates_that_the_workflow_names_count_after_the_merge(scene: Scene) -> None:
    trusted = Path(certifi.where()).read_text(encoding="utf-8")
    scene.repository.push("main", {"certificates/director.pem": trusted})
    pull = scene.propose("renewed", {"certificates/director.pem": trusted + "\n"})

    reviewed, merged = scene.review(pull, inputs=BUNDLE), scene.merge(pull, inputs=BUNDLE)

    assert (reviewed.code, merged.code) == (0, 0), reviewed.log + merged.log
    assert "director main: certificates from" in scene.plan_comment(pull).replace("`", "")
    assert scene.night(inputs=BUNDLE).code == 0


def counts(scene: Scene, pull: PullRequest) -> Ran:
    """Review and merge a pull request, both successfully."""
    reviewed, merged = scene.review(pull), scene.merge(pull)
    assert (reviewed.code, merged.code) == (0, 0), reviewed.log + merged.log
    return merged


def test_a_later_pull_request_shows_what_nobody_reviewed_and_its_merge_makes_it_count(
    applied: Scene, attacker: Simulator
) -> None:
    moved = attacker
    applied.pushed(applied.repository.push("main", {"lpcac.yaml": directory_map(moved.url, ACME)}))
    pull = applied.propose("docs", {"README.md": "# Clients"})

    counts(applied, pull)

    shown = applied.plan_comment(pull).partition("<details")[0].replace("`", "")
    assert "**Not yet reviewed**: the base branch got this without a review" in shown
    assert f"director main: url from {applied.director.url} to {moved.url}" in shown
    assert moved.requests == ()
    applied.night()
    assert len(moved.requests) > 0


def test_a_reviewed_director_counts_once_it_is_merged_and_an_old_run_does_not_bring_it_back(
    applied: Scene, attacker: Simulator
) -> None:
    moved, first = attacker, applied.director.url
    away = applied.propose("away", {"lpcac.yaml": directory_map(moved.url, ACME)})
    assert applied.review(away).code == 0
    push = away.merge()
    # Nobody saw a plan for the new address, so the target waits; the address itself counts.
    assert applied.pushed(push).code == 4
    back = applied.propose("back", {"lpcac.yaml": directory_map(first, ACME)})
    assert applied.review(back).code == 0
    assert applied.merge(back).code == 0
    asked = len(moved.requests)
    assert asked > 0

    again = applied.pushed(push, attempt=2)

    assert again.code == 4, again.log
    assert len(moved.requests) == asked


LOOSER = (
    "require_review: false\n"
    "lint: {unused-repo: off}\n"
    "accept:\n  - {kind: Repo, name: system, reason: hidden, until: '2026-12-31'}\n"
)


def test_settings_that_nobody_reviewed_do_not_count_and_are_told(applied: Scene) -> None:
    looser = directory_map(applied.director.url, ACME, more=LOOSER)

    ran = applied.pushed(applied.repository.push("main", {"lpcac.yaml": looser}))

    assert ran.code == 4, ran.log
    shown = ran.summary.replace("`", "")
    assert "require_review: from true to false" in shown
    assert "accept: adds Repo" in shown
    assert "lint: unused-repo off" in shown
    assert applied.pushed(applied.repository.push("main", {"clients/acme/r.yaml": repo("more")})).code == 4
    applied.logpoint().edit("Repo", "system", lambda fields: fields["repopath"][0].update(retention=7))
    assert applied.night().outputs["has-drift"] == "true"
    pull = applied.propose("lint", {"clients/acme/r.yaml": None, "clients/acme/other.yaml": repo("other")})
    assert "unused-repo" in applied.review(pull).summary


@pytest.mark.parametrize(
    "more",
    ["prune: true", "allow_repo_delete: true", "limits: {max_deletes: 99}", "external: {Repo: [gone]}", "vars: {a: 1}"],
)
def test_a_client_whose_entry_nobody_reviewed_is_left_alone(applied: Scene, more: str) -> None:
    entry = directory_map(applied.director.url, client("acme", "pool-acme", more=more))
    before = len(applied.director_writes())

    ran = applied.pushed(applied.repository.push("main", {"lpcac.yaml": entry, "clients/acme/repos.yaml": None}))

    assert ran.code == 4, ran.log
    assert "its entry in the map differs from what was reviewed" in ran.summary.replace("`", "")
    assert len(applied.director_writes()) == before
    assert {"system", "security"} <= set(applied.logpoint().names("Repo"))


def test_a_forged_or_repeated_record_of_what_was_reviewed_does_not_count(applied: Scene, attacker: Simulator) -> None:
    [whole] = wholes(applied, Task.MAP)
    genuine = reviewed_map_of(whole)
    assert genuine is not None
    values = dict(genuine.guarded.values)
    evil = {**values, "directors/main": {"url": attacker.url, "token_env": "DIRECTOR_TOKEN"}}
    # Whoever knows the value of some variable can sign with it, but not with the token.
    twin = {"url": attacker.url, "token_env": "HOME"}
    settings = ActionSettings.from_environ({"GITHUB_REPOSITORY": "octo/clients", "HOME": "/github/home"})
    alone = {key: value for key, value in values.items() if key != "directors/main"} | {"directors/twin": twin}
    for forged in (evil, {**evil, "directors/twin": twin}, {**alone, "require_review": False}):
        guarded = dataclasses.replace(genuine.guarded, values=forged)
        document = dataclasses.replace(genuine, number=99, guarded=guarded).document(settings.map_keys)
        [part] = payloads(document)
        applied.repository.deploy("lpcac", payload=part, task=Task.MAP.value)
    push = applied.repository.push("main", {"lpcac.yaml": directory_map(attacker.url, ACME), **RESOURCE})
    environ = {"HOME": "/github/home"}

    merged, night = applied.pushed(push, environ=environ), applied.night(environ=environ)

    assert (merged.code, night.code) == (4, 1), merged.log + night.log
    assert attacker.requests == ()


def test_a_repository_whose_history_knows_nothing_of_reviewed_maps_goes_on_and_says_so_once(applied: Scene) -> None:
    forget_reviewed_maps(applied)

    night = applied.night()
    merged = counts(applied, applied.propose("more", {"clients/acme/more.yaml": repo("more")}))
    again = applied.night()

    assert (night.code, again.code) == (0, 0)
    assert night.log.count("counts as it is") == merged.log.count("counts as it is") == 1
    assert "counts as it is" not in again.log


@pytest.mark.parametrize("forged", [False, True])
def test_a_rotated_token_does_not_make_an_unreviewed_map_count(
    applied: Scene, attacker: Simulator, *, forged: bool
) -> None:
    if forged:
        [whole] = wholes(applied, Task.MAP)
        genuine = reviewed_map_of(whole)
        assert genuine is not None
        values = {**genuine.guarded.values, "require_review": False}
        values["directors/main"] = {"url": attacker.url, "token_env": "DIRECTOR_TOKEN"}
        evil = dataclasses.replace(genuine, number=99, guarded=dataclasses.replace(genuine.guarded, values=values))
        [part] = payloads(evil.document(lambda _: {}))
        applied.repository.deploy("lpcac", payload=part, task=Task.MAP.value)
    push = applied.repository.push("main", {"lpcac.yaml": directory_map(attacker.url, ACME), **RESOURCE})
    rotated = {"director-token": "another-token-than-before"}

    merged, night = applied.pushed(push, inputs=rotated), applied.night(inputs=rotated)

    assert (merged.code, night.code) == (4, 1), merged.log + night.log
    assert "signed with another key" in merged.log
    assert attacker.requests == ()


def test_changes_of_the_map_that_nothing_can_sign_do_not_count_and_the_comment_says_what_to_give(scene: Scene) -> None:
    looser = directory_map(scene.director.url, ACME, more="require_review: false\n")
    pull = scene.propose("looser", {"lpcac.yaml": looser})

    scene.review(pull, inputs={"director-token": ""})

    assert "give a signing-key" in scene.plan_comment(pull).replace("`", "")
    assert scene.merge(pull).code == 4
    assert scene.pushed(scene.repository.push("main", RESOURCE)).code == 4


def test_the_first_map_of_all_counts_when_its_pull_request_was_planned(scene: Scene) -> None:
    scene.repository.push("main", {"lpcac.yaml": None})
    first = scene.propose("first", {"lpcac.yaml": directory_map(scene.director.url)})
    counts(scene, first)
    second = scene.propose("second", {"lpcac.yaml": directory_map(scene.director.url, ACME), **RESOURCE})

    counts(scene, second)

    assert "system" in scene.logpoint().names("Repo")


def test_syncing_by_hand_asks_no_director_that_nobody_reviewed(applied: Scene, attacker: Simulator) -> None:
    applied.repository.push("main", {"lpcac.yaml": directory_map(attacker.url, ACME)})

    ran = applied.by_hand("sync", {"clients": "acme"})

    assert ran.code == 4, ran.log
    assert attacker.requests == ()


def test_two_pull_requests_that_were_planned_before_either_was_merged_both_count(scene: Scene) -> None:
    globex = client("globex", "pool-globex")
    lines = directory_map(scene.director.url, ACME).replace("clients:", "clients:" + globex)
    one = scene.propose("one", {"lpcac.yaml": lines, "clients/globex/r.yaml": repo("system")})
    two = scene.propose(
        "two",
        {
            "lpcac.yaml": directory_map(
                scene.director.url, ACME, more="rules: []\nrequire_approval: false\nlint: {unused-repo: notice}\n"
            )
        },
    )
    for pull in (one, two):
        assert scene.review(pull).code == 0
    # The first one's job does not run: the second one's counts for both.
    one.merge()

    merged = scene.merge(two)

    assert merged.code == 0, merged.log
    [whole] = wholes(scene, Task.MAP)
    kept = reviewed_map_of(whole)
    assert isinstance(kept, ReviewedMap)
    assert "clients/globex" in kept.guarded.values
    assert kept.guarded.values["lint"] == {"unused-repo": "notice"}


def test_of_several_directors_one_without_a_token_of_its_own_is_not_asked_unless_it_is_listed(
    scene: Scene, attacker: Simulator
) -> None:
    second = f"  second: {{url: '{attacker.url}', token_env: SECOND_TOKEN}}\nclients:"
    both = ACME + client("other", "pool-globex").replace("director: main", "director: second")
    files = {"lpcac.yaml": directory_map(scene.director.url, both).replace("clients:", second, 1)}
    scene.repository.push("main", files)
    pull = scene.propose("more", {**RESOURCE, "clients/other/r.yaml": repo("system")})

    alone = scene.review(pull, inputs={"director-token-for": "main"})

    assert alone.code == 1
    assert "list the Director in director-token-for" in alone.log
    assert attacker.requests == ()
    assert scene.review(pull, inputs={"director-token-for": "main, second"}).code == 0


def test_what_was_reviewed_stays_on_the_newest_page_and_a_copy_of_an_older_one_hides_nothing(applied: Scene) -> None:
    [old] = [each for each in applied.repository.deployments if each.task == Task.MAP.value]
    quieter = directory_map(applied.director.url, ACME, more="lint: {unused-repo: notice}\n")
    counts(applied, applied.propose("lint", {"lpcac.yaml": quieter}))
    for _ in range(60):
        applied.repository.deploy("lpcac", payload={}, task="deploy")
    applied.repository.deploy("lpcac", payload=old.payload, task=Task.MAP.value)
    counts(applied, applied.propose("more", {"clients/acme/more.yaml": repo("more")}))

    kept = [reviewed for whole in wholes(applied, Task.MAP) if (reviewed := reviewed_map_of(whole))]

    assert [each.number for each in kept] == [1, 2, 1, 3]
    assert kept[-1].guarded.values == kept[1].guarded.values != kept[0].guarded.values
    for _ in range(120):
        applied.repository.deploy("lpcac", payload={}, task="deploy")
    applied.repository.deploy("lpcac", payload=old.payload, task=Task.MAP.value)
    applied.github.forget_exchanges()
    docs = applied.propose("docs", {"README.md": "# Clients"})
    assert applied.review(docs).code == 0
    assert applied.own_comments(docs) == [], "nothing of the map differs from what was reviewed"
    assert sum(each.template == "/repos/{owner}/{repo}/deployments" for each in applied.github.exchanges) <= 3
