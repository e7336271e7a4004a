"""Pipeline tests run on pull requests and before an apply, and the comment says which events end elsewhere."""

from __future__ import annotations

import pytest
from tests.action.scene import Scene, client, directory_map, repo

SECRET = "jane.doe@example.org"


def pipeline(days: int = 30, catch_all: str = "system") -> str:
    return f"""\
{repo("system", days)}---
{repo("tmp", 1)}---
apiVersion: logpoint-cac/v1
kind: RoutingPolicy
metadata: {{name: windows}}
spec:
  catch_all: {catch_all}
  routing_criteria:
    - {{type: KeyPresentValueMatches, key: event_id, value: "4688", repo: system}}
---
apiVersion: logpoint-cac/v1
kind: ProcessingPolicy
metadata: {{name: windows}}
spec: {{routing_policy: windows}}
"""


def pipeline_test(days: int = 30, *, name: str = "logons are kept", repo_name: str = "system") -> str:
    return f"""\
apiVersion: logpoint-cac/v1
kind: PipelineTest
metadata: {{name: windows}}
spec:
  via: windows
  cases:
    - name: {name}
      event: {{event_id: 4624, user: {SECRET}}}
      expect: {{repo: {repo_name}, at_least: {days}}}
"""


# Only the cases that follow.
TESTS = pipeline_test().partition("    - name")[0]
FILES = {"clients/acme/pipeline.yaml": pipeline(), "clients/acme/tests.yaml": pipeline_test()}


def test_tests_that_pass_are_told_and_reach_no_director(scene: Scene) -> None:
    pull = scene.propose("tests", FILES)

    ran = scene.review(pull)

    assert ran.code == 0, ran.log
    comment = scene.plan_comment(pull)
    assert "Pipeline tests: 1 case: 1 passed." in comment
    assert "PipelineTest" not in comment
    merged = scene.merge(pull)
    assert merged.code == 0, merged.log
    assert sorted({name for _, name in scene.logpoint().created}) == ["system", "tmp", "windows"]


def test_a_failing_test_is_red_annotated_at_both_places_and_in_the_comment(scene: Scene) -> None:
    pull = scene.propose("tests", {**FILES, "clients/acme/tests.yaml": pipeline_test(90)})

    ran = scene.review(pull)

    assert ran.code == 3
    assert "::error file=clients/acme/tests.yaml,line=7,col=7,title=test-failed::" in ran.log
    assert "::error file=clients/acme/pipeline.yaml,line=19,col=14,title=test-failed-by::" in ran.log
    comment = scene.plan_comment(pull)
    assert "1 case: 0 passed, 1 failed" in comment
    assert "logons are kept" in comment


def test_no_output_shows_a_value_of_an_event(scene: Scene) -> None:
    sample = f'{{"event_id": "1", "user": "{SECRET}"}}\n'
    failing = pipeline_test(90) + "    - {name: sampled, from: logons.jsonl, expect: {repo: tmp}}\n"
    pull = scene.propose("tests", {**FILES, "clients/acme/tests.yaml": failing, "clients/acme/logons.jsonl": sample})

    ran = scene.review(pull)

    assert ran.code == 3
    assert "sampled" in ran.log
    for text in (ran.log, ran.summary, scene.plan_comment(pull), str(ran.outputs)):
        assert SECRET not in text


def test_a_change_of_samples_alone_runs_the_tests(scene: Scene) -> None:
    case = "    - {name: sampled, from: logons.jsonl, expect: {repo: system}}\n"
    files = {**FILES, "clients/acme/tests.yaml": pipeline_test() + case, "clients/acme/logons.jsonl": '{"a": "b"}\n'}
    scene.landed("tests", files)
    pull = scene.propose("samples", {"clients/acme/logons.jsonl": "no event\n"})

    assert scene.review(pull).code == 3


def test_a_merge_whose_tests_fail_is_not_applied(scene: Scene) -> None:
    pull = scene.propose("tests", {**FILES, "clients/acme/tests.yaml": pipeline_test(90)})
    scene.review(pull)

    ran = scene.merge(pull)

    assert ran.code == 3
    assert scene.director_writes() == []
    assert "Pipeline tests fail: nothing was applied" in ran.summary
    assert "Pipeline tests fail: nothing was applied" in scene.result_comment(pull)


def test_a_failing_test_of_another_client_does_not_keep_a_merge_from_being_applied(scene: Scene) -> None:
    entries = client("acme", "pool-acme") + client("globex", "pool-globex")
    failing = {"clients/globex/pipeline.yaml": pipeline(), "clients/globex/tests.yaml": pipeline_test(90)}
    scene.repository.push("main", {"lpcac.yaml": directory_map(scene.director.url, entries), **failing})
    pull = scene.propose("tests", FILES)
    scene.review(pull)

    ran = scene.merge(pull)

    assert ran.code == 0, ran.log
    assert scene.logpoint().names("Repo")


def test_tests_that_are_loosened_stand_outside_the_folds(scene: Scene) -> None:
    scene.landed("tests", FILES)
    pull = scene.propose("loosen", {"clients/acme/tests.yaml": pipeline_test(1)})

    ran = scene.review(pull)

    assert ran.code == 0, ran.log
    [line] = [line for line in scene.plan_comment(pull).splitlines() if "Checks loosened" in line]
    assert "changes what is expected of case" in line
    assert "which still holds" in line


OTHERS = {
    "the test is gone": {"clients/acme/tests.yaml": None},
    "the case has an event that is easier": {
        "clients/acme/tests.yaml": pipeline_test().replace("event_id: 4624", "event_id: 4688")
    },
    "the client has another name": {"lpcac.yaml": "acme-renamed", "clients/acme/tests.yaml": None},
}


@pytest.mark.parametrize("how", OTHERS)
def test_a_test_that_is_taken_out_of_the_way_still_counts(how: str, scene: Scene) -> None:
    scene.landed("tests", FILES)
    changed = {"clients/acme/pipeline.yaml": pipeline(catch_all="tmp"), **OTHERS[how]}
    if "lpcac.yaml" in changed:
        entry = client("acme2", "pool-acme", "[lp-01, lp-02]").replace("clients/acme2", "clients/acme")
        changed["lpcac.yaml"] = directory_map(scene.director.url, entry)
    pull = scene.propose("loosen", changed)

    ran = scene.review(pull)

    assert ran.code == 3
    assert "::error file=clients/acme/pipeline.yaml,line=19,col=14,title=test-failed::" in ran.log
    [line] = [line for line in scene.plan_comment(pull).splitlines() if "Checks loosened" in line]
    assert "which fails now" in line
    assert SECRET not in ran.log + scene.plan_comment(pull)


@pytest.mark.parametrize("how", ["its file", "its sample"])
def test_a_test_that_a_direct_push_took_out_of_the_way_still_counts_until_its_loss_is_shown(
    how: str, scene: Scene
) -> None:
    case = "    - {name: sampled, from: logons.jsonl, expect: {repo: system}}\n"
    sample = '{"event_id": "4624"}\n'
    scene.landed(
        "tests",
        {**FILES, "clients/acme/tests.yaml": pipeline_test() + case, "clients/acme/logons.jsonl": sample},
    )
    easier = {"clients/acme/logons.jsonl": sample.replace("4624", "4688"), "clients/acme/tests.yaml": TESTS + case}
    scene.pushed(scene.repository.push("main", {"clients/acme/tests.yaml": None} if how == "its file" else easier))
    moved = {"clients/acme/pipeline.yaml": pipeline(catch_all="tmp")}
    pull, more = scene.propose("move", moved), scene.propose("more", {"clients/acme/more.yaml": repo("more")})

    ran, harmless = scene.review(pull), scene.review(more)

    assert (ran.code, harmless.code) == (3, 0), harmless.log
    for each, said in ((pull, "which fails now"), (more, "which still holds")):
        [line] = [line for line in scene.plan_comment(each).splitlines() if "Checks loosened" in line]
        assert said in line


def test_a_test_that_goes_with_its_processing_policy_is_told_and_no_more(scene: Scene) -> None:
    scene.landed("tests", FILES)
    smaller = pipeline()[: pipeline().rindex("---")]
    pull = scene.propose("less", {"clients/acme/pipeline.yaml": smaller, "clients/acme/tests.yaml": None})

    ran = scene.review(pull)

    assert ran.code == 0, ran.log
    [line] = [line for line in scene.plan_comment(pull).splitlines() if "Checks loosened" in line]
    assert "whose processing policy is not declared any more" in line


def test_the_comment_has_a_table_of_events_that_end_elsewhere(scene: Scene) -> None:
    scene.landed("tests", FILES)
    tests = {"clients/acme/tests.yaml": pipeline_test(1, repo_name="tmp")}
    pull = scene.propose("move", {"clients/acme/pipeline.yaml": pipeline(catch_all="tmp"), **tests})

    ran = scene.review(pull)

    assert ran.code == 0, ran.log
    comment = scene.plan_comment(pull)
    table = comment[comment.index("#### Events that end elsewhere") :].splitlines()[2:6]
    assert table == [
        "| Events | Enter by | Before | After |",
        "| --- | --- | --- | --- |",
        "| ⚠️ `case windows / logons are kept` | `windows` | `30 days in system` | `1 day in tmp` |",
        "| ⚠️ `that match nothing` | `windows` | `30 days in system` | `1 day in tmp` |",
    ]


def test_nothing_is_said_of_events_when_none_ends_elsewhere(scene: Scene) -> None:
    scene.landed("tests", FILES)
    pull = scene.propose("more", {"clients/acme/more.yaml": repo("more")})

    scene.review(pull)

    assert "end elsewhere" not in scene.plan_comment(pull)


def test_a_drift_check_runs_no_tests(scene: Scene) -> None:
    scene.landed("tests", FILES)
    red = scene.propose("red", {"clients/acme/tests.yaml": pipeline_test(90)})
    assert scene.merge(red).code == 3

    ran = scene.night()

    assert ran.code == 0, ran.log
    assert "test-failed" not in ran.log
