"""`lpcac sync` as a user calls it, against a Director over HTTP."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from lpcac.simulator.options import SimulatorOptions
from lpcac.simulator.server import Simulator, running
from lpcac.simulator.world import Logpoint, World

if TYPE_CHECKING:
    from tests.integration.conftest import CommandLine

MSSP = Path(__file__).parents[3] / "examples" / "mssp"
HOSTILE = [
    "no",
    "~",
    "1e3",
    "0o17",
    "1:30",
    "2024-01-01",
    "=",
    "",
    "a #b",
    "a: b",
    " a ",
    "${client}",
    "- a",
    "日本語",
    "x" * 5000,
]
TARGET = ("--pool", "pool-acme", "--logpoint", "lp-01")
MAP = """\
apiVersion: logpoint-cac/v1
kind: DirectoryMap
directors:
  main: {url: URL, token_env: DIRECTOR_TOKEN}
clients:
  - {name: acme, path: clients/acme, director: main, pool: pool-acme, logpoints: [lp-01, lp-02], bases: BASES}
  - {path: clients/*, director: main, pool: "pool-${client}", logpoints: "*", bases: BASES}
"""


@pytest.fixture
def director(lpcac: CommandLine) -> Iterator[Simulator]:
    """A Director with a pool of two logpoints, both as the vendor ships them, and one that waits to be adopted."""
    world = World(0)
    acme = world.add_pool("pool-acme")
    for name in ("lp-01", "lp-02"):
        acme.add_logpoint(name)
    fill(world.add_pool("pool-beta").add_logpoint("lp-01"))
    with running(SimulatorOptions(order_delay=0.01), world) as simulator:
        lpcac.use(simulator)
        yield simulator


@pytest.fixture
def acme(director: Simulator) -> Logpoint:
    logpoint = director.world.pool("pool-acme").logpoint("lp-01")
    fill(logpoint)
    return logpoint


def fill(logpoint: Logpoint) -> None:
    """Put a pipeline on the logpoint whose values YAML could trip over."""
    logpoint.create("Repo", repo("system", 90))
    logpoint.create("Repo", repo("1e3", 7))
    criteria = [
        {"type": "KeyPresentValueMatches", "key": "event", "value": value, "repo": "1e3", "drop": "store"}
        for value in HOSTILE
    ]
    routing = {"policy_name": "no", "catch_all": "system", "routing_criteria": criteria}
    policy = {"name": "windows", "normalization_packages": list(logpoint.packages.values())[:2]}
    logpoint.create("NormalizationPolicy", {**policy, "compiled_normalizer": ["LPA_Windows"]})
    route = logpoint.create("RoutingPolicy", routing)
    processing = {"policy_name": "windows", "routing_policy": route, "norm_policy": "windows", "enrich_policy": "None"}
    logpoint.create("ProcessingPolicy", processing)


def repo(name: str, days: int) -> dict[str, Any]:
    return {"name": name, "repopath": [{"path": "/data_hot/", "retention": days}], "repoha": []}


def shorten(logpoint: Logpoint) -> None:
    logpoint.edit("Repo", "system", lambda found: found["repopath"][0].update(retention=30))


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def repository(tmp_path: Path, director: Simulator, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a map of one client by name and others by convention; it is the current folder."""
    (tmp_path / "clients").mkdir()
    (tmp_path / "lpcac.yaml").write_text(MAP.replace("URL", director.url).replace("BASES", "[]"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("acme")
def test_what_was_synced_is_valid_and_leaves_nothing_to_do(
    lpcac: CommandLine, director: Simulator, tmp_path: Path
) -> None:
    folder = tmp_path / "new" / "acme"
    ended = lpcac("sync", folder, *TARGET)
    assert (ended.code, ended.err) == (0, "")
    assert {request.method for request in director.requests} == {"GET"}
    files = {"normalization.yaml", "processing.yaml", "repos.yaml", "routing.yaml"}
    assert contents(folder).keys() == files
    assert lpcac("validate", folder).out.endswith(": valid\n")
    assert lpcac("plan", folder, *TARGET, "--detailed-exitcode").code == 0


@pytest.mark.usefixtures("acme")
def test_a_second_sync_changes_no_byte(lpcac: CommandLine, tmp_path: Path) -> None:
    folder = tmp_path / "acme"
    lpcac("sync", folder, *TARGET)
    before = contents(folder)
    assert lpcac("sync", folder, *TARGET, "--check").code == 0
    assert "Nothing to write." in lpcac("sync", folder, *TARGET).out
    assert contents(folder) == before


def test_a_check_shows_the_difference_writes_nothing_and_exits_with_2(
    lpcac: CommandLine, acme: Logpoint, tmp_path: Path
) -> None:
    folder = tmp_path / "acme"
    lpcac("sync", folder, *TARGET)
    (folder / "repos.yaml").write_text("# ours\n" + (folder / "repos.yaml").read_text())
    before = contents(folder)
    shorten(acme)
    ended = lpcac("sync", folder, *TARGET, "--check")
    assert (ended.code, contents(folder)) == (2, before)
    for line in (
        "would update",
        "-    - {path: /data_hot, retention_days: 90}",
        "+    - {path: /data_hot, retention_days: 30}",
    ):
        assert line in ended.out
    document = json.loads(lpcac("sync", folder, *TARGET, "--check", "--format", "json").out)
    assert document["written"] is False
    (client,) = document["clients"]
    assert [file["action"] for file in client["files"]] == ["update"]
    assert client["objects"][0]["name"] == "system"
    assert contents(folder) == before
    lpcac("sync", folder, *TARGET)
    assert (folder / "repos.yaml").read_bytes() == before["repos.yaml"].replace(b"days: 90", b"days: 30")


def test_what_cannot_be_declared_is_told_and_stays_unmanaged(
    lpcac: CommandLine, acme: Logpoint, tmp_path: Path
) -> None:
    lost = {"policy_name": "lo\nst", "routing_policy": "None", "norm_policy": "None", "enrich_policy": "None"}
    acme.create("ProcessingPolicy", lost)
    ended = lpcac("sync", tmp_path / "acme", *TARGET)
    assert ended.code == 0
    assert 'ProcessingPolicy "lo\\nst" is left out' in ended.out
    plan = lpcac("plan", tmp_path / "acme", *TARGET, "--detailed-exitcode")
    assert (plan.code, 'ProcessingPolicy "lo\\nst"' in plan.out) == (0, True)


@pytest.mark.usefixtures("acme")
def test_a_file_that_cannot_be_read_is_left_alone_and_exits_with_3(lpcac: CommandLine, tmp_path: Path) -> None:
    folder = tmp_path / "acme"
    folder.mkdir()
    (folder / "repos.yaml").write_text("kind: [\n")
    ended = lpcac("sync", folder, *TARGET)
    assert ended.code == 3
    assert "was not changed" in ended.out
    assert (folder / "repos.yaml").read_text() == "kind: [\n"


def test_a_file_that_its_owner_made_read_only_is_left_alone_and_named(
    lpcac: CommandLine, acme: Logpoint, tmp_path: Path
) -> None:
    folder = tmp_path / "acme"
    lpcac("sync", folder, *TARGET)
    (folder / "repos.yaml").chmod(0o444)
    assert "Nothing to write." in lpcac("sync", folder, *TARGET).out
    before = contents(folder)
    shorten(acme)
    for more in (("--check",), ()):
        ended = lpcac("sync", folder, *TARGET, *more)
        assert (ended.code, "is read-only but must change" in ended.out) == (1, True), ended
    assert contents(folder) == before


@pytest.mark.usefixtures("repository")
def test_a_map_that_is_read_only_takes_no_client_in(lpcac: CommandLine) -> None:
    Path("lpcac.yaml").chmod(0o444)
    ended = lpcac("sync", "--map", "lpcac.yaml", "--client", "beta-corp", "--pool", "pool-beta")
    assert (ended.code, "cannot be edited (it is read-only): write the client's entry by hand" in ended.err) == (
        3,
        True,
    )
    assert not Path("clients/beta-corp").exists()


@pytest.mark.usefixtures("acme")
def test_a_declared_object_that_is_not_live_is_removed_only_when_it_is_asked_for(
    lpcac: CommandLine, acme: Logpoint, tmp_path: Path
) -> None:
    folder = tmp_path / "acme"
    lpcac("sync", folder, *TARGET)
    acme.delete("ProcessingPolicy", "windows")
    assert (
        'Declared but not live; an apply would create them (1): ProcessingPolicy "windows"'
        in lpcac("sync", folder, *TARGET).out
    )
    assert (folder / "processing.yaml").exists()
    lpcac("sync", folder, *TARGET, "--remove-missing")
    assert not (folder / "processing.yaml").exists()
    assert lpcac("plan", folder, *TARGET, "--detailed-exitcode").code == 0


@pytest.mark.usefixtures("acme")
def test_the_vendors_objects_are_left_out_unless_they_are_asked_for(lpcac: CommandLine, tmp_path: Path) -> None:
    lpcac("sync", tmp_path / "plain", *TARGET)
    assert "_logpoint" not in (tmp_path / "plain" / "repos.yaml").read_text()
    lpcac("sync", tmp_path / "all", *TARGET, "--include-vendor")
    assert "name: _logpoint" in (tmp_path / "all" / "repos.yaml").read_text()
    assert lpcac("plan", tmp_path / "all", *TARGET, "--detailed-exitcode").code == 0


def test_external_objects_are_left_out(lpcac: CommandLine, acme: Logpoint, tmp_path: Path) -> None:
    acme.create("EnrichmentPolicy", {"name": "geo", "description": "", "specifications": []})
    external = ("--external", "EnrichmentPolicy=geo")
    lpcac("sync", tmp_path / "acme", *TARGET, *external)
    assert not (tmp_path / "acme" / "enrichment.yaml").exists()


NOTHING_LEFT = ("--external", "EnrichmentPolicy=Threat_Intelligence")


@pytest.mark.usefixtures("director")
def test_a_logpoint_with_nothing_to_declare_makes_an_empty_client_and_nothing_to_do(
    lpcac: CommandLine, tmp_path: Path
) -> None:
    folder = tmp_path / "acme"
    assert lpcac("sync", folder, *TARGET, *NOTHING_LEFT).code == 0
    validated = lpcac("validate", folder)
    assert (validated.code, "nothing is declared" in validated.out) == (0, True)
    assert lpcac("plan", folder, *TARGET, *NOTHING_LEFT, "--detailed-exitcode").code == 0
    assert "Nothing to write." in lpcac("sync", folder, *TARGET, *NOTHING_LEFT, "--check").out


@pytest.mark.usefixtures("repository")
def test_an_empty_client_can_be_taken_into_the_map(lpcac: CommandLine) -> None:
    Path("clients/acme").mkdir()
    new = ("--map", "lpcac.yaml", "--client", "spare")
    text = Path("lpcac.yaml").read_text()
    Path("lpcac.yaml").write_text(text.replace("[lp-01, lp-02]", "[lp-01]"))
    assert lpcac("sync", *new, "--pool", "pool-acme", "--logpoint", "lp-02", *NOTHING_LEFT).code == 0
    assert lpcac("validate", *new).code == 0
    assert lpcac("plan", *new, "--detailed-exitcode").code == 0


def test_an_empty_client_deletes_nothing(lpcac: CommandLine, acme: Logpoint, tmp_path: Path) -> None:
    folder = tmp_path / "acme"
    folder.mkdir()
    (folder / "later.yaml").write_text("# Nothing yet.\n")
    ended = lpcac("apply", folder, *TARGET, "--prune", "--allow-repo-delete", "--auto-approve")
    assert (ended.code, "nothing is declared, and" in ended.out) == (3, True), ended
    assert "system" in acme.names("Repo")


# -- the directory map


@pytest.mark.usefixtures("repository")
def test_a_client_of_the_map_may_have_no_folder_yet(lpcac: CommandLine) -> None:
    """By convention `clients/*` makes the folder's name the client's."""
    assert lpcac("sync", "--map", "lpcac.yaml", "--client", "beta").code == 0
    assert Path("clients/beta/repos.yaml").is_file()
    Path("clients/acme").mkdir()
    plan = lpcac("plan", "--map", "lpcac.yaml", "--client", "beta", "--detailed-exitcode")
    assert (plan.code, "5 unchanged" in plan.out or "6 unchanged" in plan.out) == (0, True)


@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize("name", ["../beta", "a/b", ".", ".git"])
def test_a_name_that_is_no_folder_below_the_convention_is_refused(lpcac: CommandLine, name: str) -> None:
    ended = lpcac("sync", "--map", "lpcac.yaml", "--client", name)
    assert ended.code in (3, 64)
    assert list(Path("clients").iterdir()) == []


@pytest.mark.usefixtures("repository")
def test_logpoints_that_differ_have_to_be_chosen_from(lpcac: CommandLine, acme: Logpoint) -> None:
    client = ("--map", "lpcac.yaml", "--client", "acme")
    ended = lpcac("sync", *client)
    assert ended.code == 64
    assert "choose one with --logpoint" in ended.out
    assert not Path("clients/acme").exists()
    assert lpcac("sync", *client, "--logpoint", "lp-01").code == 0
    assert Path("clients/acme/repos.yaml").is_file()
    assert lpcac("sync", *client, "--logpoint", acme.identifier, "--check").code == 0
    assert lpcac("sync", *client, "--logpoint", "lp-03").code == 64


@pytest.mark.usefixtures("repository")
def test_a_clients_folder_names_the_client(lpcac: CommandLine) -> None:
    Path("clients/acme").mkdir()
    Path("clients/beta").mkdir()
    assert lpcac("sync", "clients/beta").code == 0
    assert Path("clients/beta/repos.yaml").is_file()
    assert list(Path("clients/acme").iterdir()) == []


@pytest.mark.usefixtures("acme")
def test_a_patch_without_its_base_is_in_the_way(lpcac: CommandLine, tmp_path: Path) -> None:
    patch = "apiVersion: logpoint-cac/v1\nkind: Repo\nmetadata: {name: system, patch: true}\nspec: {}\n"
    (tmp_path / "repos.yaml").write_text(patch)
    ended = lpcac("sync", tmp_path, *TARGET)
    assert (ended.code, "nothing to patch" in ended.out) == (3, True)
    assert (tmp_path / "repos.yaml").read_text() == patch


@pytest.mark.usefixtures("repository")
def test_logpoints_that_are_alike_need_no_choice(lpcac: CommandLine) -> None:
    assert lpcac("sync", "--map", "lpcac.yaml", "--client", "acme").code == 0
    assert list(Path("clients/acme").glob("*.yaml"))


@pytest.fixture
def standard(lpcac: CommandLine, repository: Path, acme: Logpoint) -> Path:
    """A base that says what is live on acme's first logpoint but for one number; acme has neither folder nor base."""
    lpcac("sync", "--map", "lpcac.yaml", "--client", "acme", "--logpoint", "lp-01")
    (repository / "bases").mkdir()
    shutil.move(repository / "clients" / "acme", repository / "bases" / "standard")
    shorten(acme)
    return repository / "bases" / "standard"


@pytest.mark.parametrize("says", ["[]", "[bases/standard]"])
@pytest.mark.usefixtures("standard")
def test_a_base_leaves_only_what_differs_from_it(
    lpcac: CommandLine, repository: Path, director: Simulator, says: str
) -> None:
    """With the base in the map, or named on the command line before it is in the map."""
    text = MAP.replace("URL", director.url)
    (repository / "lpcac.yaml").write_text(text.replace("BASES", says))
    client = ("--map", "lpcac.yaml", "--client", "acme")
    assert lpcac("sync", *client, "--logpoint", "lp-01", "--patch-base", "bases/standard").code == 0
    assert contents(repository / "clients" / "acme").keys() == {"repos.yaml"}
    assert (repository / "clients" / "acme" / "repos.yaml").read_text() == (
        "apiVersion: logpoint-cac/v1\nkind: Repo\nmetadata:\n  name: system\n  patch: true\nspec:\n  paths:\n"
        "    - {path: /data_hot, retention_days: 30}\n"
    )
    assert (repository / "lpcac.yaml").read_text() == text.replace("BASES}", "[bases/standard]}", 1).replace(
        "BASES", says
    )
    (repository / "lpcac.yaml").write_text(
        text.replace("BASES", "[bases/standard]").replace("[lp-01, lp-02]", "[lp-01]")
    )
    assert lpcac("validate", "--map", "lpcac.yaml").code == 0
    assert lpcac("plan", *client, "--detailed-exitcode").code == 0
    assert "Nothing to write." in lpcac("sync", *client).out


BLOCK_MAP = """\
apiVersion: logpoint-cac/v1
kind: DirectoryMap
directors:
  main: {url: URL, token_env: DIRECTOR_TOKEN}
clients:
  # The first of all.
  - name: acme   # since 2019
    path: clients/acme
    director: main
    pool: pool-acme
    logpoints: [lp-01]   # lp-02 follows

    # Days that the disks hold.
    vars: {hot_days: 90}
"""


@pytest.mark.usefixtures("standard")
def test_a_base_that_the_map_does_not_have_is_added_to_the_clients_entry_and_nothing_else_is(
    lpcac: CommandLine, repository: Path, director: Simulator
) -> None:
    map_file = repository / "lpcac.yaml"
    map_file.write_text(BLOCK_MAP.replace("URL", director.url))
    before = map_file.read_text()
    adoption = ("sync", "--map", "lpcac.yaml", "--client", "acme", "--patch-base", "bases/standard")
    checked = lpcac(*adoption, "--check")
    assert (checked.code, map_file.read_text()) == (2, before)
    assert {"  would update lpcac.yaml", "+    bases: [bases/standard]"} <= set(checked.out.splitlines())
    assert not (repository / "clients" / "acme").exists()
    assert lpcac(*adoption).code == 0
    logpoints = "    logpoints: [lp-01]   # lp-02 follows\n"
    assert map_file.read_text() == before.replace(logpoints, f"{logpoints}    bases: [bases/standard]\n")
    assert lpcac("validate", "--map", "lpcac.yaml").code == 0
    assert lpcac("plan", "clients/acme", "--detailed-exitcode").code == 0
    assert "Nothing to write." in lpcac(*adoption, "--check").out


@pytest.mark.usefixtures("standard")
def test_a_client_that_is_just_as_the_base_gets_the_base_and_no_file(
    lpcac: CommandLine, repository: Path, director: Simulator
) -> None:
    text = BLOCK_MAP.replace("URL", director.url).replace("pool-acme", "pool-beta")
    (repository / "lpcac.yaml").write_text(text)
    ended = lpcac("sync", "clients/acme", "--patch-base", "bases/standard")
    assert ended.code == 0
    assert "bases: [bases/standard]" in (repository / "lpcac.yaml").read_text()


@pytest.mark.usefixtures("standard")
@pytest.mark.parametrize(
    ("written", "arguments", "code", "words"),
    [
        (MAP.replace("BASES", "[]"), ("--client", "beta"), 64, 'no entry for client "beta" alone'),
        (
            BLOCK_MAP.replace("[lp-01]", "&one [lp-01]") + "    external: {Repo: *one}\n",
            ("--client", "acme"),
            3,
            "cannot be edited (it repeats parts by alias (*))",
        ),
        (BLOCK_MAP.replace("director: main", "director: mian"), ("--client", "acme"), 3, 'director "mian"'),
    ],
)
def test_a_base_that_cannot_be_added_to_the_map_is_refused_before_anything_is_written(
    lpcac: CommandLine,
    repository: Path,
    director: Simulator,
    written: str,
    arguments: tuple[str, ...],
    code: int,
    words: str,
) -> None:
    (repository / "lpcac.yaml").write_text(written.replace("URL", director.url))
    before = contents(repository)
    asked = len(director.requests)
    ended = lpcac("sync", "--map", "lpcac.yaml", *arguments, "--patch-base", "bases/standard")
    assert (ended.code, words in ended.err) == (code, True), ended
    assert contents(repository) == before
    assert len(director.requests) == asked


@pytest.mark.usefixtures("standard")
def test_a_base_that_would_make_the_clients_files_wrong_is_not_added(
    lpcac: CommandLine, repository: Path, director: Simulator
) -> None:
    (repository / "lpcac.yaml").write_text(BLOCK_MAP.replace("URL", director.url))
    lpcac("sync", "--map", "lpcac.yaml", "--client", "acme")
    repos = repository / "clients" / "acme" / "repos.yaml"
    text = repos.read_text().replace("retention_days: 30", 'retention_days: "${vars.hot_days}"')
    repos.write_text(text)
    before = contents(repository)
    ended = lpcac("sync", "--map", "lpcac.yaml", "--client", "acme", "--patch-base", "bases/standard")
    assert (ended.code, contents(repository)) == (3, before)
    # As the file is, and not as it would be without what it says like the base.
    assert 'Repo "1e3" is already declared in base' in ended.out
    assert "nothing was written. Fix these errors first, or move the files away" in ended.out


@pytest.mark.usefixtures("standard")
def test_what_a_client_declares_becomes_a_patch_of_a_base_that_is_new_to_it(
    lpcac: CommandLine, repository: Path, director: Simulator, acme: Logpoint
) -> None:
    """Comments and what nobody else declares stay; what says the same goes."""
    (repository / "lpcac.yaml").write_text(BLOCK_MAP.replace("URL", director.url))
    acme.create("Repo", repo("own", 5))
    lpcac("sync", "--map", "lpcac.yaml", "--client", "acme")
    files = repository / "clients" / "acme"
    (files / "repos.yaml").write_text(
        "apiVersion: logpoint-cac/v1\nkind: Repo\nmetadata: {name: own}\nspec:\n  paths:\n"
        "    - {path: /data_hot, retention_days: 5}\n---\n# Short: the disks are small.\n"
        "apiVersion: logpoint-cac/v1\nkind: Repo\nmetadata: {name: system}\nspec:\n  paths:\n"
        "    - {path: /data_hot, retention_days: 60}  # agreed in 2024\n---\n"
        "apiVersion: logpoint-cac/v1\nkind: Repo\nmetadata: {name: 1e3}\n# Needs no more.\nspec:\n  paths:\n"
        "    - {path: /data_hot, retention_days: 7}\n"
    )
    base = ("--map", "lpcac.yaml", "--client", "acme", "--patch-base", "bases/standard")
    before = contents(repository)
    checked = lpcac("sync", *base, "--check")
    assert (checked.code, contents(repository)) == (2, before), checked
    ended = lpcac("sync", *base)
    assert ended.code == 0, ended
    assert contents(files).keys() == {"repos.yaml"}
    text = (files / "repos.yaml").read_text()
    assert text.startswith(before["clients/acme/repos.yaml"].decode().partition("---")[0])
    for line in (
        "# Short: the disks are small.",
        "metadata: {name: system, patch: true}",
        "    - {path: /data_hot, retention_days: 30}  # agreed in 2024",
        "# Needs no more.",
    ):
        assert line in text.splitlines(), text
    assert lpcac("validate", "--map", "lpcac.yaml").code == 0
    assert lpcac("plan", "--map", "lpcac.yaml", "--detailed-exitcode").code == 0
    assert "Nothing to write." in lpcac("sync", *base, "--check").out


@pytest.mark.usefixtures("standard")
def test_declarations_in_read_only_files_stay_and_keep_the_base_out(
    lpcac: CommandLine, repository: Path, director: Simulator
) -> None:
    (repository / "lpcac.yaml").write_text(BLOCK_MAP.replace("URL", director.url))
    lpcac("sync", "--map", "lpcac.yaml", "--client", "acme")
    (repository / "clients" / "acme" / "routing.yaml").chmod(0o444)
    before = contents(repository)
    ended = lpcac("sync", "--map", "lpcac.yaml", "--client", "acme", "--patch-base", "bases/standard")
    assert (ended.code, contents(repository)) == (3, before), ended


@pytest.mark.usefixtures("standard")
def test_a_client_that_cannot_be_read_gets_no_base_and_the_others_do(
    lpcac: CommandLine, repository: Path, director: Simulator
) -> None:
    text = BLOCK_MAP.replace("URL", director.url)
    lost = "  - {name: lost, path: clients/lost, director: main, pool: pool-lost, logpoints: '*'}\n"
    (repository / "lpcac.yaml").write_text(text + lost)
    ended = lpcac("sync", "--map", "lpcac.yaml", "--patch-base", "bases/standard")
    assert (ended.code, 'no pool "pool-lost"' in ended.out) == (1, True), ended
    after = (repository / "lpcac.yaml").read_text()
    assert (after.count("bases: [bases/standard]"), after.endswith(lost)) == (1, True)


@pytest.mark.usefixtures("standard")
def test_an_ad_hoc_target_has_no_base(lpcac: CommandLine, tmp_path: Path) -> None:
    ended = lpcac("sync", tmp_path / "new", *TARGET, "--patch-base", "bases/standard")
    assert (ended.code, "--patch-base goes with --map" in ended.err) == (64, True)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("command", ["sync", "plan"])
def test_a_folder_whose_entry_in_the_map_has_an_error_gets_to_hear_that_error(
    lpcac: CommandLine, repository: Path, command: str
) -> None:
    for name in ("acme", "beta"):
        Path("clients", name).mkdir()
    text = (repository / "lpcac.yaml").read_text()
    (repository / "lpcac.yaml").write_text(text.replace("director: main, pool: pool-acme", "director: mian, pool: p"))
    for folder in ("clients/acme", "clients/beta"):
        ended = lpcac(command, folder)
        assert (ended.code, 'director "mian" is not in `directors`' in ended.err) == (3, True), ended


@pytest.mark.usefixtures("repository")
def test_a_client_that_the_map_names_may_have_no_folder_yet_when_it_is_called_by_it(lpcac: CommandLine) -> None:
    assert lpcac("sync", "clients/acme", "--logpoint", "lp-01").code == 0
    assert list(Path("clients/acme").glob("*.yaml"))


@pytest.mark.usefixtures("repository")
def test_the_schemas_for_editors_are_written_beside_the_map_once_and_told(lpcac: CommandLine) -> None:
    call = ("sync", "clients/acme", "--logpoint", "lp-01")
    assert "schemas for editors" not in lpcac(*call, "--check").err
    assert not Path(".lpcac").exists()
    assert "schemas for editors" in lpcac(*call).err
    written = {path.name: path.read_bytes() for path in Path(".lpcac/schemas").iterdir()}
    assert written == {path.name: path.read_bytes() for path in (MSSP.parents[1] / "schemas").iterdir()}
    assert "schemas for editors" not in lpcac(*call).err


def test_the_example_of_a_provider_adopts_a_client_that_was_changed_by_hand(
    lpcac: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(0)
    world.add_pool("pool-alder-bank").add_logpoint("alder-lp-01")
    with running(SimulatorOptions(order_delay=0.01), world) as director:
        folder = tmp_path / "mssp"
        shutil.copytree(MSSP, folder)
        text = (folder / "lpcac.yaml").read_text().replace("https://director.example.com", director.url)
        (folder / "lpcac.yaml").write_text(text)
        lpcac.use(director)
        monkeypatch.chdir(folder)
        client = ("--map", "lpcac.yaml", "--client", "alder-bank")
        assert lpcac("apply", *client, "--auto-approve").code == 0
        before = contents(folder)
        assert lpcac("sync", *client, "--check").code == 0
        logpoint = director.world.pool("pool-alder-bank").logpoint("alder-lp-01")
        logpoint.edit("Repo", "system", lambda found: found["repopath"][0].update(retention=14))
        assert lpcac("sync", *client).code == 0
        after = contents(folder)
        changed = {name for name in after if after[name] != before.get(name)}
        assert {name for name in changed if not name.startswith(".lpcac/schemas/")} == {"clients/alder-bank/repos.yaml"}
        assert b"patch: true" in after["clients/alder-bank/repos.yaml"]
        assert lpcac("plan", *client, "--detailed-exitcode").code == 0


def test_a_whole_fleet_is_synced_in_one_go_where_placeholders_tell_logpoints_apart(
    lpcac: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The provider's example: one of its clients has two logpoints, each with an archive named after itself."""
    world = World(0)
    for client in (MSSP / "clients").iterdir():
        pool = world.add_pool(f"pool-{client.name}")
        short = client.name.partition("-")[0]
        for name in (f"{short}-lp-01", f"{short}-lp-02") if short == "cedar" else (f"{short}-lp-01",):
            logpoint = pool.add_logpoint(name)
            logpoint.storage_paths.append(f"/archive/{name}/")
            logpoint.refresh_lists()
    shutil.copytree(MSSP, tmp_path / "mssp")
    monkeypatch.chdir(tmp_path / "mssp")
    with running(SimulatorOptions(order_delay=0.01), world) as director:
        text = Path("lpcac.yaml").read_text().replace("https://director.example.com", director.url)
        Path("lpcac.yaml").write_text(text)
        lpcac.use(director)
        assert lpcac("apply", "--map", "lpcac.yaml", "--auto-approve").code == 0
        assert lpcac("sync", "--map", "lpcac.yaml").code == 0
        ended = lpcac("sync", "--map", "lpcac.yaml", "--check")
        assert (ended.code, "Nothing to write." in ended.out) == (0, True), ended
        assert lpcac("plan", "--map", "lpcac.yaml", "--detailed-exitcode").code == 0
        cedar = world.pool("pool-cedar-health")
        for logpoint in ("cedar-lp-01", "cedar-lp-02"):
            shorten(cedar.logpoint(logpoint))
        assert lpcac("sync", "--map", "lpcac.yaml", "--client", "cedar-health").code == 0
        assert lpcac("plan", "--map", "lpcac.yaml", "--detailed-exitcode").code == 0


ONE_FOLDER = """\
apiVersion: logpoint-cac/v1
kind: DirectoryMap
directors:
  main: {url: URL, token_env: DIRECTOR_TOKEN}
clients:
  - {name: acme, path: clients/shared, director: main, pool: pool-acme, logpoints: [lp-02]}
  - {name: beta, path: clients/shared, director: main, pool: pool-beta, logpoints: [lp-01]}
"""


def test_clients_of_one_folder_are_never_written_over_one_another(
    lpcac: CommandLine, repository: Path, director: Simulator
) -> None:
    (repository / "lpcac.yaml").write_text(ONE_FOLDER.replace("URL", director.url))
    everything = ("sync", "--map", "lpcac.yaml")
    ended = lpcac(*everything)
    assert (ended.code, ended.out.count("need different files")) == (64, 2), ended
    assert not (repository / "clients" / "shared").exists()
    assert lpcac(*everything, "--client", "beta").code == 0
    assert lpcac("plan", "--map", "lpcac.yaml", "--client", "beta", "--detailed-exitcode").code == 0
    before = contents(repository)
    assert lpcac(*everything, "--check").code == 0  # What acme lacks would be created: nothing to write.
    assert contents(repository) == before


@pytest.mark.usefixtures("repository")
def test_a_client_that_the_map_does_not_have_is_taken_into_it_in_the_same_go(lpcac: CommandLine) -> None:
    before = Path("lpcac.yaml").read_text()
    new = ("--map", "lpcac.yaml", "--client", "beta-corp", "--pool", "pool-beta", "--logpoint", "lp-01")
    assert lpcac("sync", *new, "--check").code == 2
    assert Path("lpcac.yaml").read_text() == before
    assert lpcac("sync", *new, "--external", "EnrichmentPolicy=Threat_Intelligence").code == 0
    assert Path("lpcac.yaml").read_text() == before + (
        "  - {name: beta-corp, path: clients/beta-corp, director: main, pool: pool-beta, logpoints: [lp-01], "
        "external: {EnrichmentPolicy: [Threat_Intelligence]}}\n"
    )
    assert not Path("clients/beta-corp/enrichment.yaml").exists()
    Path("clients/acme").mkdir()
    assert lpcac("plan", "--map", "lpcac.yaml", "--client", "beta-corp", "--detailed-exitcode").code == 0


@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize("name", ["../beta", ".git"])
def test_nothing_is_taken_in_that_cannot_be_a_client(lpcac: CommandLine, name: str) -> None:
    before = Path("lpcac.yaml").read_text()
    ended = lpcac("sync", "--map", "lpcac.yaml", "--client", name, "--pool", "pool-beta")
    assert (ended.code, Path("lpcac.yaml").read_text()) == (64, before)
    assert f'--client "{name}": its folder would be "clients/{name}", and ' in ended.err


ELSEWHERE = """\
apiVersion: logpoint-cac/v1
kind: DirectoryMap
directors:
  main: {url: URL, token_env: DIRECTOR_TOKEN}
clients:
  - {name: first, path: clients/acme, director: main, pool: pool-acme, logpoints: [lp-01]}
  - {name: "group-${client}", path: clients/g-*, director: main, pool: "pool-${client}", logpoints: "*"}
  - {name: deep, path: clients/nested/deep, director: main, pool: pool-deep, logpoints: "*"}
"""


@pytest.mark.parametrize(
    ("text", "name", "words"),
    [
        (MAP, "acme", 'client "acme" is already in the map (lpcac.yaml:6:5)'),
        (MAP, "beta", 'client "beta" is already in the map (lpcac.yaml:7:5)'),
        (ELSEWHERE, "group-beta", 'client "group-beta" is already in the map (lpcac.yaml:7:5)'),
        (ELSEWHERE, "acme", 'overlaps "clients/acme" of client "first" (lpcac.yaml:6:5)'),
        (ELSEWHERE, "acme/b", 'overlaps "clients/acme" of client "first" (lpcac.yaml:6:5)'),
        (ELSEWHERE, "g-beta", 'overlaps "clients/g-beta" of client "group-beta" (lpcac.yaml:7:5)'),
        (ELSEWHERE, "nested", 'overlaps "clients/nested/deep" of client "deep" (lpcac.yaml:8:5)'),
    ],
)
def test_a_client_whose_name_or_folder_is_anothers_is_not_taken_in(
    lpcac: CommandLine, repository: Path, director: Simulator, text: str, name: str, words: str
) -> None:
    for folder in ("acme", "beta", "g-beta"):
        Path("clients", folder).mkdir()
    (repository / "lpcac.yaml").write_text(text.replace("URL", director.url).replace("BASES", "[]"))
    before = contents(repository)
    ended = lpcac("sync", "--map", "lpcac.yaml", "--client", name, "--pool", "pool-beta")
    assert (ended.code, words in ended.err) == (64, True), ended
    assert contents(repository) == before
    assert director.requests == ()


def test_a_client_beside_others_is_taken_in(lpcac: CommandLine, repository: Path, director: Simulator) -> None:
    """Folders whose names start alike do not lie in each other."""
    Path("clients/acme").mkdir()
    (repository / "lpcac.yaml").write_text(ELSEWHERE.replace("URL", director.url))
    assert lpcac("sync", "--map", "lpcac.yaml", "--client", "acme-2", "--pool", "pool-beta").code == 0
    assert Path("clients/acme-2/repos.yaml").is_file()


@pytest.mark.usefixtures("repository")
def test_a_client_that_cannot_be_read_is_not_taken_in(lpcac: CommandLine) -> None:
    before = Path("lpcac.yaml").read_text()
    ended = lpcac("sync", "--map", "lpcac.yaml", "--client", "gamma", "--pool", "pool-gamma")
    assert (ended.code, Path("lpcac.yaml").read_text()) == (1, before)


@pytest.fixture
def provider(lpcac: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The example of a provider, and a client that is not in its map."""
    world = World(0)
    world.add_pool("pool-new").add_logpoint("lp-01")
    shutil.copytree(MSSP, tmp_path / "mssp")
    monkeypatch.chdir(tmp_path / "mssp")
    with running(SimulatorOptions(order_delay=0.01), world) as director:
        text = Path("lpcac.yaml").read_text().replace("https://director.example.com", director.url)
        Path("lpcac.yaml").write_text(text)
        lpcac.use(director)
        yield tmp_path / "mssp"


NEW = ("--map", "lpcac.yaml", "--client", "new")
ADOPTED = (*NEW, "--pool", "pool-new", "--logpoint", "lp-01", "--patch-base", "bases/standard")


@pytest.mark.usefixtures("provider")
def test_a_new_client_gets_the_variables_of_its_base(lpcac: CommandLine) -> None:
    before = Path("lpcac.yaml").read_text()
    ended = lpcac("sync", *ADOPTED, "--var", "hot_days=90")
    assert ended.code == 0, ended
    added = set(Path("lpcac.yaml").read_text().splitlines()) - set(before.splitlines())
    assert "    pool: pool-new" in added
    assert any("hot_days: 90" in line for line in Path("lpcac.yaml").read_text().split("name: new")[1].splitlines())
    assert lpcac("validate", *NEW).code == 0
    assert lpcac("plan", *NEW).code == 0


@pytest.mark.usefixtures("provider")
def test_without_them_it_is_said_how_to_give_them_and_nothing_is_written(lpcac: CommandLine) -> None:
    before = Path("lpcac.yaml").read_text()
    ended = lpcac("sync", *ADOPTED)
    assert (ended.code, Path("lpcac.yaml").read_text(), Path("clients/new").exists()) == (3, before, False)
    words = (
        'client "new" has no variable "hot_days": give it with --var hot_days=VALUE, or in the action\'s input `vars`'
    )
    assert words in " ".join(ended.out.split())
    assert "set it in the map's entry" not in ended.out
    meant = lpcac("sync", *ADOPTED, "--var", "hot_dais=90")
    assert (meant.code, 'did you mean "hot_dais"?' in meant.out) == (3, True)


# -- what goes wrong


MAPPED = ("--map", "lpcac.yaml")
SPARE = (*MAPPED, "--pool", "p", "--client", "spare")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--map", "lpcac.yaml", "--pool", "p"), "name it with --client"),
        (("--map", "lpcac.yaml", "--pool", "p", "--client", "acme"), "already in the map"),
        (("clients/new", "--map", "lpcac.yaml", "--pool", "p", "--client", "new"), "cannot be combined"),
        (("--map", "none.yaml", "--pool", "p", "--client", "new"), "there is no directory map"),
        (("--map", "lpcac.yaml", "--logpoint", "lp-01"), "name it with --client"),
        (("--map", "lpcac.yaml", "--client", "acme", "--patch-base", "bases/none"), "no such folder"),
        (("--map", "lpcac.yaml", "--client", "acme", "--patch-base", "clients"), "overlap"),
        ((*MAPPED, "--client", "acme", "--var", "a=1"), "--var needs --map and --pool"),
        (("clients/acme", *TARGET, "--var", "a=1"), "--var needs --map and --pool"),
        ((*SPARE, "--var", "days"), '--var "days": write NAME=VALUE'),
        ((*SPARE, "--var", "2d=1"), '--var "2d=1": a name has letters, digits and underscores'),
        ((*SPARE, "--var", "day=2024-01-01"), "in YAML the value is a date: add quotes inside"),
        ((*SPARE, "--external", "Repo"), '--external "Repo": write KIND=NAME'),
        ((*SPARE, "--external", "foo=bar"), '--external "foo=bar": there is no kind "foo"'),
        (
            (*SPARE, "--patch-base", "clients"),
            '--patch-base: base "clients" and the client\'s folder "clients/spare" overlap',
        ),
        ((*SPARE, "--patch-base", ".."), '--patch-base "..": `..` leaves the repository'),
        ((*MAPPED, "--pool", "p", "--client", "all*"), '--client "all*": its folder would be "clients/all*", and `*`'),
        (("--pool", "p"), "needs a PATH"),
        (("lpcac.yaml", "--pool", "pool-acme", "--logpoint", "lp-01"), "is not a folder"),
    ],
)
@pytest.mark.usefixtures("repository")
def test_options_that_make_no_sense_are_refused(lpcac: CommandLine, arguments: tuple[str, ...], words: str) -> None:
    Path("clients/acme").mkdir()
    Path("clients/beta").mkdir()
    ended = lpcac("sync", *arguments)
    assert (ended.code, words in ended.err) == (64, True), ended


@pytest.mark.usefixtures("repository")
def test_what_would_be_wrong_in_the_map_is_told_without_a_place_that_nobody_can_look_at(lpcac: CommandLine) -> None:
    before = Path("lpcac.yaml").read_text()
    ended = lpcac("sync", *MAPPED, "--client", "spare", "--pool", "")
    assert (ended.code, Path("lpcac.yaml").read_text()) == (3, before)
    assert ended.err.startswith('error: with the new entry, "lpcac.yaml" would be invalid: '), ended.err


@pytest.mark.usefixtures("repository")
def test_a_client_that_cannot_be_read_stops_no_other(lpcac: CommandLine) -> None:
    Path("clients/beta").mkdir()
    Path("clients/gamma").mkdir()
    ended = lpcac("sync", "--map", "lpcac.yaml", "--client", "beta", "--client", "gamma")
    assert ended.code == 1
    assert 'no pool "pool-gamma"' in ended.out
    assert Path("clients/beta/repos.yaml").is_file()


def test_a_list_that_cannot_be_read_writes_nothing(
    lpcac: CommandLine, tmp_path: Path, open_site: Callable[..., Any]
) -> None:
    del open_site
    with running(SimulatorOptions(), World(0)) as empty:
        lpcac.use(empty)
        ended = lpcac("sync", tmp_path / "acme", *TARGET)
    assert ended.code == 1
    assert not (tmp_path / "acme").exists()


def test_help_does_not_load_what_only_a_sync_needs(lpcac: CommandLine) -> None:
    with lpcac.start("sync", "--help") as process:
        out, _ = process.communicate(timeout=60)
    assert "--remove-missing" in out


@pytest.mark.parametrize("output_format", ["text", "json"])
def test_a_full_disk_is_told_with_the_file_and_leaves_none(
    director: Simulator, lpcac: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, output_format: str
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    director.world.pool("pool-acme").logpoint("lp-01").create("Repo", repo("system", 90))
    monkeypatch.setattr("os.fsync", full)
    folder = tmp_path / "adopted"
    ended = lpcac("sync", folder, *TARGET, "--format", output_format)
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("error: ")
    assert 'repos.yaml" cannot be written (No space left on device): nothing was changed' in ended.err
    assert [path for path in folder.rglob("*") if path.is_file()] == []
