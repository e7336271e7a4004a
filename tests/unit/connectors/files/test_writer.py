"""Writing files: all of them or none, and nothing that is not what it was."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from lpcac.connectors.files.writer import NotWrittenError, write_edits
from lpcac.core.files import FileEdit


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*"))


def test_files_are_made_changed_and_deleted_with_the_folders_they_need(tmp_path: Path) -> None:
    (tmp_path / "old.yaml").write_bytes(b"old")
    (tmp_path / "gone.yaml").write_bytes(b"gone")
    (tmp_path / "old.yaml").chmod(0o640)
    write_edits(
        [
            FileEdit(str(tmp_path / "a" / "b" / "new.yaml"), None, b"new"),
            FileEdit(str(tmp_path / "old.yaml"), b"old", b"newer"),
            FileEdit(str(tmp_path / "gone.yaml"), b"gone", None),
        ]
    )
    assert names(tmp_path) == ["a", "b", "new.yaml", "old.yaml"]
    assert (tmp_path / "a" / "b" / "new.yaml").read_bytes() == b"new"
    assert (tmp_path / "old.yaml").read_bytes() == b"newer"
    assert stat.S_IMODE((tmp_path / "old.yaml").stat().st_mode) == 0o640


def test_a_name_without_a_folder_is_one_in_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_edits([FileEdit("new.yaml", None, b"new")])
    assert (tmp_path / "new.yaml").read_bytes() == b"new"


@pytest.mark.parametrize("before", [None, b"as it was read"])
def test_a_file_that_is_not_what_it_was_stops_everything(tmp_path: Path, before: bytes | None) -> None:
    (tmp_path / "b.yaml").write_bytes(b"changed meanwhile")
    edits = [FileEdit(str(tmp_path / "a.yaml"), None, b"a"), FileEdit(str(tmp_path / "b.yaml"), before, b"b")]
    with pytest.raises(NotWrittenError, match=r"nothing was (changed|written)"):
        write_edits(edits)
    assert names(tmp_path) == ["b.yaml"]
    assert (tmp_path / "b.yaml").read_bytes() == b"changed meanwhile"


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    outside = tmp_path / "outside.yaml"
    outside.write_bytes(b"theirs")
    (tmp_path / "repos.yaml").symlink_to(outside)
    with pytest.raises(NotWrittenError, match="not a regular file"):
        write_edits([FileEdit(str(tmp_path / "repos.yaml"), None, b"ours")])
    assert outside.read_bytes() == b"theirs"


def test_what_was_renamed_is_put_back_when_a_later_file_cannot_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.yaml").write_bytes(b"old a")
    replace = os.replace

    def failing(source: str, target: str) -> None:
        if target.endswith("c.yaml"):
            raise OSError(28, "No space left on device", target)
        replace(source, target)

    monkeypatch.setattr(os, "replace", failing)
    edits = [
        FileEdit(str(tmp_path / "a.yaml"), b"old a", b"new a"),
        FileEdit(str(tmp_path / "b.yaml"), None, b"new b"),
        FileEdit(str(tmp_path / "c.yaml"), None, b"new c"),
    ]
    with pytest.raises(NotWrittenError, match="No space left on device"):
        write_edits(edits)
    assert names(tmp_path) == ["a.yaml"]
    assert (tmp_path / "a.yaml").read_bytes() == b"old a"


def test_a_file_is_never_written_twice_in_one_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    edits = [FileEdit("a.yaml", None, b"a"), FileEdit(str(tmp_path / "b" / ".." / "a.yaml"), None, b"b")]
    with pytest.raises(NotWrittenError, match=r"a\.yaml\" would be written twice"):
        write_edits(edits)
    assert names(tmp_path) == []


@pytest.mark.parametrize("after", [b"new", None])
def test_a_file_that_its_owner_made_read_only_is_neither_replaced_nor_deleted(
    tmp_path: Path, after: bytes | None
) -> None:
    locked = tmp_path / "locked.yaml"
    locked.write_bytes(b"old")
    locked.chmod(0o444)
    with pytest.raises(NotWrittenError, match="is read-only: nothing was changed"):
        write_edits([FileEdit(str(tmp_path / "a.yaml"), None, b"a"), FileEdit(str(locked), b"old", after)])
    assert names(tmp_path) == ["locked.yaml"]
    assert locked.read_bytes() == b"old"


def test_a_full_disk_leaves_no_temporary_file_and_the_file_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    folder = tmp_path / ("long" * 40)
    folder.mkdir()
    name = str(folder / "repos.yaml")
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(NotWrittenError, match=r"long/repos\.yaml\" cannot be written \(No space left on device\)"):
        write_edits([FileEdit(name, None, b"x: 1\n")])
    assert list(folder.iterdir()) == []
