"""Several Directors, and neither a signing key nor the input `director-token`: whose signatures count."""

from __future__ import annotations

import dataclasses

import pytest
from tests.action.recorded import wholes
from tests.action.scene import Ran, Scene, client, directory_map, repo
from tests.fakes.github import PullRequest

from lpcac.action.inputs import ActionSettings
from lpcac.action.run_history.deployments.contents import Task
from lpcac.action.run_history.deployments.parts import payloads
from lpcac.action.run_history.reviewed_map import ReviewedMap, reviewed_map_of
from lpcac.core.json_values import Json
from lpcac.directory_map.guarded_map import GuardedMap
from lpcac.simulator.server import Simulator
from lpcac.simulator.world import demo_world

RESOURCE = {"clients/acme/r.yaml": repo("system")}
HOME = {"HOME": "/github/home"}


@pytest.fixture
def second(make_director) -> Simulator:  # noqa: ANN001
    """Return the second Director of the map, with the same pools and the same ids."""
    return make_director(demo_world())


@pytest.fixture
def elsewhere(make_director) -> Simulator:  # noqa: ANN001
    """Return a Director that no map names at first."""
    return make_director(demo_world())


@pytest.fixture
def secrets(scene: Scene, second: Simulator) -> dict[str, str]:
    """Return what each job has in its environment."""
    return {**HOME, "DIRECTOR_TOKEN": scene.director.token, "SECOND_TOKEN": second.token}


def two(scene: Scene, second: str, more: str = "") -> str:
    """Return a map with two Directors, and a client on each."""
    clients = client("acme", "pool-acme") + client("globex", "pool-globex").replace("main", "second")
    entry = f"  second: {{url: '{second}', token_env: SECOND_TOKEN}}\nclients:"
    return directory_map(scene.director.url, clients, more=more).replace("clients:", entry, 1)


def counts(scene: Scene, pull: PullRequest, secrets: dict[str, str]) -> Ran:
    reviewed = scene.review(pull, secrets=False, environ=secrets)
    merged = scene.merge(pull, secrets=False, environ=secrets)
    assert (reviewed.code, merged.code) == (0, 0), reviewed.log + merged.log
    return merged


@pytest.fixture
def both(scene: Scene, second: Simulator, secrets: dict[str, str]) -> Scene:
    """Return a scene whose reviewed map has two Directors."""
    scene.repository.push("main", {"lpcac.yaml": two(scene, second.url), "clients/globex/.keep": ""})
    counts(scene, scene.propose("start", RESOURCE), secrets)
    return scene


def newest(scene: Scene) -> ReviewedMap:
    found = [reviewed for whole in wholes(scene, Task.MAP) if (reviewed := reviewed_map_of(whole))]
    return found[-1]


def record(scene: Scene, values: Json, environ: dict[str, str]) -> None:
    """Record values as whoever knows these variables can, above everything that was recorded."""
    settings = ActionSettings.from_environ({"GITHUB_REPOSITORY": "octo/clients", **environ})
    guarded = dataclasses.replace(newest(scene).guarded, values=values)
    document = dataclasses.replace(newest(scene), number=99, guarded=guarded).document(settings.map_keys)
    [part] = payloads(document)
    scene.repository.deploy("lpcac", payload=part, task=Task.MAP.value)


def test_a_record_that_only_a_variable_of_known_value_signed_does_not_count(
    both: Scene, elsewhere: Simulator, secrets: dict[str, str]
) -> None:
    values = {key: value for key, value in newest(both).guarded.values.items() if not key.startswith("directors/")}
    twin = {"url": elsewhere.url, "token_env": "HOME"}
    record(both, {**values, "directors/twin": twin, "require_review": False}, HOME)
    writes = len(both.director_writes())

    ran = both.pushed(
        both.repository.push("main", {"clients/acme/more.yaml": repo("more")}), secrets=False, environ=secrets
    )
    night = both.night(secrets=False, environ=secrets)

    assert ran.code == 4, ran.log
    assert len(both.director_writes()) == writes
    assert "signed with another key" not in ran.log + night.log, "what was reviewed is still known"
    assert elsewhere.requests == ()


def test_all_directors_of_a_map_can_be_replaced_and_what_was_reviewed_is_still_known(
    both: Scene, elsewhere: Simulator, secrets: dict[str, str]
) -> None:
    secrets |= {"NEW_TOKEN": elsewhere.token}
    entry = f"  new: {{url: '{elsewhere.url}', token_env: NEW_TOKEN}}\nclients:"
    added = two(both, newest(both).guarded.directors["second"].url).replace("clients:", entry, 1)
    counts(both, both.propose("new", {"lpcac.yaml": added}), secrets)
    moved = directory_map(elsewhere.url, client("acme", "pool-acme"), token_env="NEW_TOKEN").replace("main", "new")
    counts(both, both.propose("moved", {"lpcac.yaml": moved}), secrets)
    for old in ("DIRECTOR_TOKEN", "SECOND_TOKEN"):
        del secrets[old]

    merged = counts(both, both.propose("more", {"clients/acme/more.yaml": repo("more")}), secrets)
    night = both.night(secrets=False, environ=secrets)

    assert "signed with another key" not in merged.log + night.log
    assert newest(both).guarded.directors.keys() == {"new"}
    assert "more" in elsewhere.world.pool("pool-acme").logpoint("lp-01").names("Repo")


@pytest.mark.parametrize("what", ["another director", "a new director", "a setting"])
def test_who_has_one_directors_token_cannot_sign_for_the_others(
    both: Scene, elsewhere: Simulator, secrets: dict[str, str], what: str
) -> None:
    new = f"  new: {{url: '{elsewhere.url}', token_env: SECOND_TOKEN}}\nclients:"
    changed = {
        "another director": two(both, elsewhere.url),
        "a new director": two(both, newest(both).guarded.directors["second"].url).replace("clients:", new, 1),
        "a setting": two(both, newest(both).guarded.directors["second"].url, "require_review: false\n"),
    }[what]
    pull = both.propose("evil", {"lpcac.yaml": changed})
    alone = {**secrets, "SECOND_TOKEN": ""}
    reviewed = both.review(pull, secrets=False, environ=alone, inputs={"clients": "acme"})

    merged = both.merge(pull, secrets=False, environ=secrets)
    both.night(secrets=False, environ=secrets)

    assert (reviewed.code, merged.code) == (0, 4), reviewed.log + merged.log
    assert elsewhere.requests == ()


def test_a_record_that_nobody_can_verify_takes_away_nothing_that_the_map_asks_for(scene: Scene) -> None:
    strict = directory_map(scene.director.url, client("acme", "pool-acme"), more="require_approval: true\n")
    scene.repository.push("main", {"lpcac.yaml": strict})
    pull = scene.propose("more", RESOURCE)
    assert scene.review(pull).code == 0
    client_of = {"path": "clients/acme", "director": "main", "pool": "pool-acme", "logpoints": ["lp-01"]}
    director = {"url": scene.director.url, "token_env": "DIRECTOR_TOKEN"}
    loose = {"require_approval": False, "require_review": False, "accept": [], "lint": {}, "rules": []}
    values = {**loose, "directors/main": director, "clients/acme": client_of}
    forged = ReviewedMap("octo/clients", "lpcac.yaml", 9, "0" * 40, 0, GuardedMap(values))
    [part] = payloads(forged.document(lambda _: {}))
    scene.repository.deploy("lpcac", payload=part, task=Task.MAP.value)

    merged = scene.merge(pull)

    assert merged.code == 4, merged.log
    assert scene.director_writes() == []
