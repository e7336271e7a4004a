"""Reading files: what is read, in which order, under which name, and what is refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lpcac.connectors.files.reader import FilesRead, read_files


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make an empty current folder."""
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    return here


def write(*paths: str) -> None:
    for path in paths:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_bytes(path.encode(errors="surrogateescape"))


def names(read: FilesRead) -> list[str]:
    assert read.findings == ()
    return [file.name for file in read.files]


def refusals(read: FilesRead) -> list[str]:
    return [str(finding) for finding in read.findings]


@pytest.mark.usefixtures("tree")
def test_a_folder_is_read_to_its_depth_in_the_order_of_names() -> None:
    write("c/b.yaml", "c/a.yml", "c/b/z.yaml", "c/b/deep/er/x.yaml", "c/readme.md", "c/b.yaml.bak", "d.yaml")
    assert names(read_files(["c"])) == ["c/a.yml", "c/b/deep/er/x.yaml", "c/b/z.yaml", "c/b.yaml"]
    assert read_files(["c"]).files[0].content == b"c/a.yml"


@pytest.mark.usefixtures("tree")
def test_hidden_files_and_folders_are_left_out_unless_named() -> None:
    write(".git/a.yaml", ".github/workflows/b.yml", ".hidden.yaml", "a/.x/c.yaml", "a/d.yaml")
    assert names(read_files(["."])) == ["a/d.yaml"]
    assert names(read_files([".github"])) == [".github/workflows/b.yml"]
    assert names(read_files([".hidden.yaml"])) == [".hidden.yaml"]


@pytest.mark.usefixtures("tree")
def test_a_named_file_is_read_whatever_its_ending() -> None:
    write("a.txt")
    assert names(read_files(["a.txt"])) == ["a.txt"]


def test_names_are_relative_below_the_current_folder_and_as_typed_elsewhere(tree: Path) -> None:
    write("c/a.yaml", "../there/b.yaml")
    assert (
        names(read_files([tree / "c"]))
        == names(read_files(["./c/"]))
        == names(read_files(["../here/c"]))
        == ["c/a.yaml"]
    )
    assert names(read_files(["../there"])) == ["../there/b.yaml"]
    assert names(read_files([tree.parent / "there"])) == [f"{tree.parent}/there/b.yaml"]


@pytest.mark.usefixtures("tree")
def test_a_file_reached_in_several_ways_is_read_once() -> None:
    write("c/a.yaml")
    assert names(read_files(["c", ".", "c/a.yaml", "./c/../c/a.yaml"])) == ["c/a.yaml"]


@pytest.mark.usefixtures("tree")
def test_a_missing_path_is_one_clear_error_and_the_others_are_read() -> None:
    write("a.yaml")
    read = read_files(["absent.yaml", "a.yaml", "a\x00b", "a.yaml/b"])
    assert [file.name for file in read.files] == ["a.yaml"]
    assert refusals(read) == [
        'absent.yaml:1:1: "absent.yaml": there is no such file or folder (did you mean "a.yaml"?)',
        'a\x00b:1:1: "a\\x00b": this is not a usable path',
        'a.yaml/b:1:1: "a.yaml/b": cannot be read (Not a directory)',
    ]


@pytest.mark.usefixtures("tree")
def test_an_empty_folder_gives_nothing() -> None:
    Path("c").mkdir()
    assert read_files(["c"]) == FilesRead((), ())
    assert read_files([]) == FilesRead((), ())


@pytest.mark.usefixtures("tree")
def test_a_link_out_of_the_folder_is_refused_and_never_read() -> None:
    write("../secret.yaml", "../secrets/a.yaml", "c/a.yaml", "d/b.yaml")
    Path("c/file.yaml").symlink_to("../../secret.yaml")
    Path("c/folder").symlink_to("../../secrets")
    Path("c/neighbour").symlink_to("../d")
    Path("c/dangling.yaml").symlink_to("nowhere")
    Path("c/readme.md").symlink_to("../../secret.yaml")
    read = read_files(["c"])
    assert [file.name for file in read.files] == ["c/a.yaml"]
    then = "is not followed: put what it leads to in its place, or remove it"
    assert refusals(read) == [
        f'c/dangling.yaml:1:1: "c/dangling.yaml": a symbolic link {then}',
        f'c/file.yaml:1:1: "c/file.yaml": a symbolic link {then}',
        f'c/folder:1:1: "c/folder": a symbolic link to a folder {then}',
        f'c/neighbour:1:1: "c/neighbour": a symbolic link to a folder {then}',
    ]


@pytest.mark.usefixtures("tree")
def test_a_link_within_the_folder_is_refused_and_not_followed_even_in_a_circle() -> None:
    write("c/a.yaml", "c/d/b.yaml")
    Path("c/again.yaml").symlink_to("a.yaml")
    Path("c/d/up").symlink_to("..")
    read = read_files(["c"])
    assert [file.name for file in read.files] == ["c/a.yaml", "c/d/b.yaml"]
    assert [finding.position.file for finding in read.findings if finding.position] == ["c/again.yaml", "c/d/up"]


@pytest.mark.usefixtures("tree")
def test_endings_are_known_in_any_case_and_other_files_are_left_alone() -> None:
    write("c/OWN.YAML", "c/Two.Yml", "c/three.yaml.orig", "c/yaml", "c/notes.txt")
    Path("c/notes").symlink_to("notes.txt")
    assert names(read_files(["c"])) == ["c/OWN.YAML", "c/Two.Yml"]


@pytest.mark.usefixtures("tree")
def test_a_repository_in_a_folder_and_a_submodule_that_is_not_checked_out_are_refused() -> None:
    write(".git/HEAD", "c/a.yaml", "c/theirs/.git", "c/theirs/b.yaml")
    Path("c/empty").mkdir()
    Path(".gitmodules").write_text('[submodule "x"]\n\tpath = c/empty\n\turl = https://example.com/x\n')
    read = read_files(["."])
    assert [file.name for file in read.files] == ["c/a.yaml"]
    assert [finding.message for finding in read.findings] == [
        f'"c/{name}": a submodule is not read: put its files in its place, or remove it' for name in ("empty", "theirs")
    ]
    assert [finding.code for finding in read_files(["c/empty"]).findings] == ["submodule"]


@pytest.mark.usefixtures("tree")
def test_a_folder_whose_name_begins_alike_is_another_folder() -> None:
    write("c/a.yaml", "cc/b.yaml")
    Path("c/link.yaml").symlink_to("../cc/b.yaml")
    assert len(read_files(["c"]).findings) == 1


@pytest.mark.usefixtures("tree")
def test_a_link_that_is_named_itself_is_followed() -> None:
    write("../there/a.yaml")
    Path("link").symlink_to("../there")
    assert names(read_files(["link"])) == ["link/a.yaml"]


@pytest.mark.usefixtures("tree")
def test_a_pipe_is_refused_without_waiting_for_it() -> None:
    Path("c").mkdir()
    os.mkfifo("c/pipe.yaml")
    assert refusals(read_files(["c"])) == ['c/pipe.yaml:1:1: "c/pipe.yaml": this is not a regular file']


@pytest.mark.usefixtures("tree")
def test_a_file_of_enormous_size_is_refused_unread() -> None:
    write("c/a.yaml", "b")
    os.truncate("c/a.yaml", 8 * 1024 * 1024 + 1)
    assert refusals(read_files(["b", "c"])) == ['c/a.yaml:1:1: "c/a.yaml": the file is over 8 MiB: split it']


@pytest.mark.usefixtures("tree")
def test_a_work_tree_with_too_much_yaml_is_read_up_to_the_limit() -> None:
    for number in range(9):
        write(f"c/{number}.yaml")
        os.truncate(f"c/{number}.yaml", 8 * 1024 * 1024)
    read = read_files(["c"])
    assert len(read.files) == 8
    assert [line.partition(": ")[0] for line in refusals(read)] == ["c/8.yaml:1:1"]
    assert "more than 64 MiB in all" in refusals(read)[0]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything; run it as another user")
@pytest.mark.usefixtures("tree")
def test_a_lack_of_permission_is_named() -> None:
    write("c/a.yaml", "d/b.yaml")
    Path("c/a.yaml").chmod(0)
    Path("d").chmod(0)
    assert [line.partition('": ')[2] for line in refusals(read_files(["c", "d"]))] == ["no permission to read it"] * 2
    Path("d").chmod(0o700)


@pytest.mark.usefixtures("tree")
def test_a_file_name_that_is_not_utf_8_or_hostile_is_read_all_the_same() -> None:
    write("c/caf\udce9.yaml", "c/a\n::error::.yaml")
    assert names(read_files(["c"])) == ["c/a\n::error::.yaml", "c/caf\udce9.yaml"]
