"""Pull requests of the fake GitHub, on real Git repositories."""

from collections.abc import Callable
from typing import Literal

import httpx
import pytest
from tests.fakes.github import PullRequest, Push, Repository
from tests.fakes.github.domain.git_repository import MergeConflictError

REPOSITORY = "/repos/acme/siem"
PULLS = f"{REPOSITORY}/pulls"


@pytest.fixture
def pull(repository: Repository) -> PullRequest:
    repository.push("topic", {"acme/repos.yaml": "a: 2\nb: 2\n"}, by="carol", message="First")
    repository.push("topic", {"acme/new.yaml": "c: 3\n"}, by="carol", message="Second")
    return repository.open_pull_request("topic", title="Two changes", by="carol")


def numbers(client: httpx.Client, sha: str) -> list[int]:
    return [found["number"] for found in client.get(f"{REPOSITORY}/commits/{sha}/pulls").json()]


def content(repository: Repository, path: str) -> str:
    return repository.git.text("main", path)


def test_an_open_pull_request_can_be_checked_out_merged(repository: Repository, pull: PullRequest) -> None:
    test_merge = repository.git.read(f"refs/pull/{pull.number}/merge")
    assert test_merge.sha == pull.test_merge_sha
    assert test_merge.parents == (repository.git.sha("main"), repository.git.sha("topic"))


def test_a_push_to_its_branch_moves_its_head_and_its_test_merge(client: httpx.Client, pull: PullRequest) -> None:
    before = client.get(f"{PULLS}/1").json()
    push = pull.push({"acme/new.yaml": "c: 4\n"})
    after = client.get(f"{PULLS}/1").json()
    assert (before["head"]["sha"], after["head"]["sha"]) == (push.before, push.after)
    assert before["merge_commit_sha"] != after["merge_commit_sha"]
    assert after["commits"] == before["commits"] + 1


def test_its_files_are_those_that_differ_from_the_merge_base(client: httpx.Client, repository: Repository) -> None:
    repository.push("topic", {"acme/repos.yaml": None, "acme/moved.yaml": "a: 1\nb: 2\n", "map.yaml": "clients: 1\n"})
    repository.push("main", {"unrelated.yaml": "x: 1\n"})
    repository.open_pull_request("topic")
    files = {file["filename"]: file for file in client.get(f"{PULLS}/1/files").json()}
    assert {name: file["status"] for name, file in files.items()} == {
        "acme/moved.yaml": "renamed",
        "map.yaml": "modified",
    }
    assert files["acme/moved.yaml"]["previous_filename"] == "acme/repos.yaml"


def test_a_conflict_leaves_nothing_to_check_out(
    client: httpx.Client, repository: Repository, pull: PullRequest
) -> None:
    repository.push("main", {"acme/repos.yaml": "a: 9\nb: 2\n"})
    shown = client.get(f"{PULLS}/1").json()
    assert (shown["mergeable"], shown["mergeable_state"], shown["merge_commit_sha"]) == (False, "dirty", None)
    with pytest.raises(MergeConflictError):
        pull.merge()


def merged(pull: PullRequest) -> Push:
    return pull.merge("merge")


def squashed(pull: PullRequest) -> Push:
    return pull.merge("squash")


def rebased(pull: PullRequest) -> Push:
    return pull.merge("rebase")


def queued(pull: PullRequest) -> Push:
    return pull.enqueue().merge()


Way = Callable[[PullRequest], Push]


@pytest.mark.parametrize(("way", "new_commits"), [(merged, 3), (squashed, 1), (rebased, 2), (queued, 3)])
def test_a_merged_pull_request_is_found_by_every_commit_it_brought(
    client: httpx.Client, repository: Repository, pull: PullRequest, way: Way, new_commits: int
) -> None:
    repository.push("main", {"other.yaml": "x: 1\n"})
    push = way(pull)
    assert len(push.commits) == new_commits
    assert repository.git.sha("main") == push.after
    assert [numbers(client, sha) for sha in push.commits] == [[1]] * new_commits
    assert content(repository, "acme/new.yaml") == "c: 3\n"
    shown = client.get(f"{PULLS}/1").json()
    assert (shown["merged"], shown["state"], shown["merge_commit_sha"]) == (True, "closed", push.after)


def test_a_rebase_writes_new_commits_with_the_old_authors(repository: Repository, pull: PullRequest) -> None:
    originals = pull.commits()
    push = pull.merge("rebase")
    copies = [repository.git.read(sha) for sha in push.commits]
    assert not set(originals) & set(push.commits)
    assert [(copy.author, copy.message) for copy in copies] == [("carol", "First"), ("carol", "Second")]


def test_a_merge_queue_tries_on_a_branch_of_its_own(repository: Repository, pull: PullRequest) -> None:
    base = repository.git.sha("main")
    group = pull.enqueue()
    assert group.head_ref == f"refs/heads/gh-readonly-queue/main/pr-1-{base}"
    assert repository.git.sha(group.head_ref) == group.head_sha
    assert repository.git.sha("main") == base
    group.merge()
    assert repository.git.resolve(group.head_ref) is None


def test_queued_pull_requests_land_together(client: httpx.Client, repository: Repository, pull: PullRequest) -> None:
    repository.push("second", {"second.yaml": "x: 1\n"})
    second = repository.open_pull_request("second")
    group = second.enqueue(after=pull.enqueue())
    push = group.merge()
    assert numbers(client, push.after) == [second.number]
    assert pull.is_merged
    assert pull.merge_commit_sha is not None
    assert numbers(client, pull.merge_commit_sha) == [pull.number]


def test_a_commit_outside_the_default_branch_belongs_to_open_pull_requests(
    client: httpx.Client, pull: PullRequest
) -> None:
    assert numbers(client, pull.head_sha) == [1]
    pull.close()
    assert numbers(client, pull.head_sha) == []


def test_a_direct_push_belongs_to_no_pull_request(client: httpx.Client, repository: Repository) -> None:
    assert numbers(client, repository.push("main", {"x.yaml": "x: 1\n"}).after) == []


def test_an_unknown_commit_is_refused(client: httpx.Client, repository: Repository) -> None:
    assert client.get(f"{REPOSITORY}/commits/{'0' * 40}/pulls").status_code == 422
    assert repository.pull_requests == []


def test_pushing_its_commits_to_the_base_merges_it(repository: Repository, pull: PullRequest) -> None:
    repository.force_push("main", pull.head_sha)
    assert pull.is_merged


def test_a_pull_request_of_a_fork_names_the_fork(client: httpx.Client, repository: Repository) -> None:
    fork = repository.fork("mallory")
    fork.push("topic", {"new.yaml": "x: 1\n"}, by="mallory")
    repository.open_pull_request("topic", source=fork)
    head = client.get(f"{PULLS}/1").json()["head"]
    assert (head["label"], head["repo"]["full_name"], head["repo"]["fork"]) == (
        "mallory:topic",
        "mallory/siem",
        True,
    )


def test_pull_requests_are_found_by_head_base_and_state(
    client: httpx.Client, repository: Repository, pull: PullRequest
) -> None:
    repository.push("other", {"x.yaml": "x: 1\n"})
    repository.open_pull_request("other")
    pull.close()

    def found(**query: str) -> list[int]:
        return [entry["number"] for entry in client.get(PULLS, params=query).json()]

    assert found() == [2]
    assert found(state="all") == [2, 1]
    assert found(state="all", head="acme:topic") == [1]
    assert found(state="all", base="release") == []


@pytest.mark.parametrize("method", ["merge", "squash", "rebase"])
def test_the_api_merges_as_well(
    client: httpx.Client, repository: Repository, pull: PullRequest, method: Literal["merge", "squash", "rebase"]
) -> None:
    answer = client.put(f"{PULLS}/1/merge", json={"merge_method": method, "sha": pull.head_sha})
    assert answer.json()["sha"] == repository.git.sha("main")
    assert client.put(f"{PULLS}/1/merge", json={}).status_code == 405


def test_a_merge_of_another_head_is_refused(client: httpx.Client, pull: PullRequest) -> None:
    assert client.put(f"{PULLS}/1/merge", json={"sha": pull.base_sha}).status_code == 409


def test_an_app_opens_a_pull_request_through_the_api(
    make_client: Callable[..., httpx.Client], repository: Repository
) -> None:
    app = make_client(login="lpcac[bot]")
    body = {"title": "Adopt", "head": "adopt", "base": "main", "body": "Read from the Director"}
    assert app.post(PULLS, json=body).json()["errors"][0]["field"] == "head"
    sha = repository.git.sha("main")
    assert app.post(f"{REPOSITORY}/git/refs", json={"ref": "refs/heads/adopt", "sha": sha}).status_code == 201
    assert "No commits between" in app.post(PULLS, json=body).json()["errors"][0]["message"]
    repository.push("adopt", {"x.yaml": "x: 1\n"})
    assert app.post(PULLS, json=body).status_code == 201
    assert "already exists" in app.post(PULLS, json=body).json()["errors"][0]["message"]


def test_a_job_may_open_pull_requests_only_where_the_setting_allows_it(
    client: httpx.Client, repository: Repository
) -> None:
    repository.push("adopt", {"x.yaml": "x: 1\n"})
    body = {"title": "Adopt", "head": "adopt", "base": "main"}
    assert client.post(PULLS, json=body).status_code == 403
    repository.actions_may_open_pull_requests = True
    assert client.post(PULLS, json=body).status_code == 201


def test_branches_and_refs_tell_where_they_stand(client: httpx.Client, repository: Repository) -> None:
    repository.push("feature/one", {"x.yaml": "x: 1\n"})
    sha = repository.git.sha("feature/one")
    assert client.get(f"{REPOSITORY}/branches/feature/one").json()["commit"]["sha"] == sha
    assert client.get(f"{REPOSITORY}/git/ref/heads/feature/one").json()["object"]["sha"] == sha
    assert client.get(f"{REPOSITORY}/branches/nothing").status_code == 404


def test_a_ref_moves_forward_unless_forced(client: httpx.Client, repository: Repository) -> None:
    push = repository.push("topic", {"x.yaml": "x: 1\n"}, start="main")
    repository.push("topic", {"x.yaml": "x: 2\n"})
    own = f"{REPOSITORY}/git/refs/heads/topic"
    assert client.patch(own, json={"sha": push.after}).status_code == 422
    assert client.patch(own, json={"sha": push.after, "force": True}).status_code == 200
    assert repository.git.sha("topic") == push.after
    assert client.delete(own).status_code == 204
    assert client.delete(own).status_code == 422
