"""The demo's story: a pull request with a mistake, a push that mends it, a merge, and two nights."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.markdown import Markdown
from rich.padding import Padding
from rich.rule import Rule
from tests.demo_action.events import events_of, is_described
from tests.demo_action.runner import Ended, Runner
from tests.fakes.github import ACTIONS_BOT, Event, Events, FakeGitHub, PullRequest, Repository, fake_github
from tests.looks.github_page import Said

from lpcac.simulator.options import SimulatorOptions
from lpcac.simulator.server import Simulator, running
from lpcac.simulator.world import World

_ROOT = Path(__file__).parents[2]
_EXAMPLE = _ROOT / "examples" / "mssp"
_WORKFLOWS = _ROOT / "action" / "workflows"
_COPIED = ("pull-request.yml", "merge.yml", "nightly.yml")
_RELEASE = "f" * 40
_LOGPOINTS = {
    "alder-bank": ("alder-lp-01",),
    "birch-energy": ("birch-lp-01",),
    "cedar-health": ("cedar-lp-01", "cedar-lp-02"),
}
_ROUTING = "bases/standard/02-routing.yaml"
_OLD_ROUTE = '    - {type: KeyPresentValueMatches, key: event_id, value: "4688", repo: system_verbose}\n'
_NEW_ROUTE = _OLD_ROUTE.replace("4688", "4689")
_CONTROL_ROOM = "clients/birch-energy/control-room.yaml"
_ENDED = {0: "green", 1: "red: something was not done", 3: "red: invalid configuration", 4: "red: refused by a guard"}


@dataclass(frozen=True)
class Story:
    """Tells what happens."""

    console: Console

    def chapter(self, title: str, text: str) -> None:
        """Begin with what people do."""
        self.console.print()
        self.console.print(Rule(title, align="left"))
        self.console.print(text)

    def job(self, ended: Ended, seconds: float) -> None:
        """Tell how a job ended."""
        words = f"{ended.code}, {_ENDED[ended.code]}"
        self.console.print(f"\n$ lpcac action   # job {ended.planned.name!r} of {ended.planned.workflow}")
        for line in ended.log.splitlines():
            if line.startswith("::error"):
                self.console.print(f"  {line}", soft_wrap=True)
        self.console.print(f"(exit code {words}; {seconds:.1f} s)\n")

    def shown(self, markdown: str) -> None:
        """Show what stands on GitHub, up to the first fold."""
        above = markdown.partition("<details")[0].replace("<!--", "\n<!--")
        self.console.print(Padding(Markdown(above), (0, 0, 0, 4)))
        if folds := markdown.count("<details"):
            self.console.print(f"    ... and {folds} folds")


@dataclass
class _Stage:
    """The repository on GitHub, the Director that its map names, and the runner between them."""

    story: Story
    director: Simulator
    github: FakeGitHub
    repository: Repository
    runner: Runner

    @property
    def events(self) -> Events:
        """What starts workflows."""
        return events_of(self.github)

    def run(self, event: Event, expected: int = 0, *, silent: bool = False) -> Ended:
        """Do what the workflows say, and stop the demo when it does not end as it should."""
        began = time.monotonic()
        [ended] = self.runner.run(event)
        if ended.code != expected:
            raise AssertionError(f"exit code {ended.code} instead of {expected}\n{ended.log}")
        if not silent:
            self.story.job(ended, time.monotonic() - began)
        return ended

    def text(self, path: str) -> str:
        """Return a file of the default branch."""
        return self.repository.git.text("main", path)


def the_story(story: Story) -> Mapping[str, Sequence[Said]]:
    """Tell it; return the pages that stand on GitHub at the end, by title.

    Raises:
        AssertionError: something did not go as it should.
    """
    with _staged(story) as stage:
        _onboard(stage)
        pull = _propose(stage)
        _mend(stage, pull)
        _merge(stage, pull)
        _nights(stage)
        [issue] = stage.repository.issues(label="lpcac/drift")
        plan, *later = (Said(each.author.login, each.body) for each in pull.comments)
        talk = [Said(issue.author.login, issue.body or ""), *(Said(c.author.login, c.body) for c in issue.comments)]
        return {
            f"Pull request #{pull.number}": [Said(plan.by, plan.markdown, unfolded=1), *later],
            f"Drift issue #{issue.number}": talk,
        }


@contextmanager
def _staged(story: Story) -> Iterator[_Stage]:
    world = World(0)
    for client, logpoints in _LOGPOINTS.items():
        pool = world.add_pool(f"pool-{client}")
        for name in logpoints:
            logpoint = pool.add_logpoint(name)
            logpoint.storage_paths.append(f"/archive/{name}/")
            logpoint.refresh_lists()
    with (
        running(SimulatorOptions(order_delay=0.05), world) as director,
        fake_github(compared=is_described()) as github,
        TemporaryDirectory(prefix="demo-action-") as folder,
    ):
        files = {f".github/workflows/{name}": _workflow(name) for name in _COPIED}
        files["lpcac.yaml"] = (
            "apiVersion: logpoint-cac/v1\nkind: DirectoryMap\n"
            f"directors: {{main: {{url: '{director.url}', token_env: DIRECTOR_TOKEN}}}}\nclients: []\n"
        )
        repository = github.repository("octo/clients", files)
        secrets = {"DIRECTOR_TOKEN": director.token}
        yield _Stage(story, director, github, repository, Runner(github, secrets, Path(folder)))


def _workflow(name: str) -> str:
    text = (_WORKFLOWS / name).read_text(encoding="utf-8")
    return text.replace(f"OWNER/lpcac@{'0' * 40}", f"octo/lpcac@{_RELEASE}")


def _onboard(stage: _Stage) -> None:
    """Bring all clients in with a pull request of their own."""
    stage.story.chapter(
        "Before",
        "A repository has the three workflows, the secret and a map with one Director. Pull request #1 brings three "
        "clients of examples/mssp and their base, and is merged.",
    )
    files = {
        path.relative_to(_EXAMPLE).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(_EXAMPLE.rglob("*"))
        if path.is_file() and (path.relative_to(_EXAMPLE).parts[:2][-1] in {*_LOGPOINTS, "lpcac.yaml", "standard"})
    }
    # Three clients are enough to see what there is to see.
    whole = files["lpcac.yaml"].replace("https://director.example.com", stage.director.url)
    files["lpcac.yaml"] = whole.partition("  # The enrichment policy")[0]
    stage.repository.push("start", files)
    pull = stage.repository.open_pull_request("start", title="Three clients on one base")
    stage.run(stage.events.pull_request(pull), silent=True)
    stage.run(stage.events.push(pull.merge()))


def _propose(stage: _Stage) -> PullRequest:
    stage.story.chapter(
        "1. A pull request",
        "Alice routes another chatty event for all clients, keeps alder-bank's logs on fast disks for 30 days instead "
        "of 90, and takes birch-energy's control room out. There is a typo in it.",
    )
    without_control_room = stage.text(_CONTROL_ROOM).split("---\napiVersion")
    files = {
        _ROUTING: _routed(stage, "system_verbos"),
        "lpcac.yaml": stage.text("lpcac.yaml").replace("vars: {hot_days: 90}", "vars: {hot_days: 30}", 1),
        _CONTROL_ROOM: "---\napiVersion".join(without_control_room[:2]),
    }
    stage.repository.push("tidy", files, message="Make room on the fast disks")
    pull = stage.repository.open_pull_request("tidy", title="Make room on the fast disks")
    stage.run(stage.events.pull_request(pull), 3)
    stage.story.shown(_comments(pull)[0])
    return pull


def _routed(stage: _Stage, repo: str) -> str:
    return stage.text(_ROUTING).replace(_OLD_ROUTE, _OLD_ROUTE + _NEW_ROUTE.replace("system_verbose", repo))


def _mend(stage: _Stage, pull: PullRequest) -> None:
    stage.story.chapter("2. A push to it", "Alice mends the typo. The comment is edited in place.")
    before = pull.head_sha
    pull.push({_ROUTING: _routed(stage, "system_verbose")}, message="Mend the typo")
    stage.run(stage.events.pull_request(pull, "synchronize", before=before))
    [comment] = _comments(pull)
    stage.story.shown(comment)


def _merge(stage: _Stage, pull: PullRequest) -> None:
    stage.story.chapter(
        "3. The merge",
        "Bob has read the comment and merges. lpcac plans again, sees that it is what was reviewed, and applies it.",
    )
    push = pull.merge(by="bob")
    stage.run(stage.events.push(push))
    stage.story.shown(_comments(pull)[1])
    stage.story.console.print("\nDeployments of this commit:")
    for deployment in stage.repository.deployments:
        if deployment.sha == push.after:
            stage.story.console.print(
                f"  {deployment.task}: {deployment.description} {' '.join(deployment.states)}".rstrip()
            )


def _nights(stage: _Stage) -> None:
    logpoint = stage.director.world.pool("pool-alder-bank").logpoint("alder-lp-01")
    stage.story.chapter(
        "4. A night",
        'Meanwhile somebody shortened the retention of alder-bank\'s repo "security" by hand. Who notices?',
    )
    logpoint.edit("Repo", "security", _set_retention(7))
    stage.run(stage.events.schedule(stage.repository))
    [issue] = stage.repository.issues(label="lpcac/drift")
    stage.story.console.print(f"Issue #{issue.number}, {issue.state}: {issue.title}")
    stage.story.shown(issue.body or "")
    stage.story.chapter("5. The next night", "It has been put right. The issue is closed by the run that saw it.")
    logpoint.edit("Repo", "security", _set_retention(30))
    stage.run(stage.events.schedule(stage.repository))
    if issue.state != "closed":
        raise AssertionError("the issue is still open")
    stage.story.console.print(f"Issue #{issue.number}, {issue.state}: {issue.title}")
    stage.story.shown(issue.comments[-1].body)


def _set_retention(days: int):  # noqa: ANN202 - a closure for the simulator
    def change(fields: dict) -> None:
        fields["repopath"][0]["retention"] = days

    return change


def _comments(pull: PullRequest) -> list[str]:
    return [comment.body for comment in pull.comments if comment.author.login == ACTIONS_BOT]
