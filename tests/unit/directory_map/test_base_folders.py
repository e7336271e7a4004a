"""Which bases a client can have; whatever would be read twice is refused at its place in the map."""

from __future__ import annotations

import pytest

from lpcac.core.files import Folders
from lpcac.directory_map.parser import read_map
from lpcac.models import registry

FOLDERS = Folders(("bases", "bases/eu", "bases/eu/north", "clients", "clients/acme", "clients/acme/base", "shared"))
MAP = """\
apiVersion: logpoint-cac/v1
kind: DirectoryMap
directors: {{main: {{url: "https://director.example.com", token_env: DIRECTOR_TOKEN}}}}
clients:
  - name: acme
    path: clients/acme
    director: main
    pool: pool-acme
    logpoints: "*"
    bases: {bases}
"""


def lines(bases: str) -> list[str]:
    _, findings = read_map(MAP.format(bases=bases).encode(), "lpcac.yaml", FOLDERS, registry())
    return [str(finding) for finding in findings]


def test_bases_beside_each_other_and_the_client_are_fine() -> None:
    assert lines("[bases/eu, shared]") == []


@pytest.mark.parametrize(
    ("bases", "expected"),
    [
        ("[shared, shared]", '10:21: base "shared" is named twice'),
        ("[shared, shared/]", '10:21: base "shared" is named twice'),
        (
            "[clients]",
            '10:13: base "clients" and the client\'s folder "clients/acme" APART',
        ),
        (
            "[clients/acme]",
            '10:13: base "clients/acme" and the client\'s folder "clients/acme" APART',
        ),
        (
            "[clients/acme/base]",
            '10:13: base "clients/acme/base" and the client\'s folder "clients/acme" APART',
        ),
        (
            "[bases/eu, bases/eu/north]",
            '10:23: bases "bases/eu" and "bases/eu/north" APART',
        ),
        ("[bases/eu, bases]", '10:23: bases "bases/eu" and "bases" APART'),
    ],
)
def test_what_would_be_read_twice_is_refused_where_the_map_names_it(bases: str, expected: str) -> None:
    assert lines(bases) == [f"lpcac.yaml:{expected.replace('APART', 'overlap: keep them apart')}"]


@pytest.mark.parametrize("base", ["..", "../other", "/etc", "bases/../..", "bases/.hidden", "'C:\\x'"])
def test_a_base_cannot_lead_out_of_the_repository(base: str) -> None:
    (line,) = lines(f"[{base}]")
    assert line.startswith("lpcac.yaml:10:13: DirectoryMap: clients[0].bases[0]: ")


MANY = Folders(("a", "a/b", "a/b/c", "ab", "b", "b/x", "clients", "clients/acme", "clients/acme/eu", "clients/bolt"))


def of_clients(*clients: tuple[str, str, str]) -> list[str]:
    """Return what is found in a map with these clients, each with name, path and bases."""
    entries = "".join(
        f"  - {{name: {name}, path: {path}, director: main, pool: {name}, logpoints: '*', bases: {bases}}}\n"
        for name, path, bases in clients
    )
    _, findings = read_map((MAP.partition("  - ")[0].format() + entries).encode(), "lpcac.yaml", MANY, registry())
    return [f"{f.position.line if f.position else 0} {f.pointer}: {f.message}" for f in findings]


def test_clients_beside_each_other_and_two_with_one_folder_are_fine() -> None:
    assert of_clients(("one", "a", "[ab]"), ("two", "b", "[ab]"), ("three", "b", "[]")) == []


@pytest.mark.parametrize(
    ("base", "folder"), [("b", "b"), ("b/x", "b"), ("a", "a/b/c"), ("a/b", "a/b/c"), ("a/b/c", "a/b/c")]
)
def test_another_clients_folder_is_no_base_nor_around_one_nor_in_one(base: str, folder: str) -> None:
    others = [("two", "a/b/c", "[]"), ("three", "b", "[]")]
    found = f'base "{base}" and another client\'s folder "{folder}" overlap: keep them apart'
    assert of_clients(("one", "ab", f"[{base}]"), *others) == [f"5 /clients/0/bases/0: {found}"]
    assert of_clients(*others, ("one", "ab", f"[{base}]")) == [f"7 /clients/2/bases/0: {found}"]


def test_clients_cannot_be_each_others_bases_in_a_circle() -> None:
    assert len(of_clients(("one", "a", "[b]"), ("two", "b", "[a]"))) == 2


@pytest.mark.parametrize(("outer", "inner"), [("a", "a/b"), ("a", "a/b/c"), ("a/b", "a/b/c")])
def test_a_clients_folder_cannot_lie_in_another_clients(outer: str, inner: str) -> None:
    for first, second in ((outer, inner), (inner, outer)):
        assert of_clients(("one", first, "[]"), ("two", second, "[]")) == [
            (f'6 /clients/1/path: the folders of two clients, "{first}" and "{second}", overlap: keep them apart')
        ]


def test_a_glob_makes_no_client_of_a_folder_that_holds_another_clients() -> None:
    (line,) = of_clients(("'${client}'", "clients/*", "[]"), ("eu", "clients/acme/eu", "[]"))
    assert line == (
        '5 /clients/0/path: the folders of two clients, "clients/acme/eu" and "clients/acme", overlap: keep them apart'
    )
