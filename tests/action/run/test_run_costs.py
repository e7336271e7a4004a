"""How often a run starts git, parses a map and asks a Director what it manages: not more for more targets."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.action.scene import Ran, Scene, client, directory_map, repo

from lpcac.directory_map import parser as map_reading

# The aim of the whole; what a run needs today is fewer.
MOST_PROCESSES = 10

# Writes down where it was started and what for, then is git.
SHIM = """\
#!/bin/sh
printf '%s\\t%s\\n' "$PWD" "$*" >> '{log}'
exec '{git}' "$@"
"""

Started = Callable[[Ran], list[str]]


@pytest.fixture
def started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Started:
    """Tell what a run started git for; the fake GitHub's own git runs elsewhere."""
    folder, log = tmp_path / "bin", tmp_path / "started"
    folder.mkdir()
    shim = folder / "git"
    shim.write_text(SHIM.format(log=log, git=shutil.which("git")))
    shim.chmod(shim.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")

    def told(ran: Ran) -> list[str]:
        lines = (line.split("\t") for line in log.read_text().splitlines())
        checkout = {"init", "remote", "fetch", "checkout", "config"}
        of_run = [words for place, words in lines if Path(place).is_relative_to(ran.job.workspace)]
        return [words for words in of_run if not checkout & set(words.split())]

    return told


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[bytes]]:
    """Collect every map that is parsed."""
    contents: list[bytes] = []
    read = map_reading.read_documents

    def reading(content: bytes, file: str) -> map_reading.Read:
        contents.append(content)
        return read(content, file)

    map_reading._parsed.cache_clear()
    monkeypatch.setattr(map_reading, "read_documents", reading)
    yield contents
    map_reading._parsed.cache_clear()


def fleet(scene: Scene, count: int, days: int) -> dict[str, str | None]:
    """Return a map with so many clients, and what each declares."""
    pool = scene.director.world.add_pool("pool-many")
    names = [f"client-{number}" for number in range(count)]
    for name in names:
        pool.add_logpoint(name)
    entries = "".join(client(name, "pool-many", f"[{name}]") for name in names)
    return {"lpcac.yaml": directory_map(scene.director.url, entries), **declared(names, days)}


def declared(names: list[str], days: int) -> dict[str, str | None]:
    return {f"clients/{name}/r.yaml": repo("system", days) for name in names}


def asked_for_pools(scene: Scene) -> int:
    return sum(each.path.endswith("/poolinfo") for each in scene.director.requests)


def test_a_pull_request_a_merge_and_a_night_start_few_processes_and_read_nothing_twice(
    scene: Scene, started: Started, parsed: list[bytes]
) -> None:
    scene.landed("start", fleet(scene, 3, days=30))
    # Each target was applied last at a commit of its own.
    for number in range(3):
        scene.landed(f"more-{number}", declared([f"client-{number}"], days=40 + number))
    pull = scene.propose("all", declared([f"client-{number}" for number in range(3)], days=90))
    runs = {}
    parses = {}
    pools = {}
    for name, play in {
        "review": lambda: scene.review(pull),
        "merge": lambda: scene.merge(pull),
        "night": scene.night,
    }.items():
        map_reading._parsed.cache_clear()
        parsed.clear()
        asked = asked_for_pools(scene)
        runs[name] = play()
        pools[name] = asked_for_pools(scene) - asked
        parses[name] = len(parsed)

    assert {name: ran.code for name, ran in runs.items()} == dict.fromkeys(runs, 0)
    processes = {name: started(ran) for name, ran in runs.items()}
    assert all(1 < len(each) <= MOST_PROCESSES for each in processes.values()), processes
    assert all(sum("cat-file" in words for words in each) == 1 for each in processes.values()), processes
    assert parses == dict.fromkeys(runs, 1)
    assert pools == dict.fromkeys(runs, 1)
