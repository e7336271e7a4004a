"""Rules of a user's own: what they see, where they point, and what they may not do."""

from __future__ import annotations

import json
import time
from textwrap import indent

import pytest
from tests.unit.rules.ruled import LIBRARY, checked, client_with, repo, routing, rule_files

from lpcac.core.findings import Severity
from lpcac.models import registry
from lpcac.rules.facts import ClientFacts, fact_names
from lpcac.rules.judging import Judge
from lpcac.rules.reading import read_rules
from lpcac.workspace.check_rules import BaseRules, RuleFiles, check_rules, loosened_rules


def rule(schema: str, more: str = "", *, name: str = "own", kinds: str = "[Repo]") -> str:
    head = f"apiVersion: logpoint-cac/v1\nkind: Rule\nmetadata: {{name: {name}}}\nspec:\n  title: As we want it\n"
    return f"{head}  kinds: {kinds}\n{more}  schema:\n{indent(schema, '    ')}\n"


YEAR = "properties: {derived: {properties: {total_retention_days: {minimum: 365}}}}"
FIRST = "properties: {spec: {properties: {paths: {items: {properties: {retention_days: {maximum: 90}}}}}}}"


def test_a_finding_points_at_the_line_that_the_failing_value_came_from() -> None:
    (finding,) = checked(repo(90, 91), rule_files(rule(FIRST)))

    assert (str(finding.position), finding.pointer) == ("acme.yaml:5:78", "/spec/paths/1/retention_days")
    assert finding.message == 'Repo "acme_system": As we want it (rule "own": 91 is greater than the maximum of 90)'
    assert finding.severity is Severity.ERROR


def test_a_finding_about_a_derived_fact_points_at_what_it_comes_from() -> None:
    (finding,) = checked(repo(90), rule_files(rule(YEAR)))

    assert (str(finding.position), finding.pointer) == ("acme.yaml:5:10", "/spec/paths")


@pytest.mark.parametrize(("level", "severity"), [("warning", Severity.WARNING), ("notice", Severity.NOTICE)])
def test_a_rule_says_how_much_it_weighs(level: str, severity: Severity) -> None:
    (finding,) = checked(repo(90), rule_files(rule(YEAR, f"  severity: {level}\n")))

    assert finding.severity is severity


def test_a_rule_that_is_off_says_nothing() -> None:
    assert checked(repo(90), rule_files(rule(YEAR, "  severity: off\n"))) == []


@pytest.mark.parametrize(("globs", "count"), [("['ac*']", 1), ("[acme]", 1), ("['b*']", 0), ("['a?me']", 0)])
def test_a_rule_is_for_the_clients_that_it_names(globs: str, count: int) -> None:
    assert len(checked(repo(90), rule_files(rule(YEAR, f"  clients: {globs}\n")))) == count


def test_a_rule_is_for_its_kinds_alone() -> None:
    assert checked(routing(), rule_files(rule("not: {}"))) == []


def test_rules_see_who_refers_to_an_object_and_whose_events_reach_it() -> None:
    policy = routing().replace("catch_all: default", "catch_all: acme_system")
    processing = (
        "apiVersion: logpoint-cac/v1\nkind: ProcessingPolicy\n"
        "metadata: {name: windows}\nspec: {routing_policy: acme_windows}\n"
    )
    schema = json.dumps(
        {
            "properties": {
                "derived": {
                    "properties": {
                        "referenced_by": {"const": [{"kind": "RoutingPolicy", "name": "acme_windows"}]},
                        "reached_by": {"const": ["windows"]},
                        "first_tier_days": {"const": 9},
                        "total_retention_days": {"const": 19},
                    },
                    "required": ["referenced_by", "reached_by", "first_tier_days", "total_retention_days"],
                }
            }
        }
    )

    assert checked(f"{repo(9, 10)}---\n{policy}---\n{processing}", rule_files(rule(schema))) == []


def test_placeholders_in_a_rule_stand_for_the_clients_variables() -> None:
    files = rule_files(rule('properties: {metadata: {properties: {name: {pattern: "^${client}_"}}}}'))
    clients = [client_with(repo(1)), client_with(repo(1), "beta")]

    found = check_rules(clients, registry(), files)

    assert [finding.message.endswith('does not match "^beta_")') for finding in found] == [True]


WRONG = {
    "type: strin": "not a JSON Schema that can be used",
    "pattern: '(?=a)b'": "not a JSON Schema that can be used",
    "pattern: '(a)\\1'": "not a JSON Schema that can be used",
    "pattern: '(a{1000}){1000}'": "not a JSON Schema that can be used",
    "$ref: https://example.org/schema.json": "may point only to",
    "$ref: file:///etc/passwd": "may point only to",
    "$ref: ../secrets.json": "may point only to",
    "$ref: /etc/passwd": "may point only to",
    "$ref: .git/config.json": "may point only to",
    "$ref: other.json": "cannot be read",
    "$ref: '#/$defs/none'": "points to nothing",
    "$ref: '#'": "refers to itself",
    "$id: https://example.org/": "$id is not allowed",
    "$dynamicRef: '#x'": "$dynamicRef is not allowed",
    "$schema: http://json-schema.org/draft-07/schema": "$schema must be",
    "$defs: {a: {$ref: '#/$defs/b'}, b: {$ref: '#/$defs/a'}}": "refers to itself",
}


@pytest.mark.parametrize(("schema", "told"), WRONG.items())
def test_a_rule_that_is_wrong_or_reaches_elsewhere_is_a_finding_at_its_own_line(schema: str, told: str) -> None:
    (finding,) = checked(repo(90), rule_files(rule(schema)))

    assert finding.code == "invalid-rule"
    assert told in finding.message
    assert finding.position is not None
    assert (finding.position.file, finding.position.line) == ("rules/own.yaml", 8)


def test_a_file_that_a_schema_refers_to_has_no_placeholder_as_no_client_decides_what_a_rule_reads() -> None:
    [finding] = checked(repo(90), rule_files(rule("$ref: '${client}.json'"), {"acme.json": b"{}"}))

    assert "cannot have a placeholder" in finding.message


def test_rules_are_compared_with_all_that_they_read() -> None:
    read = {"a.json": b'{"$ref": "b.json"}', "b.json": b"{}", "unused.json": b"{}"}

    def content(text: str = rule("$ref: a.json"), **changed: bytes) -> str:
        files = {**read, **{f"{name}.json": what for name, what in changed.items()}}
        return rule_files(text, files).content

    assert content() == content(unused=b"true")
    assert len({content(), content(b=b"true"), content(rule("$ref: b.json")), rule_files("").content}) == 4


def test_a_schema_that_grows_without_end_when_it_is_written_out_is_refused() -> None:
    doubling = {f"a{i}": {"allOf": [{"$ref": f"#/$defs/a{i + 1}"}] * 2} for i in range(40)}
    schema = json.dumps({"$defs": {**doubling, "a40": {}}, "$ref": "#/$defs/a0"})

    (finding,) = checked(repo(90), rule_files(rule(schema)))

    assert "more than 5000 parts" in finding.message


def test_a_rule_may_refer_to_a_file_beside_it() -> None:
    shared = {
        "$defs": {"long": {"properties": {"total_retention_days": {"$ref": "#/$defs/year"}}}, "year": {"minimum": 365}}
    }
    files = rule_files(
        rule("properties: {derived: {$ref: 'own.json#/$defs/long'}}"), {"own.json": json.dumps(shared).encode()}
    )

    assert len(checked(repo(90), files)) == 1
    assert checked(repo(365), files) == []


def test_a_pattern_takes_time_linear_in_the_text() -> None:
    files = rule_files(rule("properties: {metadata: {properties: {name: {pattern: '^(a+)+$'}}}}"))
    started = time.process_time()

    assert len(checked(repo(1, name="a" * 5_000 + "b"), files)) == 1
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (rule(YEAR, "  wy: x\n"), "unknown-key"),
        (f"{rule(YEAR)}---\n{rule(FIRST)}", "duplicate"),
        (repo(90), "not-a-rule"),
        ("kind: [", "yaml-syntax"),
    ],
)
def test_what_is_wrong_with_a_file_of_rules_is_told_at_its_place(text: str, code: str) -> None:
    found = checked(repo(365), rule_files(text))

    assert [finding.code for finding in found] == [code]
    assert found[0].position is not None
    assert found[0].position.file == "rules/own.yaml"


BASE = rule(YEAR, "  severity: warning\n  clients: ['a*', beta]\n", kinds="[Repo, RoutingPolicy]")


@pytest.mark.parametrize(
    ("proposed", "told"),
    [
        ("", 'removes rule "own"'),
        (BASE.replace("name: own", "name: other"), 'removes rule "own"'),
        (BASE.replace("severity: warning", "severity: off"), 'removes rule "own"'),
        (BASE.replace("severity: warning", "severity: notice"), 'loosens rule "own" (notice instead of warning)'),
        (BASE.replace("[Repo, Rou", "[Rou"), 'loosens rule "own" (no longer for Repo)'),
        (BASE.replace("'a*', beta", "beta"), 'loosens rule "own" (no longer for clients "a*")'),
        (BASE.replace("365", "1"), 'loosens rule "own" (its schema changed)'),
    ],
)
def test_a_rule_of_the_base_that_is_removed_or_loosened_still_counts_and_is_told(proposed: str, told: str) -> None:
    base, now = rule_files(BASE), rule_files(proposed)

    assert loosened_rules([], now, BaseRules(base)) == (told,)
    kept = [each for each in checked(repo(90), now, base=base) if "as the reviewed rules ask" in each.message]
    assert [finding.severity for finding in kept] == [Severity.WARNING]
    assert [each for each in checked(repo(365), now, base=base) if each.code == "rule-broken"] == []


@pytest.mark.parametrize(
    "proposed",
    [
        BASE,
        BASE.replace("severity: warning", "severity: error"),
        BASE.replace("'a*', beta", "'*'"),
        BASE.replace("[Repo, ", "[Repo, ProcessingPolicy, "),
        BASE.replace("As we want it", "In other words"),
    ],
)
def test_a_rule_that_asks_for_no_less_than_before_is_not_loosened(proposed: str) -> None:
    base, now = rule_files(BASE), rule_files(proposed)

    assert loosened_rules([], now, BaseRules(base)) == ()
    assert len(checked(repo(90), now, base=base)) == 1


def test_a_rule_of_the_base_keeps_the_variables_of_the_base() -> None:
    rules = rule_files(rule(YEAR.replace("365", "'${vars.days}'")))
    was, now = client_with(repo(90), days=365), client_with(repo(90), days=1)
    base = BaseRules(rules, {"acme": was})

    assert len(check_rules([now], registry(), rules, base)) == 1
    assert check_rules([now], registry(), rules) == ()
    assert loosened_rules([now], rules, base) == ('loosens rule "own" (its schema changed)',)
    assert loosened_rules([now], RuleFiles(), base) == ('removes rule "own"',)
    assert loosened_rules([was], rules, base) == ()


def test_equal_resources_are_checked_once() -> None:
    rules, _ = read_rules([("r.yaml", rule(YEAR).encode())], lambda _, __: "")
    judge = Judge(registry(), lambda: True)
    clients = [(name, client_with(repo(90), name).desired, rules) for name in ("acme", "beta", "gamma")]

    assert len(judge.findings(clients)) == 1
    assert judge.checks == 1


def test_rules_end_when_their_time_is_used_up() -> None:
    assert [finding.code for finding in checked(repo(365), rule_files(rule(YEAR)), budget=-1)] == ["rules-out-of-time"]


def test_time_is_asked_for_before_every_rule_and_not_only_before_every_resource() -> None:
    text = "---\n".join(rule(f"title: a{number}\n{YEAR}", name=f"r{number}") for number in range(5))
    rules, _ = read_rules([("r.yaml", text.encode())], lambda _, __: "")
    left = iter([True, True, False])

    judge = Judge(registry(), lambda: next(left))
    found = judge.findings([("acme", client_with(repo(365)).desired, rules)])

    assert ([finding.code for finding in found], judge.checks) == (["rules-out-of-time"], 2)


def test_a_message_does_not_repeat_the_whole_resource() -> None:
    (finding,) = checked(repo(90), rule_files(rule("anyOf: [{required: [nothing]}]")))

    assert finding.message == 'Repo "acme_system": As we want it (rule "own": anyOf does not hold)'


def test_a_rule_for_a_kind_that_there_is_none_of_is_told() -> None:
    (finding,) = checked(repo(90), rule_files(rule(YEAR, kinds="[Repos]")))

    assert (finding.code, str(finding.position)) == ("unknown-kind", "rules/own.yaml:6:11")
    assert 'did you mean "Repo"?' in finding.message


SPEC = "properties: {spec: {properties: {%s}}}"
WITHOUT_EFFECT = {
    "minimun: 1": ("/minimun", 'the keyword "minimun" has no effect (did you mean "minimum"?)'),
    "Properties: {}": ("/Properties", 'has no effect (did you mean "properties"?)'),
    "additionalItems: false": ("/additionalItems", '"additionalItems" has no effect'),
    "allOf: [{}, {requred: [spec]}]": ("/allOf/1/requred", 'did you mean "required"?'),
    "if: {typ: object}": ("/if/typ", 'did you mean "type"?'),
    "not: {required: [none], items: {patern: x}}": ("/not/items/patern", 'did you mean "pattern"?'),
    "prefixItems: [{enumm: []}]": ("/prefixItems/0/enumm", 'did you mean "enum"?'),
    "patternProperties: {x: {konst: 1}}": ("/patternProperties/x/konst", 'did you mean "const"?'),
    "dependentSchemas: {spec: {konst: 1}}": ("/dependentSchemas/spec/konst", 'did you mean "const"?'),
    "$defs: {a: {konst: 1}}": ("/$defs/a/konst", 'did you mean "const"?'),
    "x-parts: {a: {konst: 1}}\n$ref: '#/x-parts/a'": ("/x-parts/a/konst", 'did you mean "const"?'),
    "$ref: own.json#/long": ("/$ref", 'own.json: the keyword "konst" has no effect'),
    "properties: {specs: {}}": ("/properties/specs", 'no resource that the rule is about has "specs" here'),
    "properties: {metadata: {properties: {label: {}}}}": (
        "/properties/metadata/properties/label",
        'did you mean "labels"?',
    ),
    "properties: {derived: {properties: {retention_days: {minimum: 365}}}}": (
        "/properties/derived/properties/retention_days",
        'did you mean "total_retention_days"?',
    ),
    SPEC % "path: {}": ("/properties/spec/properties/path", 'did you mean "paths"?'),
    SPEC % "paths: {items: {properties: {days: {maximum: 1}}}}": (
        "/properties/spec/properties/paths/items/properties/days",
        'has "days" here',
    ),
    f"anyOf: [{{$ref: '#/$defs/a'}}]\n$defs: {{a: {{{SPEC % 'path: {}'}}}}}": (
        "/$defs/a/properties/spec/properties/path",
        'did you mean "paths"?',
    ),
}


@pytest.mark.parametrize(("schema", "told"), WITHOUT_EFFECT.items())
def test_what_has_no_effect_in_a_rule_is_told_at_its_place(schema: str, told: tuple[str, str]) -> None:
    beside = {"own.json": b'{"long": {"konst": 1}}'}

    (finding,) = checked(repo(365), rule_files(rule(schema), beside))

    pointer, words = told
    assert (finding.code, finding.pointer) == ("invalid-rule", f"/spec/schema{pointer}")
    assert words in finding.message
    assert finding.position is not None
    assert finding.position.line >= 8


WITH_EFFECT = [
    "$comment: a\ntitle: a\ndescription: a\nx-owner: {konst: 1}\ndefault: {konst: 1}\nexamples: [{konst: 1}]",
    "enum: [{konst: 1}]",
    "properties: {metadata: {properties: {labels: {properties: {anything: {}}}}}}",
    "$defs: {a: {properties: {retention_days: {}}}}\n" + SPEC % "paths: {contains: {$ref: '#/$defs/a'}}",
    SPEC % "catch_all: {}",
]


@pytest.mark.parametrize("schema", WITH_EFFECT)
def test_what_people_note_in_a_rule_and_fields_of_one_of_its_kinds_are_fine(schema: str) -> None:
    found = checked(repo(365), rule_files(rule(schema, kinds="[Repo, RoutingPolicy]")))

    assert [finding.code for finding in found if finding.code != "rule-broken"] == []


def test_a_rule_with_a_part_without_effect_counts_all_the_same() -> None:
    found = checked(repo(90), rule_files(rule(f"{YEAR}\nminimun: 1")))

    assert sorted(finding.code for finding in found) == ["invalid-rule", "rule-broken"]


def test_a_long_chain_of_references_ends_in_a_finding() -> None:
    chain = {f"a{number}": {"$ref": f"#/$defs/a{number + 1}"} for number in range(450)}
    schema = json.dumps({"$ref": "#/$defs/a0", "$defs": {**chain, "a450": {}}})

    found = checked(repo(90), rule_files(rule(schema)))

    assert {finding.code for finding in found} <= {"invalid-rule"}


def test_a_format_is_checked_and_one_that_there_is_none_of_is_refused() -> None:
    text, named = "not: {properties: {metadata: {properties: {name: {%s}}}}}", repo(1, name="10.0.0.1")

    assert len(checked(named, rule_files(rule(text % "format: ipv4")))) == 1
    assert checked(named, rule_files(rule(text % "format: ipv6"))) == []
    (finding,) = checked(named, rule_files(rule(text % "format: ipv5")))
    assert finding.code == "invalid-rule"


def test_the_facts_that_rules_are_told_of_are_those_that_are_known_by_name() -> None:
    folder = LIBRARY.parent / "simple"
    client = client_with("---\n".join(file.read_text() for file in sorted(folder.glob("0[1-4]*.yaml"))))
    facts = ClientFacts(client.desired, registry())

    for key, resource in client.desired.resources.items():
        assert set(facts.instance(resource)["derived"]) == set(fact_names(key.kind))


def test_a_pattern_that_needs_another_engine_is_refused_with_the_reason() -> None:
    (finding,) = checked(repo(90), rule_files(rule("properties: {kind: {pattern: '^(?!x)'}}")))

    assert "without lookaround and backreferences" in finding.message
