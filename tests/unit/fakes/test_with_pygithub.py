"""PyGithub, the client that lpcac uses, on every operation that the fake GitHub serves."""

from collections.abc import Callable

import pytest
from github import Github, GithubException
from tests.fakes.github import FakeGitHub
from tests.fakes.github.endpoints import served_operations
from tests.fakes.github.fixtures import MakeGitHub

MakePyGithub = Callable[..., Github]


def converse(fake: FakeGitHub, job: Github, person: Github) -> None:
    """Comments, labels and issues."""
    fake.repository("acme/siem").create_label("night")
    repository = job.get_repo("acme/siem")
    repository.create_label("lpcac/drift", "d73a4a", "Differs from Git")
    label = repository.get_label("lpcac/drift")
    assert label.color == "d73a4a"
    label.edit("lpcac/drift", "d73a4a", "Differs")
    assert {found.name for found in repository.get_labels()} == {"lpcac/drift", "night"}
    issue = repository.create_issue("Drift", "Much", labels=["lpcac/drift"])
    issue.edit(body="More", state="closed", state_reason="completed")
    issue.edit(state="open")
    issue.add_to_labels("night", "new")
    issue.set_labels("night", "newer")
    issue.remove_from_labels("night")
    assert [found.name for found in issue.get_labels()] == ["newer"]
    listed = repository.get_issues(state="all", labels=["newer"], creator="github-actions[bot]")
    assert [found.number for found in listed] == [issue.number]
    comment = issue.create_comment("Hello")
    comment.edit("Hello again")
    assert [found.body for found in repository.get_issue(issue.number).get_comments()] == ["Hello again"]
    assert repository.get_issue(issue.number).get_comment(comment.id).user.id == 41898282
    assert [found.id for found in repository.get_issues_comments(sort="updated", direction="desc")] == [comment.id]
    comment.delete()
    assert repository.get_issue(issue.number).comments == 0
    label.delete()
    assert person.get_user().login == "alice"
    assert repository.get_collaborator_permission("alice") == "write"


def collaborate(fake: FakeGitHub, job: Github, person: Github) -> None:
    """Branches, pull requests and checks."""
    held, repository = fake.repository("acme/siem"), person.get_repo("acme/siem")
    main = repository.get_branch("main").commit.sha
    held.required_checks.append("lpcac plan")
    _, rules = person.requester.requestJsonAndCheck("GET", f"{repository.url}/rules/branches/main")  # as below
    assert [rule["type"] for rule in rules] == ["required_status_checks"]
    repository.create_git_ref("refs/heads/adopt", main)
    push = held.push("adopt", {"x.yaml": "x: 1\n"})
    reference = repository.get_git_ref(
        "heads/adopt"
    ).complete()  # a lazy one would be changed at the address it is read from
    reference.edit(push.after)
    pull = repository.create_pull("main", "adopt", title="Adopt", body="All")
    pull.edit(body="Everything")
    check = job.get_repo("acme/siem").create_check_run("lpcac", push.after, status="in_progress")
    check.edit(conclusion="success")
    assert job.get_repo("acme/siem").get_check_run(check.id).conclusion == "success"
    assert [run.name for run in repository.get_commit(push.after).get_check_runs()] == ["lpcac"]
    assert [found.number for found in repository.get_pulls(head="acme:adopt")] == [pull.number]
    assert [file.filename for file in pull.get_files()] == ["x.yaml"]
    content = repository.get_contents("x.yaml", ref=push.after)
    assert not isinstance(content, list)
    assert content.decoded_content == b"x: 1\n"
    assert [commit.sha for commit in pull.get_commits()] == [push.after]
    assert not pull.is_merged()
    held.pull_request(pull.number).review("bob")
    assert [(review.user.login, review.state) for review in pull.get_reviews()] == [("bob", "APPROVED")]
    merged = pull.merge(merge_method="squash")
    assert repository.get_pull(pull.number).merge_commit_sha == merged.sha
    assert [found.number for found in repository.get_commit(merged.sha).get_pulls()] == [pull.number]
    assert repository.get_commit(merged.sha).commit.message.startswith("Adopt (#")
    reference.delete()
    assert repository.complete().default_branch == "main"


def deploy(fake: FakeGitHub, job: Github) -> None:
    """Deployments and their statuses."""
    repository = job.get_repo(fake.repository("acme/siem").full_name)
    made = [
        repository.create_deployment(
            "main", auto_merge=False, required_contexts=[], environment="acme", payload={"record": number}
        )
        for number in range(2)
    ]
    for deployment in made:
        deployment.create_status("in_progress")
        deployment.create_status("success", description="4 of 4", auto_inactive=True)
    assert [found.id for found in repository.get_deployments(environment="acme")] == [made[1].id, made[0].id]
    assert [status.state for status in made[0].get_statuses()] == ["inactive", "success", "in_progress"]
    assert repository.get_deployment(made[1].id).payload == {"record": 1}
    status, _, _ = job.requester.requestJson("DELETE", made[0].url)  # for which PyGithub has no word
    assert status == 204


@pytest.mark.parametrize("prefix", ["", "/api/v3"])
def test_pygithub_understands_every_operation(
    make_github: MakeGitHub, make_pygithub: MakePyGithub, prefix: str
) -> None:
    fake = make_github(prefix=prefix)
    job, person = make_pygithub(fake), make_pygithub(fake, login="alice")
    converse(fake, job, person)
    collaborate(fake, job, person)
    deploy(fake, job)
    used = {(exchange.method, exchange.template) for exchange in fake.exchanges}
    assert {(route.method, route.template) for route in served_operations().all} - used == set()


def test_pygithub_reads_all_pages(github: FakeGitHub, make_pygithub: MakePyGithub) -> None:
    github.repository("acme/siem").open_issue("alice", "Talk").add_comments(250)
    issue = make_pygithub(github).get_repo("acme/siem").get_issue(1)
    assert len(list(issue.get_comments())) == 250


def test_pygithub_tells_a_refusal_as_an_exception(github: FakeGitHub, make_pygithub: MakePyGithub) -> None:
    github.repository("acme/siem")
    reader = make_pygithub(github, permissions={"issues": "read"})
    with pytest.raises(GithubException, match="Resource not accessible by integration") as refused:
        reader.get_repo("acme/siem").create_issue("Drift")
    assert refused.value.status == 403
