"""A stateful fake GitHub over real HTTP, every exchange with it compared with GitHub's own description.

With the fixture `github` of `tests.fakes.github.fixtures`, or as `with fake_github() as github:`

    repository = github.repository("acme/siem", {"map.yaml": "clients: {}"})
    repository.push("topic", {"map.yaml": "clients: {acme: {}}"})
    pull = repository.open_pull_request("topic")
    pull.comment("bob", "Is that right?")
    event = github.events.pull_request(pull)
    job = github.job(event, tmp_path / "job", inputs={"github-token": github.token()})
    job.check_out()
    ...  # run the program in job.workspace with job.environment
    push = pull.merge("squash")
    assert [deployment.states for deployment in repository.deployments_to("acme")] == [["in_progress", "success"]]

What a repository holds is reached and changed without HTTP, as people do; the program under test uses `github.api_url`.
"""

from tests.fakes.github.domain.accounts import ACTIONS_BOT, permissions_of_a_workflow
from tests.fakes.github.domain.deployments import Deployment
from tests.fakes.github.domain.issues import Comment, Issue
from tests.fakes.github.domain.pull_requests import MergeGroup, PullRequest, Push
from tests.fakes.github.domain.repository import Repository
from tests.fakes.github.events.examples import event_payload
from tests.fakes.github.events.payloads import Event, Events
from tests.fakes.github.events.runner import Job, actions_environment, check_out
from tests.fakes.github.fake import FakeGitHub, fake_github
from tests.fakes.github.http.faults import ALWAYS
from tests.fakes.github.http.messages import Exchange

__all__ = [
    "ACTIONS_BOT",
    "ALWAYS",
    "Comment",
    "Deployment",
    "Event",
    "Events",
    "Exchange",
    "FakeGitHub",
    "Issue",
    "Job",
    "MergeGroup",
    "PullRequest",
    "Push",
    "Repository",
    "actions_environment",
    "check_out",
    "event_payload",
    "fake_github",
    "permissions_of_a_workflow",
]
