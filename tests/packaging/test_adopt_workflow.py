"""The script of adopt.yml, run for real: it pushes a branch and opens a pull request, and nothing breaks out of it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NoReturn

import pytest
from ruamel.yaml import YAML

pytestmark = pytest.mark.runner

WORKFLOW = Path(__file__).parents[2] / "action" / "workflows" / "adopt.yml"
TOKEN = "the-jobs-own-token"


class Pulls(ThreadingHTTPServer):
    """GitHub's list of pull requests, and what was asked of it."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.opened: list[Any] = []
        self.asked: list[tuple[str, str, str]] = []


class _Handler(BaseHTTPRequestHandler):
    server: Pulls

    def do_GET(self) -> None:
        self._answer(200, self.server.opened)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.opened.append(json.loads(body))
        self._answer(201, {"html_url": "https://github.example.com/acme/siem/pull/1"})

    def _answer(self, status: int, body: object) -> None:
        self.server.asked.append((self.command, self.path, str(self.headers["Authorization"])))
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@pytest.fixture(autouse=True)
def _programs_of_the_runner(absent_system: Callable[[str], NoReturn]) -> None:
    if missing := [program for program in ("curl", "jq") if shutil.which(program) is None]:
        absent_system(f"{' and '.join(missing)} not found, which GitHub's runners have")


@pytest.fixture
def pulls() -> Iterator[Pulls]:
    server = Pulls()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
    ran = subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return ran.stdout.strip()


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone with what a sync wrote in it."""
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", "origin.git")
    git(tmp_path, "clone", "--quiet", "origin.git", "clone")
    folder = tmp_path / "clone"
    (folder / "lpcac.yaml").write_text("clients: []\n")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "start")
    git(folder, "push", "--quiet", "origin", "HEAD:main")
    written(folder)
    return folder


def written(folder: Path) -> None:
    (folder / "clients" / "acme").mkdir(parents=True, exist_ok=True)
    (folder / "clients" / "acme" / "repos.yaml").write_text("kind: Repo\n")


def run(folder: Path, pulls: Pulls, client: str) -> subprocess.CompletedProcess[str]:
    (step,) = [step for step in YAML(typ="safe", pure=True).load(WORKFLOW)["jobs"]["adopt"]["steps"] if "run" in step]
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "CLIENT": client,
        "DEFAULT_BRANCH": "main",
        "TOKEN": TOKEN,
        "GITHUB_SERVER_URL": "https://github.example.com",
        "GITHUB_API_URL": f"http://127.0.0.1:{pulls.server_port}",
        "GITHUB_REPOSITORY": "acme/siem",
        "GITHUB_REPOSITORY_OWNER": "acme",
    }
    shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
    return subprocess.run(shell, cwd=folder, env=environment, check=False, capture_output=True, text=True)


def test_a_branch_with_the_clients_files_is_pushed_and_proposed(clone: Path, pulls: Pulls) -> None:
    ended = run(clone, pulls, "acme")
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.splitlines()[-1] == "https://github.example.com/acme/siem/pull/1"
    (opened,) = pulls.opened
    assert (opened["head"], opened["base"], opened["title"]) == ("lpcac/adopt-acme", "main", "Adopt acme")
    assert (
        git(clone, "ls-tree", "-r", "--name-only", "origin/lpcac/adopt-acme").splitlines()[0]
        == "clients/acme/repos.yaml"
    )
    assert {authorization for _, _, authorization in pulls.asked} == {f"Bearer {TOKEN}"}
    assert TOKEN not in ended.stdout + ended.stderr


def test_a_second_run_brings_the_same_pull_request_up_to_date(clone: Path, pulls: Pulls) -> None:
    run(clone, pulls, "acme")
    git(clone, "switch", "--quiet", "--detach", "origin/main")
    git(clone, "branch", "--quiet", "-D", "lpcac/adopt-acme")
    written(clone)
    (clone / "clients" / "acme" / "routing.yaml").write_text("kind: RoutingPolicy\n")
    ended = run(clone, pulls, "acme")
    assert ended.returncode == 0, ended.stderr
    assert len(pulls.opened) == 1
    assert "clients/acme/routing.yaml" in git(clone, "ls-tree", "-r", "--name-only", "origin/lpcac/adopt-acme")


@pytest.mark.parametrize("client", ["$(touch broken)", "a; touch broken", "`touch broken`", "../main", "a b", '"x'])
def test_a_clients_name_is_never_a_command(clone: Path, pulls: Pulls, client: str) -> None:
    run(clone, pulls, client)
    assert list(clone.rglob("broken")) == []
    assert git(clone, "rev-parse", "origin/main") == git(clone, "ls-remote", "origin", "refs/heads/main").split()[0]
