"""Lint and rules on pull requests: what the base branch has of them counts together with the proposal's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest
from tests.action.scene import Scene, client, directory_map, repo
from tests.action.sharded import share, together

from lpcac.action.checks import differing_judges
from lpcac.core.findings import Finding
from lpcac.documents.document import Document
from lpcac.rules.second_judge import JUDGES_DIFFER, SecondJudge

RULE = """\
apiVersion: logpoint-cac/v1
kind: Rule
metadata: {name: a-month}
spec:
  title: Kept for a month
  kinds: [Repo]
  schema: {properties: {derived: {properties: {total_retention_days: {minimum: %d}}}}}
"""
ROUTING = """\
apiVersion: logpoint-cac/v1
kind: RoutingPolicy
metadata: {name: windows}
spec: {catch_all: system, routing_criteria: []}
"""


SOUND_TEST = """\
apiVersion: logpoint-cac/v1
kind: PipelineTest
metadata: {name: w}
spec: {cases: [{name: one, via: windows, event: {a: b}, expect: {repo: system}}]}
"""
WITH_ENTRY = f"""\
{ROUTING}---
apiVersion: logpoint-cac/v1
kind: ProcessingPolicy
metadata: {{name: windows}}
spec: {{routing_policy: windows}}
"""


def map_with(scene: Scene, more: str) -> str:
    return directory_map(scene.director.url, client("acme", "pool-acme"), more=more)


def loosened(scene: Scene, pull: object) -> list[str]:
    comment = scene.plan_comment(pull)  # type: ignore[arg-type]
    return [line for line in comment.splitlines() if "Checks loosened" in line]


def test_what_breaks_a_rule_is_red_and_annotated_at_the_value(scene: Scene) -> None:
    files = {"lpcac.yaml": map_with(scene, "rules: [rules]\n"), "rules/own.yaml": RULE % 30}
    pull = scene.propose("rules", {**files, "clients/acme/repos.yaml": repo("system", 7)})

    ran = scene.review(pull)

    assert ran.code == 3
    assert "file=clients/acme/repos.yaml,line=6" in ran.log
    assert "Kept for a month" in scene.plan_comment(pull)


def test_a_merge_that_breaks_a_rule_is_not_applied(scene: Scene) -> None:
    files = {"lpcac.yaml": map_with(scene, "rules: [rules]\n"), "rules/own.yaml": RULE % 30}
    pull = scene.propose("rules", {**files, "clients/acme/repos.yaml": repo("system", 7)})
    scene.review(pull)

    ran = scene.merge(pull)

    assert ran.code == 3
    assert "file=clients/acme/repos.yaml,line=6" in ran.log
    assert scene.director_writes() == []
    assert "Rules are broken: nothing was applied" in scene.result_comment(pull)
    assert "Kept for a month" in ran.summary
    mended = scene.propose("mended", {"clients/acme/repos.yaml": repo("system", 30)})
    scene.review(mended)
    assert scene.merge(mended).code == 0


def test_rules_of_the_base_branch_count_although_a_proposal_takes_them_out(scene: Scene) -> None:
    files = {"lpcac.yaml": map_with(scene, "rules: [rules]\n"), "rules/own.yaml": RULE % 30}
    scene.landed("rules", {**files, "clients/acme/repos.yaml": repo("system", 30)})
    pull = scene.propose("loosen", {"rules/own.yaml": RULE % 1, "clients/acme/repos.yaml": repo("system", 7)})

    ran = scene.review(pull)

    assert ran.code == 3
    assert ["its schema changed" in line and "a-month" in line for line in loosened(scene, pull)] == [True]


def test_a_rule_that_comes_in_is_checked_for_every_client(scene: Scene) -> None:
    scene.landed("repo", {"clients/acme/repos.yaml": repo("system", 7)})
    rules = {"lpcac.yaml": map_with(scene, "rules: [rules]\n"), "rules/own.yaml": RULE % 30}

    assert scene.review(scene.propose("rules", rules)).code == 3


def test_lint_is_told_as_warnings_and_at_the_level_error_it_is_red(scene: Scene) -> None:
    unused = {"clients/acme/repos.yaml": f"{repo('system')}---\n{ROUTING}"}
    warned = scene.review(scene.propose("warned", unused))
    strict = {"lpcac.yaml": map_with(scene, "lint: {unused-routing-policy: error}\n")}

    assert warned.code == 0
    assert "::warning file=clients/acme/repos.yaml,line=10,col=18,title=unused-routing-policy::" in warned.log
    assert scene.review(scene.propose("strict", {**unused, **strict})).code == 3


def test_a_proposal_cannot_make_its_own_lint_findings_lighter(scene: Scene) -> None:
    scene.landed("strict", {"lpcac.yaml": map_with(scene, "lint: {unused-routing-policy: error}\n")})
    unused = {"clients/acme/repos.yaml": f"{repo('system')}---\n{ROUTING}"}
    pull = scene.propose("light", {**unused, "lpcac.yaml": map_with(scene, "lint: {unused-routing-policy: off}\n")})

    ran = scene.review(pull)

    assert ran.code == 3
    assert ["unused-routing-policy" in line and "error" in line for line in loosened(scene, pull)] == [True]


def test_a_comment_that_silences_a_finding_is_told(scene: Scene) -> None:
    silenced = ROUTING.replace("{name: windows}", "{name: windows}  # lpcac: ignore[unused-routing-policy] soon used")
    pull = scene.propose("silent", {"clients/acme/repos.yaml": f"{repo('system')}---\n{silenced}"})

    ran = scene.review(pull)

    assert "title=unused-routing-policy" not in ran.log
    assert ["silences" in line and "soon used" in line for line in loosened(scene, pull)] == [True]


def test_the_same_comment_at_one_more_place_is_told(scene: Scene) -> None:
    silenced = ROUTING.replace("{name: windows}", "{name: windows}  # lpcac: ignore[unused-routing-policy] soon used")
    scene.landed("one", {"clients/acme/repos.yaml": f"{repo('system')}---\n{silenced}"})
    twice = f"{repo('system')}---\n{silenced}---\n{silenced.replace('windows', 'unix')}"
    pull = scene.propose("two", {"clients/acme/repos.yaml": twice})

    scene.review(pull)

    assert len(loosened(scene, pull)) == 1


def test_every_changed_document_is_judged_by_the_schemas_too(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    class Asked(SecondJudge):
        def findings(self, documents: Iterable[Document]) -> Iterator[Finding]:
            known = list(documents)
            asked.extend(document.position.file for document in known)
            yield from super().findings(known)
            yield Finding(JUDGES_DIFFER, "they differ", known[0].position)

    monkeypatch.setattr(differing_judges, "SecondJudge", Asked)
    changed = {
        "lpcac.yaml": map_with(scene, "rules: [rules]\n"),
        "rules/own.yaml": RULE % 30,
        "bases/unused/repos.yaml": repo("spare"),
        "clients/acme/tests.yaml": SOUND_TEST,
        "clients/acme/repos.yaml": f"{repo('system')}---\n{WITH_ENTRY}",
    }

    ran = scene.review(scene.propose("all", changed))

    assert set(asked) == set(changed)
    assert "title=judges-differ::" in ran.log
    assert ran.code == 3


def test_what_an_object_of_the_logpoint_refers_to_is_not_unused(scene: Scene) -> None:
    policy = {"policy_name": "byhand", "catch_all": "system", "routing_criteria": []}
    strict = map_with(scene, "lint: {unused-repo: error}\n")
    pull = scene.propose("repos", {"lpcac.yaml": strict, "clients/acme/repos.yaml": repo("system")})
    assert scene.review(pull).code == 3

    scene.logpoint().create("RoutingPolicy", policy)
    ran = scene.review(pull)
    event = scene.github.events.pull_request(pull)
    planned = share(scene, event, "acme")
    shared = together(scene, event, [planned])

    assert [(each.code, "unused-repo" in each.log) for each in (ran, planned, shared)] == [(0, False)] * 3
