"""A client that came by a direct push: the next pull request plans it, and its merge applies what was shown."""

from __future__ import annotations

import pytest
from tests.action.scene import Scene, client, directory_map, repo
from tests.action.sharded import share, together

from lpcac.simulator.faults.faults import Fault
from lpcac.simulator.server import Simulator
from lpcac.simulator.world import demo_world

ACME = client("acme", "pool-acme")
GLOBEX = {"clients/globex/r.yaml": repo("globex_logs")}
DOCS = {"README.md": "# Clients"}


@pytest.fixture
def pushed(applied: Scene) -> Scene:
    """Return a scene whose default branch has a client that nobody reviewed."""
    both = directory_map(applied.director.url, ACME + client("globex", "pool-globex"))
    ran = applied.pushed(applied.repository.push("main", {"lpcac.yaml": both, **GLOBEX}))
    assert ran.code == 4, ran.log
    assert "globex_logs" not in applied.logpoint("pool-globex").names("Repo")
    return applied


def test_a_client_that_starts_to_count_is_planned_in_the_pull_request_and_applied_by_its_merge(pushed: Scene) -> None:
    docs = pushed.propose("docs", DOCS)

    reviewed, merged = pushed.review(docs), pushed.merge(docs)
    night = pushed.night()

    assert (reviewed.code, merged.code, night.code) == (0, 0, 0), reviewed.log + merged.log + night.log
    assert "globex: its entry in the map was not reviewed yet" in reviewed.log
    assert "globex_logs" in pushed.plan_comment(docs)
    assert "globex_logs" in pushed.result_comment(docs)
    assert "globex_logs" in pushed.logpoint("pool-globex").names("Repo")
    assert night.outputs["lost-applies"] == "[]"


def test_a_client_that_starts_to_count_is_applied_by_running_a_failed_merge_again(pushed: Scene) -> None:
    docs = pushed.propose("docs", DOCS)
    pushed.review(docs)
    pushed.director.faults.add(Fault("order-fails", "POST", "/Repos$", count=1))
    merge = docs.merge()
    assert pushed.pushed(merge).code == 1

    again = pushed.pushed(merge, attempt=2)

    assert again.code == 0, again.log
    assert "globex_logs" in pushed.logpoint("pool-globex").names("Repo")


@pytest.mark.parametrize("why", ["the Director does not answer", "somebody changed the logpoint"])
def test_a_failed_merge_that_is_run_again_is_not_green_before_a_client_that_it_began_is_applied(
    pushed: Scene, why: str
) -> None:
    docs = pushed.propose("docs", DOCS)
    pushed.review(docs)
    pushed.director.faults.add(Fault("order-fails", "POST", "/Repos$", count=1))
    merge = docs.merge()
    assert pushed.pushed(merge).code == 1
    if why == "the Director does not answer":
        pushed.director.faults.add(Fault("status", "GET", "/Repos$", status=401))
    else:
        path = {"path": "/data_hot/", "retention": 1}
        pushed.logpoint("pool-globex").create("Repo", {"name": "globex_logs", "repopath": [path]})

    again = pushed.pushed(merge, attempt=2)

    assert again.code == (1 if why == "the Director does not answer" else 4), again.log


def test_a_client_that_starts_to_count_does_not_come_with_a_plan_that_nobody_was_shown(pushed: Scene) -> None:
    docs = pushed.propose("docs", DOCS)
    assert pushed.review(docs).code == 0
    pushed.repository.push("main", {"clients/globex/r.yaml": repo("globex_logs", 1)})

    merged = pushed.merge(docs)

    assert "globex_logs" not in pushed.logpoint("pool-globex").names("Repo")
    shown = pushed.result_comment(docs)
    assert "Clients that count from now on, and were not applied\n\n- client `globex`" in shown
    assert "open a pull request" in merged.summary


@pytest.mark.parametrize("what", ["a broken file", "an unknown pool"])
def test_what_is_wrong_with_a_client_that_starts_to_count_holds_nothing_else_up(applied: Scene, what: str) -> None:
    pool = "pool-nowhere" if what == "an unknown pool" else "pool-globex"
    both = directory_map(applied.director.url, ACME + client("globex", pool))
    files = {"clients/globex/r.yaml": "kind: Nothing\n"} if what == "a broken file" else GLOBEX
    applied.pushed(applied.repository.push("main", {"lpcac.yaml": both, **files}))
    pull = applied.propose("more", {"clients/acme/more.yaml": repo("more")})

    reviewed, merged = applied.review(pull), applied.merge(pull)

    assert reviewed.code == 0, reviewed.log
    assert "Not planned here**: client `globex`" in applied.plan_comment(pull)
    assert "more" in applied.logpoint().names("Repo")
    assert "Clients that count from now on, and were not applied\n\n- client `globex`" in merged.summary
    assert merged.code == 0, merged.log


def test_a_client_whose_director_starts_to_count_with_it_is_named_by_the_pull_request_and_its_merge(
    applied: Scene,
    make_director,  # noqa: ANN001
) -> None:
    second: Simulator = make_director(demo_world())
    entry = f"  second: {{url: '{second.url}', token_env: SECOND_TOKEN}}\nclients:"
    both = directory_map(applied.director.url, ACME + client("globex", "pool-globex").replace("main", "second"))
    applied.pushed(applied.repository.push("main", {"lpcac.yaml": both.replace("clients:", entry, 1), **GLOBEX}))
    inputs = {"director-token-for": "main, second"}
    docs = applied.propose("docs", DOCS)

    reviewed, merged = applied.review(docs, inputs=inputs), applied.merge(docs, inputs=inputs)

    assert (reviewed.code, merged.code) == (0, 0), reviewed.log + merged.log
    assert "Not planned here**: client `globex`" in applied.plan_comment(docs)
    assert "- client `globex`" in applied.result_comment(docs)
    assert "- client `globex`" in merged.summary
    assert second.requests == ()


def test_where_shares_were_made_without_it_a_client_that_starts_to_count_is_named(pushed: Scene) -> None:
    docs = pushed.propose("docs", {"clients/acme/more.yaml": repo("more")})
    event = pushed.github.events.pull_request(docs)

    shared = together(pushed, event, [share(pushed, event, "acme")])
    merged = pushed.merge(docs)

    assert (shared.code, merged.code) == (0, 0), shared.log + merged.log
    assert "Not planned here**: client `globex`" in pushed.plan_comment(docs)
    assert "- client `globex`" in pushed.result_comment(docs)
    assert "more" in pushed.logpoint().names("Repo")
    assert "globex_logs" not in pushed.logpoint("pool-globex").names("Repo")
