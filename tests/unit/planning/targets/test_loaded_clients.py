"""Loading clients: bases read once, findings where somebody can act on them, each logpoint with its own names."""

from __future__ import annotations

from dataclasses import replace
from time import process_time
from typing import Any

from lpcac.core.findings import Finding, Position
from lpcac.core.resources import ResourceKey, Target
from lpcac.directory_map.directory_map import Client, ad_hoc_client
from lpcac.models import registry
from lpcac.planning.targets.loaded_clients import Folder, Library, declared_keys, load_client, merged_across_clients

REPO = (
    "apiVersion: logpoint-cac/v1\nkind: Repo\nmetadata: {name: %s}\nspec: {paths: [{path: /a, retention_days: %s}]}\n"
)


ZERO = "paths[0].retention_days: must be 1 or more, not 0"


def client(name: str = "acme", **changes: Any) -> Client:
    plain = Client(name, f"clients/{name}", "main", f"pool-{name}", ("lp-01",), ("bases/standard",))
    return replace(plain, **{"position": Position("lpcac.yaml", 5)} | changes)


class Shelf:
    """Folders in memory, and how often each was read."""

    def __init__(self, **folders: str) -> None:
        self.folders = folders
        self.read: list[str] = []

    def __call__(self, path: str) -> Folder:
        self.read.append(path)
        text = self.folders.get(path.rpartition("/")[2])
        return ([(f"{path}/a.yaml", text.encode())], ()) if text else ((), ())

    def library(self) -> Library:
        return Library(registry(), self)


def test_a_base_is_read_once_for_all_clients() -> None:
    shelf = Shelf(standard=REPO % ("a", 1))
    library = shelf.library()
    loaded = [library.load(client(f"c{number}")) for number in range(5)]
    assert shelf.read.count("bases/standard") == 1
    assert all(list(each.desired.resources) == [ResourceKey("Repo", "a")] for each in loaded)
    assert library.owned(client("c0")) == {ResourceKey("Repo", "a")}
    assert shelf.read.count("bases/standard") == 1


def test_what_no_file_causes_stands_where_the_map_names_the_client() -> None:
    (finding,) = Shelf().library().load(client(bases=())).findings
    assert str(finding).startswith('lpcac.yaml:5:1: client "acme": no resource document found')
    (finding,) = load_client(client(position=None), [], registry()).findings
    assert finding.position is None


def test_a_base_that_cannot_be_read_makes_its_clients_unplannable() -> None:
    loaded = Shelf(standard="a: [\n", acme=REPO % ("a", 1)).library().load(client())
    assert [error.code for error in loaded.errors] == ["yaml-syntax"]


def test_a_clients_own_unreadable_files_are_told_with_the_rest() -> None:
    unreadable = Finding("path-unreadable", "no permission", Position("a.yaml"))
    loaded = load_client(client(), [("b.yaml", (REPO % ("a", 0)).encode())], registry(), [unreadable])
    assert [finding.code for finding in loaded.findings] == ["path-unreadable", "invalid-value"]


def test_a_client_is_the_same_on_every_logpoint_unless_its_files_say_otherwise() -> None:
    target = Target("acme", "pool-acme", "lp-07", "u", "i")
    loaded = Shelf(standard=REPO % ("a", 1)).library().load(client())
    assert loaded.on(target) is loaded
    loaded = Shelf(standard=REPO % ("'${pool}_${logpoint}'", 1)).library().load(client())
    assert list(loaded.desired.resources) == [ResourceKey("Repo", "pool-acme_lp-01")]
    assert list(loaded.on(target).desired.resources) == [ResourceKey("Repo", "pool-acme_lp-07")]


def test_what_is_wrong_on_one_logpoint_only_is_found_there() -> None:
    shelf = Shelf(standard=REPO % ("'${logpoint}'", 1), acme=REPO % ("lp-07", 1))
    loaded = shelf.library().load(client(logpoints="*"))
    assert loaded.errors == ()
    assert [error.code for error in loaded.on(Target("acme", "p", "lp-07", "u", "i")).errors] == ["duplicate"]


def test_the_pools_own_name_counts_where_the_map_gives_its_uuid() -> None:
    loaded = Shelf(standard=REPO % ("'${pool}'", 1)).library().load(client(pool="0a" * 16, logpoints="*"))
    target = Target("acme", "pool-acme", "lp-07", "0a" * 16, "i")
    assert (loaded.errors, list(loaded.on(target).desired.resources)) == ((), [ResourceKey("Repo", "pool-acme")])


def test_one_mistake_is_one_finding_however_many_logpoints_it_hits() -> None:
    shelf = Shelf(standard=REPO % ("'system-${logpoint}'", 0), acme=REPO % ("'own-${logpoint}'", 0))
    library = shelf.library()
    many = {"logpoints": ("lp-01", "lp-02", "lp-03")}
    loaded = merged_across_clients([library.load(client(**many)), library.load(client("globex", **many))])
    assert [[str(finding) for finding in each.findings] for each in loaded] == [
        [
            f'bases/standard/a.yaml:4:43: Repo "system-lp-01": {ZERO} (in 2 clients: acme, globex)',
            f'clients/acme/a.yaml:4:43: Repo "own-lp-01": {ZERO}',
        ],
        [f'bases/standard/a.yaml:4:43: Repo "system-lp-01": {ZERO} (in 2 clients: acme, globex)'],
    ]


def test_an_ad_hoc_client_is_called_as_its_folder() -> None:
    ad_hoc = ad_hoc_client("/srv/acme-corp", pool="p", logpoints=["l"], registry=registry())
    loaded = load_client(ad_hoc, [("a.yaml", (REPO % ("'${client}'", 1)).encode())], registry())
    assert list(loaded.desired.resources) == [ResourceKey("Repo", "acme-corp")]


def test_what_git_owned_needs_no_valid_document_but_a_name() -> None:
    text = f"{REPO % ('a', 0)}---\nkind: Repo\nmetadata: {{name: 5}}\n---\nkind: X\nmetadata: {{name: x}}\n"
    assert declared_keys([("a.yaml", text.encode())], registry(), client(bases=())) == {ResourceKey("Repo", "a")}


def test_a_bases_mistake_is_one_finding_in_all_clients() -> None:
    library = Shelf(standard=REPO % ("a", 0)).library()
    loaded = merged_across_clients(library.load(client(f"c{number}")) for number in range(3))
    assert len({finding for each in loaded for finding in each.findings}) == 1
    assert "(in 3 clients: c0, c1 and 1 more)" in loaded[2].findings[0].message


def test_a_file_of_a_base_that_cannot_be_read_is_one_finding_in_all_clients_too() -> None:
    unreadable = Finding("dangling-link", "the symbolic link leads to nothing", Position("bases/standard/b.yaml"))

    def read(path: str) -> Folder:
        is_base = path.startswith("bases/")
        return [(f"{path}/a.yaml", (REPO % (f"r{path[-1]}", 1)).encode())], ([unreadable] if is_base else [])

    library = Library(registry(), read)
    loaded = merged_across_clients(library.load(client(f"c{number}")) for number in range(3))
    assert {str(finding) for each in loaded for finding in each.findings} == {
        "bases/standard/b.yaml:1:1: the symbolic link leads to nothing (in 3 clients: c0, c1 and 1 more)"
    }


def test_five_hundred_clients_on_one_base_of_forty_objects_take_seconds() -> None:
    base = "---\n".join(REPO % (f"repo_{number}", "'${vars.days}'" if number % 4 == 0 else 90) for number in range(40))
    library = Shelf(standard=base).library()
    started = process_time()
    loaded = [library.load(client(f"c{number}", vars={"days": 30})) for number in range(500)]
    assert process_time() - started < 15
    assert sum(len(each.desired.resources) for each in loaded) == 20_000
