"""Rules count as they were reviewed, by their content: for pull requests, merges and applies by hand."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from tests.action.scene import Scene, client, directory_map, repo
from tests.fakes.github.domain.git_trees import Link

RULE = """\
apiVersion: logpoint-cac/v1
kind: Rule
metadata: {name: a-month}
spec:
  title: Kept for a month
  kinds: [Repo]
  schema: {properties: {derived: {$ref: 'shared.json#/$defs/kept'}}}
"""
SHARED = '{"$defs": {"kept": {"properties": {"total_retention_days": {"minimum": %d}}}}}'
SHORT = {"clients/acme/repos.yaml": repo("system", 7)}
WEAKER: Mapping[str, Mapping[str, str | None]] = {
    "the rule": {"rules/own.yaml": RULE.replace("[Repo]", "[Repo]\n  severity: off")},
    "no rule": {"rules/own.yaml": None, "rules/other.yaml": "# nothing\n"},
    "a schema beside it": {"rules/shared.json": SHARED % 1},
}


@pytest.fixture
def ruled(scene: Scene) -> Scene:
    """Return a scene whose reviewed rules ask for 30 days, in a schema beside the rule."""
    listed = directory_map(scene.director.url, client("acme", "pool-acme"), more="rules: [rules]\n")
    rules = {"rules/own.yaml": RULE, "rules/shared.json": SHARED % 30}
    scene.landed("rules", {"lpcac.yaml": listed, **rules, "clients/acme/repos.yaml": repo("system", 30)})
    return scene


@pytest.mark.parametrize("what", WEAKER)
def test_rules_that_a_direct_push_weakens_count_as_they_were_reviewed(ruled: Scene, what: str) -> None:
    pushed = ruled.pushed(ruled.repository.push("main", WEAKER[what]))
    before = len(ruled.director_writes())
    pull = ruled.propose("short", SHORT)

    reviewed, merged = ruled.review(pull), ruled.merge(pull)
    by_hand, planned = ruled.by_hand("apply"), ruled.by_hand("plan")

    assert pushed.code == 4
    assert "rules: rules from" in pushed.summary.replace("`", "")
    assert [each.code for each in (reviewed, merged, by_hand, planned)] == [3, 3, 3, 3]
    assert all("Kept for a month" in each.summary for each in (reviewed, merged, by_hand, planned))
    assert len(ruled.director_writes()) == before


def test_a_pull_request_shows_rules_that_a_direct_push_weakened_and_its_merge_makes_them_count(ruled: Scene) -> None:
    ruled.pushed(ruled.repository.push("main", WEAKER["a schema beside it"]))
    docs = ruled.propose("docs", {"README.md": "# Clients"})

    assert ruled.review(docs).code == 0
    shown = ruled.plan_comment(docs).partition("<details")[0].replace("`", "")
    assert "Not yet reviewed" in shown
    assert "rules: rules from" in shown
    assert "Checks loosened: this pull request loosens rule" in shown.replace("*", "")
    assert ruled.merge(docs).code == 0
    ruled.landed("short", SHORT)


def test_rules_that_a_pull_request_changes_count_once_it_is_merged(ruled: Scene) -> None:
    loosened = ruled.landed("loosened", {"rules/shared.json": SHARED % 1})

    assert "rules: rules from" in ruled.plan_comment(loosened).replace("`", "")
    ruled.landed("short", SHORT)


def test_where_no_commit_has_the_reviewed_rules_any_more_nothing_is_applied(ruled: Scene) -> None:
    git = ruled.repository.git
    weak = ruled.repository.push("main", {**WEAKER["the rule"], **SHORT}).after
    git.delete_ref("refs/heads/rules")
    tree = git.read(weak).tree
    forced = ruled.repository.force_push("main", git.write_commit(tree, [], "Begin anew", "mallory"))
    before = len(ruled.director_writes())

    ran = ruled.pushed(forced)

    assert ran.code == 4, ran.log
    assert "open a pull request, which shows the rules, and merge it" in ran.log
    assert "The reviewed rules are missing: nothing was applied" in ran.summary
    assert len(ruled.director_writes()) == before


@pytest.mark.parametrize("files", [{"rules/own.yaml": Link("../elsewhere.yaml")}, {"rulez/own.yaml": RULE}])
def test_rules_that_cannot_be_read_fail_the_pull_request_and_not_only_its_merge(
    scene: Scene, files: Mapping[str, str]
) -> None:
    listed = directory_map(scene.director.url, client("acme", "pool-acme"), more="rules: [rules]\n")
    pull = scene.propose("rules", {"lpcac.yaml": listed, **files, **SHORT})

    reviewed, merged = scene.review(pull), scene.merge(pull)

    assert (reviewed.code, merged.code) == (3, 3), reviewed.log + merged.log
    assert "::error file=rules" in reviewed.log
    assert scene.director_writes() == []
