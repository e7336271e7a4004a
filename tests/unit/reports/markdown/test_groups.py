"""A change to what many clients share is read once."""

from __future__ import annotations

from dataclasses import replace

import cmarkgfm

from lpcac.core.findings import Finding, Position
from lpcac.core.json_values import Json
from lpcac.core.resources import Desired, Live, LiveObject, Ownership, Resource, ResourceKey, Target
from lpcac.models import registry
from lpcac.planning.guard import GuardedTarget, Refusal
from lpcac.planning.planner import plan_target
from lpcac.reports.markdown.apply_report import report_markdown
from lpcac.reports.markdown.plan import plan_markdown

KEYS = [ResourceKey("Repo", name) for name in ("system", "cloud", "gone")]


def spec(days: int) -> Json:
    return {"paths": [{"path": "/hot", "retention_days": days}]}


def guarded(client: str, days: int = 30) -> GuardedTarget:
    position = Position("bases/standard/repos.yaml", 3)
    desired = Desired({key: Resource(key, spec(days), position) for key in KEYS[:2]})
    live = Live({key: LiveObject(key, spec(90), "1") for key in KEYS}, {"StoragePath": {"/hot": "/hot"}})
    target = Target(client, f"pool-{client}", "lp-01", f"{client:0>32}", "1" * 32)
    plan = plan_target(registry(), target, desired, live, Ownership(frozenset(KEYS[2:])))
    return GuardedTarget(replace(plan, errors=()))


FLEET = [guarded(f"client-{number:02}") for number in range(48)]


def test_the_same_changes_of_many_clients_stand_in_one_fold_with_the_list_folded() -> None:
    text = plan_markdown(FLEET)
    assert text.count("The same 3 changes for 48 clients: 2 to update, 1 to delete") == 1
    assert text.count("<details>") == 2
    assert text.count("<summary>48 targets</summary>") == 1
    assert text.count("| `90` | `30` |") == 2
    assert all(text.count(f"client-{number:02}") >= 2 for number in range(48))


def test_a_client_whose_changes_differ_keeps_a_fold_of_its_own() -> None:
    text = plan_markdown([*FLEET, guarded("other", days=7)])
    assert text.count("<details>") == 3
    assert "The same 3 changes for 48 clients" in text


def test_risks_and_deletes_are_named_once_with_how_many_targets_they_hit() -> None:
    text = plan_markdown(FLEET)
    outside = text.split("<details>")[0]
    (line,) = [line for line in outside.splitlines() if line.startswith("- **delete**")]
    assert '`Repo "gone"`' in line
    assert "48 targets: " in line
    assert "and 45 more" in line


def test_the_folds_are_well_formed() -> None:
    html = cmarkgfm.github_flavored_markdown_to_html(
        plan_markdown(FLEET), options=cmarkgfm.cmark.Options.CMARK_OPT_UNSAFE
    )
    assert html.count("<details>") == html.count("</details>") == 2
    assert html.count("<li>") >= 48


def test_an_error_that_many_targets_share_is_told_once_with_how_many_and_whose() -> None:
    wrong = Finding("missing-on-logpoint", 'repo "a": storage path x does not exist on the logpoint')
    text = plan_markdown([replace(each, plan=replace(each.plan, errors=(wrong,))) for each in FLEET])
    (line,) = [line for line in text.splitlines() if "does not exist" in line]
    assert line.startswith('- repo "a": storage path x does not exist on the logpoint (48 targets: `client-00` on ')
    assert line.endswith(" and 45 more)")
    report = report_markdown([], [replace(each, plan=replace(each.plan, errors=(wrong,))) for each in FLEET])
    assert line in report.splitlines()


def test_refusals_and_what_to_do_about_them_are_told_once_too() -> None:
    refusals = (Refusal("too-many-deletes", "11 deletes", waivable=True), Refusal("needs-permission", "Repo goes"))
    refused = [replace(each, refusals=refusals) for each in FLEET]
    text = plan_markdown(refused, waiver="add the label")
    section = text.partition("#### Refused")[2].partition("####")[0]
    assert [line.partition(" (48 targets: ")[0] for line in section.strip().splitlines()] == [
        "- 11 deletes",
        "- Repo goes",
        "- To allow the deletes, add the label",
        "- To allow deleting the repos, set `allow_repo_delete: true` for this client in the map",
        (
            "- To keep the repos and their logs, declare them again, or list them as external for this client in the "
            "map (kind and name): once that is applied, you can take them off the list; they stay unmanaged"
        ),
    ]
    waivers = plan_markdown([replace(each, refusals=refusals[:1]) for each in (FLEET[0], guarded("other", days=7))])
    for target in (FLEET[0], guarded("other", days=7)):
        client = target.plan.target.client
        line = f"- To allow the deletes, apply with `--waive-limits {target.plan.digest}` "
        assert f"{line}(`{client}` on `pool-{client}/lp-01`)." in waivers.splitlines()
