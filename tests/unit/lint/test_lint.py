"""Every lint code has a page, whose first example triggers it and whose second one does not."""

from __future__ import annotations

import re
import time
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from tests.strength import examples
from tests.unit.pipeline.invented import KEYS, VALUES, specs

from lpcac.composition.layers import read_layer
from lpcac.core.findings import Finding, Severity
from lpcac.core.resources import ResourceKey
from lpcac.directory_map.directory_map import Client
from lpcac.directory_map.schema import LintCode
from lpcac.lint.codes import USUAL
from lpcac.lint.criteria import odd_criteria
from lpcac.lint.linting import Linted, lint
from lpcac.models import registry
from lpcac.pipeline.comparison import is_elsewhere
from lpcac.pipeline.event_end import Pipeline
from lpcac.pipeline.events import Entry
from lpcac.planning.targets.loaded_clients import LoadedClient, load_client

PAGES = Path(__file__).parents[3] / "docs" / "lint"
HEAD = "apiVersion: logpoint-cac/v1\n"
NAMES = ("system", "alerts", "brief")


def linted(text: str, *, levels: dict[str, str] | None = None, base: str = "") -> list[Finding]:
    return [*lint([loaded(text, base)], registry(), levels or {})]


def loaded(text: str, base: str = "") -> Linted:
    client = client_of(text, base)
    assert client.errors == (), client.errors
    assert client.layers is not None
    suppressed = [each for layer in client.layers.layers for each in layer.suppressed]
    return Linted(client.desired, suppressed)


def client_of(text: str, base: str = "") -> LoadedClient:
    client = Client("acme", "clients/acme", "main", "pool", ("lp-01",))
    bases = [read_layer([("base.yaml", whole(base).encode())], registry(), "base")] if base else []
    return load_client(client, [("acme.yaml", whole(text).encode())], registry(), bases=bases)


def whole(text: str) -> str:
    """Return an example with what it leaves out: the version, and the repos that it only refers to."""
    declared = {each["metadata"]["name"] for each in yaml.safe_load_all(text) if each and each["kind"] == "Repo"}
    wanted = [name for name in NAMES if re.search(rf"\b(repo|catch_all): {name}\b", text) and name not in declared]
    repos = [
        f"kind: Repo\nmetadata: {{name: {n}}}\nspec: {{paths: [{{path: /x, retention_days: 9}}]}}\n" for n in wanted
    ]
    return "---\n".join(HEAD + each for each in (*text.split("---\n"), *repos))


def examples_of(code: str) -> tuple[str, str]:
    page = (PAGES / f"{code}.md").read_text()
    bad, good = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    return bad, good


def test_every_code_has_a_page_and_every_page_a_code() -> None:
    assert {page.stem for page in PAGES.glob("*.md")} - {"README"} == set(USUAL)
    assert set(LintCode.__args__) == set(USUAL)
    index = (PAGES / "README.md").read_text()
    assert all(f"({code}.md)" in index for code in USUAL)


@pytest.mark.parametrize("code", USUAL)
def test_the_first_example_of_a_page_triggers_its_code(code: str) -> None:
    found = [finding for finding in linted(examples_of(code)[0]) if finding.code == code]

    assert len(found) == 1
    assert found[0].position is not None
    assert found[0].severity is USUAL[code]


@pytest.mark.parametrize("code", USUAL)
def test_the_second_example_of_a_page_does_not(code: str) -> None:
    assert code not in [finding.code for finding in linted(examples_of(code)[1])]


@pytest.mark.parametrize("level", ["off", "notice", "warning", "error"])
@pytest.mark.parametrize("code", USUAL)
def test_the_map_sets_how_much_a_code_weighs(code: str, level: str) -> None:
    found = [each for each in linted(examples_of(code)[0], levels={code: level}) if each.code == code]

    assert [each.severity for each in found] == ([] if level == "off" else [Severity(level)])


REPO = "kind: Repo\nmetadata: {name: spare}%s\nspec: {paths: [{path: /x, retention_days: 9}]}\n"


def test_a_comment_with_a_reason_silences_a_place() -> None:
    assert linted(REPO % "  # lpcac: ignore[unused-repo] the appliance writes here") == []


def test_a_comment_of_its_own_silences_the_line_below() -> None:
    text = REPO.replace("metadata:", "# lpcac: ignore[unused-repo] by hand\n# more words\nmetadata:") % ""

    assert linted(text) == []


@pytest.mark.parametrize(
    ("comment", "codes"),
    [
        ("# lpcac: ignore[unused-repo]", ["suppression-without-reason", "unused-repo"]),
        ("# lpcac: ignore[unused-repos] because", ["suppression-without-reason", "unused-repo"]),
        ("# lpcac: ignore[repeated-tier] because", ["unused-repo"]),
    ],
)
def test_a_comment_without_a_reason_or_for_another_code_silences_nothing(comment: str, codes: list[str]) -> None:
    assert sorted(finding.code for finding in linted(REPO % f"  {comment}")) == codes


def test_what_a_base_declares_is_unused_only_where_no_client_uses_it() -> None:
    user = "kind: RoutingPolicy\nmetadata: {name: r}\nspec: {catch_all: spare, routing_criteria: []}\n"
    other = "kind: RoutingPolicy\nmetadata: {name: r}\nspec: {catch_all: default, routing_criteria: []}\n"
    repo = REPO % ""

    one = lint([loaded(other, repo)], registry(), {})
    both = lint([loaded(other, repo), loaded(user, repo)], registry(), {})

    assert "unused-repo" in [finding.code for finding in one]
    assert "unused-repo" not in [finding.code for finding in both]


def test_what_a_live_object_refers_to_is_used() -> None:
    client = loaded(REPO % "")
    used = frozenset({ResourceKey("Repo", "spare")})

    assert lint([Linted(client.desired, (), used)], registry(), {}) == ()


NEVER = ("duplicate-criterion", "shadowed-criterion", "discard-before-store")
EVENTS = [
    {key: value for key, value in zip(KEYS, values, strict=True) if value is not None}
    for values in product((*VALUES, "other", None), repeat=len(KEYS))
]
"""Every event that a criterion of an invented pipeline can tell from another one."""


@settings(max_examples=examples(40))
@given(specs())
def test_what_lint_says_of_criteria_is_what_becomes_of_events(objects: dict[tuple[str, str], Any]) -> None:
    entry, spec = Entry("RoutingPolicy", "one"), objects["RoutingPolicy", "one"]
    event_ends = [Pipeline(objects).end_of(entry, event) for event in EVENTS]
    odd = {number: code for code, number, _ in odd_criteria(spec)}

    deciding = {event_end.criterion for event_end in event_ends}
    assert {number for number, code in odd.items() if code in NEVER} == (
        set(range(len(spec["routing_criteria"]))) - deciding
    )
    for number in (number for number, code in odd.items() if code == "redundant-criterion"):
        criteria = [each for i, each in enumerate(spec["routing_criteria"]) if i != number]
        without = Pipeline({**objects, ("RoutingPolicy", "one"): {**spec, "routing_criteria": criteria}})
        assert not any(
            is_elsewhere(was, without.end_of(entry, event)) for was, event in zip(event_ends, EVENTS, strict=True)
        )


def test_a_megabyte_of_suppressions_is_read_in_no_time() -> None:
    content = b"# lpcac: ignore[unused-repo] x\n" * 30_000

    assert len(read_layer([("x.yaml", content)], registry()).suppressed) == 30_000


def test_thousands_of_criteria_are_linted_in_no_time() -> None:
    many = [
        {"type": "KeyPresentValueMatches", "key": "k", "value": str(n), "drop": "store", "repo": "a"}
        for n in range(9_000)
    ]
    started = time.process_time()

    assert len(list(odd_criteria({"catch_all": "a", "routing_criteria": [*many, *many]}))) == 18_000
    assert time.process_time() - started < 5
