"""`lpcac doctor`: one line for each thing that can be wrong with an installation, and what to do about it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.fakes.github import FakeGitHub
from tests.fakes.github.fixtures import github, make_github

from lpcac.installation.checks.directors import certificate_check
from lpcac.simulator.options import SimulatorOptions
from lpcac.simulator.server import Simulator, running

if TYPE_CHECKING:
    from tests.integration.conftest import CommandLine

__all__ = ["github", "make_github"]

CLIENT = """\
clients:
  - {name: acme, path: clients/acme, director: main, pool: pool-acme, logpoints: [lp-01]}
"""
Doctor = Callable[..., dict[str, tuple[str, str]]]


@pytest.fixture(scope="module")
def director() -> Iterator[Simulator]:
    with running(SimulatorOptions(order_delay=0.0)) as simulator:
        yield simulator


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lpcac: CommandLine, director: Simulator) -> Path:
    """Return a repository that `init` set up, with one client; it is the working directory."""
    monkeypatch.chdir(tmp_path)
    subprocess.run(["git", "init", "--quiet", "--initial-branch=main"], check=True)
    lpcac.set(DIRECTOR_TOKEN=director.token, GH_TOKEN=None)
    assert lpcac("init", "--director", director.url, "--action", f"octo/tools@{'1f' * 20}").code == 0
    (tmp_path / "clients/acme").mkdir(parents=True)
    text = (tmp_path / "lpcac.yaml").read_text()
    (tmp_path / "lpcac.yaml").write_text(text.replace("clients: []\n", CLIENT))
    return tmp_path


@pytest.fixture
def doctor(lpcac: CommandLine, folder: Path) -> Doctor:
    """Give what runs the doctor and returns (status, what was found and is to be done) by the check's name."""
    del folder

    def run(*arguments: str) -> dict[str, tuple[str, str]]:
        ended = lpcac("doctor", "--format", "json", *arguments)
        document = json.loads(ended.out)
        found = {row["check"]: (row["status"], f"{row['found']} -> {row['to_do']}") for row in document["checks"]}
        has_failed = any(status == "failed" for status, _ in found.values())
        assert (ended.code, document["healthy"]) == ((1, False) if has_failed else (0, True))
        return found

    return run


def test_what_init_set_up_is_healthy(doctor: Doctor, director: Simulator) -> None:
    found = doctor()
    assert {name for name, (status, _) in found.items() if status != "ok"} == {
        "Director main: certificate",
        "branch protection",
    }
    assert {name for name in found if name.startswith("Director main: ")} == {
        f"Director main: {what}"
        for what in ("secret key", "proxy", "reachability", "certificate", "token", "logpoints", "permissions")
    }
    assert [request for request in director.requests if request.method != "GET"] == []


def test_the_text_has_a_line_for_each_check_and_counts_them(doctor: Doctor, lpcac: CommandLine) -> None:
    ended = lpcac("doctor")
    *lines, last = ended.out.splitlines()
    assert len(lines) == len(doctor())
    assert all(line.startswith(("ok ", "not checked ")) for line in lines)
    assert last == f"{len(lines) - 2} ok, 0 warning, 0 failed, 2 not checked"


def test_a_token_that_is_refused_or_missing_is_reported(doctor: Doctor, lpcac: CommandLine) -> None:
    lpcac.set(DIRECTOR_TOKEN="another-token")
    status, finding = doctor()["Director main: token"]
    assert (status, "DIRECTOR_TOKEN" in finding) == ("failed", True)
    assert doctor()["Director main: reachability"][0] == "ok"
    lpcac.set(DIRECTOR_TOKEN=None)
    status, finding = doctor()["Director main: token"]
    assert (status, "DIRECTOR_TOKEN is not set" in finding) == ("failed", True)


def test_a_secret_key_is_warned_of_and_never_used(
    doctor: Doctor, lpcac: CommandLine, folder: Path, director: Simulator
) -> None:
    text = (folder / "lpcac.yaml").read_text()
    (folder / "lpcac.yaml").write_text(text.replace("DIRECTOR_TOKEN\n", "DIRECTOR_TOKEN\n    secret_key_env: KEY\n"))
    lpcac.set(KEY=director.secret_key, DIRECTOR_TOKEN="an-expired-token")
    found = doctor()
    status, finding = found["Director main: secret key"]
    assert (status, "always active" in finding) == ("warning", True)
    assert found["Director main: token"][0] == "failed"
    assert [request for request in director.requests if request.path.endswith("/refreshToken")] == []


def test_a_director_that_cannot_be_reached_is_reported_with_the_proxy_before_it(
    doctor: Doctor, lpcac: CommandLine, folder: Path
) -> None:
    text = (folder / "lpcac.yaml").read_text()
    url = "https://director.invalid"
    (folder / "lpcac.yaml").write_text(text.replace(text.partition("url: ")[2].partition("\n")[0], url))
    assert doctor()["Director main: token"] == (
        "not checked",
        "you have not trusted this Director with it -> run lpcac trust",
    )
    lpcac.set(HTTPS_PROXY="http://user:password@127.0.0.1:9")
    found = doctor("--trust-director", f"{url}=DIRECTOR_TOKEN", "--patience", "0.1")
    assert found["Director main: proxy"] == ("ok", "through 127.0.0.1:9 (HTTPS_PROXY) -> ")
    status, finding = found["Director main: reachability"]
    assert (status, "the proxy 127.0.0.1:9" in finding) == ("failed", True)


def test_certificates_that_cannot_be_used_are_reported(doctor: Doctor, folder: Path) -> None:
    (folder / "ca.pem").write_text("nothing")
    status, finding = doctor("--ca-bundle", "ca.pem", "--patience", "0.1")["Director main: certificate"]
    assert (status, "ca.pem" in finding) == ("failed", True)


@pytest.mark.parametrize(("days", "status"), [(None, "not checked"), (5, "warning"), (90, "ok")])
def test_a_certificate_that_expires_soon_is_warned_of(days: int | None, status: str) -> None:
    now = datetime(2030, 1, 1, tzinfo=UTC)
    end = None if days is None else now + timedelta(days=days)
    assert certificate_check("certificate", end, now).status == status


def test_a_logpoint_that_the_director_does_not_have_is_reported(doctor: Doctor, folder: Path) -> None:
    (folder / "lpcac.yaml").write_text((folder / "lpcac.yaml").read_text().replace("lp-01", "lp-10"))
    found = doctor()
    assert (found["Director main: logpoints"][0], found["Director main: permissions"][0]) == ("failed", "not checked")


def test_a_map_with_errors_and_a_folder_without_one_are_reported(
    doctor: Doctor,
    lpcac: CommandLine,
    folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (folder / "lpcac.yaml").write_text("kind: DirectoryMap\n")
    assert doctor()["map"][0] == "failed"
    monkeypatch.chdir(tmp_path_factory.mktemp("empty"))
    found = doctor()
    assert {name: found[name][0] for name in ("Git", "map", "workflows")} == dict.fromkeys(
        ("Git", "map", "workflows"), "failed"
    )
    lpcac.set(DIRECTOR_TOKEN=None)
    assert "run lpcac init" in doctor()["Director"][1]


def test_branch_protection_is_checked_with_a_token_that_may_read_it(
    doctor: Doctor, lpcac: CommandLine, github: FakeGitHub
) -> None:
    repository = github.repository("octo/clients", {"a": "b"})
    here = ("--repository", "octo/clients")
    lpcac.set(GITHUB_API_URL=github.api_url, GITHUB_TOKEN=github.token({"contents": "read"}, "alice"))
    status, finding = doctor(*here)["branch protection"]
    assert (status, '"lpcac plan"' in finding, "a pull request" in finding) == ("warning", True, True)
    repository.required_checks.append("lpcac plan")
    repository.requires_pull_requests = True
    assert doctor(*here)["branch protection"][0] == "ok"
    lpcac.set(GITHUB_TOKEN="ghp_of_nobody")
    assert doctor(*here)["branch protection"][0] == "not checked"
