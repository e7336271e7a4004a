"""How the directory map and the folders beside it are found."""

from __future__ import annotations

from pathlib import Path

import pytest

from lpcac.connectors.files.maps import find_map, folders_beside, load_map
from lpcac.core.errors import UsageError
from lpcac.core.findings import Severity
from lpcac.models import registry

MAP = """
apiVersion: logpoint-cac/v1
kind: DirectoryMap
directors:
  main: {url: "https://director.example.com", token_env: DIRECTOR_TOKEN}
clients:
  - {path: clients/*, director: main, pool: "pool-${client}", logpoints: "*", bases: [bases/standard]}
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for folder in (
        "clients/acme/deep/deeper",
        "clients/globex",
        "clients/.hidden",
        "bases/standard",
        ".git/refs",
    ):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "clients/README.md").touch()
    (tmp_path / "lpcac.yaml").write_text(MAP)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_map_is_read_with_a_client_for_each_folder(place: Path) -> None:
    directory_map, findings = load_map(place / "lpcac.yaml", registry())
    assert directory_map
    assert findings == []
    assert [client.path for client in directory_map.clients] == ["clients/acme", "clients/globex"]


def test_files_and_links_to_files_match_no_glob_but_a_link_to_a_folder_is_an_error(place: Path) -> None:
    (place / "clients/note").symlink_to("README.md")
    (place / "clients/linked").symlink_to(place.parent)
    directory_map, findings = load_map(Path("lpcac.yaml"), registry())
    assert directory_map
    assert [client.name for client in directory_map.clients] == ["acme", "globex"]
    assert len(findings) == 1
    assert str(findings[0]).startswith('lpcac.yaml:7:12: "clients/linked" is a symbolic link')


def test_findings_of_the_text_come_without_a_map(place: Path) -> None:
    (place / "lpcac.yaml").write_text("kind: [")
    directory_map, findings = load_map(place / "lpcac.yaml", registry())
    assert directory_map is None
    assert [finding.severity for finding in findings] == [Severity.ERROR]


@pytest.mark.parametrize("name", ["missing.yaml", "clients"])
def test_a_map_that_is_no_file_is_one_clear_line(name: str, place: Path) -> None:
    with pytest.raises(UsageError, match=f'there is no directory map ".*{name}"'):
        load_map(place / name, registry())


@pytest.mark.parametrize(
    ("depth", "expected"),
    [
        (0, set()),
        (1, {"bases", "clients"}),
        (2, {"bases", "clients", "bases/standard", "clients/acme", "clients/globex"}),
    ],
)
def test_folders_are_listed_down_to_a_depth_and_hidden_ones_never(depth: int, expected: set[str], place: Path) -> None:
    folders = folders_beside(place / "lpcac.yaml", depth)
    assert set(folders.real) == expected
    assert not folders.links


def test_links_are_listed_and_never_followed(place: Path) -> None:
    (place / "bases/loop").symlink_to(place)
    folders = folders_beside(place / "lpcac.yaml", 9)
    assert set(folders.links) == {"bases/loop"}
    assert not any(name.startswith("bases/loop") for name in folders.real)


def test_the_map_is_found_from_below_but_not_beyond_the_repository(place: Path) -> None:
    assert find_map(place / "clients/acme/deep") == place / "lpcac.yaml"
    assert find_map(place) == place / "lpcac.yaml"
    (place / "clients/.git").touch()
    assert find_map(place / "clients/acme") is None
