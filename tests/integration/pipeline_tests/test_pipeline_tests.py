"""`lpcac test` as a user calls it, and an apply that refuses to start while tests fail."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

if TYPE_CHECKING:
    from tests.integration.conftest import CommandLine, Site

PIPELINE = """\
apiVersion: logpoint-cac/v1
kind: Repo
metadata: {name: system}
spec: {paths: [{path: /data_hot, retention_days: 90}]}
---
apiVersion: logpoint-cac/v1
kind: RoutingPolicy
metadata: {name: windows}
spec: {catch_all: system, routing_criteria: []}
---
apiVersion: logpoint-cac/v1
kind: ProcessingPolicy
metadata: {name: windows}
spec: {routing_policy: windows}
"""

TEST = """\
apiVersion: logpoint-cac/v1
kind: PipelineTest
metadata: {name: windows}
spec:
  via: windows
  cases:
    - {name: logons, from: logons.jsonl, expect: {repo: system, at_least: 90}}
"""

MAP = """\
apiVersion: logpoint-cac/v1
kind: DirectoryMap
directors: {main: {url: "https://director.example.com", token_env: DIRECTOR_TOKEN}}
clients:
  - {path: "clients/*", director: main, pool: "pool-${client}", logpoints: "*", bases: [bases/standard]}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    files = {"pipeline.yaml": PIPELINE, "tests.yaml": TEST, "logons.jsonl": '{"user": "jane.doe"}\n'}
    place = tmp_path / "acme"
    place.mkdir()
    for name, content in files.items():
        (place / name).write_text(content)
    return place


def test_tests_of_a_folder_run_without_a_map_or_a_director(lpcac: CommandLine, folder: Path) -> None:
    ended = lpcac("test", folder)

    assert (ended.code, ended.out, ended.err) == (0, "1 case: 1 passed\n", "")


@pytest.mark.parametrize("form", ["text", "json", "junit", "github"])
def test_a_failing_test_exits_with_3_in_every_form(form: str, lpcac: CommandLine, folder: Path) -> None:
    (folder / "tests.yaml").write_text(TEST.replace("90", "365"))

    ended = lpcac("test", folder, "--format", form)

    assert ended.code == 3
    assert "at_least: expected 365, got 90" in ended.out
    assert "jane.doe" not in ended.out + ended.err
    if form == "json":
        json.loads(ended.out)
    if form == "junit":
        ET.fromstring(ended.out.encode())


def test_a_base_runs_its_tests_for_every_client_of_it(
    lpcac: CommandLine, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "fleet"
    (root / "bases").mkdir(parents=True)
    folder.rename(root / "bases" / "standard")
    for client in ("acme", "beta"):
        (root / "clients" / client).mkdir(parents=True)
    brief = PIPELINE[: PIPELINE.index("---")].replace("spec:", "spec:").replace("90", "7")
    patch = brief.replace("{name: system}", "{name: system, patch: true}")
    (root / "clients" / "beta" / "patch.yaml").write_text(patch)
    (root / "lpcac.yaml").write_text(MAP)
    (root / "bases" / "old").mkdir()
    (root / "bases" / "old" / "tests.yaml").write_text(TEST)
    monkeypatch.chdir(root)

    ended = lpcac("test")

    assert ended.err == (
        'bases/old/tests.yaml:1:1: warning: PipelineTest "windows" is not run: no client uses base "bases/old"\n'
    )

    assert ended.code == 3
    assert 'FAIL windows / logons ("beta")' in ended.out
    assert ended.out.endswith("2 cases: 1 passed, 1 failed\n")
    assert lpcac("test", "--client", "acme").code == 0


def test_an_update_writes_what_is_missing_and_passes_then(lpcac: CommandLine, folder: Path) -> None:
    (folder / "tests.yaml").write_text(TEST.replace(", expect: {repo: system, at_least: 90}", ""))
    assert lpcac("test", folder).code == 3

    ended = lpcac("test", folder, "--update")

    assert ended.code == 0, ended.err
    assert "expect: {repo: system, retention_days: 90}" in (folder / "tests.yaml").read_text()


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo], ids=["folder", "pipe"])
def test_a_sample_that_is_no_file_fails_its_case(
    make: Callable[[Path], None], lpcac: CommandLine, folder: Path
) -> None:
    (folder / "logons.jsonl").unlink()
    make(folder / "logons.jsonl")

    ended = lpcac("test", folder)

    assert ended.code == 3
    assert "cannot be read: it is not a regular file" in ended.out


@pytest.mark.parametrize("link", ["file", "folder"])
def test_a_sample_is_not_read_through_a_symbolic_link(
    link: str, lpcac: CommandLine, folder: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "logons.jsonl").write_text('{"user": "jane.doe"}\n')
    (folder / "logons.jsonl").unlink()
    if link == "file":
        (folder / "logons.jsonl").symlink_to(outside / "logons.jsonl")
    else:
        (folder / "deep").symlink_to(outside)
        (folder / "tests.yaml").write_text(TEST.replace("logons.jsonl", "deep/logons.jsonl"))

    ended = lpcac("test", folder)

    assert ended.code == 3
    assert "symbolic link" in ended.out + ended.err


def test_an_apply_refuses_to_start_while_a_test_fails(lpcac: CommandLine, small_site: Site, folder: Path) -> None:
    lpcac.use(small_site.simulator)
    (folder / "tests.yaml").write_text(TEST.replace("90", "365"))
    target = ("--pool", "pool-acme", "--logpoint", "lp-01", "--auto-approve")

    ended = lpcac("apply", folder, *target)

    assert ended.code == 3
    assert "at_least: expected 365, got 90" in ended.err
    assert small_site.logpoint.created == {}
    (folder / "tests.yaml").write_text(TEST)
    assert lpcac("apply", folder, *target).code == 0
    assert sorted({name for _, name in small_site.logpoint.created}) == ["system", "windows"]


RULE = """\
apiVersion: logpoint-cac/v1
kind: Rule
metadata: {name: a-year}
spec:
  title: Kept for a year
  kinds: [Repo]
  schema: {properties: {derived: {properties: {total_retention_days: {minimum: 365}}}}}
"""


def test_an_apply_refuses_to_start_while_a_rule_is_broken(lpcac: CommandLine, small_site: Site, folder: Path) -> None:
    lpcac.use(small_site.simulator)
    entry = "clients: [{name: acme, path: acme, director: main, pool: pool-acme, logpoints: [lp-01]}]\nrules: [rules]\n"
    file = folder.parent / "lpcac.yaml"
    head = MAP[: MAP.index("clients:")].replace("https://director.example.com", small_site.simulator.url)
    file.write_text(head + entry)
    (folder.parent / "rules").mkdir()
    (folder.parent / "rules" / "own.yaml").write_text(RULE)

    ended = lpcac("apply", "--map", file, "--auto-approve")

    assert ended.code == 3
    assert 'error: Repo "system": Kept for a year' in ended.err
    assert "rules are broken; nothing was applied" in ended.err
    assert small_site.logpoint.created == {}
    (folder.parent / "rules" / "own.yaml").write_text(RULE.replace("kinds:", "severity: warning\n  kinds:"))
    assert lpcac("apply", "--map", file, "--auto-approve").code == 0


def test_a_sync_leaves_tests_alone(lpcac: CommandLine, small_site: Site, folder: Path) -> None:
    lpcac.use(small_site.simulator)
    (folder / "tests.yaml").write_text(f"{TEST}---\n{PIPELINE.split('---', maxsplit=1)[0].replace('system', 'more')}")
    target = ("--pool", "pool-acme", "--logpoint", "lp-01")
    assert lpcac("apply", folder, *target, "--auto-approve").code == 0

    assert lpcac("sync", folder, *target).code == 0
    assert (folder / "tests.yaml").read_text().startswith(TEST)
    small_site.logpoint.delete("Repo", "more")
    assert lpcac("sync", folder, *target, "--remove-missing").code == 0
    assert (folder / "tests.yaml").read_text().startswith(TEST.rstrip())
    assert "more" not in (folder / "tests.yaml").read_text()


def test_one_file_of_tests_runs_with_all_that_is_declared_beside_it(lpcac: CommandLine, folder: Path) -> None:
    file = folder / "tests.yaml"

    alone = lpcac("test", file, file)
    (folder.parent / "lpcac.yaml").write_text(MAP.replace("clients/*", "*").replace(", bases: [bases/standard]", ""))
    mapped = lpcac("test", file)

    assert [(ended.code, ended.out) for ended in (alone, mapped)] == [(0, "1 case: 1 passed\n")] * 2
    assert alone.err == f'note: "{file}" is one file of "{folder}": all tests there run\n'
    assert mapped.err == f'note: "{file}" is one file of "acme": all that is declared there is included\n'


@pytest.mark.parametrize("form", ["junit", "github"])
def test_coverage_is_told_beside_a_form_that_has_no_place_for_it(form: str, lpcac: CommandLine, folder: Path) -> None:
    assert (
        "coverage: 100 % (1 of 1 criteria and catch-alls)" in lpcac("test", folder, "--coverage", "--format", form).err
    )


def test_a_client_with_errors_in_its_files_is_no_success_in_any_form(lpcac: CommandLine, folder: Path) -> None:
    (folder / "pipeline.yaml").write_text(PIPELINE.replace("90", "ninety"))

    junit, github = (lpcac("test", folder, "--format", form) for form in ("junit", "github"))

    assert ET.fromstring(junit.out.encode()).attrib == {"tests": "1", "failures": "0", "errors": "1"}
    assert "not run: there are errors in the files" in junit.out
    assert "::error file=" in github.out
    assert (junit.code, github.code) == (3, 3)


def test_tests_that_are_not_run_because_of_errors_are_counted(lpcac: CommandLine, folder: Path) -> None:
    (folder / "pipeline.yaml").write_text(PIPELINE.replace("90", "ninety"))

    ended = lpcac("test", folder)

    assert (ended.code, ended.out) == (3, "pipeline tests were not run for 1 client with errors in the files\n")
    assert "error: " in ended.err
