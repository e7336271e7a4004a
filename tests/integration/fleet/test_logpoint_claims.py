"""One logpoint, one client: in every spelling, over the whole map, whatever a Director's entry is called."""

from __future__ import annotations

import json
import socket
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.integration.conftest import CommandLine, Site

REPO = (
    "apiVersion: logpoint-cac/v1\nkind: Repo\nmetadata: {name: r}\nspec: {paths: [{path: /data_hot, "
    "retention_days: 1}]}\n"
)


class Map:
    """A map with the client that has a logpoint, and a new one."""

    def __init__(self, folder: Path, lpcac: CommandLine, site: Site) -> None:
        self.folder, self._lpcac, self._site = folder, lpcac, site
        for name in ("old", "new"):
            (folder / name).mkdir(parents=True)
            (folder / name / "r.yaml").write_text(REPO)

    def say(self, new: str, more: str = "", url: str | None = None, more_clients: str = "") -> None:
        url = url or self._site.simulator.url
        (self.folder / "lpcac.yaml").write_text(
            "apiVersion: logpoint-cac/v1\nkind: DirectoryMap\ndirectors:\n"
            f"  main: {{url: '{self._site.simulator.url}', token_env: DIRECTOR_TOKEN}}\n"
            f"  other: {{url: '{url}', token_env: DIRECTOR_TOKEN}}\n{more}"
            "clients:\n  - {name: old, path: old, director: main, pool: pool-acme, logpoints: [lp-01]}\n"
            f"  - {{name: new, path: new, {new}}}\n{more_clients}"
        )

    def codes(self, *arguments: str) -> dict[str, list[str]]:
        ended = self._lpcac(*arguments, "--map", self.folder / "lpcac.yaml", "--format", "json")
        targets = json.loads(ended.out)["targets"]
        return {each["client"]: [error["code"] for error in each["errors"]] for each in targets}


@pytest.fixture
def shared(tmp_path: Path, lpcac: CommandLine, served_small_site: Site) -> Map:
    return Map(tmp_path / "repository", lpcac, served_small_site)


def spelt(site: Site, spelling: str) -> str:
    pool = site.simulator.world.pool("pool-acme")
    logpoint = pool.logpoint("lp-01")
    return {
        "by UUID": f"director: main, pool: {pool.pool_uuid}, logpoints: [lp-01]",
        "by identifier": f"director: main, pool: pool-acme, logpoints: ['{logpoint.identifier}']",
        "by both": f"director: main, pool: {pool.pool_uuid}, logpoints: ['{logpoint.identifier}']",
        "all of the pool": f"director: main, pool: {pool.pool_uuid}, logpoints: '*'",
        "by another entry": "director: other, pool: pool-acme, logpoints: [lp-01]",
    }[spelling]


@pytest.mark.parametrize("spelling", ["by UUID", "by identifier", "by both", "all of the pool", "by another entry"])
@pytest.mark.parametrize("command", [("plan",), ("apply", "--auto-approve")])
def test_a_new_client_cannot_claim_anothers_logpoint(
    shared: Map, served_small_site: Site, spelling: str, command: tuple[str, ...]
) -> None:
    # Another address of the same Director, so that only the identifiers tell.
    shared.say(
        spelt(served_small_site, spelling), url=served_small_site.simulator.url.replace("127.0.0.1", "localhost")
    )
    ended = shared._lpcac(*command, "--map", shared.folder / "lpcac.yaml", "--client", "new")
    assert ended.code == 3, ended
    assert "belongs to new and old" in " ".join(ended.out.split())
    # Where the client names the whole pool, what is nobody else's is its own.
    assert not [path for _, path, _, _ in served_small_site.writes() if served_small_site.logpoint.identifier in path]


def test_both_clients_are_told_when_both_are_planned(shared: Map, served_small_site: Site) -> None:
    shared.say(spelt(served_small_site, "by both"))
    found = shared.codes("plan")
    assert found == {"old": ["logpoint-claimed-twice"], "new": ["logpoint-claimed-twice"]}


def test_a_claim_counts_while_the_clients_own_files_have_errors(shared: Map, served_small_site: Site) -> None:
    shared.say(spelt(served_small_site, "by both"))
    (shared.folder / "old" / "r.yaml").write_text("kind: Nonsense\n")
    assert shared.codes("plan")["new"] == ["logpoint-claimed-twice"]


def test_a_director_that_does_not_answer_blocks_only_its_own_clients(shared: Map) -> None:
    shared.say("director: other, pool: p, logpoints: [lp]", url="http://127.0.0.1:1")
    assert shared.codes("plan", "--client", "old") == {"old": []}


def test_directors_that_do_not_answer_take_no_more_patience_together_than_one(shared: Map) -> None:
    with ExitStack() as stack:
        silent = [stack.enter_context(socket.create_server(("127.0.0.1", 0))).getsockname()[1] for _ in range(4)]
        directors = "".join(
            f"  silent-{port}: {{url: 'http://127.0.0.1:{port}', token_env: DIRECTOR_TOKEN}}\n" for port in silent
        )
        clients = "".join(
            f"  - {{name: s{port}, path: old, director: silent-{port}, pool: p, logpoints: [lp]}}\n" for port in silent
        )
        shared.say("director: main, pool: pool-globex, logpoints: [lp-01]", directors, more_clients=clients)
        begun = time.monotonic()
        assert shared.codes("plan", "--client", "old", "--patience", "1", "--timeout", "1") == {"old": []}
        assert time.monotonic() - begun < 3.5
