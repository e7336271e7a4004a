"""Which bases a client can have; whatever would be read twice is refused at its place in the map."""

from __future__ import annotations

import pytest

from lpcac.engine.map_expansion import Folders
from lpcac.engine.map_reading import read_map
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
    assert lines(bases) == [f"lpcac.yaml:{expected.replace('APART', 'lie in each other: keep them apart')}"]


@pytest.mark.parametrize("base", ["..", "../other", "/etc", "bases/../..", "bases/.hidden", "'C:\\x'"])
def test_a_base_cannot_lead_out_of_the_repository(base: str) -> None:
    (line,) = lines(f"[{base}]")
    assert line.startswith("lpcac.yaml:10:13: DirectoryMap: clients[0].bases[0]: ")
