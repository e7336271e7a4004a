"""Many clients on shared bases: the example of a provider, end to end, and what Git owned through bases."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from lpcac.simulator.options import SimulatorOptions
from lpcac.simulator.server import Simulator, running
from lpcac.simulator.world import World

if TYPE_CHECKING:
    from tests.integration.conftest import CommandLine

EXAMPLE = Path(__file__).parents[3] / "examples" / "mssp"
LOGPOINTS = {
    "alder-bank": ["alder-lp-01"],
    "birch-energy": ["birch-lp-01"],
    "cedar-health": ["cedar-lp-01", "cedar-lp-02"],
    "dogwood-retail": ["dogwood-lp-01"],
    "elm-logistics": ["elm-lp-01"],
    "fir-media": ["fir-lp-01"],
}


@pytest.fixture(scope="module")
def director() -> Iterator[Simulator]:
    world = World(0)
    for client, logpoints in LOGPOINTS.items():
        pool = world.add_pool(f"pool-{client}")
        for name in logpoints:
            logpoint = pool.add_logpoint(name)
            logpoint.storage_paths.append(f"/archive/{name}/")
            logpoint.refresh_lists()
    with running(SimulatorOptions(order_delay=0.01), world) as simulator:
        yield simulator


class Provider:
    """A provider's repository, with a Director that has all of its clients."""

    def __init__(self, folder: Path, simulator: Simulator, lpcac: CommandLine) -> None:
        self.folder = folder
        self.simulator = simulator
        self._lpcac = lpcac
        shutil.copytree(EXAMPLE, folder)
        self.change("lpcac.yaml", "https://director.example.com", simulator.url)
        lpcac.set(DIRECTOR_TOKEN=simulator.token)
        self._git("init", "--quiet", "--initial-branch=main")

    def change(self, name: str, old: str, new: str) -> None:
        file = self.folder / name
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new))

    def commit(self) -> str:
        self._git("add", "--all")
        self._git(
            "-c", "user.name=Test", "-c", "user.email=test@example.com", "commit", "--quiet", "--message", "change"
        )
        return self._git("rev-parse", "HEAD")

    def run(self, command: str, *arguments: object) -> Any:
        return self._lpcac(command, "--map", self.folder / "lpcac.yaml", *arguments)

    def json(self, command: str, *arguments: object) -> Any:
        return json.loads(self.run(command, "--format", "json", *arguments).out)

    def repos(self, client: str) -> set[str]:
        pool = self.simulator.world.pool(f"pool-{client}")
        return {name for logpoint in pool.logpoints for name in logpoint.names("Repo")}

    def _git(self, *arguments: str) -> str:
        done = subprocess.run(["git", *arguments], cwd=self.folder, check=True, capture_output=True, text=True)
        return done.stdout.strip()


@pytest.fixture
def provider(tmp_path: Path, director: Simulator, lpcac: CommandLine) -> Provider:
    return Provider(tmp_path / "provider", director, lpcac)


@pytest.fixture
def applied(provider: Provider) -> Provider:
    """The same, everything applied."""
    ended = provider.run("apply", "--auto-approve", "--prune", "--allow-repo-delete", "--max-deletes", "99",
                         "--max-delete-percent", "100", "--in-flight-per-logpoint", "16")  # fmt: skip
    assert ended.code == 0, ended.out + ended.err
    return provider


def test_the_example_is_applied_to_all_clients_and_is_as_declared_then(applied: Provider) -> None:
    assert applied.run("plan", "--detailed-exitcode").code == 0
    assert "patient_records" in applied.repos("cedar-health")
    assert "control_room" in applied.repos("birch-energy")
    cedar = applied.simulator.world.pool("pool-cedar-health")
    for name in LOGPOINTS["cedar-health"]:
        repo = cedar.logpoint(name).named("Repo", "patient_records")
        assert [tier["path"] for tier in repo["repopath"]] == ["/data_hot/", f"/archive/{name}/"]


def test_a_director_of_many_clients_is_asked_once_which_pools_it_has(provider: Provider) -> None:
    asked = {}
    for command in (["plan"], ["drift"], ["sync", "--check"]):
        before = len(provider.simulator.requests)
        ended = provider.run(*command)
        assert ended.code in (0, 2), ended.err
        paths = [each.path for each in provider.simulator.requests[before:]]
        assert len(paths) > len(LOGPOINTS)
        asked[command[0]] = sum(path.endswith("/poolinfo") for path in paths)
    assert asked == {"plan": 1, "drift": 1, "sync": 1}


def test_a_change_shows_the_file_that_brings_it_about(applied: Provider) -> None:
    applied.change("clients/birch-energy/patches.yaml", "730", "800")
    applied.change("bases/standard/01-repos.yaml", "retention_days: 76", "retention_days: 90")
    (target,) = applied.json("plan", "--client", "birch-energy")["targets"]
    places = {
        change["name"]: (change["source"]["file"].rpartition("provider/")[2], change["source"]["line"])
        for change in target["changes"]
    }
    assert places == {
        "security": ("clients/birch-energy/patches.yaml", 13),
        "system_verbose": ("bases/standard/01-repos.yaml", 19),
    }


def test_what_a_base_declared_before_is_owned_and_what_a_patch_dropped_is_not(applied: Provider) -> None:
    base = applied.commit()
    text = (applied.folder / "bases/standard/04-processing.yaml").read_text().replace("name: linux", "name: unix")
    (applied.folder / "bases/standard/04-processing.yaml").write_text(text)
    applied.change("clients/birch-energy/patches.yaml", "ProcessingPolicy\nmetadata: {name: linux",
                   "ProcessingPolicy\nmetadata: {name: unix")  # fmt: skip
    targets = applied.json("plan", "--owned-by", base)["targets"]
    deletes = {t["client"]: [c["name"] for c in t["changes"] if c["action"] == "delete"] for t in targets}
    assert deletes.pop("birch-energy") == []
    assert set(map(tuple, deletes.values())) == {("linux",)}


def test_an_object_that_a_new_patch_drops_is_deleted_and_the_patch_is_named(applied: Provider) -> None:
    base = applied.commit()
    (applied.folder / "clients/alder-bank/drop.yaml").write_text(
        "kind: ProcessingPolicy\nmetadata: {name: linux, patch: true}\nspec: null\n"
    )
    (target,) = applied.json("plan", "--owned-by", base, "--client", "alder-bank")["targets"]
    (change,) = target["changes"]
    assert (change["action"], change["name"], change["source"]["line"]) == ("delete", "linux", 3)
    assert change["source"]["file"].endswith("clients/alder-bank/drop.yaml")


def test_a_name_that_depends_on_the_logpoint_is_deleted_on_its_own_logpoint_only(applied: Provider) -> None:
    policy = applied.folder / "clients/cedar-health/policy.yaml"
    policy.write_text(
        "apiVersion: logpoint-cac/v1\nkind: RoutingPolicy\nmetadata: {name: 'only_${logpoint}'}\n"
        "spec: {catch_all: patient_records, routing_criteria: []}\n"
    )
    assert applied.run("apply", "--auto-approve", "--client", "cedar-health").code == 0
    other = applied.simulator.world.pool("pool-cedar-health").logpoint("cedar-lp-01")
    fields = other.named("RoutingPolicy", "only_cedar-lp-01")
    other.create("RoutingPolicy", {**fields, "policy_name": "only_cedar-lp-02"})
    base = applied.commit()
    policy.unlink()
    targets = applied.json("plan", "--owned-by", base, "--client", "cedar-health")["targets"]
    assert {t["logpoint"]: [c["name"] for c in t["changes"]] for t in targets} == {
        "cedar-lp-01": ["only_cedar-lp-01"],
        "cedar-lp-02": ["only_cedar-lp-02"],
    }
    other.delete("RoutingPolicy", "only_cedar-lp-02")


# By command, the option that names an earlier commit.
EARLIER = {"plan": "--owned-by", "apply": "--owned-by", "drift": "--compare-with"}


@pytest.mark.parametrize("command", EARLIER)
@pytest.mark.parametrize("form", ["text", "json", "markdown"])
def test_a_client_that_left_the_map_is_said_to_be_released(command: str, form: str, applied: Provider) -> None:
    base = applied.commit()
    applied.change("lpcac.yaml", "  - name: alder-bank\n    path: clients/alder-bank\n    director: main\n"
                   "    pool: pool-alder-bank\n    logpoints: [alder-lp-01]\n    bases: [bases/standard]\n"
                   "    vars: {hot_days: 90}\n", "")  # fmt: skip
    shutil.rmtree(applied.folder / "clients/alder-bank")
    arguments = ("--auto-approve",) if command == "apply" else ()
    ended = applied.run(command, EARLIER[command], base, "--format", form, *arguments)
    assert "alder-bank" in ended.out
    assert "left the map: nothing is deleted" in ended.out
    if form == "json":
        document = json.loads(ended.out)
        (released,) = [each for each in document["released_clients"] if each["client"] == "alder-bank"]
        assert (released["pool"], released["logpoints"]) == ("pool-alder-bank", ["alder-lp-01"])
        assert "alder-bank" not in {target["client"] for target in document["targets"]}
    assert "system" in applied.repos("alder-bank")


def test_what_the_base_asks_for_and_all_logpoints_lack_is_told_once(applied: Provider) -> None:
    applied.change("bases/standard/03-normalization.yaml", "[LP_Fortinet", "[LP_Unheard, LP_Fortinet")
    lacking = "does not exist on the logpoint"
    for command, form in (("plan", "text"), ("plan", "markdown"), ("drift", "text")):
        ended = applied.run(command, "--format", form)
        assert (ended.code, " ".join(ended.out.split()).count(lacking)) == (3, 1), (command, form, ended.out)


@pytest.mark.parametrize("command", EARLIER)
def test_a_client_that_left_the_map_can_still_be_asked_about(command: str, applied: Provider) -> None:
    base = applied.commit()
    applied.change("lpcac.yaml", "name: alder-bank", "name: alder-credit")
    arguments = ("--auto-approve",) if command == "apply" else ()
    released = 'left the map: nothing is deleted; its logpoints are now client "alder-credit"'
    ended = applied.run(command, EARLIER[command], base, "--client", "alder-bank", *arguments)
    assert (ended.code, released in ended.out, "elm-logistics" in ended.out) == (0, True, False), ended.err
    both = applied.run(
        command, EARLIER[command], base, "--client", "alder-bank", "--client", "elm-logistics", *arguments
    )
    assert (both.code, released in both.out) == (0, True)
    other = applied.run(command, EARLIER[command], base, "--client", "elm-logistics", *arguments)
    assert (other.code, "left the map" in other.out) == (0, False)
    unheard = applied.run(command, EARLIER[command], base, "--client", "alder-bnak", *arguments)
    assert (unheard.code, "alder-bnak" in unheard.err) == (64, True)


def test_accepted_drift_is_silent_and_the_list_is_looked_after(applied: Provider) -> None:
    logpoint = applied.simulator.world.pool("pool-fir-media").logpoint("fir-lp-01")
    before = logpoint.named("Repo", "system")["repopath"]
    logpoint.edit("Repo", "system", lambda repo: repo["repopath"][0].update(retention=7))
    try:
        assert applied.run("drift", "--client", "fir-media").code == 0
        applied.change("lpcac.yaml", "2030-06-30", "2020-06-30")
        ended = applied.run("drift")
        assert ended.code == 2
        assert "field paths expired on 2020-06-30: it is reported again" in ended.err
    finally:
        logpoint.edit("Repo", "system", lambda repo: repo.update(repopath=before))
    applied.change("lpcac.yaml", "2020-06-30", "2030-06-30")
    document = applied.json("drift")
    assert document["clean"]
    assert [remark.rpartition("note: ")[2] for remark in document["accept_list"]] == [
        'accepted drift of Repo "system" of client "fir-media", field paths: nothing drifts there, remove the entry'
    ]


# -- render


@pytest.mark.parametrize("client", LOGPOINTS)
def test_what_is_rendered_validates_and_plans_as_the_original(
    client: str, applied: Provider, lpcac: CommandLine, tmp_path: Path
) -> None:
    applied.change("bases/standard/01-repos.yaml", "275", "300")
    logpoint = LOGPOINTS[client][-1]
    rendered = tmp_path / client
    rendered.mkdir()
    (rendered / "all.yaml").write_text(applied.run("render", client, "--logpoint", logpoint).out)
    external = ("--external", "EnrichmentPolicy=Threat_Intelligence")
    assert lpcac("validate", rendered, *external).out.endswith(": valid\n")
    lpcac.set(DIRECTOR_URL=applied.simulator.url)
    ended = lpcac("plan", rendered, "--pool", f"pool-{client}", "--logpoint", logpoint, *external, "--format", "json")
    (again,) = json.loads(ended.out)["targets"]
    original = next(t for t in applied.json("plan", "--client", client)["targets"] if t["logpoint"] == logpoint)
    assert again["digest"] == original["digest"]
    assert len(original["changes"]) > 0


# -- validate


def test_a_bad_value_in_the_base_is_one_finding_with_the_clients_it_hits(provider: Provider) -> None:
    provider.change("bases/standard/01-repos.yaml", "retention_days: 76", "retention_days: 0")
    document = provider.json("validate")
    (finding,) = document["findings"]
    assert finding["file"].endswith("bases/standard/01-repos.yaml")
    assert finding["line"] == 25
    assert finding["message"].endswith("must be 1 or more, not 0 (in 6 clients: alder-bank, birch-energy and 4 more)")


def test_a_base_that_no_client_uses_is_looked_at_as_well(provider: Provider) -> None:
    spare = provider.folder / "bases/spare"
    spare.mkdir()
    (spare / "a.yaml").write_text("kind: Repo\nmetadata: {name: a, patch: true}\nspec: {paths: [{path: relative}]}\n")
    (spare / "b.yaml").write_text("a: [\n")
    codes = sorted(finding["code"] for finding in provider.json("validate")["findings"])
    assert codes == ["invalid-value", "missing-key", "yaml-syntax"]
    assert provider.json("validate", "--client", "alder-bank")["findings"] == []


def test_a_bases_folder_stands_for_all_clients_on_it(provider: Provider, lpcac: CommandLine) -> None:
    assert lpcac("validate", provider.folder / "bases/standard").out.endswith(": valid\n")
    provider.change("bases/standard/01-repos.yaml", "retention_days: 76", "retention_days: 0")
    assert "(in 6 clients: " in lpcac("validate", provider.folder / "bases/standard").out


def test_a_variable_that_nothing_uses_is_a_warning_at_the_entry(provider: Provider) -> None:
    provider.change("lpcac.yaml", "vars: {hot_days: 60}", "vars: {hot_days: 60, cold_days: 1}")
    ended = provider.run("validate")
    assert ended.code == 0
    assert 'warning: variable "cold_days" is never used in the files or bases' in ended.out
    assert "(in 2 clients: elm-logistics, fir-media)" in ended.out


def test_an_undefined_variable_of_a_base_names_the_clients_that_lack_it(provider: Provider) -> None:
    provider.change("lpcac.yaml", "vars: {hot_days: 60}", "vars: {}")
    messages = [finding["message"] for finding in provider.json("validate")["findings"]]
    assert (
        messages
        == [
            (
                'client "elm-logistics" has no variable "hot_days"; set it in the map\'s entry, under vars '
                "(in 2 clients: elm-logistics, fir-media)"
            )
        ]
        * 2
    )


def render_errors() -> dict[str, tuple[Callable[[Provider], None], tuple[str, ...], int, str]]:
    def nothing(_provider: Provider) -> None:
        pass

    def break_it(provider: Provider) -> None:
        provider.change("bases/standard/01-repos.yaml", "${vars.hot_days}", "${vars.hot_dais}")

    return {
        "unknown client": (nothing, ("alder-bonk",), 64, 'did you mean "alder-bank"?'),
        "unknown logpoint": (nothing, ("alder-bank", "--logpoint", "alder-lp-02"), 64, 'did you mean "alder-lp-01"?'),
        "which logpoint": (nothing, ("cedar-health",), 64, "--logpoint (cedar-lp-01, cedar-lp-02)"),
        "errors": (break_it, ("alder-bank",), 3, "has errors; nothing was rendered"),
    }


@pytest.mark.parametrize("case", render_errors())
def test_render_says_why_it_does_not(case: str, provider: Provider) -> None:
    prepare, arguments, code, words = render_errors()[case]
    prepare(provider)
    ended = provider.run("render", *arguments)
    assert (ended.code, ended.out) == (code, "")
    assert words in ended.err


def test_render_as_json_tells_where_every_value_came_from(provider: Provider) -> None:
    document = json.loads(provider.run("render", "birch-energy", "--format", "json").out)
    (found,) = [each for each in document["resources"] if each["resource"]["metadata"]["name"] == "security"]
    assert "patch" not in found["resource"]["metadata"]
    assert found["source"]["file"].endswith("bases/standard/01-repos.yaml")
    assert {p: place["line"] for p, place in found["patched"].items()} == {
        "/metadata/labels/tier": 9,
        "/spec/paths": 13,
    }
    assert found["filled"] == {"/spec/paths/0/retention_days": "${vars.hot_days}"}


OWN_VALUES = """\
apiVersion: logpoint-cac/v1
kind: DirectoryMap
directors: {main: {url: "https://director.example.com", token_env: DIRECTOR_TOKEN}}
clients:
  - {name: x, path: clients/x, director: main, pool: p, logpoints: "*", bases: [base], vars: VARS_X}
  - {name: y, path: clients/y, director: main, pool: q, logpoints: "*", bases: [base], vars: VARS_Y}
  - {path: clients/*, director: main, pool: "p-${client}", logpoints: "*", bases: [base], vars: VARS_Z}
"""


@pytest.mark.parametrize(
    ("name", "days", "variables", "told"),
    [
        (
            "system",
            "${vars.days}",
            ("{days: abc}", '{days: "7"}', '{days: "8"}'),
            [
                'not the text "7" (from "${vars.days}", set at lpcac.yaml:6:101) (in client y)',
                'not the text "8" (from "${vars.days}", set at lpcac.yaml:7:104) (in 2 clients: z1, z2)',
                'not the text "abc" (from "${vars.days}", set at lpcac.yaml:5:101) (in client x)',
            ],
        ),
        (
            "r_${vars.a}_${vars.b}",
            "7",
            ("{b: 1}", "{a: 1}", "{a: 1}"),
            [
                'client "x" has no variable "a"; set it in the map\'s entry, under vars (in client x)',
                (
                    'client "y" has no variable "b"; set it in the map\'s entry, under vars '
                    "(in 3 clients: y, z1 and 1 more)"
                ),
            ],
        ),
        (
            "system",
            "many",
            ("{}", "{}", "{}"),
            ['must be a whole number, not the text "many" (in 4 clients: x, y and 2 more)'],
        ),
    ],
)
def test_what_is_wrong_with_values_that_entries_set_is_told_for_each_entry(
    lpcac: CommandLine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    days: str,
    variables: tuple[str, ...],
    told: list[str],
) -> None:
    text = OWN_VALUES
    for client, values in zip("XYZ", variables, strict=True):
        text = text.replace(f"VARS_{client}", values)
    (tmp_path / "lpcac.yaml").write_text(text)
    for client in ("x", "y", "z1", "z2"):
        (tmp_path / "clients" / client).mkdir(parents=True)
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "repos.yaml").write_text(
        f'apiVersion: logpoint-cac/v1\nkind: Repo\nmetadata: {{name: "{name}"}}\n'
        f'spec: {{paths: [{{path: /data, retention_days: "{days}"}}]}}\n'.replace('"7"', "7")
    )
    monkeypatch.chdir(tmp_path)
    ended = lpcac("validate")
    lines = ended.out.splitlines()
    assert (ended.code, len(lines)) == (3, len(told) + 1), ended
    assert [line.endswith(words) for line, words in zip(lines, told, strict=False)] == [True] * len(told), lines
