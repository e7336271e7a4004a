"""What whole commands say, and end with, when something is wrong between them and the Director."""

from __future__ import annotations

import fcntl
import json
import os
import re
import socket
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from lpcac.simulator.faults.faults import Fault

if TYPE_CHECKING:
    from tests.integration.conftest import CommandLine, Site

WRITES = "^/configapi/"
APPLY = ("--auto-approve", "--format", "json")


@pytest.fixture
def silent_port() -> Iterator[str]:
    """Give the address of a port that accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.parametrize("command", ["plan", "drift"])
def test_a_port_that_never_answers_ends_with_patience_and_is_told_meanwhile(
    command: str, silent_port: str, served_small_site: Site, lpcac: CommandLine
) -> None:
    lpcac.set(DIRECTOR_URL=silent_port)
    begun = time.monotonic()
    ended = lpcac(command, *served_small_site.arguments, "--timeout", "0.5", "--patience", "2")
    assert time.monotonic() - begun < 10
    assert ended.code == 1
    what = f"{silent_port} to GET /monitorapi/v1/director/poolinfo"
    assert re.search(rf"no answer from {what}, trying again \(2 of \d\): no answer within the time-out", ended.err)
    assert "waiting for GET /monitorapi/v1/director/poolinfo" in " ".join(ended.out.split())


def test_a_sync_of_a_port_that_never_answers_writes_nothing_and_does_not_say_that_it_did(
    silent_port: str, served_small_site: Site, lpcac: CommandLine, tmp_path: Path
) -> None:
    lpcac.set(DIRECTOR_URL=silent_port)
    target = (tmp_path / "new", "--pool", served_small_site.pool, "--logpoint", "lp-01", "--format", "json")
    ended = lpcac("sync", *target, "--timeout", "0.3", "--patience", "1")
    assert ended.code == 1
    assert json.loads(ended.out)["written"] is False
    assert not (tmp_path / "new").exists()


def test_a_retry_after_of_hours_ends_at_once_and_says_so(small_site: Site, lpcac: CommandLine) -> None:
    small_site.simulator.faults.add(Fault("status", "GET", status=429, retry_after=7200))
    begun = time.monotonic()
    ended = lpcac("plan", *small_site.arguments)
    assert time.monotonic() - begun < 10
    assert ended.code == 1
    assert "asks to wait 7200 s, longer than the 90 s that --patience allows" in " ".join(ended.out.split())


@pytest.mark.parametrize("kind", ["html", "malformed-json", "wrong-shape"])
def test_reads_that_make_no_sense_are_repeated(kind: Any, small_site: Site, lpcac: CommandLine) -> None:
    small_site.simulator.faults.add(Fault(kind, "GET", count=6))
    ended = lpcac("plan", *small_site.arguments)
    assert ended.code == 0
    assert "trying again" in ended.err


def test_an_empty_list_of_repos_is_not_believed(small_site: Site, lpcac: CommandLine) -> None:
    small_site.simulator.faults.add(Fault("empty-list", "GET", "/Repos$", count=2))
    assert lpcac("plan", *small_site.arguments).code == 0
    small_site.simulator.faults.add(Fault("empty-list", "GET", "/Repos$"))
    ended = lpcac("plan", *small_site.arguments, "--patience", "1")
    assert ended.code == 1
    assert "is an empty list, but every logpoint has some" in " ".join(ended.out.split())


def test_a_proxy_that_is_down_is_named_as_a_proxy(served_small_site: Site, lpcac: CommandLine) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    lpcac.set(DIRECTOR_URL="https://director.example.com", HTTPS_PROXY=f"http://user:secret-word@127.0.0.1:{port}")
    ended = lpcac("plan", *served_small_site.arguments)
    assert ended.code == 1
    words = " ".join(ended.out.split())
    assert f"the proxy 127.0.0.1:{port} (HTTPS_PROXY) cannot be reached; correct HTTPS_PROXY" in words
    assert "secret-word" not in ended.out + ended.err


def test_https_against_a_plain_port_is_told_as_such(served_small_site: Site, lpcac: CommandLine) -> None:
    lpcac.set(DIRECTOR_URL=served_small_site.simulator.url.replace("http:", "https:"))
    ended = lpcac("plan", *served_small_site.arguments)
    assert ended.code == 1
    assert "this port does not speak TLS (https)" in " ".join(ended.out.split())


def test_a_wrong_path_in_the_address_is_told_as_such(served_small_site: Site, lpcac: CommandLine) -> None:
    lpcac.set(DIRECTOR_URL=f"{served_small_site.simulator.url}/wrong")
    ended = lpcac("plan", *served_small_site.arguments)
    assert ended.code == 1
    assert re.search(
        r"there is no Director API at http://\S+/wrong .*correct DIRECTOR_URL", " ".join(ended.out.split())
    )


def test_every_call_is_logged_with_verbose_and_no_secret_is(small_site: Site, lpcac: CommandLine) -> None:
    ended = lpcac("plan", *small_site.arguments, "--verbose")
    assert re.search(r"^GET /monitorapi/v1/director/poolinfo 200 \d+\.\d{3} s$", ended.err, re.MULTILINE)
    assert len(re.findall(r"^GET /\S+ 200 ", ended.err, re.MULTILINE)) == len(small_site.simulator.requests)
    assert small_site.simulator.token not in ended.out + ended.err
    assert "GET /" not in lpcac("plan", *small_site.arguments).err


def test_the_reading_of_several_logpoints_is_told(small_site: Site, lpcac: CommandLine) -> None:
    small_site.logpoints = ("*",)
    ended = lpcac("plan", *small_site.arguments)
    assert "reading 1 of 2 logpoints" in ended.err
    assert "reading 2 of 2 logpoints" in ended.err


# -- tokens


@pytest.mark.parametrize("is_on_github", [False, True])
def test_a_renewal_is_warned_of_loudly(is_on_github: bool, small_site: Site, lpcac: CommandLine) -> None:
    key = small_site.simulator.secret_key
    lpcac.set(DIRECTOR_TOKEN="an-expired-token-of-this-test", DIRECTOR_SECRET_KEY=key)
    lpcac.set(GITHUB_ACTIONS="true" if is_on_github else None)
    ended = lpcac("plan", *small_site.arguments)
    assert ended.code == 0
    start = "::warning title=lpcac::" if is_on_github else "warning: "
    (line,) = [line for line in ended.err.splitlines() if "renewed" in line]
    assert line.startswith(start)
    assert "what DIRECTOR_TOKEN and its secret key hold now no longer works" in line
    assert not any(secret in ended.out + ended.err for secret in (small_site.simulator.token, key))


def program(folder: Path, text: str) -> str:
    """Write a program and return the command that runs it."""
    path = folder / "give token.py"
    path.write_text(text, encoding="utf-8")
    return f'{sys.executable} "{path}"'


def test_a_program_gives_the_token_once_for_a_run_and_its_output_is_masked(
    served_small_site: Site, lpcac: CommandLine, tmp_path: Path
) -> None:
    log = tmp_path / "calls"
    text = (
        f"import os, sys; open({str(log)!r}, 'a').write(os.environ['LPCAC_DIRECTOR_URL'] + ' ' + sys.argv[1] + '\\n')"
    )
    command = program(tmp_path, f"{text}\nprint({served_small_site.simulator.token!r})\n") + " '$HOME;`id`'"
    lpcac.set(DIRECTOR_TOKEN=None)
    ended = lpcac("plan", *served_small_site.arguments, "--token-command", command, "--verbose")
    assert ended.code == 0
    assert log.read_text() == f"{served_small_site.simulator.url} $HOME;`id`\n"
    assert served_small_site.simulator.token not in ended.out + ended.err


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("import sys; print('half-a-secret-word'); sys.exit('sealed: half-a-secret-word')", 1, "exit code 1: sealed: "),
        ("print()", 1, "must print only the token"),
        ("print('two words')", 1, "must print only the token"),
        (None, 64, "cannot be started"),
    ],
)
def test_a_program_that_gives_no_token_is_one_clear_line(
    text: str | None, code: int, words: str, served_small_site: Site, lpcac: CommandLine, tmp_path: Path
) -> None:
    command = program(tmp_path, text) if text else str(tmp_path / "nowhere")
    ended = lpcac("plan", *served_small_site.arguments, "--token-command", command)
    assert ended.code == code
    assert words in ended.err
    assert "half-a-secret-word" not in ended.err
    assert len(ended.err.splitlines()) == 1


def test_a_program_that_takes_too_long_is_ended(
    served_small_site: Site, lpcac: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lpcac.connectors.director.transport.token_command.TIME_LIMIT", 0.2)
    command = program(tmp_path, "import threading; threading.Event().wait(60)")
    ended = lpcac("plan", *served_small_site.arguments, "--token-command", command)
    assert ended.code == 1
    assert "printed no token within 0.2 s" in ended.err


def test_the_programs_for_several_directors_run_side_by_side(
    served_small_site: Site, lpcac: CommandLine, tmp_path: Path
) -> None:
    """Each waits until the other has begun."""
    text = (
        "import os, pathlib, threading\n"
        f"folder = pathlib.Path({str(tmp_path)!r})\n"
        "(folder / f'begun-{os.environ[\"LPCAC_DIRECTOR\"]}').touch()\n"
        "while len(list(folder.glob('begun-*'))) < 2:\n    threading.Event().wait(0.01)\n"
        f"print({served_small_site.simulator.token!r})\n"
    )
    url = served_small_site.simulator.url
    (tmp_path / "lpcac.yaml").write_text(
        "apiVersion: logpoint-cac/v1\nkind: DirectoryMap\nclients: []\ndirectors:\n"
        + "".join(f"  {name}: {{url: '{url}', token_env: DIRECTOR_TOKEN}}\n" for name in ("one", "two"))
    )
    ended = lpcac("inventory", "--map", tmp_path / "lpcac.yaml", "--token-command", program(tmp_path, text))
    assert ended.code == 0, ended
    assert [line for line in ended.out.splitlines() if line.startswith("Director")] == ["Director one", "Director two"]


# -- the last word of an apply


def test_two_objects_of_one_name_end_an_apply_with_both_ids(
    open_site: Callable[..., Site], lpcac: CommandLine, small: list[Any]
) -> None:
    site = open_site(duplicate_names="allow")
    lpcac.use(site.simulator)
    site.declare([each for each in small if each["metadata"]["name"] == "repo-01"])
    tiers = [{"path": "/data_hot/", "retention": 90}, {"path": "/cold_nfs/", "retention": 275}]
    # Somebody else is a moment faster.
    before_each_write(site, lambda: site.logpoint.create("Repo", {"name": "repo-01", "repopath": tiers, "repoha": []}))
    ended = lpcac("apply", *site.arguments, *APPLY, "--order-timeout", "2")
    ids = [each["id"] for each in site.logpoint.objects("Repo") if each["name"] == "repo-01"]
    assert len(ids) == 2
    assert ended.code == 1
    assert all(each in ended.out for each in ids)


def before_each_write(site: Site, happens: Callable[[], object]) -> None:
    """Let something happen on the Director before it takes a write."""
    original = site.simulator._director.write

    def write(*arguments: Any, **more: Any) -> str:
        happens()
        return original(*arguments, **more)

    site.simulator._director.write = write  # type: ignore[method-assign]


def test_what_somebody_else_changes_during_an_apply_is_told(small_site: Site, lpcac: CommandLine) -> None:
    assert lpcac("apply", *small_site.arguments, *APPLY).code == 0
    small_site.logpoint.edit("Repo", "repo-01", lambda repo: repo["repopath"][0].update(retention=7))
    edit = small_site.logpoint.edit
    before_each_write(
        small_site, lambda: edit("RoutingPolicy", "routing-01", lambda policy: policy.update(catch_all="default"))
    )
    ended = lpcac("apply", *small_site.arguments, "--auto-approve")
    assert ended.code == 1
    assert 'changed during the apply: RoutingPolicy "routing-01"' in ended.out


def test_an_object_that_is_not_understood_afterwards_is_not_called_done(small_site: Site, lpcac: CommandLine) -> None:
    logpoint = small_site.logpoint

    def becomes_odd() -> None:
        if "repo-01" in logpoint.names("Repo"):
            logpoint.edit("Repo", "repo-01", lambda repo: repo.update(repopath=[{"path": "/data_hot/"}]))

    before_each_write(small_site, becomes_odd)
    ended = lpcac("apply", *small_site.arguments, *APPLY)
    assert ended.code in (1, 3), ended
    document = json.loads(ended.out)
    assert document["done"] is False
    (error,) = document["targets"][0]["errors"]
    assert error["message"] == (
        'Repo "repo-01": the Director describes it in a form that lpcac does not understand (there is no `retention`): '
        "correct it there, or leave it alone by listing it as external"
    )


# -- what a killed run left


def test_an_order_that_never_ends_is_named_and_a_person_can_end_the_wait(small_site: Site, lpcac: CommandLine) -> None:
    hangs = Fault("order-hangs", "POST", "/NormalizationPolicy$", count=1)
    small_site.simulator.faults.add(hangs)
    assert lpcac("apply", *small_site.arguments, *APPLY, "--order-timeout", "1").code == 1
    ended = lpcac("apply", *small_site.arguments, *APPLY, "--order-timeout", "1")
    assert ended.code == 1
    words = " ".join(json.loads(ended.out)["targets"][0]["problem"].split())
    found = re.search(
        r'create NormalizationPolicy "normalization-01" \(order (\S+), sent \d\d:\d\d:\d\d, \d+ s ago\)', words
    )
    assert found
    assert f"--forget-order {found[1]}" in words
    ended = lpcac("apply", *small_site.arguments, *APPLY, "--order-timeout", "1", "--forget-order", found[1])
    assert ended.code == 0, ended
    assert lpcac("apply", *small_site.arguments, *APPLY, "--forget-order", found[1]).code == 64


def test_a_state_folder_that_is_full_is_a_warning_and_the_report_comes(
    small_site: Site, lpcac: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_file: int, _data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("lpcac.apply.journal.os.write", full)
    ended = lpcac("apply", *small_site.arguments, *APPLY)
    assert ended.code == 0
    assert json.loads(ended.out)["done"] is True
    assert ended.err.count("No space left on device") == 1


def test_a_second_apply_plans_upon_what_the_first_one_did(small_site: Site, lpcac: CommandLine) -> None:
    """The lock comes before the plan: while it is held nothing is read, so that nothing stale can be carried out."""
    assert lpcac("apply", *small_site.arguments, *APPLY).code == 0
    (journal,) = Path(os.environ["XDG_STATE_HOME"]).rglob("*.jsonl")
    before = len(small_site.simulator.requests)
    with journal.open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        ended = lpcac("apply", *small_site.arguments, *APPLY)
    assert ended.code == 4
    assert "another lpcac is applying" in ended.err
    paths = [request.path for request in small_site.simulator.requests[before:]]
    assert paths == ["/monitorapi/v1/director/poolinfo"]
