"""What a sync reports, to people and to programs."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import pytest
from rich.console import Console

from lpcac.core.errors import ExitCode
from lpcac.core.files import FileEdit
from lpcac.core.findings import Finding, Position, Severity
from lpcac.core.resources import ResourceKey, Target
from lpcac.reports.terminal.sync import difference, print_sync, sync_document
from lpcac.sync.result import EditKind, Synced, SyncResult

TARGET = Target("acme", "pool-acme", "lp-01", "7a1f0c", "lp-01-id")
EDIT = FileEdit("clients/acme/repos.yaml", b"days: 90\nname: a\n", b"days: 30\nname: a\n")
RESULT = SyncResult(
    client="acme",
    target=TARGET,
    edits=(EDIT,),
    objects=(Synced(ResourceKey("Repo", "a"), EditKind.UPDATED, EDIT.name),),
    unchanged=4,
    missing=(ResourceKey("Repo", "gone"),),
    vendor=9,
    external=1,
    findings=(
        Finding("left-out", 'Repo "x" is left out: why', severity=Severity.WARNING),
        Finding("file-left-alone", "it has an error", Position("clients/acme/b.yaml", 3)),
    ),
)


def shown(*results: SyncResult, is_check: bool = False) -> str:
    stream = io.StringIO()
    print_sync(Console(file=stream, width=160, no_color=True), results, is_check=is_check)
    return stream.getvalue()


def test_the_report_names_every_file_object_and_finding() -> None:
    text = shown(RESULT)
    for part in (
        "acme on pool-acme/lp-01: 1 updated, 4 as declared, 9 vendor objects skipped, 1 external object skipped",
        "updated clients/acme/repos.yaml",
        'updated 1: Repo "a"',
        'warning: Repo "x" is left out: why',
        "clients/acme/b.yaml:3:1: error: it has an error",
        'Declared but not live; an apply would create them (1): Repo "gone"',
        "1 file written.",
    ):
        assert part in text
    assert "-days: 90" not in text


def test_a_check_says_would_and_shows_the_difference() -> None:
    text = shown(RESULT, is_check=True)
    for part in ("would update clients/acme/repos.yaml", "update 1:", "-days: 90", "+days: 30", "Nothing was written"):
        assert part in text


def test_what_could_not_be_read_is_told() -> None:
    text = shown(SyncResult("acme", problem="no pool", exit_code=ExitCode.NOT_DONE))
    assert "acme: not read" in text
    assert "not synced: no pool" in text
    assert "Nothing to write." in text


def test_all_logpoints_that_were_read_are_named() -> None:
    other = replace(TARGET, logpoint="lp-02")
    assert "acme on pool-acme/lp-01, lp-02: 1 updated" in shown(replace(RESULT, other_targets=(other,)))
    (document,) = sync_document([replace(RESULT, other_targets=(other,))], is_check=False)["clients"]
    assert (document["logpoint"], document["logpoints"]) == ("lp-01", ["lp-01", "lp-02"])


def test_what_was_read_and_could_not_be_synced_is_not_called_unread() -> None:
    other = replace(TARGET, logpoint="lp-02")
    text = shown(SyncResult("acme", TARGET, problem="they differ", exit_code=ExitCode.USAGE, other_targets=(other,)))
    assert "acme on pool-acme/lp-01, lp-02: read\n  not synced: they differ" in text


def test_no_content_of_a_file_reaches_the_terminal_or_the_runner_as_a_command() -> None:
    edit = FileEdit("a\x1b[31m.yaml", None, "\x1b]0;title\x07\n::error::x\n\u202e\n".encode())
    text = shown(SyncResult("a\x1b[0m", TARGET, (edit,)), is_check=True)
    assert "\x1b" not in text
    assert "\x07" not in text
    assert "\u202e" not in text
    assert not any(line.lstrip().startswith("::") for line in text.splitlines())


@pytest.mark.parametrize(
    ("before", "after", "heads"),
    [
        (None, b"a\n", ["--- /dev/null", "+++ b/f.yaml"]),
        (b"a\n", None, ["--- a/f.yaml", "+++ /dev/null"]),
        (b"a\n", b"b\n", ["--- a/f.yaml", "+++ b/f.yaml"]),
    ],
)
def test_a_difference_names_files_as_git_does(before: bytes | None, after: bytes | None, heads: list[str]) -> None:
    assert list(difference(FileEdit("f.yaml", before, after)))[:2] == heads


def test_windows_line_ends_are_no_difference_to_look_at() -> None:
    lines = list(difference(FileEdit("f.yaml", b"a\r\nb\r\n", b"a\r\nc\r\n")))
    assert lines[3:] == [" a", "-b", "+c"]


def test_the_document_is_json_with_everything_in_it() -> None:
    document = json.loads(json.dumps(sync_document([RESULT], is_check=True)))
    assert document["written"] is False
    (client,) = document["clients"]
    assert client["files"][0]["action"] == "update"
    assert "+days: 30\n" in client["files"][0]["diff"]
    assert client["objects"] == [{"action": "updated", "kind": "Repo", "name": "a", "file": EDIT.name}]
    assert client["missing"] == [{"kind": "Repo", "name": "gone"}]
    assert [finding["line"] for finding in client["findings"]] == [None, 3]
