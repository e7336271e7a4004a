"""Whole commands: updates lose nothing, and nothing that was declared goes missing without a word."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

if TYPE_CHECKING:
    from tests.integration.conftest import CommandLine, Site

Git = Callable[..., str]

SIMPLE = {
    "category": "simple",
    "source_key": "ip_address",
    "operation": "Equals",
    "event_key": "source_address",
    "type": "ip",
    "prefix": True,
    "weight": 5,
}
PRESENT = {"type": "KeyPresents", "key": "source_address", "value": "kept", "note": None}
SPECIFICATIONS = [{"source": "Threat_Intelligence", "criteria": [PRESENT], "rules": [SIMPLE]}]
NAME = "geo"


def document(kind: str, name: str, spec: Any) -> Any:
    return {"apiVersion": "logpoint-cac/v1", "kind": kind, "metadata": {"name": name}, "spec": spec}


def enrichment(description: str, *, rule: Any = None, criterion: Any = None) -> Any:
    rule = rule or {"category": "simple", "source_key": "ip_address", "event_key": "source_address"}
    criterion = criterion or {"type": "KeyPresents", "key": "source_address"}
    specification = {"source": "Threat_Intelligence", "criteria": [criterion], "rules": [rule]}
    return document("EnrichmentPolicy", NAME, {"description": description, "specifications": [specification]})


@pytest.fixture
def site(small_site: Site) -> Site:
    """Give a site whose logpoint holds one enrichment policy as real boxes do."""
    fields = {"name": NAME, "description": "old", "specifications": deepcopy(SPECIFICATIONS), "colour": "red"}
    small_site.logpoint.create("EnrichmentPolicy", fields)
    return small_site


@pytest.fixture
def git(tmp_path: Path, lpcac: CommandLine) -> Git:
    lpcac.set(GIT_CONFIG_GLOBAL=str(tmp_path / "none"), GIT_CONFIG_NOSYSTEM="1")

    def run(*arguments: str) -> str:
        who = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
        command = ["git", *who, "-C", str(tmp_path), *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    run("init", "--quiet", "--initial-branch=main")
    return run


def apply(site: Site, lpcac: CommandLine, *documents: Any) -> tuple[str, Any]:
    """Plan and apply the documents; return what the plan showed, and what the logpoint holds afterwards."""
    site.declare(documents)
    planned = lpcac("plan", *site.arguments)
    assert planned.code == 0, planned
    assert lpcac("apply", *site.arguments, "--auto-approve").code == 0
    assert lpcac("plan", *site.arguments, "--detailed-exitcode").code == 0
    return planned.out, site.logpoint.named("EnrichmentPolicy", NAME)


def test_an_update_writes_back_what_its_declaration_leaves_out(site: Site, lpcac: CommandLine) -> None:
    shown, held = apply(site, lpcac, enrichment("new"))
    assert held["description"] == "new"
    assert held["specifications"] == SPECIFICATIONS
    assert held["colour"] == "red"
    assert "description: old -> new" in shown
    assert "specifications[" not in shown
    risk = f'~ EnrichmentPolicy "{NAME}": the Director holds `colour` that lpcac does not know: replacing may reset it'
    assert risk in shown


def test_null_clears_what_is_held_and_the_plan_shows_that(site: Site, lpcac: CommandLine) -> None:
    rule = {"category": "simple", "source_key": "ip_address", "event_key": "source_address", "type": None}
    criterion = {"type": "KeyPresents", "key": "source_address", "value": None}
    shown, held = apply(site, lpcac, enrichment("old", rule=rule, criterion=criterion))
    (specification,) = held["specifications"]
    assert specification["rules"] == [{name: value for name, value in SIMPLE.items() if name != "type"}]
    assert specification["criteria"] == [{**PRESENT, "value": ""}]
    assert ".type: ip" in shown
    assert ".value: kept" in shown


def test_a_sync_takes_what_real_boxes_hold_and_then_there_is_nothing_to_do(site: Site, lpcac: CommandLine) -> None:
    logpoint = site.logpoint
    value = "tab\tline\nend\x1b[31m"
    criteria = [
        {"type": "KeyPresentValueMatches", "key": "k", "value": value, "repo": "", "drop": "store"},
        {"type": "KeyPresent", "key": "k", "value": "kept", "repo": "default", "drop": "store"},
    ]
    logpoint.create("RoutingPolicy", {"policy_name": "odd", "catch_all": "default", "routing_criteria": criteria})
    logpoint.create("NormalizationPolicy", {"name": "none", "normalization_packages": [], "compiled_normalizer": []})
    nothing = {"routing_policy": "None", "norm_policy": "None", "enrich_policy": "None"}
    logpoint.create("ProcessingPolicy", {"policy_name": "bare", **nothing})
    logpoint.create("EnrichmentPolicy", {"name": "empty", "description": "", "specifications": []})
    (site.folder / "resources.yaml").unlink()
    synced = lpcac("sync", *site.arguments)
    assert synced.code == 0, synced
    assert "left out" not in synced.out + synced.err
    text = (site.folder / "routing.yaml").read_text()
    assert "\x1b" not in text
    (declared,) = yaml.safe_load_all(text)
    assert [criterion["value"] for criterion in declared["spec"]["routing_criteria"]] == [value, "kept"]
    checked = lpcac("validate", site.folder)
    assert checked.code == 0
    assert "\x1b" not in checked.out
    for words in (
        "parses nothing",
        "stores matching events in no repo",
        "characters that cannot be seen",
        r"\x1b[31m",
    ):
        assert words in checked.out + checked.err
    assert lpcac("plan", *site.arguments, "--detailed-exitcode").code == 0
    before = {path: path.read_bytes() for path in site.folder.iterdir()}
    assert lpcac("sync", *site.arguments).code == 0
    assert {path: path.read_bytes() for path in site.folder.iterdir()} == before


@pytest.mark.parametrize("form", ["text", "json", "markdown"])
def test_every_rendering_escapes_control_characters(site: Site, lpcac: CommandLine, form: str) -> None:
    criterion = {"type": "KeyPresentValueMatches", "key": "k", "value": "a\x1b[31m\nb\u202e", "repo": "default"}
    site.declare([document("RoutingPolicy", "odd", {"catch_all": "default", "routing_criteria": [criterion]})])
    planned = lpcac("plan", *site.arguments, "--format", form)
    assert planned.code == 0
    assert not {"\x1b", "\u202e"} & set(planned.out)
    assert ("\\u001b[31m\\nb" if form == "json" else "\\x1b[31m\\nb") in planned.out


def test_the_vendors_objects_are_neither_pruned_nor_synced(site: Site, lpcac: CommandLine) -> None:
    vendors = [{"vid": "4711"}, {"user": "LogPoint"}]
    for number, mark in enumerate(vendors):
        fields = {"name": f"shipped-{number}", "normalization_packages": [], "compiled_normalizer": []}
        site.logpoint.create("NormalizationPolicy", {**fields, **mark})
    site.logpoint.create("EnrichmentPolicy", {"name": "UEBA_ENRICHMENT_POLICY", "specifications": []})
    site.declare([enrichment("old")])
    planned = lpcac("plan", *site.arguments, "--prune", "--format", "json")
    (target,) = json.loads(planned.out)["targets"]
    assert [each["name"] for each in (*target["changes"], *target["unmanaged"])] == []
    assert lpcac("sync", *site.arguments).code == 0
    text = "".join(path.read_text() for path in site.folder.glob("*.yaml"))
    assert not any(name in text for name in ("shipped", "UEBA", "name: Threat_Intelligence"))
    assert lpcac("sync", *site.arguments, "--include-vendor").code == 0
    text = "".join(path.read_text() for path in site.folder.glob("*.yaml"))
    assert all(name in text for name in ("shipped-0", "shipped-1", "UEBA_ENRICHMENT_POLICY"))


def test_a_field_that_the_list_leaves_out_is_asked_for(open_site: Callable[..., Site], lpcac: CommandLine) -> None:
    site = open_site(order_delay=0.02, compiled_normalizer_read="absent")
    lpcac.use(site.simulator)
    site.declare([document("NormalizationPolicy", "windows", {"compiled_normalizers": ["LPA_Windows"]})])
    assert lpcac("apply", *site.arguments, "--auto-approve").code == 0
    assert lpcac("plan", *site.arguments, "--detailed-exitcode").code == 0
    assert any(
        request.method == "GET" and "/NormalizationPolicy/" in request.path for request in site.simulator.requests
    )


def test_a_source_that_is_new_on_the_logpoint_is_found_by_a_refresh(site: Site, lpcac: CommandLine) -> None:
    site.logpoint.enrichment_sources.append("fresh")
    specification = {"source": "fresh", "criteria": []}
    site.declare([document("EnrichmentPolicy", "new", {"specifications": [specification]})])
    assert lpcac("plan", *site.arguments).code == 3
    assert lpcac("apply", *site.arguments, "--auto-approve").code == 0


def become(path: Path, what: str) -> None:
    """Make something of a file that cannot be read as what it was."""
    path.unlink()
    match what:
        case "link":
            path.symlink_to("other.yaml")
        case "link to a folder":
            path.symlink_to("..")
        case "lfs":
            path.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n")
        case "conflict":
            path.write_text("<<<<<<< HEAD\na: 1\n=======\na: 2\n>>>>>>> theirs\n")


@pytest.mark.parametrize("is_commit", [False, True])
@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("link", "a symbolic link is not followed"),
        ("link to a folder", "a symbolic link is not followed"),
        ("lfs", "Git LFS pointer"),
        ("conflict", "merge conflict"),
    ],
)
def test_a_file_that_cannot_be_read_any_more_deletes_nothing(
    site: Site, lpcac: CommandLine, git: Git, what: str, words: str, *, is_commit: bool
) -> None:
    site.declare([enrichment("old")])
    (site.folder / "other.yaml").write_text("# nothing\n")
    git("add", "--all")
    git("commit", "--quiet", "--message", "declared")
    become(site.folder / "resources.yaml", what)
    git("add", "--all")
    git("commit", "--quiet", "--message", "spoilt")
    command, option, base = ("drift", "--compare-with", "HEAD") if is_commit else ("plan", "--owned-by", "HEAD~")
    ended = lpcac(command, *site.arguments, option, base)
    assert ended.code == 3, ended
    told = ended.out + ended.err
    assert words in told
    assert "resources.yaml" in told
    assert NAME in site.logpoint.names("EnrichmentPolicy")


def test_an_ending_in_capitals_is_read(site: Site, lpcac: CommandLine, git: Git) -> None:
    site.declare([enrichment("old")])
    os.rename(site.folder / "resources.yaml", site.folder / "RESOURCES.YAML")
    git("add", "--all")
    git("commit", "--quiet", "--message", "renamed")
    assert lpcac("plan", *site.arguments, "--owned-by", "HEAD", "--detailed-exitcode").code == 0
    assert lpcac("drift", *site.arguments, "--compare-with", "HEAD").code == 0


def test_a_plan_without_a_base_names_what_head_declares_and_the_files_do_not(
    site: Site, lpcac: CommandLine, git: Git
) -> None:
    policy = {"compiled_normalizers": ["LPA_Windows"]}
    kept, gone = document("NormalizationPolicy", "kept", policy), document("NormalizationPolicy", "gone", policy)
    site.declare([kept, gone])
    assert "is not declared now" not in lpcac("plan", *site.arguments).err
    git("add", "--all")
    git("commit", "--quiet", "--message", "declared")
    assert lpcac("apply", *site.arguments, "--auto-approve").code == 0
    site.declare([kept])
    planned = lpcac("plan", *site.arguments)
    assert planned.code == 0
    assert 'Unmanaged, left alone (2): EnrichmentPolicy "geo", NormalizationPolicy "gone"' in planned.out
    note = (
        'note: 1 object that HEAD declares is not declared now: NormalizationPolicy "gone"; '
        "nothing is deleted without --owned-by COMMIT"
    )
    assert note in planned.err
    assert note in lpcac("apply", *site.arguments, "--auto-approve").err
    assert "not declared now" not in lpcac("plan", *site.arguments, "--owned-by", "HEAD").err


def test_with_a_map_it_names_what_head_declares_for_the_clients_that_are_planned(
    site: Site, lpcac: CommandLine, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.declare([enrichment("old")])
    director = {"url": site.simulator.url, "token_env": "DIRECTOR_TOKEN"}
    client = {"name": "acme", "path": "acme-corp", "director": "main", "pool": "pool-acme", "logpoints": ["lp-01"]}
    content = {"apiVersion": "logpoint-cac/v1", "kind": "DirectoryMap", "directors": {"main": director}}
    monkeypatch.chdir(site.folder.parent)
    Path("lpcac.yaml").write_text(yaml.safe_dump({**content, "clients": [client]}))
    git("add", "--all")
    git("commit", "--quiet", "--message", "declared")
    assert "note:" not in lpcac("plan").err
    site.declare([document("EnrichmentPolicy", "other", {"specifications": []})])
    assert 'note: 1 object that HEAD declares is not declared now: EnrichmentPolicy "geo";' in lpcac("plan").err


def test_the_refusal_of_a_renamed_repo_names_the_ways_that_keep_its_logs(
    site: Site, lpcac: CommandLine, git: Git
) -> None:
    tier = {"paths": [{"path": "/data_hot", "retention_days": 7}]}
    site.declare([document("Repo", "old", tier)])
    git("add", "--all")
    git("commit", "--quiet", "--message", "declared")
    assert lpcac("apply", *site.arguments, "--auto-approve").code == 0
    site.declare([document("Repo", "new", tier)])
    refused = lpcac("plan", *site.arguments, "--owned-by", "HEAD")
    assert refused.code == 4
    told = " ".join(refused.out.split())
    assert 'the Director cannot rename it: Repo "new" would start empty' in told
    assert "To keep the repos and their logs, declare them again, or list them as external" in told
    assert "stay unmanaged" in told
    assert lpcac("plan", *site.arguments, "--owned-by", "HEAD", "--external", "Repo=old").code == 0


def test_names_that_are_easily_mistaken_for_one_another_are_warned_of(site: Site, lpcac: CommandLine) -> None:
    tier = {"paths": [{"path": "/data_hot", "retention_days": 7}]}
    site.declare([document("Repo", "Default-logs", tier), document("Repo", "default-Logs", tier)])
    checked = lpcac("validate", site.folder)
    assert checked.code == 0
    assert 'character 1 is "D" (U+0044) in "Default-logs" and "d" (U+0064) in "default-Logs"' in checked.out
    site.declare([document("EnrichmentPolicy", "GEO", {"specifications": []})])
    planned = lpcac("plan", *site.arguments)
    assert 'the logpoint has EnrichmentPolicy "geo" already, whose name is easily mistaken' in planned.out
    site.logpoint.create("EnrichmentPolicy", {"name": "Geo", "description": "", "specifications": []})
    site.declare([enrichment("old")])
    said = (
        'warning: the logpoint has EnrichmentPolicy "Geo" and EnrichmentPolicy "geo", whose names are easily mistaken'
    )
    assert said in lpcac("plan", *site.arguments).err
    assert 'EnrichmentPolicy "geo" and EnrichmentPolicy "Geo"' in lpcac("sync", *site.arguments).out
