"""History costs a few requests, whatever the number of targets and of deployments."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from lpcac.action.plan_record.record import target_identity
from lpcac.action.run_history.deployments.contents import (
    ENVIRONMENT,
    Audit,
    Checkpoint,
    Ending,
    Goal,
    Result,
    Stamp,
    TargetResult,
    Task,
)
from lpcac.action.run_history.deployments.documents import attempt_document, checkpoint_document, result_document
from lpcac.action.run_history.deployments.parts import payloads
from lpcac.action.run_history.target_history import History
from lpcac.connectors.github.port import Author, Deployment, GitHubError, Identity
from lpcac.core.json_values import Json
from lpcac.core.resources import Target

NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
BOT = Author("github-actions[bot]", 41898282, is_bot=True)
PAGE = 100


@dataclass
class Deployments:
    """A repository's deployments, and how many pages were asked for."""

    all: list[Deployment] = field(default_factory=list)
    pages: int = 0
    fails: int = 0
    shuffle: Callable[[list[Deployment]], None] = lambda _: None

    def deployments(self, *, environment: str | None = None, task: str | None = None) -> Iterator[Deployment]:
        assert task is None
        listed = [each for each in reversed(self.all) if each.environment == environment]
        self.shuffle(listed)
        for start in range(0, max(1, len(listed)), PAGE):
            self.pages += 1
            if self.fails:
                self.fails -= 1
                raise GitHubError("down")
            yield from listed[start : start + PAGE]

    def put(self, task: str, payload: Json, author: Author = BOT) -> Deployment:
        created = NOW + timedelta(minutes=len(self.all))
        made = Deployment(len(self.all) * 3 + 1, "a" * 40, ENVIRONMENT, payload, author, created, task)
        self.all.append(made)
        return made

    def apply(
        self, commit: str, targets: list[Target], ending: Ending | None = Ending.DONE, author: Author = BOT
    ) -> None:
        """Record an attempt, and its result unless nobody knows how it ended."""
        stamp = Stamp("o/r", "lpcac.yaml", str(len(self.all)), 1, commit, NOW)
        goals = [Goal(target_identity(each), (each.client, each.pool, each.logpoint)) for each in targets]
        parts = payloads(attempt_document(stamp, goals))
        first, *_ = [self.put(Task.ATTEMPT, part, author) for part in parts]
        if ending:
            target_results = tuple(TargetResult(goal.target, goal.names, ending) for goal in goals)
            result = Result(stamp, str(parts[0]["document"]), first.id, target_results, Audit("alice", ""))
            for part in payloads(result_document(result)):
                self.put(Task.RESULT, part, author)

    def history(self, gone: frozenset[str] = frozenset()) -> History:
        return History(self, Identity(), lambda commit: commit not in gone)  # type: ignore[arg-type]

    def sum_up(self) -> int:
        """Write a checkpoint as a run does, and return how many deployments it took."""
        reader = self.history()
        reader.read_all()
        parts = payloads(checkpoint_document(reader.checkpoint()))
        for part in parts:
            self.put(Task.CHECKPOINT, part)
        return len(parts)


def target(number: int) -> Target:
    return Target(f"client-{number}", "pool", f"lp-{number}", "uuid", f"id-{number}", "https://director")


@pytest.mark.parametrize("count", [4, 40, 1_000])
def test_all_targets_of_a_large_repository_are_found_in_one_page(count: int) -> None:
    github = Deployments()
    targets = [target(number) for number in range(count)]
    for commit in ("one", "two"):
        github.apply(commit, targets)
    reader = github.history()

    reader.require(targets)

    assert {reader.of(each).last_applied for each in targets} == {"two"}
    assert github.pages == 1


def test_a_new_client_in_an_old_repository_costs_what_stands_since_the_last_checkpoint() -> None:
    github = Deployments()
    written = []
    for number in range(1_000):
        github.apply(f"c{number}", [target(number % 30)])
        reader = github.history()
        if number % 25 == 0:
            reader.read_all()
            if reader.is_checkpoint_due:
                written.append(github.sum_up())
    github.pages = 0
    reader = github.history()

    assert reader.of(target(5_000)).entries == ()

    assert len(github.all) > 2_000
    assert len(written) >= 7
    assert github.pages <= 4
    newest = {number % 30: f"c{number}" for number in range(1_000)}
    assert {number: reader.of(target(number)).last_applied for number in range(30)} == newest


def test_a_checkpoint_of_a_thousand_targets_is_compact_and_keeps_those_that_its_writer_was_not_asked_about() -> None:
    github = Deployments()
    targets = [target(number) for number in range(1_000)]
    github.apply("one", targets)
    github.apply("two", targets[:500])
    github.apply("open", targets[:1], None)

    assert github.sum_up() <= 6
    for _ in range(12):
        github.put("deploy", {})
    del github.all[: -github.sum_up()]

    reader = github.history()
    reader.require(targets)
    assert reader.of(targets[0]).last_applied == "two"
    assert [each.commit for each in reader.of(targets[0]).entries] == ["open", "two"]
    assert reader.of(targets[999]).last_applied == "one"
    assert github.history(frozenset({"two"})).of(targets[0]).last_applied == "one"


def test_what_was_recorded_while_a_checkpoint_was_written_is_not_lost() -> None:
    github = Deployments()
    github.apply("one", [target(1)])
    reader = github.history()
    reader.read_all()
    checkpoint = reader.checkpoint()
    github.apply("two", [target(1)])
    for part in payloads(checkpoint_document(checkpoint)):
        github.put(Task.CHECKPOINT, part)

    assert github.history().of(target(1)).last_applied == "two"


def test_what_a_list_showed_too_late_for_a_checkpoint_is_read_again() -> None:
    github = Deployments()
    for number in range(20):
        github.apply(f"c{number}", [target(1)])
    github.apply("hidden", [target(1)])
    hidden = github.all[-2:]
    del github.all[-2:]
    kept = github.all
    github.all = [*kept, *hidden]
    late = github.put("deploy", {})
    github.all = [*kept, late]
    parts = payloads(checkpoint_document(everything(github)))
    github.all = [*kept, *hidden, late]
    for part in parts:
        github.put(Task.CHECKPOINT, part)

    assert github.history().of(target(1)).last_applied == "hidden"


@pytest.mark.parametrize("hours", [1, 7])
def test_what_a_run_is_long_in_recording_is_not_lost_and_what_it_never_completed_costs_nothing(hours: int) -> None:
    github = Deployments()
    github.apply("one", [target(1)])
    many = [replace(target(number), client=f"{number}" * 200) for number in range(3_000)]
    github.apply("two", [target(1), *many], None)
    last = github.all.pop()
    for _ in range(hours * 60):
        github.put("deploy", {})
    checkpoint = everything(github)
    github.put(last.task, last.payload)
    for part in payloads(checkpoint_document(checkpoint)):
        github.put(Task.CHECKPOINT, part)

    found = [each.commit for each in github.history().of(target(1)).entries]

    assert (checkpoint.read_to < 30, found) == ((True, ["two", "one"]) if hours == 1 else (False, ["one"]))


def everything(github: Deployments) -> Checkpoint:
    reader = github.history()
    reader.read_all()
    return reader.checkpoint()


def test_a_checkpoint_without_all_of_its_parts_is_none() -> None:
    github = Deployments()
    targets = [target(number) for number in range(1_000)]
    github.apply("one", targets)
    assert github.sum_up() > 1
    del github.all[-1]

    reader = github.history()
    reader.read_all()

    assert reader.of(targets[0]).last_applied == "one"
    assert not reader.is_checkpoint_due


def test_an_attempt_without_all_of_its_parts_is_none() -> None:
    github = Deployments()
    github.apply("one", [target(1)])
    many = [replace(target(number), client=f"{number}" * 200) for number in range(3_000)]
    github.apply("two", [target(1), *many], None)
    assert github.history().of(target(1)).entries[0].commit == "two"
    del github.all[-1]

    assert [each.commit for each in github.history().of(target(1)).entries] == ["one"]


def test_the_order_of_a_list_means_nothing() -> None:
    github = Deployments(shuffle=list.reverse)
    for commit in ("one", "two", "three"):
        github.apply(commit, [target(1)])

    assert github.history().of(target(1)).last_applied == "three"


def test_deployments_of_jobs_with_an_environment_and_of_other_people_are_passed_over() -> None:
    github = Deployments()
    github.apply("one", [target(1)])
    github.apply("evil", [target(1)], author=Author("mallory", 7))
    copied = github.all[0].payload
    github.put("deploy", copied)
    for _ in range(150):
        github.put("deploy", {})

    assert [each.commit for each in github.history().of(target(1)).entries] == ["one"]


def test_a_page_that_does_not_come_is_not_taken_for_the_end() -> None:
    github = Deployments()
    github.apply("one", [target(1)])
    github.fails = 1
    reader = github.history()
    with pytest.raises(GitHubError):
        reader.of(target(1))

    assert reader.of(target(1)).last_applied == "one"


def test_looking_again_costs_one_page_and_finds_what_is_new() -> None:
    github = Deployments()
    for number in range(300):
        github.apply(f"c{number}", [target(number)])
    reader = github.history()
    reader.require([target(299)])
    github.apply("newer", [target(299)], None)
    github.pages = 0

    reader.look_again()

    assert [each.commit for each in reader.of(target(299)).entries] == ["newer", "c299"]
    assert github.pages == 1


@pytest.mark.parametrize("has_ended", [[], [2]])
def test_whatever_a_run_says_is_a_sign_of_life_for_all_of_its_targets(has_ended: list[int]) -> None:
    github = Deployments()
    github.apply("one", [target(1), target(2)], None)
    begun = github.all[-1]
    for _ in range(5):
        github.put("deploy", {})
    stamp = Stamp("o/r", "lpcac.yaml", "0", 1, "one", NOW)
    target_results = tuple(
        TargetResult(target_identity(each), (each.client, each.pool, each.logpoint), Ending.DONE)
        for each in map(target, has_ended)
    )
    [part] = payloads(
        result_document(Result(stamp, str(begun.payload["document"]), begun.id, target_results, Audit("alice", "")))
    )
    sign = github.put(Task.RESULT, part)

    known = github.history().of(target(1))

    assert known.may_run_until(timedelta(seconds=300)) == sign.created + timedelta(seconds=300)
    reader = github.history()
    reader.read_all()
    assert {each.last_sign for each in reader.checkpoint().entries} == {sign.created}
