"""What a sync does to files that people wrote, and to clients on bases."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from time import process_time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.strength import examples
from tests.unit.sync.live_states import ACME, FOLDER, Desk, live_states

from lpcac.core.errors import ExitCode
from lpcac.core.findings import Severity
from lpcac.core.json_values import Json
from lpcac.core.resources import ResourceKey
from lpcac.sync import decision as sync_decision
from lpcac.sync.document_edits import kind_file
from lpcac.sync.nothing_declared_file import NOTHING, NOTHING_FILE
from lpcac.sync.result import EditKind, SyncResult
from lpcac.yaml_editing.file_editor import edited

HEAD = "apiVersion: logpoint-cac/v1\nkind: Repo\n"
SYSTEM = f"""\
# What we keep, and why.
---
{HEAD}metadata:
  name: 'system'   # quoted by hand
  description: Operating systems
  labels: {{team: soc}}
spec:
  paths:
    # Fast disks.
    - {{path: /data_hot,  retention_days: 90}}   # the analysts asked for 90
    # Slow disks.
    - path: "/cold_nfs"
      retention_days: 275
"""


def repo(name: str, *tiers: tuple[str, int]) -> Json:
    paths = [{"path": path, "retention": days} for path, days in tiers or [("/data_hot/", 90)]]
    return {"name": name, "repopath": paths, "repoha": [], "id": f"id of {name}"}


def routing(name: str, catch_all: str, *criteria: Json) -> Json:
    return {"policy_name": name, "catch_all": catch_all, "routing_criteria": list(criteria), "id": f"id of {name}"}


def criterion(value: str, goes_to: str = "system", drop: str = "store") -> Json:
    return {"type": "KeyPresentValueMatches", "key": "event", "value": value, "repo": goes_to, "drop": drop}


def system(*days: int) -> Json:
    paths = ("/data_hot/", "/cold_nfs/", "/archive/")
    return repo("system", *zip(paths, days, strict=False))


def desk(live: Mapping[str, list[Json]], base: str = "", client: Any = ACME, **files: str) -> Desk:
    """Return a client's folder with these files, over a base of one file."""
    own = [(f"{FOLDER}/{name}.yaml", text.encode()) for name, text in files.items()]
    return Desk(dict(live), own, [("bases/standard/all.yaml", base.encode())] if base else [], client)


def deeds(result: SyncResult) -> dict[tuple[str, str], EditKind]:
    return {each.key: each.action for each in result.objects}


def messages(result: SyncResult) -> str:
    return "\n".join(finding.message for finding in result.findings)


# -- files that people wrote


def test_a_changed_value_changes_its_own_characters_and_nothing_else() -> None:
    client = desk({"Repos": [system(30, 275)]}, mine=SYSTEM)
    assert deeds(client.sync()) == {("Repo", "system"): EditKind.UPDATED}
    assert client.text("mine.yaml") == SYSTEM.replace("retention_days: 90}", "retention_days: 30}")


def test_a_value_that_is_spelt_otherwise_and_means_the_same_is_left_as_it_is() -> None:
    text = SYSTEM.replace("/data_hot", "/data_hot/")
    client = desk({"Repos": [system(90, 7)]}, mine=text)
    client.sync()
    assert client.text("mine.yaml") == text.replace("275", "7")


def test_a_list_item_that_goes_and_has_comments_becomes_one_so_that_they_are_understood() -> None:
    client = desk({"Repos": [repo("system", ("/cold_nfs", 275))]}, mine=SYSTEM)
    client.sync()
    assert client.text("mine.yaml") == SYSTEM.replace("- {path: /data_hot", "# - {path: /data_hot")
    client.director.answers["Repos"] = [system(90, 275)]
    client.sync()
    assert client.plan().is_empty


def test_a_list_item_that_goes_and_has_no_comments_is_gone() -> None:
    bare = "    - {path: /archive, retention_days: 7}\n"
    client = desk({"Repos": [system(90, 275)]}, mine=SYSTEM + bare)
    client.sync()
    assert client.text("mine.yaml") == SYSTEM


def test_a_new_list_item_is_laid_out_as_its_neighbours_are() -> None:
    flow = SYSTEM.replace('path: "/cold_nfs"\n      retention_days: 275', "{path: /cold_nfs, retention_days: 275}")
    for text, added in (
        (SYSTEM, "    - path: /archive\n      retention_days: 7\n"),
        (flow, "    - {path: /archive, retention_days: 7}\n"),
    ):
        client = desk({"Repos": [system(90, 275, 7)]}, mine=text)
        client.sync()
        assert client.text("mine.yaml").endswith(added)


def test_a_field_that_is_not_declared_yet_is_added_behind_the_field_it_follows() -> None:
    live = {**system(90, 275), "repoha": [{"ha_li": "192.0.2.1", "ha_day": 3}]}
    client = desk({"Repos": [live]}, mine=SYSTEM)
    client.sync()
    assert client.text("mine.yaml") == SYSTEM + "  remote_logpoints:\n    - {ip: 192.0.2.1, available_days: 3}\n"


def test_defaults_that_are_not_written_out_stay_so() -> None:
    text = (
        "apiVersion: logpoint-cac/v1\nkind: RoutingPolicy\nmetadata: {name: p}\nspec:\n  catch_all: system\n"
        "  routing_criteria:\n    - {type: KeyPresentValueMatches, key: event, value: a, repo: system}\n"
        "    - {type: KeyPresentValueMatches, key: event, value: b, repo: system}\n"
    )
    live = {"Repos": [system(90, 275)], "RoutingPolicies": [routing("p", "system", criterion("a"), criterion("c"))]}
    client = desk(live, mine=SYSTEM, routes=text)
    client.sync()
    assert client.text("routes.yaml") == text.replace("value: b", "value: c")


def test_criteria_that_change_places_keep_every_comment() -> None:
    text = (
        "apiVersion: logpoint-cac/v1\nkind: RoutingPolicy\nmetadata: {name: p}\nspec:\n  catch_all: system\n"
        "  routing_criteria:\n    # one\n    - {type: KeyPresent, key: a, repo: system}\n"
        "    # two\n    - {type: KeyPresent, key: b, repo: system}\n"
    )
    swapped = [{"type": "KeyPresent", "key": key, "value": "", "repo": "system", "drop": "store"} for key in "ba"]
    live = {"Repos": [system(90, 275)], "RoutingPolicies": [routing("p", "system", *swapped)]}
    client = desk(live, mine=SYSTEM, routes=text)
    client.sync()
    assert client.plan().is_empty
    one, two = (
        f"    # {word}\n    - {{type: KeyPresent, key: {key}, repo: system}}\n"
        for word, key in (("one", "a"), ("two", "b"))
    )
    assert client.text("routes.yaml") == text.replace(one + two, two + one)


@settings(deadline=None, max_examples=examples(20))
@given(st.permutations([f"repo-{number}" for number in range(12)]))
def test_objects_and_messages_come_kind_by_kind_and_by_name_however_the_logpoint_lists_them(names: list[str]) -> None:
    lost = [{**repo(f"twice-{name}"), "id": f"{copy} of {name}"} for name in names for copy in (1, 2)]
    live = {"Repos": [*map(repo, names), *lost], "RoutingPolicies": [routing(name, name) for name in names]}
    client = desk(live)
    result = client.sync()
    by_name = sorted(names)
    assert [each.key for each in result.objects] == [
        ResourceKey(kind, name) for kind in ("Repo", "RoutingPolicy") for name in by_name
    ]
    for file in ("repos.yaml", "routing.yaml"):
        assert re.findall(r"^  name: (.*)$", client.text(file), re.MULTILINE) == by_name
    told = [f'Repo "twice-{name}" is left out' for name in by_name]
    assert [finding.message.partition(":")[0] for finding in result.findings] == told
    client.director.answers = {}
    assert client.sync().missing == tuple(each.key for each in result.objects)


def test_a_new_object_goes_behind_those_of_the_only_file_that_holds_its_kind_alone() -> None:
    client = desk({"Repos": [system(90, 275), repo("b"), repo("a")]}, mine=SYSTEM)
    result = client.sync()
    assert {each.file for each in result.objects} == {f"{FOLDER}/mine.yaml"}
    assert client.text("mine.yaml").startswith(SYSTEM)
    assert client.text("mine.yaml").index("name: a") < client.text("mine.yaml").index("name: b")


def test_a_new_object_goes_to_the_file_named_after_its_kind_where_several_could_take_it() -> None:
    client = desk({"Repos": [system(90, 275), repo("a")]}, mine=SYSTEM, other=SYSTEM.replace("system", "web"))
    result = client.sync()
    assert [each.file for each in result.objects] == [f"{FOLDER}/repos.yaml"]
    assert result.missing == (ResourceKey("Repo", "web"),)


@pytest.mark.parametrize(
    ("kind", "file"),
    [
        ("Repo", "repos.yaml"),
        ("RoutingPolicy", "routing.yaml"),
        ("NormalizationPolicy", "normalization.yaml"),
        ("ProcessingPolicy", "processing.yaml"),
        ("EnrichmentPolicy", "enrichment.yaml"),
        ("AlertRule", "alert-rules.yaml"),
        ("Policy", "policys.yaml"),
    ],
)
def test_the_file_of_a_kind_follows_from_its_name(kind: str, file: str) -> None:
    assert kind_file(kind) == file


def test_a_byte_order_mark_and_windows_line_ends_stay() -> None:
    text = "\ufeff" + SYSTEM.replace("\n", "\r\n")
    client = desk({"Repos": [system(30, 275), repo("a")]}, mine=text)
    client.sync()
    written = client.files[f"{FOLDER}/mine.yaml"].decode()
    assert written.startswith(text.replace("days: 90}", "days: 30}"))
    assert written.count("\n") == written.count("\r\n")
    assert client.plan().is_empty


def test_a_thousand_objects_that_all_changed_take_seconds_at_most() -> None:
    before = Desk({"Repos": [repo(f"repo-{number:04d}", ("/a/", 9), ("/b/", 9)) for number in range(1000)]})
    before.sync()
    before.director.answers["Repos"] = [repo(f"repo-{n:04d}", ("/a/", 7), ("/b/", 9)) for n in range(1000)]
    begun = process_time()
    assert len(before.sync().objects) == 1000
    assert process_time() - begun < 30
    assert before.text("repos.yaml").count("{path: /a, retention_days: 7}") == 1000


# -- what is not live any more


def test_what_is_not_live_stays_and_is_told() -> None:
    client = desk({"Repos": []}, mine=SYSTEM)
    result = client.sync()
    assert (result.edits, result.missing) == ((), (ResourceKey("Repo", "system"),))


def test_what_is_not_live_is_removed_when_it_is_asked_for_and_comments_around_it_stay() -> None:
    text = f"{SYSTEM}# About b.\n---\n{HEAD}metadata: {{name: b}}\nspec: {{paths: [{{path: /b, retention_days: 1}}]}}\n"
    client = desk({"Repos": [repo("b", ("/b/", 1))]}, mine=text)
    assert deeds(client.sync(remove_missing=True)) == {("Repo", "system"): EditKind.REMOVED}
    head, _, document = SYSTEM.partition("---\n")
    gone = "".join(f"# {line}" for line in document.splitlines(keepends=True))
    assert client.text("mine.yaml") == f"{head}{gone}# About b.\n{text[text.rindex('---') :]}"


def test_a_file_that_says_nothing_any_more_is_deleted() -> None:
    schema = "# yaml-language-server: $schema=../../schemas/repo.schema.json\n"
    bare = f"{schema}{HEAD}metadata: {{name: b}}\nspec: {{paths: [{{path: /b, retention_days: 1}}]}}\n"
    client = desk(
        {"Repos": [repo("a", ("/data_hot", 90), ("/cold_nfs", 275))]}, mine=bare, other=SYSTEM.replace("system", "a")
    )
    client.sync(remove_missing=True)
    assert list(client.files) == [f"{FOLDER}/other.yaml"]


def test_what_something_else_refers_to_is_not_removed() -> None:
    live = {"Repos": [], "RoutingPolicies": [routing("p", "system")]}
    client = desk(live, mine=SYSTEM)
    result = client.sync(remove_missing=True)
    assert deeds(result) == {("RoutingPolicy", "p"): EditKind.DECLARED}
    assert result.missing == (ResourceKey("Repo", "system"),)
    assert client.loaded().findings == ()


# -- what stands in the way


@pytest.mark.parametrize(
    "mistake", ["spec: [", "spec: {paths: 1}\n", "spec: {paths: [{path: /a, retention_days: 1}]}\nspec: 1\n"]
)
def test_a_file_with_an_error_is_left_alone_and_the_others_are_not(mistake: str) -> None:
    broken = f"{SYSTEM}---\n{HEAD}metadata: {{name: broken}}\n{mistake}"
    client = desk({"Repos": [system(30, 275), repo("a")]}, broken=broken)
    client.director.answers["RoutingPolicies"] = [routing("p", "a")]
    result = client.sync()
    assert client.text("broken.yaml") == broken
    assert "broken.yaml" in messages(result)
    assert 'Repo "system"' in messages(result)
    assert result.exit_code is ExitCode.INVALID
    assert f"{FOLDER}/routing.yaml" in client.files


def test_what_may_stand_in_an_unreadable_part_is_not_declared_a_second_time() -> None:
    broken = f"{HEAD}metadata: {{name: hidden}}\nspec: [\n"
    client = desk({"Repos": [repo("hidden"), repo("open")]}, broken=broken)
    result = client.sync()
    assert deeds(result) == {("Repo", "open"): EditKind.DECLARED}
    assert 'not updated: Repo "hidden"' in messages(result)


def test_a_placeholder_where_the_logpoint_differs_leaves_the_file_alone() -> None:
    client_with_vars = replace(ACME, vars={"hot_days": 90})
    text = SYSTEM.replace("retention_days: 90", "retention_days: '${vars.hot_days}'")
    client = desk({"Repos": [system(30, 275)]}, "", client_with_vars, mine=text)
    result = client.sync()
    assert client.text("mine.yaml") == text
    assert "${vars.hot_days}" in messages(result)
    assert result.exit_code is ExitCode.NOT_DONE


def test_a_placeholder_beside_what_differs_stays() -> None:
    client_with_vars = replace(ACME, vars={"hot_days": 90})
    text = SYSTEM.replace("retention_days: 90", "retention_days: '${vars.hot_days}'")
    client = desk({"Repos": [system(90, 30)]}, "", client_with_vars, mine=text)
    assert not client.sync().findings
    assert client.text("mine.yaml") == text.replace("275", "30")


def test_a_document_with_aliases_is_left_alone_when_it_has_to_change() -> None:
    text = f"{HEAD}metadata: {{name: system}}\nspec:\n  paths: [&a {{path: /a, retention_days: 1}}, *a]\n"
    client = desk({"Repos": [repo("system", ("/a/", 1))]}, mine=text)
    assert "alias" in messages(client.sync())
    assert client.text("mine.yaml") == text


def test_a_name_that_two_live_objects_have_is_left_out_with_what_refers_to_it() -> None:
    live = {"Repos": [repo("twice"), repo("twice"), repo("a")], "RoutingPolicies": [routing("p", "twice")]}
    result = desk(live).sync()
    assert deeds(result) == {("Repo", "a"): EditKind.DECLARED}
    assert 'Repo "twice" is left out: the logpoint has more than one' in messages(result)
    assert 'RoutingPolicy "p" is left out: it refers to repo "twice"' in messages(result)


@pytest.mark.parametrize(
    ("policy", "reason"),
    [
        ({"routing_policy": "gone"}, "there is no routing policy with id gone"),
        ({"routing_policy": "id of p", "enrich_policy": "gone"}, "there is no enrichment policy with id gone"),
        ({"routing_policy": "id of p", "policy_name": "a\nb"}, "must be a name on one line"),
        ({"routing_policy": "id of p", "policy_name": "\ud800"}, "surrogate"),
        ({"routing_policy": "id of p", "norm_policy": "gone"}, "it refers to normalization policy"),
    ],
)
def test_what_cannot_be_declared_is_left_out_with_the_reason(policy: Json, reason: str) -> None:
    live = {"policy_name": "x", "norm_policy": "None", "enrich_policy": "None", "id": "1"} | policy
    client = desk({"Repos": [repo("a")], "RoutingPolicies": [routing("p", "a")], "ProcessingPolicy": [live]})
    result = client.sync()
    assert ("ProcessingPolicy", "x") not in deeds(result)
    assert reason in messages(result)
    assert result.exit_code is ExitCode.OK


def test_external_objects_are_passed_over_and_may_be_referred_to() -> None:
    client = replace(ACME, external=frozenset({ResourceKey("Repo", "theirs")}))
    folder = desk({"Repos": [repo("theirs")], "RoutingPolicies": [routing("p", "theirs")]}, "", client)
    result = folder.sync()
    assert deeds(result) == {("RoutingPolicy", "p"): EditKind.DECLARED}
    assert result.external == 1
    assert folder.loaded().findings == ()


def test_a_file_that_its_owner_made_read_only_is_left_alone_and_named_when_it_would_have_to_change() -> None:
    client = desk({"Repos": [system(30, 275)]}, mine=SYSTEM)
    client.read_only = frozenset({f"{FOLDER}/mine.yaml"})
    result = client.sync()
    assert (result.edits, result.exit_code) == ((), ExitCode.NOT_DONE)
    assert 'mine.yaml" was not changed: it is read-only but must change; not updated: Repo "system"' in (
        messages(result)
    )
    client.director.answers["Repos"] = [system(90, 275)]
    assert client.sync().findings == ()


def test_what_is_new_goes_beside_a_file_that_is_read_only() -> None:
    client = desk({"Repos": [system(90, 275), repo("a")]}, mine=SYSTEM)
    client.read_only = frozenset({f"{FOLDER}/mine.yaml"})
    client.sync()
    assert client.text("mine.yaml") == SYSTEM
    assert "name: a" in client.text("repos.yaml")
    assert client.plan().is_empty


def test_the_file_that_says_that_nothing_is_declared_stays_and_is_named_when_it_is_read_only() -> None:
    client = desk({})
    client.sync()
    client.read_only = frozenset({f"{FOLDER}/{NOTHING_FILE}"})
    client.director.answers["Repos"] = [repo("a")]
    assert f'{NOTHING_FILE}" was not changed' in messages(client.sync())
    assert client.files.keys() == {f"{FOLDER}/{NOTHING_FILE}", f"{FOLDER}/repos.yaml"}


ROUTE = """\
apiVersion: logpoint-cac/v1
kind: RoutingPolicy
metadata: {name: p}
spec: {catch_all: system, routing_criteria: []}
"""
CHAIN = {
    "Repos": [system(30, 275)],
    "RoutingPolicies": [routing("p", "system"), routing("new", "system")],
    "ProcessingPolicy": [
        {"policy_name": name, "routing_policy": route, "norm_policy": "None", "enrich_policy": "None", "id": name}
        for name, route in (("on new", "id of new"), ("on p", "id of p"))
    ],
}


def test_what_refers_to_what_could_not_be_written_is_not_written_either() -> None:
    client = desk(CHAIN, mine=SYSTEM, routing=ROUTE)
    client.read_only = frozenset({f"{FOLDER}/routing.yaml"})
    result = client.sync()
    assert deeds(result) == {("Repo", "system"): EditKind.UPDATED, ("ProcessingPolicy", "on p"): EditKind.DECLARED}
    assert 'ProcessingPolicy "on new" is left out: it refers to routing policy "new"' in messages(result)
    assert 'routing.yaml" was not changed' in messages(result)
    assert (result.exit_code, result.unchanged) == (ExitCode.NOT_DONE, 1)
    assert client.loaded().findings == ()


def test_a_chain_of_which_nothing_can_be_written_leaves_nothing_that_is_wrong() -> None:
    client = desk(CHAIN, repos="# Ours alone.\n")
    client.read_only = frozenset({f"{FOLDER}/repos.yaml"})
    result = client.sync()
    assert (result.objects, result.edits) == ((), ())
    assert 'RoutingPolicy "p" is left out: it refers to repo "system"' in messages(result)


def test_what_an_outdated_declaration_that_has_to_stay_refers_to_is_not_removed() -> None:
    client = desk({"Repos": [repo("web")], "RoutingPolicies": [routing("p", "web")]}, mine=SYSTEM, routing=ROUTE)
    client.read_only = frozenset({f"{FOLDER}/routing.yaml"})
    result = client.sync(remove_missing=True)
    assert deeds(result) == {("Repo", "web"): EditKind.DECLARED}
    assert client.loaded().findings == ()


def test_what_a_declaration_that_cannot_be_removed_refers_to_is_not_removed() -> None:
    client = desk({}, mine=SYSTEM, routing=ROUTE)
    client.read_only = frozenset({f"{FOLDER}/routing.yaml"})
    assert client.sync(remove_missing=True).edits == ()
    assert client.loaded().findings == ()


def test_an_object_that_is_too_large_for_a_document_is_left_out_and_keeps_nothing_else_from_being_written() -> None:
    criteria = [criterion(f"{number} {'x' * 2000}") for number in range(520)]
    client = desk({**CHAIN, "RoutingPolicies": [routing("p", "system", *criteria), routing("new", "system")]})
    result = client.sync()
    assert 'RoutingPolicy "p" is left out: as YAML it is larger than 1 MiB' in messages(result)
    assert 'ProcessingPolicy "on p" is left out: it refers to routing policy "p"' in messages(result)
    assert len(result.objects) == 3
    assert client.loaded().findings == ()
    assert client.plan().is_empty


def test_a_document_that_would_become_too_large_with_its_comments_is_left_alone() -> None:
    room = 1024 * 1024 - len(SYSTEM[SYSTEM.index("---") :])
    client = desk({"Repos": [system(1000, 275)]}, mine=SYSTEM + "#" * room)
    assert 'mine.yaml" was not changed: a document in it would be over 1 MiB' in messages(client.sync())


def test_an_edit_that_does_not_say_what_is_live_is_not_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is wrong with the editing, and even where the file says what was asked of it."""

    def wrong(*arguments: Any) -> bytes:
        return edited(*arguments).replace(b"retention_days: 30}", b"retention_days: 31}")

    monkeypatch.setattr(sync_decision, "edited", wrong)
    client = desk({"Repos": [system(30, 275)], "RoutingPolicies": [routing("p", "system")]}, mine=SYSTEM)
    result = client.sync()
    assert deeds(result) == {("RoutingPolicy", "p"): EditKind.DECLARED}
    assert client.text("mine.yaml") == SYSTEM
    assert 'Repo "system" could not be written to match what is live' in messages(result)
    assert result.exit_code is ExitCode.NOT_DONE


def test_a_removal_that_removes_nothing_is_not_made(monkeypatch: pytest.MonkeyPatch) -> None:
    def idle(content: bytes, *_: Any) -> bytes:
        return content + b"# Removed.\n"

    monkeypatch.setattr(sync_decision, "edited", idle)
    client = desk({}, mine=SYSTEM)
    result = client.sync(remove_missing=True)
    assert (result.objects, result.edits) == ((), ())
    assert client.text("mine.yaml") == SYSTEM


def test_a_vendors_object_that_is_declared_is_brought_up_to_date() -> None:
    text = f"{HEAD}metadata: {{name: default}}\nspec: {{paths: [{{path: /data_hot, retention_days: 9}}]}}\n"
    client = desk({"Repos": [repo("default"), repo("_logpoint")]}, mine=text)
    assert deeds(client.sync()) == {("Repo", "default"): EditKind.UPDATED}
    assert client.plan().is_empty


# -- bases

BASE = f"""\
{HEAD}metadata: {{name: system}}
spec:
  paths:
    - {{path: /data_hot, retention_days: "${{vars.hot_days}}"}}
    - {{path: /cold_nfs, retention_days: 275}}
---
apiVersion: logpoint-cac/v1
kind: RoutingPolicy
metadata: {{name: windows}}
spec: {{catch_all: system, routing_criteria: []}}
"""
ON_BASE = replace(ACME, bases=("bases/standard",), vars={"hot_days": 90})
LIVE = {"Repos": [system(90, 275)], "RoutingPolicies": [routing("windows", "system")]}


def test_a_client_that_is_as_its_base_says_gets_no_file_but_the_one_that_keeps_its_folder_in_git() -> None:
    client = desk(LIVE, BASE, ON_BASE)
    result = client.sync()
    assert (result.objects, result.unchanged) == ((), 2)
    assert client.files == {f"{FOLDER}/{NOTHING_FILE}": NOTHING}
    assert client.loaded().findings == ()
    assert client.plan().is_empty
    assert client.sync().edits == ()


def test_the_file_that_says_that_nothing_is_declared_goes_when_something_is() -> None:
    client = desk(LIVE, BASE, ON_BASE)
    client.sync()
    client.director.answers["Repos"] = [system(30, 275)]
    client.sync()
    assert client.files.keys() == {f"{FOLDER}/repos.yaml"}
    client.director.answers["Repos"] = [system(90, 275)]
    client.sync()
    assert client.files == {f"{FOLDER}/{NOTHING_FILE}": NOTHING}


def test_a_person_who_wrote_into_that_file_keeps_it() -> None:
    client = desk(LIVE, BASE, ON_BASE)
    ours = f"{FOLDER}/{NOTHING_FILE}"
    client.files[ours] = b"# Waiting for the new disks.\n"
    client.sync()
    client.director.answers["Repos"] = [system(30, 275)]
    client.sync()
    assert client.files[ours] == b"# Waiting for the new disks.\n"


def test_a_folder_with_other_files_needs_none_where_there_is_a_base() -> None:
    assert desk(LIVE, BASE, ON_BASE).sync(holds_more=True).edits == ()
    assert desk({}).sync(holds_more=True).edits[0].after == NOTHING


def test_a_logpoint_without_anything_makes_an_empty_client_that_a_warning_tells() -> None:
    client = desk({"Repos": [repo("twice"), repo("twice")]})
    assert 'Repo "twice" is left out' in messages(client.sync())
    (finding,) = client.loaded().findings
    assert (finding.code, finding.severity) == ("no-resources", Severity.WARNING)
    assert client.plan().is_empty
    assert client.sync().edits == ()


def test_the_last_object_that_is_removed_leaves_an_empty_client() -> None:
    client = desk({"Repos": [repo("a")]})
    client.sync()
    client.director.answers["Repos"] = []
    client.sync(remove_missing=True)
    assert client.files == {f"{FOLDER}/{NOTHING_FILE}": NOTHING}
    assert client.plan().is_empty


def test_a_client_on_a_base_may_lack_all_of_it() -> None:
    client = desk({}, BASE, ON_BASE)
    assert set(deeds(client.sync(drop_missing=True)).values()) == {EditKind.DROPPED}
    assert client.loaded().findings == ()
    assert client.plan().is_empty


def test_only_the_keys_that_differ_from_the_base_are_written_as_a_patch() -> None:
    live = {**LIVE, "RoutingPolicies": [routing("windows", "system", criterion("${x}", drop="discard"))]}
    client = desk(live, BASE, ON_BASE)
    assert deeds(client.sync()) == {("RoutingPolicy", "windows"): EditKind.PATCHED}
    assert client.text("routing.yaml") == (
        "apiVersion: logpoint-cac/v1\nkind: RoutingPolicy\nmetadata:\n  name: windows\n  patch: true\nspec:\n"
        "  routing_criteria:\n"
        '    - {type: KeyPresentValueMatches, key: event, value: "$${x}", repo: system, drop: discard}\n'
    )
    assert client.loaded().findings == ()
    assert client.plan().is_empty


def test_a_key_that_only_the_base_has_is_removed_by_null() -> None:
    copies = "  remote_logpoints: [{ip: 192.0.2.1, available_days: 3}]\n"
    base = BASE.replace("spec:\n  paths:", f"spec:\n{copies}  paths:")
    client = desk(LIVE, base, ON_BASE)
    client.sync()
    assert client.text("repos.yaml").endswith("spec:\n  remote_logpoints: null\n")
    assert client.plan().is_empty


def test_a_patch_that_is_there_is_edited_in_place() -> None:
    patch = (
        "# Longer, by contract.\n" + HEAD + "metadata: {name: system, patch: true, description: ours}\nspec:\n"
        "  paths:\n    - {path: /data_hot, retention_days: 365}   # contract\n"
    )
    client = desk({**LIVE, "Repos": [repo("system", ("/data_hot", 180))]}, BASE, ON_BASE, ours=patch)
    assert deeds(client.sync()) == {("Repo", "system"): EditKind.PATCHED}
    assert client.text("ours.yaml") == patch.replace("365", "180")
    assert client.plan().is_empty


def test_a_patch_that_has_nothing_to_say_any_more_goes() -> None:
    patch = HEAD + "metadata: {name: system, patch: true}\nspec: {paths: [{path: /a, retention_days: 1}]}\n"
    client = desk(LIVE, BASE, ON_BASE, ours=patch)
    client.sync()
    assert client.files.keys() == {f"{FOLDER}/{NOTHING_FILE}"}
    assert client.plan().is_empty


def test_a_patch_that_a_person_explained_stays_as_one_that_says_nothing() -> None:
    patch = (
        "# Longer, by contract.\n" + HEAD + "metadata: {name: system, patch: true}\nspec:\n  paths:\n"
        "    # Until 2031.\n    - {path: /data_hot, retention_days: 365}   # contract\n"
    )
    client = desk(LIVE, BASE, ON_BASE, ours=patch)
    assert deeds(client.sync()) == {("Repo", "system"): EditKind.PATCHED}
    assert client.text("ours.yaml") == patch.replace("spec:\n", "spec: {}\n").replace(
        "  paths:\n", "  # paths:\n"
    ).replace("    # Until", "  #   # Until").replace("    - {path", "  #   - {path")
    assert client.loaded().findings == ()
    assert client.plan().is_empty
    assert client.sync().edits == ()


def test_a_patch_that_drops_what_is_live_and_says_why_stays_without_dropping_it() -> None:
    patch = HEAD + "metadata: {name: system, patch: true}\nspec: null   # no such system here\n"
    client = desk(LIVE, BASE, ON_BASE, ours=patch)
    client.sync()
    assert client.text("ours.yaml") == patch.replace("null", "{}")
    assert client.plan().is_empty


def test_a_patch_that_drops_what_is_live_goes() -> None:
    client = desk(LIVE, BASE, ON_BASE, ours=HEAD + "metadata: {name: system, patch: true}\nspec: null\n")
    client.sync()
    assert client.plan().is_empty


def test_what_a_base_has_and_the_logpoint_lacks_is_told_and_would_be_created() -> None:
    client = desk({"Repos": [system(90, 275)]}, BASE, ON_BASE)
    result = client.sync(remove_missing=True)
    assert (result.objects, result.missing) == ((), (ResourceKey("RoutingPolicy", "windows"),))


def test_what_a_base_has_and_the_logpoint_lacks_is_dropped_when_it_is_asked_for() -> None:
    client = desk({"Repos": [system(90, 275)]}, BASE, ON_BASE)
    assert deeds(client.sync(drop_missing=True)) == {("RoutingPolicy", "windows"): EditKind.DROPPED}
    assert client.text("routing.yaml").endswith("  patch: true\nspec: null\n")
    assert client.loaded().findings == ()
    assert client.plan().is_empty


def test_a_base_with_an_error_stops_the_client_before_anything_is_decided() -> None:
    client = desk(LIVE, BASE, replace(ON_BASE, vars={}))
    result = client.sync()
    assert (result.edits, result.exit_code) == ((), ExitCode.INVALID)
    assert "hot_days" in messages(result)


def patch(name: str, spec: str) -> str:
    return f"{HEAD}metadata: {{name: {name}, patch: true}}\nspec: {spec}\n"


def test_an_error_in_a_base_that_the_clients_own_patch_mends_stops_nothing() -> None:
    """The base's variable is not defined for this client, which says itself how long it keeps what it has."""
    mended = patch("system", "{paths: [{path: /data_hot, retention_days: 30}]}")
    client = desk({**LIVE, "Repos": [system(30), repo("a")]}, BASE, replace(ON_BASE, vars={}), ours=mended)
    assert deeds(client.sync()) == {("Repo", "a"): EditKind.DECLARED}
    assert client.plan().is_empty
    before = dict(client.files)
    client.director.answers["Repos"] = [system(7), repo("a")]
    assert "that this patch corrects" in messages(client.sync())
    assert client.files == before


# -- external objects

THEIRS = replace(ON_BASE, external=frozenset({ResourceKey("Repo", "system")}))


@pytest.mark.parametrize("repos", [[], [system(7)]])
def test_an_external_object_that_the_client_drops_from_its_base_is_neither_written_nor_missing(
    repos: list[Json],
) -> None:
    client = desk({**LIVE, "Repos": repos}, BASE, THEIRS, ours=patch("system", "null"))
    result = client.sync(remove_missing=True, drop_missing=True)
    assert (result.edits, result.missing, result.findings, result.problem) == ((), (), (), None)
    assert client.plan().is_empty


@pytest.mark.parametrize("repos", [[], [system(7)]])
def test_an_external_object_that_a_base_declares_stops_the_client(repos: list[Json]) -> None:
    """It would be one or the other: nobody can tell which is meant."""
    result = desk({**LIVE, "Repos": repos}, BASE, THEIRS).sync(drop_missing=True)
    assert (result.edits, result.missing, result.exit_code) == ((), (), ExitCode.INVALID)
    assert 'Repo "system" is `external`' in messages(result)


def test_a_file_that_declares_an_external_object_is_left_alone() -> None:
    client = desk({"Repos": [system(7)]}, "", replace(THEIRS, bases=()), mine=SYSTEM)
    result = client.sync(remove_missing=True)
    assert (result.edits, result.missing, result.exit_code) == ((), (), ExitCode.INVALID)
    assert "is `external`" in messages(result)


@settings(deadline=None, max_examples=examples(30), suppress_health_check=list(HealthCheck))
@given(live_states(), live_states())
def test_patches_over_any_base_make_what_is_live(standard: dict[str, list[Json]], live: dict[str, list[Json]]) -> None:
    author = Desk(standard)
    author.sync()
    base = [(name.replace(FOLDER, "bases/standard"), content) for name, content in author.files.items()]
    same_names = {
        path: [
            {**new, **{f: old[f] for f in ("name", "policy_name") if f in old}}
            for new, old in zip(live[path], standard[path], strict=False)
        ]
        for path in live
    }
    client = Desk(same_names, (), base, replace(ACME, bases=("bases/standard",)))
    result = client.sync(drop_missing=True)
    assert not result.errors, messages(result)
    touched = {ResourceKey(change.key.kind, change.key.name) for change in client.plan().changes}
    left_out = messages(result)
    assert all(f'{key.kind} "' in left_out or key in result.missing for key in touched)
    assert not client.sync(drop_missing=True).edits
