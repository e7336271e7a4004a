"""Every request of every activity fails in every way, once and for good: the run always ends as it is documented to.

A run ends with one of the documented exit codes and with a job summary, never with a traceback, and it leaves nothing
twice on GitHub. What helps when it is repeated changes nothing but the time that the run takes.

Here the ways are shared out: each request fails in several ways one after the other, and of requests of one kind the
first one stands for all in what is final. With `LPCAC_EVERY_FAULT=1` in the environment each single request fails alone
in each way, which takes minutes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import pytest
from tests.action.nights import retention
from tests.action.rehearsal import Outcome, Rehearsal, is_thorough, untimed
from tests.action.scene import Ran, Scene, client, directory_map, policies, repo
from tests.action.sharded import last_job, share_job
from tests.fakes.github import Job, fake_github
from tests.fakes.github.http.faults import Fault, Faults

from lpcac.connectors.github.events import Activity
from lpcac.core.errors import ExitCode
from lpcac.simulator.options import SimulatorOptions
from lpcac.simulator.server import running

SYSTEM = {"clients/acme/repos.yaml": repo("system")}
MORE = {"clients/acme/repos.yaml": repo("system") + "---\n" + repo("security")}
FORBIDDEN = {"message": "Resource not accessible by integration"}
MISSING = {"message": "Not Found"}


def pull_request(scene: Scene) -> Job:
    """A pull request without a comment so far, of a client with a history."""
    scene.landed("start", SYSTEM)
    return scene.job(scene.github.events.pull_request(scene.propose("more", MORE)))


def pull_request_again(scene: Scene) -> Job:
    """A pull request whose comment is edited, and of which there is a second copy."""
    scene.landed("start", SYSTEM)
    pull = scene.propose("more", SYSTEM | {"clients/acme/policies.yaml": policies(1)})
    scene.review(pull)
    pull.comment("github-actions[bot]", scene.plan_comment(pull))
    scene.repository.push("more", MORE)
    return scene.job(scene.github.events.pull_request(pull))


def merge_group(scene: Scene) -> Job:
    """A merge group."""
    scene.landed("start", SYSTEM)
    return scene.job(scene.github.events.merge_group(scene.propose("more", MORE).enqueue()))


def merge(scene: Scene) -> Job:
    """A reviewed merge."""
    scene.landed("start", SYSTEM)
    pull = scene.propose("more", MORE)
    scene.review(pull)
    return scene.job(scene.github.events.push(pull.merge()))


def night(scene: Scene) -> Job:
    """A night that closes one client's issue and opens another one's, and finds a third client unreachable."""
    pools = {"acme": "pool-acme", "globex": "pool-globex", "nowhere": "pool-nowhere"}
    clients = "".join(client(name, pool) for name, pool in pools.items())
    scene.landed("start", SYSTEM)
    scene.repository.push(
        "main",
        {
            "lpcac.yaml": directory_map(scene.director.url, clients),
            "clients/globex/repos.yaml": repo("system"),
            "clients/nowhere/.keep": "",
        },
    )
    acme = scene.logpoint()
    acme.edit("Repo", "system", retention(7))
    scene.repository.open_issue("alice", "Something else", "Nothing of ours")
    scene.night()
    acme.edit("Repo", "system", retention(30))
    return scene.job(scene.github.events.schedule(scene.repository))


def by_hand(command: str, **inputs: str) -> Callable[[Scene], Job]:
    def prepare(scene: Scene) -> Job:
        scene.landed("start", SYSTEM)
        pull = scene.propose("more", MORE)
        scene.review(pull)
        pull.merge()
        event = scene.github.events.workflow_dispatch(scene.repository)
        return scene.job(event, inputs={"command": command, **inputs})

    return prepare


def check(scene: Scene) -> Job:
    """A pull request that is validated only."""
    event = scene.github.events.pull_request(scene.propose("more", MORE))
    return scene.job(event, inputs={"command": "validate"})


def plan_shard(scene: Scene) -> Job:
    """One share of a plan."""
    scene.landed("start", SYSTEM)
    event = scene.github.events.pull_request(scene.propose("more", MORE))
    return share_job(scene, event, "acme")


def comment(scene: Scene) -> Job:
    """The comment on all shares."""
    planned = plan_shard(scene)
    assert scene.start(planned).code == 0
    return last_job(scene, planned.event, [planned])


def apply_shard(scene: Scene) -> Job:
    """One share of a merge."""
    scene.landed("start", SYSTEM)
    pull = scene.propose("more", MORE)
    scene.review(pull)
    event = scene.github.events.push(pull.merge())
    return scene.job(event, inputs={"command": "apply-shard", "clients": "acme"})


def drift_shard(scene: Scene) -> Job:
    """One share of a night."""
    scene.landed("start", SYSTEM)
    scene.logpoint().edit("Repo", "system", retention(7))
    event = scene.github.events.schedule(scene.repository)
    return share_job(scene, event, "acme", command="drift-shard")


def drift_issues(scene: Scene) -> Job:
    """The issues of all shares of a night."""
    looked = drift_shard(scene)
    assert scene.start(looked).code == 0
    return last_job(scene, looked.event, [looked], command="drift-issues")


STAGES: Mapping[str, tuple[Activity, Callable[[Scene], Job]]] = {
    "pull request": (Activity.PULL_REQUEST, pull_request),
    "pull request again": (Activity.PULL_REQUEST, pull_request_again),
    "merge group": (Activity.MERGE_GROUP, merge_group),
    "merge": (Activity.MERGE, merge),
    "night": (Activity.NIGHTLY, night),
    "check": (Activity.CHECK, check),
    "validate": (Activity.VALIDATE, by_hand("validate")),
    "plan": (Activity.PLAN, by_hand("plan")),
    "apply": (Activity.APPLY, by_hand("apply")),
    "sync": (Activity.SYNC, by_hand("sync", clients="acme")),
    "plan shard": (Activity.PLAN_SHARD, plan_shard),
    "apply shard": (Activity.APPLY_SHARD, apply_shard),
    "drift shard": (Activity.DRIFT_SHARD, drift_shard),
    "drift issues": (Activity.DRIFT_ISSUES, drift_issues),
    "comment": (Activity.COMMENT, comment),
}

# What helps when it is repeated, or waited for.
Fail = Callable[[Faults, float], Fault]
PASSING: Mapping[str, Fail] = {
    "502": lambda faults, _: faults.fail(status=502),
    "503": lambda faults, _: faults.fail(status=503, headers={"Retry-After": "3"}),
    "502 after the work": lambda faults, _: faults.fail(status=502, after_effect=True),
    "429": lambda faults, _: faults.secondary_rate_limit(status=429, retry_after=None),
    "429 with a time": lambda faults, _: faults.secondary_rate_limit(status=429, retry_after=30),
    "secondary limit": lambda faults, _: faults.secondary_rate_limit(retry_after=30),
    "secondary limit without a time": lambda faults, _: faults.secondary_rate_limit(retry_after=None),
    "primary limit": lambda faults, now: faults.primary_rate_limit(resets_at=int(now) + 40),
    "dropped": lambda faults, _: faults.drop(),
    "dropped after the work": lambda faults, _: faults.drop(after_effect=True),
    "truncated": lambda faults, _: faults.cut(),
    "broken off": lambda faults, _: faults.cut(breaks_off=True),
    "web page": lambda faults, _: faults.proxy_page(),
}
FINAL: Mapping[str, Fail] = {
    "403": lambda faults, _: faults.fail(status=403, body=FORBIDDEN),
    "404": lambda faults, _: faults.fail(status=404, body=MISSING),
    "primary limit for long": lambda faults, now: faults.primary_rate_limit(resets_at=int(now) + 3000),
}
# Each ends with a way in which a write is carried out: after that one it is found and not sent again.
ONE_AFTER_THE_OTHER = (
    ("429", "502", "502 after the work"),
    ("429 with a time", "dropped", "dropped after the work"),
    ("primary limit", "secondary limit", "web page", "truncated"),
    ("secondary limit without a time", "503", "broken off"),
)


class Stage:
    """An activity, its run without any fault, and the same run again with some."""

    def __init__(self, name: str, rehearsal: Rehearsal) -> None:
        self.name = name
        self.rehearsal = rehearsal
        self.doubles = rehearsal.outcome().doubles()
        rehearsal.reset()
        self.clean = rehearsal.play()
        self.outcome = rehearsal.outcome()
        sent = [(each.method, each.template) for each in rehearsal.scene.github.exchanges]
        self.all = range(len(sent))
        """The numbers of its requests."""
        self.first = [sent.index(each) for each in dict.fromkeys(sent)]
        """The number of the first request of each kind."""

    def again(self, ways: Sequence[str], change: Callable[[Fault], object]) -> tuple[Ran, Outcome]:
        """Run with faults, and require what holds for every run."""
        self.rehearsal.reset()
        github = self.rehearsal.scene.github
        for way in ways:
            change((PASSING | FINAL)[way](github.faults, github.now().timestamp()))
        ran = self.rehearsal.play()
        outcome = self.rehearsal.outcome()
        assert ran.code in [int(code) for code in ExitCode], ran.log
        assert "Traceback" not in ran.log, ran.log
        assert "internal error" not in ran.log, ran.log
        assert ran.summary.strip() != "", ran.log
        assert [each for each in outcome.doubles() if each not in self.doubles] == []
        return ran, outcome

    def passes(self, ways: Sequence[str], change: Callable[[Fault], object]) -> None:
        """Require that a run with faults does what it does without."""
        ran, outcome = self.again(ways, change)
        assert ran.code == self.clean.code, ran.log
        assert untimed(ran.summary) == untimed(self.clean.summary)
        assert outcome == self.outcome


@pytest.fixture(scope="module", params=STAGES)
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Prepare one activity."""
    folder = tmp_path_factory.mktemp("stage")
    with (
        fake_github(directory=str(folder / "github")) as github,
        running(SimulatorOptions(order_delay=0.0)) as director,
    ):
        files = {"lpcac.yaml": directory_map(director.url, client("acme", "pool-acme")), "clients/acme/.keep": ""}
        scene = Scene(github, director, github.repository("octo/clients", files), folder)
        job = STAGES[request.param][1](scene)
        yield Stage(request.param, Rehearsal(scene, job))


def test_every_activity_is_rehearsed() -> None:
    assert {activity for activity, _ in STAGES.values()} == set(Activity)


def test_every_way_is_tried() -> None:
    assert sorted(way for ways in ONE_AFTER_THE_OTHER for way in ways) == sorted(PASSING)


@pytest.mark.parametrize("ways", ONE_AFTER_THE_OTHER, ids=", ".join)
def test_what_passes_changes_nothing_but_the_time(stage: Stage, ways: Sequence[str]) -> None:
    if stage.all:
        stage.passes(ways, Fault.once_for_each)


def test_a_refusal_ends_the_run_as_documented(stage: Stage) -> None:
    for number in stage.all if is_thorough() else stage.first:
        for way in FINAL if is_thorough() else (["403", "404"][number % 2],):
            stage.again([way], lambda fault, number=number: fault.let_pass(number))


def test_a_github_that_stays_away_ends_the_run_as_documented(stage: Stage) -> None:
    ways = [*PASSING, *FINAL]
    begin = list(STAGES).index(stage.name)
    for place, number in enumerate(stage.all if is_thorough() else stage.first):
        for way in ways if is_thorough() else [ways[(begin + place) % len(ways)]]:
            stage.again([way], lambda fault, number=number: fault.let_pass(number).for_good())


@pytest.mark.skipif(not is_thorough(), reason="takes minutes: set LPCAC_EVERY_FAULT=1")
def test_each_request_may_fail_alone(stage: Stage) -> None:
    for way in PASSING:
        for number in stage.all:
            stage.passes([way], lambda fault, number=number: fault.let_pass(number))
