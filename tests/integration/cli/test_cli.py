"""Every command as a user calls it, against a Director that works."""

from __future__ import annotations

import json
import os
import pty
import re
import selectors
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from lpcac.core.resources import ResourceKey

if TYPE_CHECKING:
    from tests.integration.conftest import CommandLine, Ended, Site

ROOT = Path(__file__).parents[3]
EXAMPLE = str(ROOT / "examples" / "simple")


def created(site: Site) -> set[str]:
    return {name for _, name in site.logpoint.created}


# -- validate


def test_validate_says_that_the_example_is_valid(lpcac: CommandLine) -> None:
    ended = lpcac("validate", EXAMPLE)
    assert ended.code == 0
    assert ended.out


@pytest.mark.parametrize("form", ["text", "json", "github", "sarif"])
def test_validate_tells_every_mistake_in_every_form_and_exits_with_3(
    form: str, lpcac: CommandLine, tmp_path: Path
) -> None:
    head = "apiVersion: logpoint-cac/v1\nkind: RoutingPolicy\n"
    (tmp_path / "one.yaml").write_text(
        f"{head}metadata: {{name: windows}}\nspec: {{catch_all: sytem, routing_criteria: []}}\n"
    )
    (tmp_path / "two.yaml").write_text(f"{head}metadata: {{name: linux}}\nspec: {{catch_al: system}}\n")
    ended = lpcac("validate", tmp_path, "--format", form)
    assert ended.code == 3
    assert "sytem" in ended.out
    assert "catch_al" in ended.out
    if form in ("json", "sarif"):
        json.loads(ended.out)
    assert ended.err == ""


# -- plan


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_plan_shows_every_change_and_writes_nothing(form: str, lpcac: CommandLine, small_site: Site) -> None:
    ended = lpcac("plan", *small_site.arguments, "--format", form)
    assert ended.code == 0
    for name in ("repo-01", "repo-02", "routing-01", "normalization-01", "processing-01"):
        assert name in ended.out
    assert small_site.writes() == []


def test_a_plan_is_as_wide_as_columns_says(
    lpcac: CommandLine, small_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(small_site.folder)  # for places that are short enough
    widths = []
    for columns in ("60", None):
        lpcac.set(COLUMNS=columns)
        widths.append(max(map(len, lpcac("plan", *small_site.arguments).out.splitlines()[:-1])))
    assert widths[0] <= 60 < widths[1]


def test_plan_as_json_has_its_documented_keys(lpcac: CommandLine, small_site: Site) -> None:
    document = json.loads(lpcac("plan", *small_site.arguments, "--format", "json").out)
    (target,) = document["targets"]
    assert (target["client"], target["pool"], target["logpoint"]) == ("acme-corp", "pool-acme", "lp-01")
    assert target["summary"] == {"create": 5, "update": 0, "delete": 0, "unchanged": 0, "unmanaged": 0}
    last = target["changes"][-1]
    assert (last["action"], last["kind"], last["name"]) == ("create", "ProcessingPolicy", "processing-01")
    assert {needed["name"] for needed in last["depends_on"]} == {"routing-01", "normalization-01"}
    assert last["source"]["file"].endswith("resources.yaml")


def test_plan_exits_with_2_for_changes_only_when_asked_to(lpcac: CommandLine, small_site: Site) -> None:
    assert lpcac("plan", *small_site.arguments).code == 0
    assert lpcac("plan", *small_site.arguments, "--detailed-exitcode").code == 2
    assert lpcac("apply", *small_site.arguments, "--auto-approve").code == 0
    assert lpcac("plan", *small_site.arguments, "--detailed-exitcode").code == 0


# -- apply


@pytest.mark.parametrize("form", ["text", "json", "markdown"])
def test_apply_reports_what_it_did(form: str, lpcac: CommandLine, small_site: Site) -> None:
    ended = lpcac("apply", *small_site.arguments, "--auto-approve", "--format", form)
    assert ended.code == 0
    assert created(small_site) == {"repo-01", "repo-02", "routing-01", "normalization-01", "processing-01"}
    if form == "json":
        (target,) = json.loads(ended.out)["targets"]
        assert {change["state"] for change in target["changes"]} == {"done"}
    else:
        assert "processing-01" in ended.out
    assert len(re.findall("(?m)^done ", ended.out if form == "text" else ended.err)) == 5


def test_without_a_terminal_apply_says_each_change_once_with_all_that_it_holds(
    lpcac: CommandLine, small_site: Site, tmp_path: Path
) -> None:
    ended = lpcac("apply", *small_site.arguments, "--auto-approve")
    assert ended.code == 0
    for name in ("repo-01", "repo-02", "routing-01", "normalization-01", "processing-01"):
        assert len(re.findall(rf'[+~-] \w+ "{name}"', ended.out + ended.err)) == 1
    assert "catch_all: repo-01" in ended.out
    small_site.logpoint.edit("Repo", "repo-01", lambda repo: repo["repopath"][0].update(retention=7))
    assert lpcac("plan", *small_site.arguments, "--out", str(tmp_path / "plan.json")).code == 0
    planned = lpcac("apply", *small_site.arguments, "--auto-approve", "--plan", str(tmp_path / "plan.json"))
    assert planned.code == 0
    assert (planned.out + planned.err).count('~ Repo "repo-01"') == 1


def test_apply_without_changes_asks_nothing_and_is_fine(lpcac: CommandLine, small_site: Site) -> None:
    assert lpcac("apply", *small_site.arguments, "--auto-approve").code == 0
    assert lpcac("apply", *small_site.arguments).code == 0
    assert len(small_site.writes()) == 5


def test_apply_without_a_terminal_refuses_unless_it_is_approved(lpcac: CommandLine, served_small_site: Site) -> None:
    ended = lpcac.process("apply", *served_small_site.arguments)
    assert ended.code == 4
    assert "--auto-approve" in ended.err
    assert served_small_site.writes() == []


# Makes the terminal on its standard input its own, so that Ctrl-C reaches it, and becomes the command.
AT_TERMINAL = (
    "import fcntl, os, sys, termios\n"
    "fcntl.ioctl(0, termios.TIOCSCTTY, 0)\n"
    "os.execv(sys.executable, [sys.executable, '-m', 'lpcac.main', *sys.argv[1:]])"
)


def at_terminal(site: Site, typed: str, *, prompt: str = "Type 'yes'") -> tuple[int, str]:
    """Run an apply on a terminal, type something at the prompt, and return its exit code and all it showed."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", AT_TERMINAL, "apply", *site.arguments]
    environment = {**os.environ, "TERM": "xterm"}
    with subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True, env=environment
    ) as process:
        os.close(theirs)
        shown = ""
        answered = False
        with selectors.DefaultSelector() as selector:
            selector.register(ours, selectors.EVENT_READ)
            while selector.select(timeout=20):
                try:
                    shown += os.read(ours, 65536).decode()
                except OSError:  # the other side is closed
                    break
                if prompt in shown and not answered:
                    os.write(ours, typed.encode())
                    answered = True
            else:
                process.kill()
    os.close(ours)
    return process.returncode, shown


def test_yes_at_the_terminal_applies_and_risks_and_totals_stand_above_the_question(
    served_small_site: Site, small: list[Any]
) -> None:
    routing = next(each for each in small if each["kind"] == "RoutingPolicy")
    routing["spec"]["routing_criteria"] = [{"type": "KeyPresent", "key": "debug", "drop": "discard"}]
    served_small_site.declare(small)
    code, shown = at_terminal(served_small_site, "yes\n")
    assert (code, len(created(served_small_site))) == (0, 5)
    assert "Traceback" not in shown
    above = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown).partition("Apply these changes?")[0]
    assert re.search(r'\nrisk: \+ RoutingPolicy "routing-01": .*\n.*\n5 to create on 1 target, 1 risk\.\s+$', above)


@pytest.mark.parametrize("typed", ["no\n", "\n", "y\n", "\x04"])
def test_anything_else_at_the_terminal_writes_nothing_and_exits_with_4(typed: str, served_small_site: Site) -> None:
    code, shown = at_terminal(served_small_site, typed)
    assert (code, "not approved; nothing was written" in shown) == (4, True), shown
    assert served_small_site.writes() == []


def test_ctrl_c_at_the_prompt_ends_it_at_once(served_small_site: Site) -> None:
    code, shown = at_terminal(served_small_site, "\x03")
    assert (code, "interrupted" in shown) == (1, True), shown
    assert "Traceback" not in shown
    assert served_small_site.writes() == []


# -- a plan in a file


@pytest.fixture
def planned(lpcac: CommandLine, small_site: Site, tmp_path: Path) -> Path:
    file = tmp_path / "plan.json"
    assert lpcac("plan", *small_site.arguments, "--out", file).code == 0
    return file


def apply_file(lpcac: CommandLine, site: Site, file: Path) -> Ended:
    return lpcac("apply", *site.arguments, "--plan", file, "--auto-approve")


def test_a_planned_file_is_applied_as_it_is(lpcac: CommandLine, small_site: Site, planned: Path) -> None:
    assert apply_file(lpcac, small_site, planned).code == 0
    assert len(created(small_site)) == 5


def test_a_planned_file_is_refused_when_the_yaml_changed(
    lpcac: CommandLine, small_site: Site, planned: Path, small: list[Any]
) -> None:
    small_site.declare(small[1:])
    ended = apply_file(lpcac, small_site, planned)
    assert ended.code == 4
    assert 'no longer planned: create ProcessingPolicy "processing-01"' in ended.err
    assert small_site.writes() == []


def test_a_planned_file_is_refused_when_an_object_it_touches_changed(
    lpcac: CommandLine, small_site: Site, planned: Path
) -> None:
    tiers = [{"path": "/data_hot/", "retention": 5}]
    small_site.logpoint.create("Repo", {"name": "repo-01", "repopath": tiers, "repoha": []})
    ended = apply_file(lpcac, small_site, planned)
    assert ended.code == 4
    assert 'new or changed: update Repo "repo-01"' in ended.err
    assert small_site.writes() == []


def test_a_planned_file_still_applies_when_something_else_changed(
    lpcac: CommandLine, small_site: Site, planned: Path
) -> None:
    tiers = [{"path": "/data_hot/", "retention": 5}]
    small_site.logpoint.create("Repo", {"name": "by_hand", "repopath": tiers, "repoha": []})
    (small_site.folder / "resources.yaml").write_text(
        "# a comment\n" + (small_site.folder / "resources.yaml").read_text()
    )
    assert apply_file(lpcac, small_site, planned).code == 0


def shorten_retention(document: Any) -> None:
    change = next(change for change in document["targets"][0]["changes"] if change["kind"] == "Repo")
    change["after"]["paths"][0]["retention_days"] = 1


def drop_change(document: Any) -> None:
    document["targets"][0]["changes"].pop()
    document["targets"][0]["summary"]["create"] -= 1


def other_name(document: Any) -> None:
    document["targets"][0]["changes"][0]["name"] = "innocent"


def other_logpoint(document: Any) -> None:
    document["targets"][0]["logpoint_id"] = "0" * 32


def other_digest(document: Any) -> None:
    document["targets"][0]["digest"] = "0" * 64


@pytest.mark.parametrize("tamper", [shorten_retention, drop_change, other_name, other_logpoint, other_digest])
def test_a_planned_file_that_was_tampered_with_is_refused(
    tamper: Callable[[Any], None], lpcac: CommandLine, small_site: Site, planned: Path
) -> None:
    document = json.loads(planned.read_text())
    tamper(document)
    planned.write_text(json.dumps(document))
    ended = apply_file(lpcac, small_site, planned)
    assert ended.code == 4
    assert small_site.writes() == []


# -- drift


def test_drift_is_clean_after_an_apply_and_told_after_an_edit(lpcac: CommandLine, small_site: Site) -> None:
    assert lpcac("apply", *small_site.arguments, "--auto-approve").code == 0
    assert lpcac("drift", *small_site.arguments).code == 0
    before = len(small_site.writes())
    small_site.logpoint.edit("Repo", "repo-01", lambda repo: repo["repopath"][0].update(retention=7))
    for form in ("text", "markdown"):
        ended = lpcac("drift", *small_site.arguments, "--format", form)
        assert ended.code == 2
        assert "repo-01" in ended.out
    (target,) = json.loads(lpcac("drift", *small_site.arguments, "--format", "json").out)["targets"]
    (change,) = target["changed"]
    assert [(row["before"], row["after"]) for row in change["fields"]] == [(7, 90)]
    assert len(small_site.writes()) == before


def test_unmanaged_objects_are_told_by_drift_and_do_not_alarm(lpcac: CommandLine, small_site: Site) -> None:
    assert lpcac("apply", *small_site.arguments, "--auto-approve").code == 0
    small_site.logpoint.create(
        "NormalizationPolicy", {"name": "by_hand", "normalization_packages": [], "compiled_normalizer": []}
    )
    ended = lpcac("drift", *small_site.arguments)
    assert ended.code == 0
    assert "by_hand" in ended.out


# -- what needs no Director


def test_the_committed_schemas_are_current(lpcac: CommandLine) -> None:
    assert lpcac("schema", "--check", ROOT / "schemas") == (ended := lpcac("schema", "--check", ROOT / "schemas"))
    assert (ended.code, ended.err) == (0, "")


def test_schemas_are_listed_printed_written_and_checked(lpcac: CommandLine, tmp_path: Path) -> None:
    listed = lpcac("schema").out.split()
    assert "repo.schema.json" in listed
    assert json.loads(lpcac("schema", "Repo").out) == json.loads(lpcac("schema", "repo.schema.json").out)
    assert lpcac("schema", "--check", tmp_path / "new").code == 2
    assert lpcac("schema", "--write", tmp_path / "new").code == 0
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == sorted(listed)
    assert lpcac("schema", "--check", tmp_path / "new").code == 0
    (tmp_path / "new" / "repo.schema.json").write_bytes(b"\xff\x00")
    ended = lpcac("schema", "--check", tmp_path / "new")
    assert ended.code == 2
    assert "repo.schema.json is out of date" in ended.err


def test_a_schema_that_does_not_exist_is_named_with_what_is_alike(lpcac: CommandLine) -> None:
    ended = lpcac("schema", "Repos")
    assert ended.code == 64
    assert 'did you mean "Repo"?' in ended.err


def test_help_imports_none_of_the_slow_libraries() -> None:
    script = (
        "import sys\nfrom lpcac.main import run\n"
        "try:\n    run(['--help'])\nexcept SystemExit:\n    pass\n"
        "print(sorted({'httpx', 'git', 'github', 'pydantic', 'yaml', 'asyncio'} & sys.modules.keys()), file=sys.stderr)"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "Exit codes:" in ended.stdout
    assert ended.stderr.strip() == "[]"


def quickest(*command: str) -> float:
    """Return the least processor time that a command takes; what else the machine does makes it wait, not work."""

    def seconds() -> float:
        process = subprocess.Popen([sys.executable, *command], stdout=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0
        return used.ru_utime + used.ru_stime

    return min(seconds() for _ in range(5))


def test_help_answers_within_three_times_the_import_of_pydantic() -> None:
    assert quickest("-m", "lpcac.main", "--help") <= 3 * quickest("-c", "import pydantic")


def test_the_version_is_said(lpcac: CommandLine) -> None:
    assert lpcac("--version").out.startswith("lpcac ")


def test_what_an_apply_did_is_what_the_library_reads_back(lpcac: CommandLine, small_site: Site) -> None:
    assert lpcac("apply", *small_site.arguments, "--auto-approve").code == 0
    plan = small_site.plan(owned=[ResourceKey("Repo", "repo-01")])
    assert (plan.is_empty, plan.unchanged) == (True, 5)


@pytest.mark.parametrize("command", ["plan", "drift"])
def test_what_lint_finds_is_said_unless_an_object_of_the_logpoint_uses_it(
    command: str, lpcac: CommandLine, small_site: Site, tmp_path: Path
) -> None:
    lpcac.use(small_site.simulator)
    (tmp_path / "repos.yaml").write_text(
        "apiVersion: logpoint-cac/v1\nkind: Repo\nmetadata: {name: spare}\n"
        "spec: {paths: [{path: /data_hot, retention_days: 9}]}\n"
    )
    arguments = (command, tmp_path, "--pool", "pool-acme", "--logpoint", "lp-01")

    before = lpcac(*arguments)
    policy = {"policy_name": "byhand", "catch_all": "spare", "routing_criteria": []}
    small_site.logpoint.create("RoutingPolicy", policy)
    after = lpcac(*arguments)

    assert 'warning: Repo "spare": no declared object refers to it (unused-repo)' in before.err
    assert "unused-repo" not in after.err
    assert before.code == after.code
