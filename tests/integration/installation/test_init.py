"""`lpcac init`: what it writes, what it leaves alone, and what it says is left to do."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from email.message import Message
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr, TypeAdapter

from lpcac import __version__
from lpcac.action.inputs import SigningKey
from lpcac.cli.commands.installation import init_answers
from lpcac.simulator.options import SimulatorOptions
from lpcac.simulator.server import running

if TYPE_CHECKING:
    from tests.integration.conftest import CommandLine, Ended

COMMIT = "1f" * 20
GIVEN = ("--director", "https://director.example.com", "--action", f"octo/tools@{COMMIT}")
SECRET = re.compile(r"and paste: (\S+)")


def contents(folder: Path) -> dict[str, bytes]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths if ".git/" not in str(path)}


def git(*arguments: str) -> str:
    options = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    return subprocess.run(["git", *options, *arguments], check=True, capture_output=True, text=True).stdout


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lpcac: CommandLine) -> Path:
    """Return a new repository, which is the working directory."""
    made = tmp_path / "configuration"
    made.mkdir()
    monkeypatch.chdir(made)
    git("init", "--quiet", "--initial-branch=trunk")
    lpcac.set(CI=None, GITHUB_ACTIONS=None)
    return made


@pytest.fixture
def init(lpcac: CommandLine, folder: Path) -> Callable[..., Ended]:
    """Give `lpcac init` in that repository; it has run once."""
    ended = lpcac("init", *GIVEN)
    assert ended.code == 0, ended.err
    del folder

    def again(*arguments: object) -> Ended:
        return lpcac("init", *arguments)

    return again


def test_it_writes_all_that_a_repository_needs_and_says_what_is_left(lpcac: CommandLine, folder: Path) -> None:
    ended = lpcac("init", *GIVEN, "--workflow", "by-hand")

    assert ended.code == 0, ended.err
    names = {name for name in contents(folder) if not name.startswith(".lpcac/schemas/")}
    workflows = {f".github/workflows/{name}.yml" for name in ("pull-request", "merge", "nightly", "by-hand")}
    assert names == workflows | {
        "lpcac.yaml",
        ".github/dependabot.yml",
        ".lpcac/init.json",
        ".pre-commit-config.yaml",
        ".vscode/settings.json",
    }
    assert "branches: [trunk]" in (folder / ".github/workflows/merge.yml").read_text()
    assert f"rev: {COMMIT}" in (folder / ".pre-commit-config.yaml").read_text()
    assert lpcac("validate").code == 0
    for step in ("gh secret set DIRECTOR_TOKEN", "gh secret set LPCAC_SIGNING_KEY", "git push", "gh pr create"):
        assert step in ended.out


def test_the_signing_key_is_strong_shown_once_and_in_no_file(lpcac: CommandLine, folder: Path) -> None:
    shown = SECRET.search(lpcac("init", *GIVEN).out)
    assert shown
    TypeAdapter(SigningKey).validate_python(SecretStr(shown[1]))
    assert [name for name, content in contents(folder).items() if shown[1].encode() in content] == []
    assert SECRET.search(lpcac("init", "--sharded").out) is None
    another = SECRET.search(lpcac("init", "--new-signing-key").out)
    assert another
    assert another[1] != shown[1]


def test_a_later_run_proposes_what_it_wrote_and_nothing_else(init: Callable[..., Ended], folder: Path) -> None:
    (folder / ".lpcac/schemas/repo.schema.json").write_text("{}")
    ended = init("--sharded")
    workflows = " ".join(f".github/workflows/{name}.yml" for name in ("pull-request", "merge", "nightly"))
    assert f"git add {workflows} .lpcac/schemas .lpcac/init.json\n" in ended.out
    assert "gh pr create --fill --base trunk" in ended.out
    # A person's clients may lie there: they are not for the default branch, and the secrets are set.
    for step in ("git add --all", "HEAD:trunk", "gh secret set"):
        assert step not in ended.out, step
    assert init().out == "Nothing to write.\n"


def test_the_difference_of_a_map_with_clients_is_not_shown(init: Callable[..., Ended], folder: Path) -> None:
    entry = "clients: [{name: a, path: clients/a, director: main, pool: p, logpoints: [l]}]"
    file = folder / "lpcac.yaml"
    file.write_text(file.read_text().replace("clients: []", entry))
    assert "clients: []" not in init("--diff").err


@pytest.mark.parametrize(
    ("address", "expected"),
    [("https://github.com/octo/tools", "octo/tools"), ("https://github.com/OWNER/lpcac", None)],
)
def test_the_action_is_in_the_repository_that_the_package_names_if_it_names_one(
    address: str, expected: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = Message()
    found["Project-URL"] = f"Repository, {address}"
    monkeypatch.setattr(init_answers, "metadata", lambda _name: found)
    assert init_answers._own_repository() == expected


def test_a_jobs_log_never_shows_a_key(lpcac: CommandLine, folder: Path) -> None:
    del folder
    lpcac.set(GITHUB_ACTIONS="true")
    assert SECRET.search(lpcac("init", *GIVEN).out) is None


def test_a_second_run_needs_no_options_and_changes_nothing(init: Callable[..., Ended], folder: Path) -> None:
    before = contents(folder)
    assert (init("--check").code, init().code) == (0, 0)
    assert contents(folder) == before


def test_check_writes_nothing_and_exits_with_2_when_something_would_be(
    lpcac: CommandLine, init: Callable[..., Ended], folder: Path, tmp_path: Path
) -> None:
    before = contents(folder)
    ended = init("--check", "--sharded")
    assert (ended.code, contents(folder)) == (2, before)
    assert re.search(r"would update +\.github/workflows/merge\.yml", ended.err)
    (tmp_path / "empty").mkdir()
    assert lpcac("init", tmp_path / "empty", *GIVEN, "--check").code == 2
    assert contents(tmp_path / "empty") == {}


def test_what_a_person_changed_or_deleted_stays_and_the_rest_is_brought_up_to_date(
    init: Callable[..., Ended], folder: Path
) -> None:
    changed, deleted = folder / ".github/workflows/nightly.yml", folder / ".pre-commit-config.yaml"
    mine = changed.read_bytes().replace(b"23 2", b"5 4")
    changed.write_bytes(mine)
    deleted.unlink()
    (folder / "lpcac.yaml").write_bytes((folder / "lpcac.yaml").read_bytes().replace(b"\n", b"\r\n"))
    (folder / ".lpcac/schemas/repo.schema.json").write_text("{}")

    ended = init("--sharded", "--diff")

    assert ended.code == 0
    assert (changed.read_bytes(), deleted.exists()) == (mine, False)
    assert re.search(r"kept +\.github/workflows/nightly\.yml: it differs", ended.err)
    assert '-    - cron: "5 4 * * *"' in ended.err
    assert re.search(r"left out +\.pre-commit-config\.yaml: it was deleted", ended.err)
    assert re.search(r"unchanged +lpcac\.yaml", ended.err)
    assert "apply-shard" in (folder / ".github/workflows/merge.yml").read_text()
    assert "Declares one repo" in (folder / ".lpcac/schemas/repo.schema.json").read_text()

    assert init("--restore").code == 0
    assert deleted.exists()
    assert changed.read_bytes() == mine


def test_a_file_that_was_there_before_is_kept(lpcac: CommandLine, folder: Path) -> None:
    (folder / ".vscode").mkdir()
    (folder / ".vscode/settings.json").write_text('{"editor.tabSize": 2}\n')
    ended = lpcac("init", *GIVEN)
    assert ended.code == 0
    assert (folder / ".vscode/settings.json").read_text() == '{"editor.tabSize": 2}\n'
    assert "kept" in ended.err
    assert ".vscode/settings.json" not in json.loads((folder / ".lpcac/init.json").read_text())["files"]


def test_a_live_client_is_adopted_after_the_rest_was_staged_without_it(lpcac: CommandLine, folder: Path) -> None:
    with running(SimulatorOptions(order_delay=0.0)) as director:
        lpcac.set(DIRECTOR_TOKEN=director.token)
        live = ("--client", "acme", "--pool", "pool-acme", "--logpoint", "lp-01")
        ended = lpcac("init", "--director", director.url, "--action", f"octo/tools@{COMMIT}", *live)

        assert ended.code == 0, ended.err
        git("commit", "--quiet", "--message", "Set up lpcac")
        assert git("show", "HEAD:lpcac.yaml").endswith("clients: []\n")
        assert "acme" in (folder / "lpcac.yaml").read_text()
        assert list((folder / "clients/acme").glob("*.yaml"))
        assert lpcac("plan", "--map", "lpcac.yaml", "--detailed-exitcode").code == 0
        assert "in the map already" in lpcac("init", *live).err


def test_an_address_that_only_a_file_says_gets_no_token(
    lpcac: CommandLine, init: Callable[..., Ended], folder: Path
) -> None:
    lpcac.set(DIRECTOR_TOKEN="a-token-of-mine")
    ended = init("--client", "acme", "--pool", "pool-acme")
    assert ended.code == 4
    assert "lpcac trust" in ended.err
    assert not (folder / "clients").exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "--director https://HOST"),
        (("--director", "http://director.example.com"), "unencrypted"),
        (("--director", "https://d.example.com"), "--action OWNER/NAME"),
        ((*GIVEN[:2], "--action", "octo"), "write OWNER/NAME"),
        ((*GIVEN[:2], "--action", "octo/tools@main"), "whole commit"),
        ((*GIVEN, "--branch", "a b"), "--branch"),
        ((*GIVEN, "--runs-on", "a: b"), "--runs-on"),
        ((*GIVEN, "--workflow", "other"), "adopt and by-hand"),
        ((*GIVEN, "--ca-bundle", "../ca.pem"), "--ca-bundle"),
        ((*GIVEN, "--client", "acme"), "--pool"),
        (("nowhere", *GIVEN), "is not a folder"),
    ],
)
def test_an_option_that_cannot_be_used_is_told_and_nothing_is_written(
    arguments: tuple[str, ...], told: str, lpcac: CommandLine, folder: Path
) -> None:
    ended = lpcac("init", *arguments)
    assert (ended.code, contents(folder)) == (64, {}), ended
    assert told in ended.err
    assert ended.err.startswith("error: ")


@pytest.mark.parametrize(
    "content", ["", "[]", '{"answers": {}, "files": {}}', '{"answers": {"director": "https://a b"}}']
)
def test_a_record_that_was_tampered_with_is_told(content: str, init: Callable[..., Ended], folder: Path) -> None:
    (folder / ".lpcac/init.json").write_text(content)
    ended = init()
    assert (ended.code, ended.err.count("\n")) == (64, 1)
    assert ".lpcac/init.json cannot be used" in ended.err


def test_it_writes_into_the_root_of_a_repository_only(lpcac: CommandLine, folder: Path) -> None:
    (folder / "below").mkdir()
    ended = lpcac("init", "below", *GIVEN)
    assert (ended.code, contents(folder)) == (64, {})
    assert f"name {folder.resolve()}" in ended.err


def test_a_client_needs_a_repository_and_the_rest_does_not(
    lpcac: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ended = lpcac("init", *GIVEN, "--client", "acme", "--pool", "pool-acme")
    assert (ended.code, "run git init first" in ended.err, (tmp_path / "lpcac.yaml").exists()) == (64, True, False)
    assert lpcac("init", *GIVEN).code == 0


def test_a_newer_version_whose_commit_is_not_known_leaves_the_workflows_where_they_are(
    init: Callable[..., Ended], lpcac: CommandLine, folder: Path, tmp_path: Path
) -> None:
    record = folder / ".lpcac/init.json"
    text = record.read_text().replace(f'"v{__version__}"', '"v0.0.1"')
    record.write_text(text.replace("https://github.com", f"file://{tmp_path}/none"))
    merge = folder / ".github/workflows/merge.yml"
    merge.write_text(merge.read_text().replace(f"# v{__version__}", "# v0.0.1"))
    ended = init()
    assert ended.code == 0
    assert "warning: the workflows stay at v0.0.1" in ended.err
    assert f"octo/tools@{COMMIT} # v0.0.1" in merge.read_text()
    assert lpcac("doctor").out.count("workflows use v0.0.1, installed is v") == 1


def test_the_commit_of_the_installed_version_is_looked_up(
    lpcac: CommandLine, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    action = tmp_path / "server" / "octo" / "tools"
    action.mkdir(parents=True)
    monkeypatch.chdir(action)
    git("init", "--quiet")
    git("commit", "--quiet", "--allow-empty", "--message", "one")
    commit = git("rev-parse", "HEAD").strip()
    git("tag", "--annotate", f"v{__version__}", "--message", "released")
    monkeypatch.chdir(folder)
    lpcac.set(GITHUB_SERVER_URL=f"file://{tmp_path / 'server'}")

    ended = lpcac("init", *GIVEN[:2], "--action", "octo/tools")
    assert ended.code == 0, ended.err
    assert f"octo/tools@{commit} # v{__version__}" in (folder / ".github/workflows/merge.yml").read_text()

    ended = lpcac("init", "--action", "octo/other")
    assert ended.code == 64
    assert "--action octo/other@COMMIT" in ended.err


def test_on_a_terminal_it_asks_for_what_no_option_says(folder: Path) -> None:
    action = f"octo/tools@{COMMIT}"
    typed = ["ftp://wrong", "https://director.example.com", "octo", action, "no", "dmz, linux", "n", "y", ""]
    # Only where the package names no repository is it asked for.
    asked = init_answers._own_repository() is None
    code, shown = typed_at_a_terminal(
        [line for line in typed if asked or "octo" not in line], () if asked else GIVEN[2:]
    )
    assert code == 0, shown
    assert "the address must start with https://" in shown
    record: Any = json.loads((folder / ".lpcac/init.json").read_text())["answers"]
    assert record["director"] == "https://director.example.com"
    assert (record["action"]["repository"], record["action"]["commit"]) == ("octo/tools", COMMIT)
    assert (record["runs_on"], record["require_approval"], record["sharded"]) == (["dmz", "linux"], False, True)


def typed_at_a_terminal(lines: list[str], arguments: tuple[str, ...]) -> tuple[int, str]:
    """Return how `lpcac init` ended whose standard input is a terminal, with these lines typed ahead."""
    ours, theirs = pty.openpty()
    try:
        os.write(ours, "".join(f"{line}\n" for line in lines).encode())
        done = subprocess.run(
            [sys.executable, "-m", "lpcac.main", "init", *arguments],
            stdin=theirs,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr
    finally:
        os.close(ours)
        os.close(theirs)
