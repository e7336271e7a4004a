"""Which clients a change concerns."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lpcac.core.files import ChangedFile, Folders
from lpcac.core.findings import Position
from lpcac.directory_map.affected_clients import Cause, affected_clients
from lpcac.directory_map.directory_map import Client, DirectorEndpoint, DirectoryMap
from lpcac.directory_map.limits import Limits
from lpcac.directory_map.parser import read_map
from lpcac.models import registry

ACME = Client("acme", "clients/acme", "main", "pool-acme", "*", bases=("bases/standard",))
GLOBEX = Client("globex", "clients/globex", "main", "pool-globex", ("lp-01",), bases=("bases/standard", "bases/eu"))
INITECH = Client("initech", "clients/initech", "spare", "pool-initech", "*")
ACME_NOW = replace(ACME, name="acme-corp", path="clients/acme-corp")
DIRECTORS = {
    "main": DirectorEndpoint("main", "https://director.example.com", "DIRECTOR_TOKEN"),
    "spare": DirectorEndpoint("spare", "https://spare.example.com", "SPARE_TOKEN"),
}
MAP = DirectoryMap("lpcac.yaml", DIRECTORS, (ACME, GLOBEX, INITECH))
MOVED = DirectoryMap(
    "lpcac.yaml", DIRECTORS | {"main": replace(DIRECTORS["main"], url="https://new.example.com")}, MAP.clients
)


def with_clients(*clients: Client) -> DirectoryMap:
    return replace(MAP, clients=clients)


Expected = dict[str, list[Cause]]

CASES: list[tuple[str, list[ChangedFile], DirectoryMap | None, DirectoryMap | None, Expected]] = [
    ("nothing changed", [], MAP, MAP, {}),
    ("own file", [ChangedFile("clients/acme/a.yaml")], MAP, MAP, {"acme": [Cause.FOLDER]}),
    ("own file in a sub-folder", [ChangedFile("clients/acme/b/a.yml")], MAP, MAP, {"acme": [Cause.FOLDER]}),
    ("an ending in capitals", [ChangedFile("clients/acme/A.YAML")], MAP, MAP, {"acme": [Cause.FOLDER]}),
    ("what may be a link or a submodule", [ChangedFile("clients/acme/more")], MAP, MAP, {"acme": [Cause.FOLDER]}),
    ("no YAML", [ChangedFile("clients/acme/README.md")], MAP, MAP, {}),
    ("a hidden file", [ChangedFile("clients/acme/.a.yaml")], MAP, MAP, {}),
    ("a hidden folder", [ChangedFile("clients/acme/.b/a.yaml")], MAP, MAP, {}),
    ("a folder whose name only starts alike", [ChangedFile("clients/acme-2/a.yaml")], MAP, MAP, {}),
    (
        "a shared base",
        [ChangedFile("bases/standard/a.yaml")],
        MAP,
        MAP,
        {"acme": [Cause.BASE], "globex": [Cause.BASE]},
    ),
    ("one client's base", [ChangedFile("bases/eu/a.yaml")], MAP, MAP, {"globex": [Cause.BASE]}),
    (
        "own file and two bases",
        [
            ChangedFile("clients/globex/a.yaml"),
            ChangedFile("bases/eu/a.yaml"),
            ChangedFile("bases/standard/a.yaml"),
        ],
        MAP,
        MAP,
        {"acme": [Cause.BASE], "globex": [Cause.FOLDER, Cause.BASE, Cause.BASE]},
    ),
    (
        "a file moved between clients",
        [ChangedFile("clients/acme/a.yaml", previous="clients/globex/a.yaml")],
        MAP,
        MAP,
        {"acme": [Cause.FOLDER], "globex": [Cause.FOLDER]},
    ),
    (
        "a file that is YAML no more",
        [ChangedFile("clients/acme/a.txt", previous="clients/acme/a.yaml")],
        MAP,
        MAP,
        {"acme": [Cause.FOLDER]},
    ),
    (
        "a client added",
        [ChangedFile("lpcac.yaml")],
        with_clients(ACME),
        with_clients(ACME, GLOBEX),
        {"globex": [Cause.ADDED]},
    ),
    (
        "a client removed",
        [ChangedFile("lpcac.yaml")],
        MAP,
        with_clients(ACME, INITECH),
        {"globex": [Cause.RELEASED]},
    ),
    (
        "an entry changed",
        [ChangedFile("lpcac.yaml")],
        MAP,
        with_clients(replace(ACME, limits=Limits(max_deletes=1)), GLOBEX, INITECH),
        {"acme": [Cause.ENTRY]},
    ),
    (
        "an entry moved to another line",
        [ChangedFile("lpcac.yaml")],
        MAP,
        with_clients(INITECH, replace(ACME, position=Position("lpcac.yaml", 99)), GLOBEX),
        {},
    ),
    (
        "a client renamed with its folder",
        [ChangedFile("clients/acme-corp/a.yaml", previous="clients/acme/a.yaml")],
        with_clients(ACME),
        with_clients(ACME_NOW),
        {"acme": [Cause.RELEASED], "acme-corp": [Cause.RENAMED, Cause.FOLDER]},
    ),
    (
        "a Director moved",
        [ChangedFile("lpcac.yaml")],
        MAP,
        MOVED,
        {"acme": [Cause.DIRECTOR], "globex": [Cause.DIRECTOR]},
    ),
    (
        "the first map",
        [ChangedFile("lpcac.yaml")],
        None,
        with_clients(ACME, GLOBEX),
        {"acme": [Cause.ADDED], "globex": [Cause.ADDED]},
    ),
    ("the map removed", [ChangedFile("lpcac.yaml")], with_clients(ACME), None, {"acme": [Cause.RELEASED]}),
    ("no map at all", [ChangedFile("clients/acme/a.yaml")], None, None, {}),
]


@pytest.mark.parametrize(("changed", "before", "after", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_a_change_concerns_exactly(
    changed: list[ChangedFile], before: DirectoryMap | None, after: DirectoryMap | None, expected: Expected
) -> None:
    found = affected_clients(changed, before, after)
    assert {each.client.name: [reason.cause for reason in each.reasons] for each in found} == expected


def test_paths_count_from_the_map_when_it_lies_in_a_folder() -> None:
    changed = [ChangedFile("conf/clients/acme/a.yaml"), ChangedFile("clients/globex/a.yaml")]
    found = affected_clients(changed, MAP, MAP, "conf/lpcac.yaml")
    assert [each.client.name for each in found] == ["acme"]


def test_reasons_read_as_sentences() -> None:
    changed = [
        ChangedFile("clients/acme/a.yaml"),
        ChangedFile("clients/acme/b.yaml"),
        ChangedFile("bases/standard/a.yaml"),
    ]
    after = with_clients(replace(ACME, prune=True, pool="pool-2"))
    (found,) = affected_clients(changed, with_clients(ACME), after)
    assert [str(reason) for reason in found.reasons] == [
        "its entry in the map changed: pool, prune",
        "2 files changed in clients/acme",
        "1 file changed in base bases/standard",
    ]


def test_a_released_client_is_told_who_follows() -> None:
    released, renamed = affected_clients([], with_clients(ACME), with_clients(ACME_NOW))
    assert released.is_released
    assert released.client == ACME
    assert str(released.reasons[0]) == 'left the map: nothing is deleted; its logpoints are now client "acme-corp"'
    assert not renamed.is_released
    assert str(renamed.reasons[0]) == 'was client "acme"'


@pytest.mark.parametrize(("was", "now"), [("1", "true"), ("0", "false"), ("1", "1.0"), ("'1'", "1")])
def test_a_variable_of_another_kind_is_a_change(was: str, now: str) -> None:
    def read(value: str) -> DirectoryMap:
        content = (
            "apiVersion: logpoint-cac/v1\nkind: DirectoryMap\n"
            "directors: {main: {url: 'https://d.example', token_env: TOKEN}}\n"
            f"clients:\n  - {{name: c, path: c, director: main, pool: p, logpoints: '*', vars: {{v: {value}}}}}\n"
        )
        found, findings = read_map(content.encode(), "lpcac.yaml", Folders(frozenset({"c"})), registry())
        assert found is not None, findings
        return found

    (found,) = affected_clients((), read(was), read(now))
    assert "its entry in the map changed: vars" in str(found)
