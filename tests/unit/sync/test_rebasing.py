"""A base that is new to a client's files: what both declare becomes a patch, and nothing of people's is lost."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, event, given, settings
from tests.strength import examples
from tests.unit.sync.live_states import ACME, FOLDER, Desk, live_states

from lpcac.core.errors import ExitCode
from lpcac.core.json_values import Json
from lpcac.sync.nothing_declared_file import NOTHING_FILE
from lpcac.sync.result import EditKind

HEAD = "apiVersion: logpoint-cac/v1\nkind: Repo\n"
TIERS = "spec:\n  paths:\n    - {path: /data_hot, retention_days: 90}\n    - {path: /cold, retention_days: 400}\n"
BASE = [("bases/standard/repos.yaml", f"{HEAD}metadata: {{name: system, description: shared}}\n{TIERS}".encode())]


UPON = replace(ACME, bases=("bases/standard",))


def live(days: int = 90) -> dict[str, list[Json]]:
    paths = [{"path": "/data_hot/", "retention": days}, {"path": "/cold/", "retention": 400}]
    return {"Repos": [{"name": "system", "repopath": paths, "repoha": [], "id": "1"}]}


def desk(text: str, days: int = 90) -> Desk:
    return Desk(live(days), [(f"{FOLDER}/repos.yaml", text.encode())], BASE, UPON)


def test_what_the_base_says_as_well_goes() -> None:
    client = desk(f"{HEAD}metadata: {{name: system}}\n{TIERS}")
    result = client.sync_all(rebase=True)
    assert list(client.files) == [f"{FOLDER}/{NOTHING_FILE}"]
    assert ([each.action for each in result.objects], result.unchanged) == ([EditKind.REMOVED], 0)
    assert client.plan().is_empty


@pytest.mark.parametrize(
    "text",
    [
        f"# Why.\n{HEAD}metadata: {{name: system}}\n{TIERS}",
        f"{HEAD}metadata: {{name: system, labels: {{team: soc}}}}\n{TIERS}",
        f"{HEAD}metadata: {{name: system}}\n" + TIERS.replace("400}", "400}  # agreed"),
    ],
)
def test_what_people_said_of_it_stays(text: str) -> None:
    client = desk(text)
    result = client.sync_all(rebase=True)
    assert ([each.action for each in result.objects], result.errors) == ([EditKind.PATCHED], ())
    for word in ("# Why.", "labels: {team: soc}", "# agreed"):
        assert (word in text) == (word in client.text("repos.yaml"))
    assert "patch: true" in client.text("repos.yaml")
    assert client.plan().is_empty


@pytest.mark.parametrize("days", [60, 30, 90])
def test_what_differs_from_the_base_becomes_a_patch_also_where_the_file_is_outdated(days: int) -> None:
    own = TIERS.replace("90", "60").replace("/data_hot,", "'/data_hot',").replace("400}", "400}  # by law")
    client = desk(f"{HEAD}metadata: {{name: system}}\n{own}", days)
    client.sync_all(rebase=True)
    assert "# by law" in client.text("repos.yaml")
    assert client.plan().is_empty
    assert client.sync_all().edits == ()


@pytest.mark.parametrize("text", ['"${vars.days}"', "*days"])
def test_what_cannot_become_a_patch_without_a_risk_stays_and_is_told_at_its_place(text: str) -> None:
    other = f"{HEAD}metadata: {{name: system}}\n{TIERS}"
    risky = f"---\n{HEAD}metadata: {{name: second, description: &days a}}\nspec:\n  paths:\n"
    risky += f"    - {{path: /x, retention_days: {text}}}\n"
    client = desk(other + risky)
    client.base = [*BASE, ("bases/standard/s.yaml", other.replace("system", "second").encode())]
    before = dict(client.files)
    result = client.sync_all(rebase=True)
    assert result.exit_code is ExitCode.INVALID
    assert client.files == before
    assert {finding.position.line for finding in result.errors if finding.position} <= {3, 11, 13}


@settings(deadline=None, max_examples=examples(20), suppress_health_check=list(HealthCheck))
@given(live_states(), live_states(), live_states())
def test_any_files_on_any_base_make_what_is_live(
    standard: dict[str, list[Json]], own: dict[str, list[Json]], now: dict[str, list[Json]]
) -> None:
    author = Desk(standard)
    author.sync()
    base = [(name.replace(FOLDER, "bases/standard"), content) for name, content in author.files.items()]
    first, second = (_same_names(standard, state) for state in (own, now))
    client = Desk(first)
    client.sync()
    client.base, client.client = base, UPON
    client.director.answers = second
    result = client.sync_all(rebase=True)
    event(f"rebased: {any(each.action is EditKind.PATCHED for each in result.objects)}, {result.exit_code.name}")
    if result.exit_code is ExitCode.INVALID:
        return
    assert not client.loaded().errors
    created = {change.key for change in client.plan().changes if change.before is None}
    assert created <= set(result.missing)
    named = " ".join(finding.message for finding in result.findings)
    assert all(f'{change.key.kind} "' in named for change in client.plan().changes if change.key not in created)


def _same_names(standard: dict[str, list[Json]], state: dict[str, list[Json]]) -> dict[str, list[Json]]:
    return {
        path: [
            {**new, **{f: old[f] for f in ("name", "policy_name") if f in old}}
            for new, old in zip(state[path], standard[path], strict=False)
        ]
        for path in state
    }
