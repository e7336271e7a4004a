"""What is read from real Git repositories."""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from lpcac.connectors.files.maps import load_map_at
from lpcac.connectors.files.reader import read_files
from lpcac.connectors.git.process import CHECK_OUT_ALL
from lpcac.connectors.git.repository import Repository, open_repository
from lpcac.connectors.git.work_tree import stage
from lpcac.core.errors import UsageError
from lpcac.core.files import ChangedFile, ReadingBudget
from lpcac.models import registry

Git = Callable[..., str]


@pytest.fixture(autouse=True)
def _isolated(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "no-global-config"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "Test")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "test@example.com")
        monkeypatch.setenv(f"GIT_{who}_DATE", "2026-01-01T00:00:00Z")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "repo"
    folder.mkdir()
    return folder


@pytest.fixture
def git(root: Path) -> Git:
    def run(*arguments: str) -> str:
        done = subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    run("init", "--quiet", "--initial-branch=main")
    return run


@pytest.fixture
def commit(root: Path, git: Git) -> Git:
    def write(**files: str | None) -> str:
        for name, content in files.items():
            path = root / name
            if content is None:
                path.unlink()
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(content)
        git("add", "--all")
        git("commit", "--quiet", "--message", "change")
        return git("rev-parse", "HEAD")

    return write


@pytest.fixture
def repository(root: Path, git: Git) -> Repository:
    del git
    return open_repository(root)


def test_files_are_read_as_of_a_commit_and_not_from_the_work_tree(
    root: Path, repository: Repository, commit: Git
) -> None:
    first = commit(**{"clients/acme/a.yaml": "one", "clients/acme/sub/b.yml": "two\n", "clients/globex/c.yaml": "x"})
    commit(**{"clients/acme/a.yaml": "changed", "clients/acme/new.yaml": "new"})
    (root / "clients/acme/a.yaml").write_text("not committed")
    assert repository.read_at(first, ["clients/acme"])[0] == [
        ("clients/acme/a.yaml", b"one"),
        ("clients/acme/sub/b.yml", b"two\n"),
    ]
    assert (root / "clients/acme/a.yaml").read_text() == "not committed"


def test_several_paths_files_and_the_root_may_be_named(repository: Repository, commit: Git) -> None:
    commit(**{"a.yaml": "", "bases/b.yaml": "1", "clients/acme/c.yaml": "2", "other/d.yaml": "3"})
    assert repository.read_at("HEAD", ["clients/acme/", "bases/b.yaml"])[0] == [
        ("bases/b.yaml", b"1"),
        ("clients/acme/c.yaml", b"2"),
    ]
    assert [name for name, _ in repository.read_at("HEAD", ["."])[0]] == [
        "a.yaml",
        "bases/b.yaml",
        "clients/acme/c.yaml",
        "other/d.yaml",
    ]
    assert repository.read_at("HEAD", [])[0] == []


def test_a_path_that_did_not_exist_then_gives_nothing(repository: Repository, commit: Git) -> None:
    commit(**{"a.yaml": ""})
    assert repository.read_at("HEAD", ["clients/acme"])[0] == []


def test_all_that_is_read_of_a_commit_shares_one_limit(repository: Repository, commit: Git) -> None:
    commit(**{"a/a.yaml": "x" * 100, "b/b.yaml": "y" * 100, "c/c.yaml": "z"})
    budget = ReadingBudget(150)

    found = [repository.read_at("HEAD", [name], budget) for name in ("a", "b", "c", "a")]

    assert [[name for name, _ in files] for files, _ in found] == [["a/a.yaml"], [], ["c/c.yaml"], ["a/a.yaml"]]
    [finding] = found[1][1]
    assert "more than 64 MiB in all" in finding.message


def test_hidden_files_and_other_files_are_left_out(repository: Repository, commit: Git) -> None:
    commit(
        **{
            "clients/a.yaml": "a",
            "clients/B.YAML": "B",
            "clients/.b.yaml": "b",
            "clients/.c/c.yaml": "c",
            "clients/README.md": "d",
        }
    )
    assert repository.read_at("HEAD", ["clients"]) == ([("clients/B.YAML", b"B"), ("clients/a.yaml", b"a")], [])


def test_what_cannot_be_read_is_the_same_error_in_the_work_tree_and_in_a_commit(
    root: Path, repository: Repository, commit: Git, git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit(**{"clients/a.yaml": "a", "clients/sub/b.yaml": "b", "clients/notes.txt": "n", "elsewhere/e.yaml": "e"})
    for name, target in {
        "own.yaml": "a.yaml",
        "neighbour.YML": "../elsewhere/e.yaml",
        "outside.yaml": str(tmp_path / "x"),
        "dangling.yaml": "nowhere",
        "folder": "../elsewhere",
        "inside": "sub",
        "up": "..",
        "README": "notes.txt",
        "lost": "nowhere",
        "circle": "circle",
        "chain": "inside",
        "README2": "README",
        "through": "up/clients/sub",
        ".hidden.yaml": "a.yaml",
    }.items():
        (root / "clients" / name).symlink_to(target)
    git("init", "--quiet", "clients/module")
    git("-C", "clients/module", "commit", "--quiet", "--allow-empty", "--message", "theirs")
    commit()
    files, findings = repository.read_at("HEAD", ["clients"])
    assert [name for name, _ in files] == ["clients/a.yaml", "clients/sub/b.yaml"]
    expected = [
        "chain",
        "dangling.yaml",
        "folder",
        "inside",
        "module",
        "neighbour.YML",
        "outside.yaml",
        "own.yaml",
        "through",
        "up",
    ]
    assert sorted(each.position.file for each in findings if each.position) == [f"clients/{name}" for name in expected]
    monkeypatch.chdir(root)
    found = read_files(["clients"])
    assert [(each.name, each.content) for each in found.files] == files
    assert sorted(map(str, found.findings)) == sorted(map(str, findings))
    # Named by themselves they are no less of an error.
    assert repository.read_at("HEAD", ["clients/folder", "clients/module"])[0] == []
    assert len(repository.read_at("HEAD", ["clients/folder", "clients/module"])[1]) == 2


def test_a_hidden_folder_is_read_when_it_is_named(repository: Repository, commit: Git) -> None:
    commit(**{".hidden/a.yaml": "a"})
    assert repository.read_at("HEAD", [".hidden"])[0] == [(".hidden/a.yaml", b"a")]


def test_names_with_spaces_quotes_and_letters_beyond_ascii_survive(repository: Repository, commit: Git) -> None:
    names = [
        "clients/a b.yaml",
        'clients/"q".yaml',
        "clients/größe.yaml",
        "clients/-x.yaml",
        "clients/[a].yaml",
        "clients/:(exclude)x.yaml",
    ]
    commit(**dict.fromkeys(names, "x"))
    assert [name for name, _ in repository.read_at("HEAD", ["clients"])[0]] == sorted(names)
    for name in ("clients/[a].yaml", "clients/:(exclude)x.yaml"):
        assert repository.read_at("HEAD", [name])[0] == [(name, b"x")]


def test_equal_empty_and_binary_contents_are_read_exactly(root: Path, repository: Repository, commit: Git) -> None:
    (root / "binary.yaml").write_bytes(b"\xff\x00\n\r\n")
    commit(**{"a.yaml": "same", "b.yaml": "same", "empty.yaml": ""})
    assert repository.read_at("HEAD", ["."])[0] == [
        ("a.yaml", b"same"),
        ("b.yaml", b"same"),
        ("binary.yaml", b"\xff\x00\n\r\n"),
        ("empty.yaml", b""),
    ]


@pytest.mark.parametrize("path", ["../other", "/etc", "clients/../../x"])
def test_a_path_that_leads_out_of_the_repository_is_refused(path: str, repository: Repository, commit: Git) -> None:
    commit(**{"a.yaml": ""})
    with pytest.raises(UsageError, match="is outside the Git repository"):
        repository.read_at("HEAD", [path])[0]


def test_every_way_to_name_a_commit_resolves_to_its_hash(repository: Repository, commit: Git, git: Git) -> None:
    first = commit(**{"a.yaml": "1"})
    second = commit(**{"a.yaml": "2"})
    git("tag", "--annotate", "v1", "--message", "v1", first)
    named = {rev: repository.resolve_commit(rev) for rev in ("main", "HEAD~1", "v1", first[:10], second)}
    assert named == {"main": second, "HEAD~1": first, "v1": first, first[:10]: first, second: second}
    assert repository.head() == second


@pytest.mark.parametrize(
    "rev",
    [
        "nowhere",
        "",
        "--output=stolen",
        "-h",
        "--all",
        "main..main",
        "main:a.yaml",
        "HEAD\n--output=stolen",
        "HEAD\x00",
        "0" * 40,
        "$(touch stolen)",
    ],
)
def test_what_is_no_commit_is_one_clear_line_and_never_an_option(
    rev: str, root: Path, repository: Repository, commit: Git
) -> None:
    commit(**{"a.yaml": ""})
    for ask in (
        lambda: repository.resolve_commit(rev),
        lambda: repository.read_at(rev, ["."])[0],
        lambda: repository.changed_files(rev, "HEAD"),
        lambda: repository.changed_files("HEAD", rev),
        lambda: repository.merge_base("HEAD", rev),
        lambda: repository.folders_at(rev),
    ):
        with pytest.raises(UsageError, match="is not a commit of this Git repository") as caught:
            ask()
        assert str(caught.value).isprintable()
    assert [path.name for path in root.iterdir() if path.name != ".git"] == ["a.yaml"]


def test_changes_show_additions_edits_deletions_and_both_names_of_a_rename(repository: Repository, commit: Git) -> None:
    long = "".join(f"line {number}\n" for number in range(50))
    base = commit(**{"edited.yaml": "1", "deleted.yaml": "2", "old name.yaml": long, "same.yaml": "3"})
    head = commit(
        **{
            "edited.yaml": "9",
            "deleted.yaml": None,
            "old name.yaml": None,
            "new name.yaml": long + "more\n",
            "added.yaml": "unlike anything else",
        }
    )
    assert sorted(repository.changed_files(base, head), key=lambda change: change.name) == [
        ChangedFile("added.yaml"),
        ChangedFile("deleted.yaml"),
        ChangedFile("edited.yaml"),
        ChangedFile("new name.yaml", previous="old name.yaml"),
    ]
    assert repository.changed_files(head, head) == []


def test_the_merge_base_is_where_two_branches_parted(repository: Repository, commit: Git, git: Git) -> None:
    fork = commit(**{"a.yaml": "1"})
    git("switch", "--quiet", "--create", "topic")
    commit(**{"b.yaml": "2"})
    git("switch", "--quiet", "main")
    commit(**{"c.yaml": "3"})
    assert repository.merge_base("main", "topic") == fork


def test_branches_without_a_common_commit_are_one_clear_line(repository: Repository, commit: Git, git: Git) -> None:
    commit(**{"a.yaml": "1"})
    git("switch", "--quiet", "--orphan", "other")
    commit(**{"b.yaml": "2"})
    with pytest.raises(UsageError, match='"main" and "other" have no common commit'):
        repository.merge_base("main", "other")


@pytest.mark.parametrize("options", [["--depth=1"], ["--depth=1", "--filter=tree:0"]])
def test_a_shallow_clone_is_told_how_to_get_the_history(
    options: list[str], root: Path, tmp_path: Path, commit: Git, git: Git
) -> None:
    first = commit(**{"a.yaml": "1"})
    commit(**{"a.yaml": "2"})
    git("config", "uploadpack.allowFilter", "true")
    git("clone", "--quiet", "--no-checkout", *options, root.as_uri(), str(tmp_path / "shallow"))
    with pytest.raises(UsageError, match=CHECK_OUT_ALL):
        open_repository(tmp_path / "shallow").resolve_commit(first)


@pytest.mark.parametrize("kind", ["blob:none", "tree:0"])
def test_a_partial_clone_is_told_how_to_get_the_rest_and_nothing_is_fetched(
    kind: str, root: Path, tmp_path: Path, commit: Git, git: Git
) -> None:
    first = commit(**{"lpcac.yaml": "1", "clients/acme/a.yaml": "line\n" * 50})
    second = commit(**{"lpcac.yaml": "2", "clients/acme/a.yaml": None, "clients/acme/b.yaml": "line\n" * 51})
    git("config", "uploadpack.allowFilter", "true")
    # What a lazy fetch of one object asks for.
    git("config", "uploadpack.allowAnySHA1InWant", "true")
    partial = tmp_path / "partial"
    git("clone", "--quiet", "--no-checkout", f"--filter={kind}", root.as_uri(), str(partial))
    repository = open_repository(partial)
    assert repository.is_ancestor(first, second)
    for ask in (
        lambda: repository.file_at(second, "lpcac.yaml"),
        lambda: repository.read_at(second, ["clients/acme"])[0],
        lambda: repository.changed_files(first, second),
        lambda: repository.changed_lines(first, second),
    ):
        for _ in range(2):
            with pytest.raises(UsageError, match=CHECK_OUT_ALL) as caught:
                ask()
            assert str(caught.value).isprintable()
    packed = subprocess.run(
        ["git", "rev-list", "--objects", "--all", "--missing=print"], cwd=partial, check=True, capture_output=True
    )
    assert b"?" in packed.stdout


def test_a_sparse_checkout_of_a_whole_clone_is_read_like_any_other(
    root: Path, tmp_path: Path, commit: Git, git: Git
) -> None:
    commit(**{"lpcac.yaml": "1", "clients/acme/a.yaml": "2"})
    git("clone", "--quiet", "--sparse", root.as_uri(), str(tmp_path / "sparse"))
    assert not (tmp_path / "sparse/clients").exists()
    assert open_repository(tmp_path / "sparse").read_at("HEAD", ["clients"])[0] == [("clients/acme/a.yaml", b"2")]


def test_a_repository_with_longer_hashes_is_read(tmp_path: Path) -> None:
    root = tmp_path / "sha256"
    for arguments in (
        ["init", "--quiet", "--object-format=sha256", str(root)],
        ["-C", str(root), "commit", "--quiet", "--allow-empty", "--message", "1"],
    ):
        subprocess.run(["git", *arguments], check=True)
    (root / "clients").mkdir()
    (root / "clients/a.yaml").write_text("a")
    subprocess.run(["git", "-C", str(root), "add", "."], check=True)
    subprocess.run(["git", "-C", str(root), "commit", "--quiet", "--message", "2"], check=True)
    repository = open_repository(root)
    assert repository.read_at("HEAD", ["clients"])[0] == [("clients/a.yaml", b"a")]
    assert repository.changed_files("HEAD~1", "HEAD") == [ChangedFile("clients/a.yaml")]
    assert len(repository.head()) == 64


def test_trees_that_hold_each_other_many_times_over_end_in_one_clear_line(
    repository: Repository, git: Git, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lpcac.connectors.git.repository._MOST_ENTRIES", 1000)
    (root / "a.yaml").write_text("a")
    tree = git("hash-object", "-w", "a.yaml")
    kind = "100644 blob"
    for _ in range(40):
        listing = "".join(f"{kind} {tree}\tf{n}.yaml\n" for n in range(10))
        made = subprocess.run(["git", "mktree"], input=listing, cwd=root, check=True, capture_output=True, text=True)
        tree, kind = made.stdout.strip(), "040000 tree"
    bomb = git("commit-tree", "-m", "bomb", tree)
    with pytest.raises(UsageError, match="holds more than 1000 files"):
        repository.read_at(bomb, ["."])[0]


def test_hundreds_of_files_are_read_by_one_process(
    repository: Repository, commit: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {f"clients/c{n % 100}/f{n}.yaml": f"{n}\n" * (n % 50) for n in range(500)}
    commit(**files)
    started: list[object] = []
    start = subprocess.Popen
    monkeypatch.setattr(subprocess, "Popen", lambda *a, **k: started.append(a) or start(*a, **k))
    found = {name: content.decode() for name, content in repository.read_at("HEAD", ["clients"])[0]}
    assert found == files
    assert repository.folders_at("HEAD", "clients").real == {f"c{n}" for n in range(100)}
    assert len(started) == 1


def test_folders_are_listed_down_to_a_depth(root: Path, repository: Repository, commit: Git) -> None:
    (root / "a").mkdir()
    (root / "a/link").symlink_to("b/c/d")
    commit(**{"a/b/c/d/x.yaml": ""})
    assert repository.folders_at("HEAD", "", 0).real == set()
    assert repository.folders_at("HEAD", "", 2).real == {"a", "a/b"}
    assert repository.folders_at("HEAD", "", 2).links == {"a/link"}


def test_another_repository_that_a_hook_names_is_not_read_instead(
    tmp_path: Path, repository: Repository, commit: Git, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = commit(**{"a.yaml": "1"})
    other = tmp_path / "other"
    subprocess.run(["git", "init", "--quiet", str(other)], check=True)
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    assert open_repository(root).root == root
    assert open_repository(root).head() == repository.head() == here


def test_files_of_a_commit_that_make_up_a_repository_are_none(root: Path, commit: Git, git: Git) -> None:
    commit(**{"a.yaml": "1"})
    git("clone", "--quiet", "--bare", str(root), str(root / "conf"))
    with pytest.raises(UsageError, match="without a work tree: name a path of a checkout"):
        open_repository(root / "conf")


def test_a_sparse_work_tree_is_not_taken_for_all_that_git_has(root: Path, tmp_path: Path, commit: Git) -> None:
    commit(**{"lpcac.yaml": "1", "clients/acme/a.yaml": "2"})
    subprocess.run(["git", "clone", "--quiet", "--sparse", root.as_uri(), str(tmp_path / "sparse")], check=True)
    open_repository(root).require_whole_work_tree()
    with pytest.raises(UsageError, match=f"is a sparse checkout.*{CHECK_OUT_ALL}"):
        open_repository(tmp_path / "sparse").require_whole_work_tree()


def test_no_process_is_left_when_the_repository_is_let_go_of(root: Path, commit: Git) -> None:
    commit(**{"a.yaml": "1"})
    commit(**{"a.yaml": "2"})
    repository = open_repository(root)
    assert repository.changed_files("HEAD~1", "HEAD") == [ChangedFile("a.yaml")]
    processes = [talk._process for talk in (repository._objects._git, repository._names._git)]
    del repository
    gc.collect()
    assert [process.returncode for process in processes if process] == [0, 0]


def test_a_repository_without_a_commit_is_one_clear_line(repository: Repository) -> None:
    with pytest.raises(UsageError, match="has no commit yet"):
        repository.head()


@pytest.mark.parametrize("name", ["", "missing"])
def test_a_folder_outside_of_any_repository_is_one_clear_line(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not in a Git repository"):
        open_repository(tmp_path / name)


def test_a_repository_is_found_from_any_folder_or_file_in_it(root: Path, commit: Git) -> None:
    commit(**{"clients/acme/a.yaml": "1"})
    for start in (root / "clients/acme", root / "clients/acme/a.yaml", str(root)):
        assert open_repository(start).root == root


def test_paths_are_named_relative_to_the_repository(
    root: Path, tmp_path: Path, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "clients").mkdir()
    (tmp_path / "link").symlink_to(root)
    assert repository.relative(root) == ""
    assert repository.relative(root / "clients" / "acme") == "clients/acme"
    assert repository.relative(tmp_path / "link" / "clients") == "clients"
    monkeypatch.chdir(root / "clients")
    assert repository.relative("acme.yaml") == "clients/acme.yaml"
    assert repository.relative("..") == ""
    assert repository.relative(".") == "clients"
    with pytest.raises(UsageError, match="is not in the Git repository"):
        repository.relative(tmp_path / "elsewhere")


def test_a_missing_git_executable_is_one_clear_line(
    repository: Repository, commit: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit(**{"a.yaml": ""})
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(UsageError, match="git was not found"):
        repository.head()


def test_a_missing_git_executable_is_one_clear_line_on_the_first_use_too(tmp_path: Path) -> None:
    program = (
        "from lpcac.connectors.git.repository import open_repository; from lpcac.core.errors import UsageError\n"
        "try: open_repository('.')\n"
        "except UsageError as error: print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"PATH": "/nonexistent"},
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout == "git was not found: install it, or put it on the PATH\n"


def test_another_users_repository_is_one_clear_line(root: Path, commit: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    commit(**{"a.yaml": ""})
    # Git's own switch for testing its check of the owner.
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "true")
    with pytest.raises(UsageError, match=r"git config --global --add safe\.directory"):
        open_repository(root)


def test_nothing_that_a_repository_configures_is_executed(
    root: Path, repository: Repository, commit: Git, git: Git
) -> None:
    mark = root.parent / "executed"
    tool = root.parent / "tool"
    tool.write_text(f"#!/bin/sh\ntouch '{mark}'\n")
    tool.chmod(0o755)
    first = commit(**{"a.yaml": "1", ".gitattributes": "*.yaml diff=evil filter=evil\n"})
    for key in (
        "core.fsmonitor",
        "core.pager",
        "diff.external",
        "diff.evil.command",
        "diff.evil.textconv",
        "filter.evil.smudge",
        "filter.evil.clean",
        "alias.cat-file",
        "alias.diff-tree",
    ):
        git("config", key, f"!{tool}" if key.startswith("alias") else str(tool))
    hooks = root / ".git/hooks"
    hooks.mkdir(exist_ok=True)
    for hook in ("post-checkout", "post-index-change", "reference-transaction"):
        (hooks / hook).write_text(tool.read_text())
        (hooks / hook).chmod(0o755)
    tree = git("write-tree")
    second = git("commit-tree", "-p", first, "-m", "x", tree)
    changed = subprocess.run(
        ["git", "hash-object", "-w", "--no-filters", "--stdin"], input=b"2", cwd=root, check=True, capture_output=True
    )
    listing = b"100644 blob %s\ta.yaml\n" % changed.stdout.strip()
    made = subprocess.run(["git", "mktree"], input=listing, cwd=root, check=True, capture_output=True)
    third = git("commit-tree", "-p", second, "-m", "x", made.stdout.decode().strip())
    mark.unlink(missing_ok=True)
    assert open_repository(root).root == root
    assert repository.changed_files(first, third) == [ChangedFile(".gitattributes"), ChangedFile("a.yaml")]
    assert repository.changed_lines(first, third) == {"a.yaml": [range(1, 2)]}
    repository.read_at(second, ["."])[0]
    repository.merge_base(first, second)
    repository.folders_at(first)
    repository.head()
    assert not mark.exists()


def test_a_replaced_object_does_not_change_what_a_commit_holds(repository: Repository, commit: Git, git: Git) -> None:
    first = commit(**{"a.yaml": "honest"})
    second = commit(**{"a.yaml": "forged"})
    git("replace", first, second)
    assert repository.read_at(first, ["."])[0] == [("a.yaml", b"honest")]


def test_folders_of_a_commit_are_listed_with_links_apart(root: Path, repository: Repository, commit: Git) -> None:
    (root / "clients").mkdir()
    for link, to in (
        ("inside", "acme"),
        ("outside", "../../else"),
        ("absolute", "/etc"),
        ("file", "../lpcac.yaml"),
        ("nothing", "missing"),
    ):
        (root / "clients" / link).symlink_to(to)
    commit(**{"lpcac.yaml": "", "clients/acme/deep/a.yaml": "", ".github/workflows/b.yml": ""})
    folders = repository.folders_at("HEAD")
    assert set(folders.real) == {"clients", "clients/acme", "clients/acme/deep"}
    assert set(folders.links) == {"clients/inside", "clients/outside", "clients/absolute"}
    assert set(repository.folders_at("HEAD", "clients").real) == {"acme", "acme/deep"}


def test_the_map_of_a_commit_sees_the_folders_of_that_commit(repository: Repository, commit: Git) -> None:
    content = """
apiVersion: logpoint-cac/v1
kind: DirectoryMap
directors: {main: {url: "https://director.example.com", token_env: DIRECTOR_TOKEN}}
clients: [{path: clients/*, director: main, pool: "pool-${client}", logpoints: "*"}]
"""
    first = commit(**{"conf/lpcac.yaml": content, "conf/clients/acme/a.yaml": ""})
    commit(**{"conf/clients/globex/a.yaml": "", "conf/clients/acme/a.yaml": None})
    names = []
    for rev in (first, "HEAD"):
        directory_map, findings = load_map_at(repository, rev, "conf/lpcac.yaml", registry())
        assert directory_map
        assert findings == []
        names.append([client.name for client in directory_map.clients])
    assert names == [["acme"], ["globex"]]
    assert load_map_at(repository, first, "lpcac.yaml", registry()) == (None, [])


@pytest.mark.parametrize("folder", [":!other", ":(top,exclude)other", ":(glob)**", "oth*"])
def test_a_folder_that_is_called_like_a_pattern_of_gits_stands_for_itself(root: Path, git: Git, folder: str) -> None:
    for name in (folder, "other"):
        (root / name).mkdir()
        (root / name / "r.yaml").write_text("a: 1\n")

    stage(root, [folder])

    assert git("-c", "core.quotePath=false", "ls-files") == f"{folder}/r.yaml"
    git("commit", "--quiet", "--message", "one")
    git("add", "--all")
    git("commit", "--quiet", "--message", "two")
    repository = open_repository(root)
    assert [name for name, _ in repository.read_at("HEAD", [folder])[0]] == [f"{folder}/r.yaml"]
    assert [each.name for each in repository.changed_files("HEAD~1", "HEAD")] == ["other/r.yaml"]
