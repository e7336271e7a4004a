"""The guarded keys of a map: all that a map can say is among them, by value, and what allows more is told as that."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from lpcac.core.files import Folders
from lpcac.directory_map.guarded_changes import guarded_changes
from lpcac.directory_map.guarded_map import GuardedMap, usable
from lpcac.directory_map.parser import read_map
from lpcac.directory_map.schema import AcceptEntry, ClientEntry, DirectorEntry, LimitsEntry, MapDocument
from lpcac.models import registry
from lpcac.reports.markdown.guarded_changes import change_sentences

FOLDERS = Folders(frozenset({"bases", "bases/one", "clients", "clients/acme", "clients/other"}), frozenset())
ACCEPTANCE = {"kind": "Repo", "name": "x", "reason": "known", "until": "2026-12-31"}


def guarded(client: dict[str, Any] | None = None, director: dict[str, Any] | None = None, **top: Any) -> GuardedMap:
    """Return what is guarded of a map with one Director and one client, changed like this."""
    main = {"url": "https://a.example.com", "token_env": "TOKEN"} | (director or {})
    acme = {"name": "acme", "path": "clients/acme", "director": "main", "pool": "p", "logpoints": ["lp"]}
    written = {
        "apiVersion": "logpoint-cac/v1",
        "kind": "DirectoryMap",
        "directors": {"main": main, "second": {"url": "https://b.example.com", "token_env": "OTHER"}},
        "clients": [acme | (client or {})],
        **top,
    }
    found, findings = read_map(yaml.safe_dump(written).encode(), "lpcac.yaml", FOLDERS, registry())
    assert not any(each.is_error for each in findings), findings
    return GuardedMap.of(found)


# Of every key that a map can have, how it can be changed, and whether that allows more.
TOP: dict[str, tuple[Any, bool]] = {
    "accept": ([ACCEPTANCE], True),
    "require_review": (False, True),
    "require_approval": (True, False),
    "lint": ({"unused-repo": "off"}, False),
    "rules": (["rules"], False),
}
OF_A_CLIENT: dict[str, tuple[Any, bool]] = {
    "name": ("other", True),
    "path": ("clients/other", False),
    "director": ("second", False),
    "pool": ("q", False),
    "logpoints": ("*", False),
    "bases": (["bases/one"], False),
    "vars": ({"a": 1}, False),
    "external": ({"Repo": ["x"]}, True),
    "prune": (True, True),
    "allow_repo_delete": (True, True),
    "limits": ({"max_deletes": 11}, True),
}
OF_LIMITS: dict[str, tuple[Any, bool]] = {"max_deletes": (11, True), "max_delete_percent": (29, False)}
OF_A_DIRECTOR: dict[str, tuple[Any, bool]] = {
    "url": ("https://c.example.com", True),
    "token_env": ("ANOTHER", True),
    "secret_key_env": ("KEY", True),
    "ca_bundle": ("ca.pem", True),
}
OF_AN_ACCEPTANCE: dict[str, tuple[Any, bool]] = {
    "client": ("acme", True),
    "kind": ("RoutingPolicy", True),
    "name": ("y", True),
    "field": ("paths", True),
    "reason": ("other words", True),
    "until": ("2027-12-31", True),
}
CHANGED = [
    *((key, guarded(), guarded(**{key: value}), more) for key, (value, more) in TOP.items()),
    *((key, guarded(), guarded({key: value}), more) for key, (value, more) in OF_A_CLIENT.items()),
    *((key, guarded(), guarded({"limits": {key: value}}), more) for key, (value, more) in OF_LIMITS.items()),
    *((key, guarded(), guarded(director={key: value}), more) for key, (value, more) in OF_A_DIRECTOR.items()),
    *(
        (key, guarded(accept=[ACCEPTANCE]), guarded(accept=[{**ACCEPTANCE, key: value}]), more)
        for key, (value, more) in OF_AN_ACCEPTANCE.items()
    ),
]


def test_whatever_a_map_can_say_is_guarded() -> None:
    """A key that is added to the map's schema needs a row above."""
    assert TOP.keys() | {"apiVersion", "kind", "directors", "clients"} == MapDocument.model_fields.keys()
    assert OF_A_CLIENT.keys() == ClientEntry.model_fields.keys()
    assert OF_LIMITS.keys() == LimitsEntry.model_fields.keys()
    assert OF_A_DIRECTOR.keys() == DirectorEntry.model_fields.keys()
    assert OF_AN_ACCEPTANCE.keys() == AcceptEntry.model_fields.keys()


@pytest.mark.parametrize(("key", "before", "after", "more"), CHANGED, ids=[each[0] for each in CHANGED])
def test_each_change_is_seen_and_told_as_what_it_is(
    key: str, before: GuardedMap, after: GuardedMap, more: bool
) -> None:
    changes = guarded_changes(before, after, before.differing(after))

    assert changes, key
    assert any(each.loosens for each in changes) is more
    assert len(change_sentences(changes)) == len(changes)


def test_values_survive_being_kept_as_json() -> None:
    found = guarded({"vars": {"a": True, "b": 1, "c": 1.0}}, accept=[ACCEPTANCE])
    read = usable(json.loads(json.dumps(found.values)))

    assert read is not None
    assert read.differing(found) == []
    assert read.directors.keys() == {"main", "second"}
    for broken in (
        {"directors/main": {}},
        {"clients/acme": {"path": 1}},
        {"accept": 1},
        {"rules": [{"path": "a"}]},
        {"rules": [{"path": "a", "content": 1}]},
        {"rules": [1]},
        [],
        None,
    ):
        assert usable(broken) is None


def test_rules_that_were_recorded_by_their_path_alone_are_known_and_differ_from_all_content() -> None:
    older, now = GuardedMap({"rules": ["rules"]}), GuardedMap({"rules": [{"path": "rules", "content": "ab"}]})

    assert usable(older.values) == older
    assert change_sentences(guarded_changes(older, now, older.differing(now))) == ['`rules`: `rules` from `""` to `ab`']


def test_one_and_true_are_two_values() -> None:
    assert guarded({"vars": {"a": 1}}).differing(guarded({"vars": {"a": True}})) == ["clients/acme"]


def test_addresses_are_told_in_full_and_clients_that_say_the_same_once() -> None:
    longer = f"https://a.example.com/{'x' * 400}"
    values = {f"clients/c{number}": {"path": "p", "director": "main", "prune": False} for number in range(500)}
    pruned = {key: {**value, "prune": True} for key, value in values.items()}
    before, after = guarded(), guarded(director={"url": longer})
    before = GuardedMap({**before.values, **values})
    after = GuardedMap({**after.values, **pruned})

    director, clients = change_sentences(guarded_changes(before, after, before.differing(after)))

    assert longer in director
    assert clients.endswith("and 490 more: `prune` from `false` to `true`")
