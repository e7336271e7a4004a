"""What is written suits all that it is written for: every logpoint of a client, every client of a folder."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from tests.strength import examples
from tests.unit.sync.live_states import ACME, FOLDER, Desk, Lists, live_states

from lpcac.core.errors import ExitCode
from lpcac.core.files import FileEdit
from lpcac.core.json_values import Json
from lpcac.core.resources import Live, Ownership, Target
from lpcac.models import registry
from lpcac.planning.targets.requests import Request
from lpcac.sync.agreement import for_all_clients, for_all_logpoints
from lpcac.sync.client_state import ClientFolder, ClientState
from lpcac.sync.clients import SyncRequest, sync_clients
from lpcac.sync.result import SyncOptions, SyncResult

BOTH = replace(ACME, logpoints="*")
ARCHIVE = """\
apiVersion: logpoint-cac/v1
kind: Repo
metadata: {name: "archive-${logpoint}"}
spec:
  paths:
    - {path: "/mnt/${logpoint}", retention_days: 90}
"""


def repo(name: str, days: int = 90, path: str = "/data_hot/") -> Json:
    return {"name": name, "repopath": [{"path": path, "retention": days}], "repoha": [], "id": f"id of {name}"}


def archive(logpoint: str, days: int = 90) -> Json:
    return repo(f"archive-{logpoint}", days, f"/mnt/{logpoint}/")


def desk(first: Sequence[Json], second: Sequence[Json], **files: str) -> Desk:
    """Return a client of two logpoints with these repos."""
    own = [(f"{FOLDER}/{name}.yaml", text.encode()) for name, text in files.items()]
    found = Desk({}, own, client=BOTH)
    found.director = Lists({"Repos": list(first)}, {"Repos": list(second)})
    return found


def messages(result: SyncResult) -> str:
    return "\n".join(finding.message for finding in result.findings)


# -- the logpoints of a client


def test_logpoints_that_are_as_their_files_say_need_no_choice_although_they_differ() -> None:
    client = desk([archive("lp-01")], [archive("lp-02")], archive=ARCHIVE)
    result = client.sync_all()
    assert (result.problem, result.edits, result.unchanged, result.missing) == (None, (), 1, ())


def test_what_changed_alike_on_logpoints_that_differ_is_written_once_and_suits_both() -> None:
    first, second = ([archive(name, 30), repo("web", 7)] for name in ("lp-01", "lp-02"))
    client = desk(first, second, archive=ARCHIVE)
    assert client.sync_all().problem is None
    assert client.text("archive.yaml").startswith(ARCHIVE.replace("90", "30"))
    assert all(plan.is_empty for plan in client.plans())


@pytest.mark.parametrize(("first", "second"), [(30, 90), (90, 30), (30, 7)])
def test_what_differs_on_one_logpoint_has_to_be_chosen_and_alone_is_named(first: int, second: int) -> None:
    client = desk([repo("system")], [repo("system")])
    client.sync_all()
    new = {**repo("web"), "id": "the id on the second"}
    client.director = Lists({"Repos": [repo("system", first), repo("web")]}, {"Repos": [repo("system", second), new]})
    result = client.sync_all()
    assert result.problem == (
        'the logpoints of client "acme" ("lp-01", "lp-02") differ in Repo "system": choose one with --logpoint'
    )
    assert (result.exit_code, result.edits) == (ExitCode.USAGE, ())


def test_logpoints_that_are_alike_where_their_files_tell_them_apart_are_not_called_as_declared() -> None:
    """Both are as the files say of the first: for the second something is left to do."""
    alike = [archive("lp-01")]
    client = desk(alike, alike, archive=ARCHIVE)
    result = client.sync_all()
    assert "choose one with --logpoint" in (result.problem or "")


def test_objects_that_are_alike_and_would_be_spelt_in_two_ways_are_named_all_the_same() -> None:
    text = ARCHIVE.replace("archive-${logpoint}", "archive") + "    - {path: /slow, retention_days: 90}\n"
    paths = [{"path": f"/mnt/{logpoint}/", "retention": 90} for logpoint in ("lp-01", "lp-02")]
    alike = [{**repo("archive"), "repopath": paths}]
    result = desk(alike, alike, archive=text).sync_all()
    assert 'differ in Repo "archive": choose one' in (result.problem or "")


def test_a_placeholder_in_the_way_on_one_logpoint_is_told_with_its_name() -> None:
    client = desk([archive("lp-01")], [repo("archive-lp-02", 90, "/elsewhere")], archive=ARCHIVE)
    result = client.sync_all()
    assert (result.problem, result.edits, result.exit_code) == (None, (), ExitCode.NOT_DONE)
    assert messages(result).endswith('Repo "archive-lp-02" (on "lp-02")')


def test_what_one_logpoint_lacks_is_told_and_needs_no_choice_unless_it_is_to_be_removed() -> None:
    client = desk([archive("lp-01"), repo("web")], [repo("web")], archive=ARCHIVE)
    assert [key.name for key in client.sync_all().missing] == ["archive-lp-02"]
    refused = desk([archive("lp-01"), repo("web")], [repo("web")], archive=ARCHIVE).sync_all(remove_missing=True)
    assert 'differ in Repo "archive-lp-02"' in (refused.problem or "")


def test_what_cannot_be_declared_is_told_once_and_with_the_logpoint_where_it_is_not_on_all() -> None:
    twice = [repo("twice"), {**repo("twice"), "id": "2"}]
    assert messages(desk(twice, twice).sync_all()).count("twice") == 1
    assert messages(desk(twice, []).sync_all()).endswith('(on "lp-01")')


@settings(deadline=None, max_examples=examples(25), suppress_health_check=list(HealthCheck))
@given(live_states(), live_states(), st.booleans(), st.tuples(*[st.sampled_from([30, 90])] * 2))
def test_a_sync_of_two_logpoints_suits_both_or_has_one_chosen(
    first: dict[str, list[Json]], other: dict[str, list[Json]], is_other: bool, days: tuple[int, int]
) -> None:
    second = deepcopy(other if is_other else first)
    for state, logpoint, number in ((first, "lp-01", days[0]), (second, "lp-02", days[1])):
        state["Repos"] = [*state["Repos"], archive(logpoint, number)]
    client = Desk(first, [(f"{FOLDER}/archive.yaml", ARCHIVE.encode())], client=BOTH)
    client.director = Lists(first, second)
    result = client.sync_all()
    event(f"refused: {result.problem is not None}")
    if result.problem is not None:
        assert is_other or len(set(days)) == 2, result.problem
        assert (result.edits, "choose one with --logpoint" in result.problem) == ((), True)
        return
    assert not result.errors
    assert not client.loaded().errors
    for plan in client.plans():
        assert not plan.errors
        changed = {change.key for change in plan.changes}
        assert all(f'{key.kind} "' in messages(result) or key in result.missing for key in changed)
    assert client.sync_all().edits == ()


# -- the clients of a folder


def synced(lives: Mapping[str, Sequence[Json]], *folders: str) -> list[SyncResult]:
    """Sync a client for each of these logpoints' repos, in these folders or all in one."""
    requests = []
    for number, (name, repos) in enumerate(lives.items()):
        client = Desk({"Repos": list(repos)}, client=replace(ACME, name=name))
        folder = replace(client.folder(), name=folders[number] if folders else FOLDER)
        requests.append(SyncRequest(Request(client.loaded(), Ownership(), client.director), folder))
    return asyncio.run(sync_clients(registry(), requests, SyncOptions()))


def test_clients_of_one_folder_that_would_need_different_files_are_refused() -> None:
    results = synced({"a": [repo("system", 30)], "b": [repo("system", 90)]})
    for result in results:
        assert result.problem == (
            f'clients "a" and "b" share the folder "{FOLDER}" but need different files: nothing was '
            "written, choose one with --client"
        )
        assert (result.edits, result.objects, result.exit_code) == ((), (), ExitCode.USAGE)


def test_clients_of_one_folder_that_need_the_same_files_get_them_once() -> None:
    results = synced({"a": [repo("system")], "b": [repo("system")]})
    assert [result.problem for result in results] == [None, None]
    assert [[edit.name for edit in result.edits] for result in results] == [[f"{FOLDER}/repos.yaml"], []]


def test_a_client_that_could_not_be_read_keeps_the_folder_that_it_shares_as_it_is() -> None:
    """Nobody knows whether what is written for the other one suits it."""
    client, lost = (Desk({"Repos": [repo("system")]}, client=replace(ACME, name=name)) for name in ("a", "b"))
    requests = [
        SyncRequest(Request(each.loaded(), Ownership(), director, "lost"), each.folder())
        for each, director in ((client, client.director), (lost, None))
    ]
    found, unread = asyncio.run(sync_clients(registry(), requests, SyncOptions()))
    assert (found.edits, found.objects, found.exit_code) == ((), (), ExitCode.NOT_DONE)
    assert found.problem == (f'client "b" has the same folder, "{FOLDER}", and could not be read: nothing was written')
    assert unread.problem == "lost"


def test_a_client_whose_logpoints_differ_was_read_and_holds_up_the_others_of_its_folder() -> None:
    differing = desk([repo("system", 30)], [repo("system", 90)]).sync_all()
    other = SyncResult("b", differing.target, edits=(FileEdit(f"{FOLDER}/r.yaml", None, b"a: 1"),))
    _, found = for_all_clients([FOLDER, FOLDER], [differing, other])
    assert (found.edits, found.exit_code) == ((), ExitCode.USAGE)
    assert 'client "acme" has the same folder' in (found.problem or "")
    assert "could not be synced" in (found.problem or "")


@pytest.mark.parametrize("edits", [(), (FileEdit(f"{FOLDER}/r.yaml", None, b"a: 1"),)])
def test_all_logpoints_that_were_read_are_named_in_their_order(edits: tuple[FileEdit, ...]) -> None:
    """Whatever the Director's, and whether they agree or not."""
    targets = [Target("acme", "p", name, "uuid", f"id of {name}") for name in ("c", "a", "b")]
    decided = [
        (
            ClientState(registry(), ACME, target, Live({}), ClientFolder(FOLDER)),
            SyncResult("acme", target, edits=wanted),
        )
        for target, wanted in zip(targets, (edits, (), ()), strict=True)
    ]
    result = for_all_logpoints(decided)
    assert ([target.logpoint for target in result.targets], bool(result.problem)) == (["a", "b", "c"], bool(edits))


def test_clients_with_folders_of_their_own_have_nothing_to_agree_on() -> None:
    results = synced({"a": [repo("system", 30)], "b": [repo("system", 90)]}, "clients/a", "clients/b")
    assert [result.edits[0].name for result in results] == ["clients/a/repos.yaml", "clients/b/repos.yaml"]
