"""What a user can get wrong or meet: one clear line, a documented exit code, nothing written, and no secret told."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from socket import create_server
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from lpcac.simulator.faults.faults import Fault

if TYPE_CHECKING:
    from tests.integration.conftest import CommandLine, Ended, Site


def line_with(ended: Ended, words: str) -> str:
    """Return the sentence that says these words, unwrapped; fail unless a stream says it once, and for a traceback."""
    assert "Traceback" not in ended.out + ended.err
    for stream in (ended.out, ended.err):
        text = " ".join(stream.split())
        if words in text:
            assert text.count(words) == 1
            return text
    pytest.fail(f"nobody says {words!r}: {ended}")


ALL = ("plan", "apply", "drift")


@pytest.fixture
def _is_impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a connection be tried twice; how often and how long apart it is otherwise is tested in virtual time."""
    monkeypatch.setattr("lpcac.connectors.director.transport.retries._CONNECT_ATTEMPTS", 2)


@pytest.mark.usefixtures("_is_impatient")
@pytest.mark.parametrize("command", ALL)
def test_an_unreachable_director_is_told_in_one_line(command: str, lpcac: CommandLine, served_small_site: Site) -> None:
    with closing(create_server(("127.0.0.1", 0))) as listener:
        port = listener.getsockname()[1]
    lpcac.set(DIRECTOR_URL=f"http://127.0.0.1:{port}")
    ended = lpcac(command, *served_small_site.arguments)
    assert ended.code == 1
    line = line_with(ended, "cannot reach the Director")
    assert f"http://127.0.0.1:{port}" in line
    assert "check DIRECTOR_URL" in line


@pytest.mark.usefixtures("_is_impatient")
@pytest.mark.parametrize("host", ["director.invalid", "a..b", f"{'x' * 64}.example"])
def test_a_host_that_cannot_exist_is_told_in_one_line(host: str, lpcac: CommandLine, served_small_site: Site) -> None:
    lpcac.set(DIRECTOR_URL=f"https://{host}")
    ended = lpcac("plan", *served_small_site.arguments)
    assert ended.code == 1
    assert f"https://{host}" in line_with(ended, "cannot reach the Director")


@pytest.mark.parametrize("command", ALL)
def test_a_refused_token_is_told_in_one_line(command: str, lpcac: CommandLine, small_site: Site) -> None:
    lpcac.set(DIRECTOR_TOKEN="a-token-that-is-wrong")
    ended = lpcac(command, *small_site.arguments)
    assert ended.code == 1
    assert "set DIRECTOR_TOKEN" in line_with(ended, "the Director refuses the token (HTTP 401: Invalid token)")
    assert small_site.writes() == []


@pytest.mark.parametrize("command", ALL)
@pytest.mark.parametrize(
    ("pool", "logpoint", "said"),
    [
        ("pool-acmee", "lp-01", 'no pool "pool-acmee" (did you mean "pool-acme"?)'),
        ("pool-acme", "lp-1", 'no logpoint "lp-1" (did you mean "lp-01"?)'),
        ("pool-initech", "lp-01", "co_managed"),
    ],
)
def test_a_target_that_cannot_be_used_is_told_with_what_exists(
    command: str, pool: str, logpoint: str, said: str, lpcac: CommandLine, small_site: Site
) -> None:
    ended = lpcac(command, small_site.folder, "--pool", pool, "--logpoint", logpoint)
    assert ended.code == 1
    line = " ".join((ended.out + ended.err).split())
    assert said in line
    assert "Traceback" not in line
    if "did you mean" in said:
        assert "it has" in line
    assert small_site.writes() == []


@pytest.mark.parametrize("variable", ["DIRECTOR_URL", "DIRECTOR_TOKEN"])
@pytest.mark.parametrize("command", ALL)
def test_a_missing_variable_is_named(command: str, variable: str, lpcac: CommandLine, small_site: Site) -> None:
    lpcac.set(**{variable: None})
    ended = lpcac(command, *small_site.arguments)
    assert ended.code == 64
    assert ended.err.splitlines() == [line_with(ended, f"error: {variable} is not set")]
    assert ended.out == ""


@pytest.mark.parametrize("command", ["validate", *ALL])
def test_a_path_that_does_not_exist_is_named(
    command: str, lpcac: CommandLine, small_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = () if command == "validate" else small_site.arguments[1:]
    monkeypatch.chdir(small_site.folder)
    ended = lpcac(command, "nowhere", *target)
    assert ended.code == 3
    line_with(ended, '"nowhere": there is no such file or folder')
    assert small_site.writes() == []


def test_a_binary_file_is_told_as_such(lpcac: CommandLine, small_site: Site) -> None:
    (small_site.folder / "noise.yaml").write_bytes(bytes(range(256)))
    ended = lpcac("plan", *small_site.arguments)
    assert ended.code == 3
    assert "noise.yaml" in ended.out
    assert "Traceback" not in ended.out + ended.err


@pytest.mark.parametrize("command", ["validate", *ALL, "targets"])
def test_a_folder_is_no_directory_map(command: str, lpcac: CommandLine, small_site: Site) -> None:
    ended = lpcac(command, "--map", small_site.folder)
    assert ended.code == 64
    line_with(ended, "there is no directory map")


@pytest.mark.parametrize(
    "content", [b"\x00\xff\xfe", b"{", b"[]", b'{"format_version": "9"}', b'{"format_version": "1"}', b"3"]
)
def test_a_file_that_is_no_plan_is_refused(
    content: bytes, lpcac: CommandLine, small_site: Site, tmp_path: Path
) -> None:
    (tmp_path / "plan.json").write_bytes(content)
    ended = lpcac("apply", "--plan", tmp_path / "plan.json", "--auto-approve")
    assert ended.code in (3, 64)
    assert len(ended.err.splitlines()) == 1
    assert "Traceback" not in ended.err
    assert small_site.simulator.requests == ()


@pytest.mark.parametrize(
    "inputs",
    [
        {"paths": 5},
        {"pool": ["x"]},
        {"prune": "yes"},
        {"prune": 1},
        {"max_deletes": 1000},
        {"max_delete_percent": 100},
        {"allow_repo_delete": True},
        {"map_file": "/tmp/strangers.yaml"},
        {"owned_by": "HEAD"},
    ],
)
def test_what_a_plan_file_says_of_its_options_is_only_compared(
    inputs: Any, lpcac: CommandLine, small_site: Site, tmp_path: Path
) -> None:
    file = tmp_path / "plan.json"
    assert lpcac("plan", *small_site.arguments, "--out", file).code == 0
    document = json.loads(file.read_text())
    document["inputs"] |= inputs
    file.write_text(json.dumps(document))
    before = len(small_site.simulator.requests)
    for command in ((), small_site.arguments):
        ended = lpcac("apply", *command, "--plan", file, "--auto-approve")
        assert ended.code == 4
        said = line_with(ended, "other options")
    name, value = next(iter(inputs.items()))
    assert f"{value if not isinstance(value, list) else value[0]} in the plan, " in said, name
    assert len(small_site.simulator.requests) == before


def test_a_plan_file_names_no_target(lpcac: CommandLine, small_site: Site, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    assert lpcac("plan", *small_site.arguments, "--out", file).code == 0
    ended = lpcac("apply", "--plan", file, "--auto-approve")
    assert ended.code == 4
    assert "--pool: pool-acme in the plan, none here" in line_with(ended, "other options")


@pytest.mark.parametrize("command", ["plan", "apply"])
def test_a_folder_in_the_place_of_a_plan_file_is_told_in_one_line(
    command: str, lpcac: CommandLine, small_site: Site, tmp_path: Path
) -> None:
    (tmp_path / "lpcac-plan.json").mkdir()
    option = "--out" if command == "plan" else "--plan"
    ended = lpcac(command, *small_site.arguments, option, tmp_path / "lpcac-plan.json")
    assert ended.code == 64
    assert "lpcac-plan.json (Is a directory)" in line_with(ended, "error: cannot ")


def test_a_plan_file_that_is_not_there_is_named(lpcac: CommandLine, tmp_path: Path) -> None:
    ended = lpcac("apply", "--plan", tmp_path / "plan.json")
    assert ended.code == 64
    line_with(ended, "cannot read")


@pytest.mark.parametrize("place", ["", "nowhere/plan.json"])
def test_a_place_where_the_plan_cannot_be_written_is_named(
    place: str, lpcac: CommandLine, small_site: Site, tmp_path: Path
) -> None:
    ended = lpcac("plan", *small_site.arguments, "--out", tmp_path / place)
    assert ended.code == 64
    line_with(ended, "cannot write")


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_a_place_where_schemas_cannot_be_written_is_named(place: str, lpcac: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ended = lpcac("schema", "--write", tmp_path / place)
    assert ended.code == 64
    line_with(ended, "cannot create")


def test_an_unusable_ca_bundle_is_named(lpcac: CommandLine, small_site: Site, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate")
    for bundle in (tmp_path / "ca.pem", tmp_path / "nowhere.pem", tmp_path):
        ended = lpcac("plan", *small_site.arguments, "--ca-bundle", bundle)
        assert ended.code == 3
        assert str(bundle) in line_with(ended, "cannot be used as a CA bundle")


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:9", "ftp://127.0.0.1:9", "http://[::1"])
def test_an_unusable_proxy_is_told_in_one_line(proxy: str, lpcac: CommandLine, served_small_site: Site) -> None:
    lpcac.set(ALL_PROXY=proxy)
    ended = lpcac("plan", *served_small_site.arguments)
    assert ended.code == 64
    line_with(ended, "error: a proxy that the environment names cannot be used")


@pytest.mark.parametrize(
    "arguments",
    [
        ("plan",),
        ("plan", "--pool", "p", "--logpoint", "l"),
        ("plan", "x", "--pool", "p"),
        ("plan", "x", "--logpoint", "l"),
        ("plan", "x", "--pool", "p", "--logpoint", "*", "--logpoint", "l"),
        ("plan", "x", "--pool", "p", "--logpoint", "l", "--map", "lpcac.yaml"),
        ("plan", "x", "--pool", "p", "--logpoint", "l", "--client", "c"),
        ("plan", "x", "--pool", "p", "--logpoint", "l", "--external", "nonsense"),
        ("plan", "x", "--pool", "p", "--logpoint", "l", "--external", "Repos=x"),
        ("plan", "x", "--no-such-option"),
        ("plan", "x", "--format", "yaml"),
        ("plan", "x", "--max-deletes", "-1"),
        ("nonsense",),
        ("validate", "--format", "xml"),
        ("targets",),
        ("simulator", "--fault", "nonsense"),
        ("simulator", "--port", "70000"),
        ("simulator", "--host", "not an address", "--port", "0"),
        ("simulator", "--state", "/nowhere/at/all/state.json", "--port", "0"),
    ],
    ids=" ".join,
)
def test_a_command_line_that_says_too_little_or_too_much_exits_with_64(
    arguments: tuple[str, ...], lpcac: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    lpcac.set(DIRECTOR_URL="http://127.0.0.1:1", DIRECTOR_TOKEN="unused-token")
    ended = lpcac(*arguments)
    assert ended.code == 64
    assert ended.err.startswith("error: ")
    assert len(ended.err.splitlines()) == 1
    assert ended.out == ""


@pytest.mark.parametrize(
    ("command", "renamed"),
    [
        (("plan", "x"), "--owned-by COMMIT"),
        (("apply", "x"), "--owned-by COMMIT"),
        (("drift", "x"), "--compare-with COMMIT"),
        (("targets", "--changed"), "--compare-with COMMIT"),
        (("sync", "x"), "--patch-base FOLDER"),
    ],
)
@pytest.mark.parametrize("old", [("--base", "y"), ("--base=y",), ("--base",)])
def test_the_old_spelling_of_an_option_names_the_new_one(
    old: tuple[str, ...], command: tuple[str, ...], renamed: str, lpcac: CommandLine
) -> None:
    ended = lpcac(*command, *old)
    assert (ended.code, ended.out) == (64, "")
    line_with(ended, f"use {renamed}")
    assert len(ended.err.splitlines()) == 1


@pytest.mark.parametrize("command", ["plan", "drift", "validate"])
def test_a_reader_that_goes_away_is_no_accident(
    command: str, served_small_site: Site, lpcac: CommandLine, small: list[Any]
) -> None:
    del lpcac
    many = [{**small[0], "metadata": {"name": f"repo-{n}"}} for n in range(2000)]
    broken = [{**each, "spec": {}} for each in many] if command == "validate" else many
    served_small_site.declare(broken)
    arguments = [str(served_small_site.folder)] if command == "validate" else list(served_small_site.arguments)
    reader, writer = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-m", "lpcac.main", command, *arguments], stdout=writer, stderr=subprocess.PIPE, text=True
    )
    os.close(writer)
    os.read(reader, 1)
    os.close(reader)
    _, err = process.communicate(timeout=60)
    assert process.returncode in (0, 1, 2, 3)
    assert err == ""


def test_an_apply_whose_reader_goes_away_carries_on_to_the_end(
    open_site: Callable[..., Site], lpcac: CommandLine
) -> None:
    site = open_site(order_delay=0.1)
    lpcac.use(site.simulator)
    reader, writer = os.pipe()
    command = ("apply", *site.arguments, "--auto-approve")
    with lpcac.start(*command, stdout=writer, stderr=writer) as process:
        os.close(writer)
        os.read(reader, 1)
        os.close(reader)
        process.wait(timeout=60)
    site.assert_live_as_declared()


# -- secrets

TOKEN = "planted/token+with=signs&that%are.encoded~0123456789abcdef"
SECRET_KEY = "planted/secret+key=0123456789abcdef&more"


def forms(secret: str) -> set[str]:
    """Return the forms in which a secret could be seen, and pieces of it as a cut would leave them."""
    raw = secret.encode()
    encoded = {base64.b64encode(b"x" * shift + raw).decode()[4 * bool(shift) : -4] for shift in range(3)}
    return {secret, quote(secret, safe=""), *encoded, secret[:20], secret[-20:]}


def assert_no_secret(*texts: str) -> None:
    for text in texts:
        for secret in (TOKEN, SECRET_KEY):
            assert not {form for form in forms(secret) if form in text}, text


@pytest.fixture
def talkative(open_site: Callable[..., Site], small: list[Any], lpcac: CommandLine) -> Site:
    """Give a Director that repeats the token it was sent in every message of an order that fails."""
    words = f"Bearer {TOKEN} {SECRET_KEY} " + "x" * 200 + f" {TOKEN} {quote(TOKEN, safe='')} {SECRET_KEY}"
    fault = Fault("order-fails", "POST", message=words)
    site = open_site(order_delay=0.02, token=TOKEN, secret_key=SECRET_KEY, faults=(fault,))
    site.declare(small)
    lpcac.set(DIRECTOR_URL=site.simulator.url, DIRECTOR_TOKEN=TOKEN, DIRECTOR_SECRET_KEY=SECRET_KEY)
    return site


@pytest.mark.parametrize("form", ["text", "json", "markdown"])
def test_a_token_that_the_director_repeats_is_told_to_nobody(form: str, talkative: Site, lpcac: CommandLine) -> None:
    ended = lpcac("apply", *talkative.arguments, "--auto-approve", "--format", form)
    assert ended.code == 1
    assert "secret" in ended.out
    assert_no_secret(ended.out, ended.err)


def test_a_renewed_token_is_told_to_nobody(
    open_site: Callable[..., Site], small: list[Any], lpcac: CommandLine
) -> None:
    site = open_site(order_delay=0.5, token_lifetime=1.0, token=TOKEN, secret_key=SECRET_KEY)
    site.declare(small)
    lpcac.set(DIRECTOR_URL=site.simulator.url, DIRECTOR_TOKEN=TOKEN, DIRECTOR_SECRET_KEY=SECRET_KEY)
    ended = lpcac("apply", *site.arguments, "--auto-approve", "--format", "json")
    assert ended.code == 0
    assert site.simulator.token != TOKEN
    assert_no_secret(ended.out, ended.err)
    for new in (site.simulator.token, site.simulator.secret_key):
        assert new not in ended.out + ended.err


@pytest.mark.parametrize("variable", ["DIRECTOR_URL", "DIRECTOR_TOKEN"])
def test_an_unusable_variable_is_named_and_its_value_is_not(
    variable: str, lpcac: CommandLine, small_site: Site
) -> None:
    lpcac.set(**{variable: f"https://user:{SECRET_KEY}@director.example.com\x07 {TOKEN}"})
    ended = lpcac("plan", *small_site.arguments)
    assert ended.code == 64
    line_with(ended, variable)
    assert_no_secret(ended.out, ended.err)


def test_a_secret_in_the_yaml_is_masked_wherever_the_plan_goes(
    lpcac: CommandLine, open_site: Callable[..., Site], tmp_path: Path, small: list[Any]
) -> None:
    site = open_site(token=TOKEN)
    lpcac.use(site.simulator)
    site.declare([{**small[0], "metadata": {"name": TOKEN}}])
    for form in ("text", "json", "markdown"):
        ended = lpcac("plan", *site.arguments, "--format", form, "--out", tmp_path / "plan.json")
        assert_no_secret(ended.out, ended.err)
    assert_no_secret((tmp_path / "plan.json").read_text())


@pytest.mark.parametrize("command", ["validate", "lint", "test", "plan", "drift", "targets", "trust"])
def test_a_folder_without_a_map_is_told_with_options_that_the_command_has(
    command: str, lpcac: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ended = lpcac(command)
    assert (ended.code, ended.out) == (64, "")
    assert "there is no lpcac.yaml here or above" in ended.err
    options = lpcac(command, "--help").out
    assert all(option in options for option in re.findall(r"--[a-z-]+", ended.err))
