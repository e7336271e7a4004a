"""A pull request: its one comment, its summary, its outputs and how the check ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.action.scene import READ_ONLY, Scene, client, directory_map, repo
from tests.fakes.github.domain.git_repository import Link, Submodule
from tests.fakes.github.http import paging

ROUTING = """\
apiVersion: logpoint-cac/v1
kind: RoutingPolicy
metadata: {name: windows}
spec: {catch_all: sytem, routing_criteria: []}
"""


def test_a_pull_request_is_planned_into_one_comment_the_summary_and_the_outputs(scene: Scene) -> None:
    pipeline = repo("system") + "---\n" + ROUTING.replace("sytem", "system")
    pull = scene.propose("more", {"clients/acme/repos.yaml": pipeline})

    ran = scene.review(pull)

    assert ran.code == 0, ran.log
    comment = scene.plan_comment(pull)
    verdict = comment.splitlines()[1]
    assert verdict.startswith("### ")
    assert "2 to create" in verdict
    assert pull.head_sha[:12] in comment.splitlines()[3]
    assert "lpcac:record:v1" in comment
    assert "```mermaid" in comment
    assert "2 to create" in ran.summary
    counts = {name: ran.outputs[name] for name in ("has-changes", "creates", "updates", "deletes", "risks")}
    assert counts == {"has-changes": "true", "creates": "2", "updates": "0", "deletes": "0", "risks": "0"}
    assert json.loads(ran.outputs["targets"]) == [{"client": "acme", "pool": "pool-acme", "logpoint": "lp-01"}]
    plan = json.loads((Path(ran.job.workspace) / ran.outputs["plan-file"]).read_text())
    assert plan["digest"] == ran.outputs["digest"]
    [mine] = scene.own_comments(pull)
    assert ran.outputs["comment-url"].endswith(str(mine.id))
    assert scene.director_writes() == []


def test_a_second_push_edits_the_comment_and_a_revert_brings_it_back_to_nothing(scene: Scene) -> None:
    pull = scene.propose("more", {"clients/acme/repos.yaml": repo("system")})
    scene.review(pull)
    pull.push({"clients/acme/repos.yaml": repo("system") + "---\n" + repo("security")})

    scene.review(pull)

    assert "2 to create" in scene.plan_comment(pull)
    pull.push({"clients/acme/repos.yaml": None})

    ran = scene.review(pull)

    assert ran.code == 0
    assert "Nothing to plan" in scene.plan_comment(pull)
    assert "lpcac:record" not in scene.plan_comment(pull)
    assert len(pull.comments) == 1
    assert ran.outputs["has-changes"] == "false"


def test_a_pull_request_that_touches_no_client_is_green_and_gets_no_comment(scene: Scene) -> None:
    pull = scene.propose("docs", {"README.md": "# Clients"})

    ran = scene.review(pull)

    assert ran.code == 0
    assert pull.comments == []
    assert "Nothing to plan" in ran.summary
    assert scene.director.requests == ()


def test_what_concerns_a_target_and_when_it_was_planned_is_told(scene: Scene) -> None:
    pull = scene.propose("more", {"clients/acme/repos.yaml": repo("system")})

    ran = scene.review(pull)

    assert "acme: 1 file changed in clients/acme" in ran.log
    assert "planned 2026-03-02 03:00 UTC" in scene.plan_comment(pull).splitlines()[3]
    assert "acme: 1 file changed in clients/acme" in scene.merge(pull).log


def test_a_human_who_quotes_the_marker_keeps_their_comment(scene: Scene) -> None:
    pull = scene.propose("more", {"clients/acme/repos.yaml": repo("system")})
    scene.review(pull)
    quoted = scene.plan_comment(pull)
    human = pull.comment("mallory", quoted)
    pull.push({"clients/acme/repos.yaml": repo("security")})

    scene.review(pull)

    assert human.body == quoted
    assert "security" in scene.plan_comment(pull)
    assert len(pull.comments) == 2


def test_the_comment_is_found_among_250_of_others(scene: Scene) -> None:
    pull = scene.propose("more", {"clients/acme/repos.yaml": repo("system")})
    for number in range(120):
        pull.comment("alice", f"What about {number}?")
    scene.review(pull)
    for number in range(130):
        pull.comment("bob", f"And {number}?")
    pull.push({"clients/acme/repos.yaml": repo("security")})

    scene.review(pull)

    assert len(scene.own_comments(pull)) == 1
    assert "security" in scene.plan_comment(pull)


def test_pages_that_are_shorter_than_asked_for_are_followed_to_the_last(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "LARGEST_PAGE_SIZE", 7)
    pull = scene.propose("more", {"clients/acme/repos.yaml": repo("system")})
    for number in range(23):
        pull.comment("alice", f"What about {number}?")
    scene.review(pull)
    pull.push({"clients/acme/repos.yaml": repo("security")})
    scene.github.faults.fail("GET", "/repos/{owner}/{repo}/issues/{number}/comments", times=2)

    assert scene.review(pull).code == 0
    assert len(scene.own_comments(pull)) == 1
    assert "security" in scene.plan_comment(pull)


def test_two_copies_left_by_a_race_are_merged_into_the_older_one(scene: Scene) -> None:
    pull = scene.propose("more", {"clients/acme/repos.yaml": repo("system")})
    scene.review(pull)
    [first] = scene.own_comments(pull)
    pull.comment(first.author.login, first.body)

    scene.review(pull)

    assert [comment.id for comment in scene.own_comments(pull)] == [first.id]


def test_an_invalid_file_is_annotated_at_its_place_and_fails_the_check(scene: Scene) -> None:
    pull = scene.propose("broken", {"clients/acme/routing.yaml": ROUTING})

    ran = scene.review(pull)

    assert ran.code == 3
    assert "::error file=clients/acme/routing.yaml,line=4,col=" in ran.log
    assert "sytem" in scene.plan_comment(pull)
    assert scene.director_writes() == []


LFS = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n"


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"clients/acme/repos.yaml": Link("../../elsewhere.yaml")}, "symbolic link"),
        ({"clients/acme/repos.yaml": Link("other.yaml")}, "symbolic link"),
        ({"clients/acme/more": Link("../globex")}, "symbolic link"),
        ({"clients/acme/more": Submodule("0" * 39 + "1")}, "submodule"),
        ({"clients/acme/repos.yaml": None, "clients/acme/repos.yaml/own": Submodule("0" * 39 + "1")}, "submodule"),
        ({"clients/acme/repos.yaml": LFS}, "LFS pointer"),
    ],
)
def test_what_cannot_be_read_any_more_is_an_error_and_deletes_nothing(
    applied: Scene, files: dict[str, str | None], words: str
) -> None:
    pull = applied.propose("odd", {"clients/acme/other.yaml": repo("other"), "clients/globex/.keep": "", **files})

    ran = applied.review(pull)

    assert ran.code == 3
    assert words in ran.log
    assert ran.outputs["deletes"] == "0"


def test_github_shows_ten_errors_on_changed_lines_first_and_the_comment_tells_the_rest(scene: Scene) -> None:
    broken = "".join(ROUTING.replace("windows", f"old-{number}") + "---\n" for number in range(15))
    scene.repository.push("main", {"clients/acme/old.yaml": broken})
    changed = broken.replace("old-14}\nspec: {catch_all: sytem", "old-14}\nspec: {catch_all: changed")
    pull = scene.propose("broken", {"clients/acme/old.yaml": changed})

    ran = scene.review(pull)

    annotations = [line for line in ran.log.splitlines() if line.startswith("::error file")]
    assert len(annotations) == 10
    assert "changed" in annotations[0]
    assert "15 errors" in scene.plan_comment(pull)
    assert "Next to the files, GitHub shows 10 of 15 findings." in scene.plan_comment(pull)
    assert ran.code == 3


def test_a_client_is_onboarded_in_the_pull_request_that_adds_it(scene: Scene) -> None:
    clients = client("acme", "pool-acme") + client("globex", "pool-globex")
    files = {"lpcac.yaml": directory_map(scene.director.url, clients), "clients/globex/r.yaml": repo("system")}
    pull = scene.propose("globex", files)

    ran = scene.review(pull)

    assert ran.code == 0, ran.log
    assert "globex" in scene.plan_comment(pull)
    assert ran.outputs["creates"] == "1"


def test_a_client_on_a_director_that_is_not_merged_yet_is_invalid_and_says_what_to_do(scene: Scene) -> None:
    more = directory_map(scene.director.url, client("acme", "pool-acme") + client("new", "pool-globex"))
    more = more.replace("clients:", "  other: {url: 'https://other.example.com', token_env: OTHER}\nclients:")
    more = more.replace("name: new, path: clients/new, director: main", "name: new, path: clients/new, director: other")
    pull = scene.propose("new", {"lpcac.yaml": more, "clients/new/r.yaml": repo("system")})

    ran = scene.review(pull)

    assert ran.code == 3
    assert "merge the director first" in scene.plan_comment(pull)
    assert "takes effect on merge" in scene.plan_comment(pull)


def test_the_first_pull_request_that_brings_directors_and_no_clients_is_fine(scene: Scene) -> None:
    scene.repository.push("main", {"lpcac.yaml": None})
    pull = scene.propose("start", {"lpcac.yaml": directory_map(scene.director.url)})

    ran = scene.review(pull)

    assert ran.code == 0, ran.log
    assert "takes effect on merge" in scene.plan_comment(pull)


def test_a_map_changed_by_the_pull_request_sends_the_token_nowhere_else(scene: Scene, make_director) -> None:  # noqa: ANN001
    other = make_director()
    stolen = directory_map(other.url, client("acme", "pool-acme"))
    pull = scene.propose("steal", {"lpcac.yaml": stolen, "clients/acme/r.yaml": repo("system")})

    ran = scene.review(pull)

    assert ran.code == 0, ran.log
    assert other.requests == ()
    assert len(scene.director.requests) > 0
    assert "takes effect on merge" in scene.plan_comment(pull)


def test_a_client_that_leaves_the_map_is_released_and_the_comment_says_so(scene: Scene) -> None:
    pull = scene.propose("leave", {"lpcac.yaml": directory_map(scene.director.url)})

    ran = scene.review(pull)

    assert ran.code == 0
    assert "No longer managed" in scene.plan_comment(pull)


def test_a_fork_is_planned_from_git_to_git_without_any_director_or_comment(scene: Scene) -> None:
    scene.repository.push("main", {"clients/acme/repos.yaml": repo("system") + "---\n" + repo("old")})
    fork = scene.repository.fork("mallory")
    fork.push("idea", {"clients/acme/repos.yaml": repo("system", 7)})
    pull = scene.repository.open_pull_request("idea", source=fork)

    ran = scene.review(pull, secrets=False, permissions=READ_ONLY)

    assert ran.code == 0, ran.log
    assert "1 to update, 1 to delete" in ran.summary
    assert "allow_repo_delete" in ran.summary
    assert "fork" in ran.summary
    assert pull.comments == []
    assert scene.director.requests == ()


def test_a_valid_fork_is_green_and_an_invalid_one_is_not(scene: Scene) -> None:
    fork = scene.repository.fork("mallory")
    fork.push("idea", {"clients/acme/repos.yaml": repo("system")})
    pull = scene.repository.open_pull_request("idea", source=fork)

    assert scene.review(pull, secrets=False, permissions=READ_ONLY).code == 0
    pull.push({"clients/acme/routing.yaml": ROUTING})
    assert scene.review(pull, secrets=False, permissions=READ_ONLY).code == 3


def test_a_token_that_may_not_comment_leaves_the_plan_in_the_summary(scene: Scene) -> None:
    pull = scene.propose("more", {"clients/acme/repos.yaml": repo("system")})

    ran = scene.review(pull, permissions=READ_ONLY)

    assert ran.code == 0, ran.log
    assert pull.comments == []
    assert "1 to create" in ran.summary
    assert "pull-requests: write" in ran.log


def test_a_merge_group_is_planned_into_the_summary_and_comments_nothing(scene: Scene) -> None:
    pull = scene.propose("more", {"clients/acme/repos.yaml": repo("system")})
    group = pull.enqueue()

    ran = scene.run(scene.github.events.merge_group(group))

    assert ran.code == 0, ran.log
    assert "1 to create" in ran.summary
    assert pull.comments == []


def test_a_base_that_moved_on_is_not_planned_away(scene: Scene) -> None:
    pull = scene.propose("late", {"clients/acme/late.yaml": repo("late")})
    scene.landed("first", {"clients/acme/first.yaml": repo("first")})

    ran = scene.review(pull)

    assert ran.outputs["deletes"] == "0"
    assert ran.outputs["creates"] == "1"


def test_an_unreachable_director_fails_the_check_and_says_so(scene: Scene) -> None:
    pull = scene.propose("more", {"clients/acme/repos.yaml": repo("system")})
    scene.director.stop()

    ran = scene.review(pull)

    assert ran.code == 1
    assert "could not be read" in scene.plan_comment(pull)


@pytest.mark.parametrize("label", [False, True])
def test_many_deletes_are_refused_until_a_label_waives_the_limit(scene: Scene, label: bool) -> None:
    policies = "---\n".join(ROUTING.replace("windows", f"p{n}").replace("sytem", "default") for n in range(5))
    scene.landed("many", {"clients/acme/policies.yaml": policies, "clients/acme/repos.yaml": repo("system")})
    pull = scene.propose("fewer", {"clients/acme/policies.yaml": None})
    if label:
        pull.label("lpcac/allow-deletes")

    ran = scene.review(pull)

    assert ran.code == (0 if label else 4), ran.log
    assert ("waived" in scene.plan_comment(pull)) is label


@pytest.mark.parametrize(("files", "code", "words"), [("good", 0, "✅ Valid: 1 client."), ("bad", 3, "❌ 1 error")])
def test_validating_alone_says_what_is_valid(scene: Scene, files: str, code: int, words: str) -> None:
    pull = scene.propose("more", {"clients/acme/r.yaml": repo("system") if files == "good" else ROUTING})

    ran = scene.review(pull, inputs={"command": "validate"})

    assert ran.code == code, ran.log
    assert words in ran.summary
    assert scene.director.requests == ()
