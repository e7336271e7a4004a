"""Validation: one run shows every mistake, in plain words, at its place."""

from __future__ import annotations

import time
from typing import Annotated, Literal

import pytest
from pydantic import Field
from pydantic_core import _pydantic_core as core

from lpcac.composition.validation import Validated, validate
from lpcac.core.findings import Position
from lpcac.core.json_values import Json
from lpcac.core.resources import ResourceKey
from lpcac.documents.document import Document, OnePlace
from lpcac.documents.model_errors import _WORDS, _Trouble
from lpcac.documents.reader import read_documents
from lpcac.kinds.envelope import Metadata
from lpcac.kinds.fields import Spec
from lpcac.kinds.kind import Kind
from lpcac.kinds.references import references
from lpcac.kinds.registry import Registry
from lpcac.models import registry

ROUTING = """\
apiVersion: logpoint-cac/v1
kind: RoutingPolicy
metadata:
  name: windows
spec:
  catch_all: system
  routing_criteria:
"""
REPO = """\
apiVersion: logpoint-cac/v1
kind: Repo
metadata: {name: system}
spec: {paths: [{path: /data_hot, retention_days: 90}]}
"""
CRITERION = "    - {type: KeyPresentValueMatches, key: EventType, value: x, repo: system}\n"


DECLARE_IT = ": declare it, or list it as external (`external`, --external) if it is managed elsewhere"


def run(*texts: str, external: frozenset[ResourceKey] = frozenset()) -> Validated:
    documents: list[Document] = []
    for number, text in enumerate(texts, 1):
        read, findings = read_documents(text.encode(), f"{number}.yaml")
        assert findings == []
        documents += read
    return validate(documents, registry(), external)


def lines(*texts: str, external: frozenset[ResourceKey] = frozenset()) -> list[str]:
    return [str(finding) for finding in run(*texts, external=external).findings]


def about_criterion(criterion: str) -> list[str]:
    return [line.partition('"windows": ')[2] for line in lines(REPO, f"{ROUTING}    - {criterion}\n")]


def test_valid_documents_become_resources_in_their_canonical_form() -> None:
    validated = run(REPO.replace("/data_hot", "/data_hot/"), ROUTING + CRITERION)
    assert validated.findings == ()
    assert {str(key): resource.spec for key, resource in validated.desired.resources.items()} == {
        'Repo "system"': {"paths": [{"path": "/data_hot", "retention_days": 90}]},
        'RoutingPolicy "windows"': {
            "catch_all": "system",
            "routing_criteria": [
                {
                    "type": "KeyPresentValueMatches",
                    "key": "EventType",
                    "value": "x",
                    "repo": "system",
                    "drop": "store",
                }
            ],
        },
    }


def test_a_resource_stands_where_its_name_stands_and_knows_where_its_values_stand() -> None:
    resource = run(REPO, ROUTING + CRITERION).desired.resources[ResourceKey("RoutingPolicy", "windows")]
    assert resource.position == Position("2.yaml", 4, 9)
    assert resource.where("/spec/routing_criteria/0/repo") == Position("2.yaml", 8, 70)
    assert resource.where("/spec/routing_criteria/0/drop") == Position("2.yaml", 8, 7)
    assert "/spec/routing_criteria/0/drop" in list(resource.positions)
    assert len(resource.positions) == len(list(resource.positions)) == 9


def test_the_items_of_a_sorted_list_keep_their_places() -> None:
    text = "apiVersion: logpoint-cac/v1\nkind: NormalizationPolicy\nmetadata: {name: n}\nspec:\n"
    text += "  normalization_packages:\n    - Z\n    - A\n    - Z\n"
    resource = run(text).desired.resources[ResourceKey("NormalizationPolicy", "n")]
    assert resource.spec == {"normalization_packages": ["A", "Z"]}
    assert resource.where("/spec/normalization_packages/0") == Position("1.yaml", 7, 7)
    assert resource.where("/spec/normalization_packages/1") == Position("1.yaml", 6, 7)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("4625", "must be text, but YAML reads 4625 as a number: quote it: '4625'"),
        ("no", "must be text, but YAML reads no as a boolean: quote it: 'no'"),
        ("2024-01-01", "must be text, but YAML reads 2024-01-01 as a date: quote it: '2024-01-01'"),
        ("1:30", "must be text, but YAML reads 1:30 as a number in base 60: quote it: '1:30'"),
        ("1.10", "must be text, but YAML reads 1.10 as a number: quote it: '1.10'"),
        ("010", "must be text, but YAML reads 010 as an octal number: quote it: '010'"),
        ("[a]", "must be text, not a list"),
        ("{a: b}", "must be text, not a map"),
    ],
)
def test_what_yaml_made_of_a_text_comes_with_the_hint_to_quote_it(typed: str, words: str) -> None:
    (line,) = lines(REPO, f"{ROUTING}    - {{type: KeyPresentValueMatches, key: a, value: {typed}, repo: system}}\n")
    assert line == f'2.yaml:8:53: RoutingPolicy "windows": routing_criteria[0].value: {words}'


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("~", "must be text, but YAML reads ~ as null: quote it: '~'"),
        ("", "must be text, but it is empty"),
        ("''", "must not be empty"),
    ],
)
def test_an_empty_text_is_told_from_null(typed: str, words: str) -> None:
    assert about_criterion(f"{{type: KeyPresent, key: {typed}, repo: system}}") == [f"routing_criteria[0].key: {words}"]


def test_names_and_labels_get_the_hint_too() -> None:
    text = REPO.replace("name: system", "name: 007, labels: {since: 2024-01-01, 'on': no}")
    assert lines(text) == [
        "1.yaml:3:18: Repo: metadata.name: must be text, but YAML reads 007 as an octal number: quote it: '007'",
        (
            "1.yaml:3:39: Repo: metadata.labels.since: must be text, but YAML reads 2024-01-01 as a date: "
            "quote it: '2024-01-01'"
        ),
        "1.yaml:3:57: Repo: metadata.labels.on: must be text, but YAML reads no as a boolean: quote it: 'no'",
    ]


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ("'90'", 'must be a whole number, not the text "90": remove the quotes'),
        ("ninety", 'must be a whole number, not the text "ninety"'),
        ("1.5", "must be a whole number, not 1.5"),
        ("true", "must be a whole number, not true"),
        ("~", "must be a whole number, but it is empty"),
        ("0", "must be 1 or more, not 0"),
        ("[9]", "must be a whole number, not a list"),
        (
            "010",
            ("must be a whole number, but 010 is ambiguous (in YAML 1.1 it is an octal number): write it another way"),
        ),
    ],
)
def test_a_number_has_to_be_a_plain_number(days: str, words: str) -> None:
    (line,) = lines(REPO.replace("90", days))
    assert line == f'1.yaml:4:50: Repo "system": paths[0].retention_days: {words}'


def test_a_whole_number_may_be_written_with_a_point() -> None:
    (resource,) = run(REPO.replace("90", "90.0")).desired.resources.values()
    assert resource.spec["paths"][0]["retention_days"] == 90
    assert isinstance(resource.spec["paths"][0]["retention_days"], int)


def test_a_misspelt_key_is_found_at_the_key_and_a_missing_one_at_its_map() -> None:
    text = f"{ROUTING}    - type: KeyPresent\n      kye: a\n      drop: discard\n"
    assert lines(REPO, text) == [
        '2.yaml:8:7: RoutingPolicy "windows": routing_criteria[0]: key "key" is missing',
        '2.yaml:9:7: RoutingPolicy "windows": routing_criteria[0]: unknown key "kye" (did you mean "key"?)',
    ]
    finding = run(REPO, text).findings[1]
    assert (finding.code, finding.pointer) == ("unknown-key", "/spec/routing_criteria/0/kye")


def test_an_unknown_key_without_a_likeness_lists_what_is_known() -> None:
    assert about_criterion("{type: KeyPresent, key: a, drop: discard, 0x: 1}".replace("0x", "zzz")) == [
        'routing_criteria[0]: unknown key "zzz" (known here: type, key, value, repo, drop)'
    ]


@pytest.mark.parametrize(
    ("criterion", "words"),
    [
        (
            "{type: KeyPresents, key: a, drop: discard}",
            'must be KeyPresent or KeyPresentValueMatches, not "KeyPresents" (did you mean "KeyPresent"?)',
        ),
        ("{type: KeyPresent, key: a, drop: no}", "must be store, discard_raw or discard, not false"),
        ("{type: KeyPresent, key: a, drop: 1}", "must be store, discard_raw or discard, not 1"),
    ],
)
def test_one_of_a_few_words_is_spelt_out(criterion: str, words: str) -> None:
    (line,) = about_criterion(criterion)
    assert line.partition(": ")[2] == words


@pytest.mark.parametrize(
    ("criterion", "column", "words"),
    [
        ("{type: KeyPresentValueMatches, key: a, repo: system}", 7, "`value` is required"),
        ("{type: KeyPresent, key: a}", 7, "`repo` is required unless"),
    ],
)
def test_what_goes_together_is_checked_and_shown_where_it_can_be_mended(
    criterion: str, column: int, words: str
) -> None:
    (line,) = lines(REPO, f"{ROUTING}    - {criterion}\n")
    assert line.startswith(f'2.yaml:8:{column}: RoutingPolicy "windows": routing_criteria[0]')
    assert words in line
    assert "Value error" not in line


def test_what_is_not_a_map_or_a_list_is_named() -> None:
    text = ROUTING.replace("  routing_criteria:\n", "  routing_criteria: x\n")
    assert lines(REPO, text) == [
        '2.yaml:7:21: RoutingPolicy "windows": routing_criteria: must be a list, not the text "x"'
    ]
    assert about_criterion("x") == ['routing_criteria[0]: must be a map, not the text "x"']
    assert lines(REPO.partition("spec:")[0] + "spec: []\n") == [
        '1.yaml:4:7: Repo "system": spec: must be a map, not a list'
    ]


def test_the_envelope_is_closed_and_complete() -> None:
    assert lines("kind: Repo\nmetadata: {nam: x, labels: [a]}\nstatus: {}\n") == [
        '1.yaml:1:1: Repo: key "apiVersion" is missing',
        '1.yaml:1:1: Repo: key "spec" is missing',
        '1.yaml:2:11: Repo: metadata: key "name" is missing',
        '1.yaml:2:12: Repo: metadata: unknown key "nam" (did you mean "name"?)',
        "1.yaml:2:28: Repo: metadata.labels: must be a map, not a list",
        '1.yaml:3:1: Repo: unknown key "status" (known here: apiVersion, kind, metadata, spec)',
    ]


def test_the_api_version_is_exact() -> None:
    assert lines(REPO.replace("cac/v1", "cac/v2")) == [
        '1.yaml:1:13: Repo "system": apiVersion: must be logpoint-cac/v1, not "logpoint-cac/v2"'
    ]


def test_an_unknown_kind_is_told_with_everything_else_wrong_around_it() -> None:
    known = ", ".join(registry().kinds)
    assert lines("apiVersion: logpoint-cac/v1\nkind: Repoo\nmetadata: {}\nspec: {}\n", "kind: Xyz\n")[:3] == [
        '1.yaml:2:7: kind "Repoo" is unknown (did you mean "Repo"?)',
        '1.yaml:3:11: Repoo: metadata: key "name" is missing',
        '2.yaml:1:1: Xyz: key "apiVersion" is missing',
    ]
    assert lines("kind: Xyz\n")[-1] == f'1.yaml:1:7: kind "Xyz" is unknown (known: {known})'


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("~", "document: kind: must be text, but YAML reads ~ as null"),
        ("[a]", "document: kind: must be text, not a list"),
    ],
)
def test_a_kind_that_is_not_text_is_refused(kind: str, words: str) -> None:
    assert any(words in line for line in lines(f"kind: {kind}\n"))


@pytest.mark.parametrize("text", ["- a\n", "text\n", "5\n", "2024-01-01\n"])
def test_a_document_has_to_be_a_map(text: str) -> None:
    assert lines(text) == ["1.yaml:1:1: a document must be a map with apiVersion, kind, metadata and spec"]


def test_nothing_declared_at_all_is_an_error_and_a_directory_map_declares_nothing() -> None:
    message = "no resource document found: declare at least one, or give another path"
    assert lines() == lines("# nothing") == lines("kind: DirectoryMap\nanything: goes\n") == [message]
    assert lines(REPO, "kind: DirectoryMap\n") == []


def test_a_document_that_could_not_be_read_counts_as_one() -> None:
    documents, _ = read_documents(b"a: [", "a.yaml")
    assert validate(documents, registry()).findings == ()


def test_a_document_read_in_part_is_known_by_name_and_not_judged_further() -> None:
    documents, findings = read_documents(f"{REPO}---\n{ROUTING}".replace("/data_hot", "!x y").encode(), "a.yaml")
    assert [finding.code for finding in findings] == ["yaml-tag"]
    validated = validate(documents, registry())
    assert [finding.code for finding in validated.findings] == ["invalid-value"]
    assert validated.findings[0].pointer == "/spec/routing_criteria"
    assert not validated.desired.resources


def test_a_name_is_declared_once_per_kind_in_all_files_together() -> None:
    assert lines(REPO, REPO, REPO) == [
        '2.yaml:3:18: Repo "system" is declared twice (first in 1.yaml:3:18)',
        '3.yaml:3:18: Repo "system" is declared twice (first in 1.yaml:3:18)',
    ]
    other = ROUTING.replace("windows", "system").replace("routing_criteria:", "routing_criteria: []")
    assert lines(REPO, other) == []


def test_a_reference_has_to_lead_somewhere() -> None:
    assert lines(REPO, ROUTING.replace("catch_all: system", "catch_all: sytem") + CRITERION) == [
        '2.yaml:6:14: RoutingPolicy "windows": repo "sytem" is not declared (did you mean "system"?)' + DECLARE_IT
    ]
    assert lines(ROUTING.replace(": system", ": xyz") + "    []\n") == [
        '1.yaml:6:14: RoutingPolicy "windows": repo "xyz" is not declared' + DECLARE_IT
    ]


@pytest.mark.parametrize("name", ["_logpoint", "default", "elsewhere"])
def test_the_vendors_and_external_objects_may_be_referred_to(name: str) -> None:
    external = frozenset({ResourceKey("Repo", "elsewhere")})
    validated = run(ROUTING.replace(": system", f": {name}") + "    []\n", external=external)
    assert validated.findings == ()
    assert validated.desired.external == external


def test_what_is_external_must_not_be_declared_and_is_not_managed() -> None:
    validated = run(REPO, ROUTING + CRITERION, external=frozenset({ResourceKey("Repo", "system")}))
    assert [str(finding) for finding in validated.findings] == [
        (
            '1.yaml:3:18: Repo "system" is `external`, managed elsewhere: remove it here (if a base declares it, '
            "drop it with a patch), or remove it from `external`"
        )
    ]
    assert list(validated.desired.resources) == [ResourceKey("RoutingPolicy", "windows")]


def test_a_vendors_object_may_be_declared() -> None:
    assert lines(REPO.replace("system", "_logpoint"), REPO.replace("system", "default")) == []


def test_what_the_logpoint_has_is_not_checked_here() -> None:
    text = "apiVersion: logpoint-cac/v1\nkind: NormalizationPolicy\nmetadata: {name: n}\n"
    assert lines(f"{text}spec: {{normalization_packages: [Unheard], compiled_normalizers: [Of]}}\n") == []


def test_references_are_checked_beside_other_mistakes_in_the_same_document() -> None:
    assert lines(ROUTING + "    - {type: KeyPresent, key: 1, repo: absent}\n") == [
        '1.yaml:6:14: RoutingPolicy "windows": repo "system" is not declared' + DECLARE_IT,
        (
            '1.yaml:8:31: RoutingPolicy "windows": routing_criteria[0].key: must be text, '
            "but YAML reads 1 as a number: quote it: '1'"
        ),
        '1.yaml:8:40: RoutingPolicy "windows": repo "absent" is not declared' + DECLARE_IT,
    ]


def test_a_reference_with_an_impossible_name_is_said_once() -> None:
    assert [finding.code for finding in run(ROUTING.replace(": system", ": ' x'") + "    []\n").findings] == [
        "invalid-value"
    ]


def test_a_broken_declaration_still_counts_for_those_who_refer_to_it() -> None:
    assert [finding.code for finding in run(REPO.replace("90", "0"), ROUTING + CRITERION).findings] == ["invalid-value"]


def test_findings_of_all_files_come_sorted_by_place() -> None:
    findings = run(ROUTING + "    - x\n", "kind: Repo\n", "- a\n").findings
    assert [finding.position for finding in findings] == sorted(f.position for f in findings if f.position)
    assert {finding.position.file for finding in findings if finding.position} == {
        "1.yaml",
        "2.yaml",
        "3.yaml",
    }


def test_hostile_content_is_inert_and_short_in_every_message() -> None:
    bad = '"\\e[31mred\\n::error::\\u202e\\u2028' + "x" * 1000 + '"'
    texts = [
        REPO.replace("system", bad),
        REPO.replace("Repo\n", f"{bad}\n"),
        REPO.replace("paths", f"? {bad}\n  : 1\n  , paths"),
        REPO.replace("/data_hot", bad),
        ROUTING.replace("catch_all: system", f"catch_all: {bad}") + f"    - {{type: {bad}, key: {bad}, repo: {bad}}}\n",
        REPO.replace("cac/v1", "") + f"? {bad}\n: 1\n",
        REPO.replace("name: system", f"name: system, labels: {{? {bad} : 1, a: {bad}}}"),
    ]
    found = lines(*texts)
    assert len(found) > len(texts)
    assert all(line.isprintable() for line in found)
    assert max(map(len, found)) < 400


def test_many_wrong_values_in_one_document_are_counted_rather_than_listed() -> None:
    text = "apiVersion: logpoint-cac/v1\nkind: NormalizationPolicy\nmetadata: {name: n}\nspec:\n"
    found = run(f"{text}  normalization_packages: [{'1, ' * 5000}]\n").findings
    assert len(found) == 101
    assert found[0].message == 'NormalizationPolicy "n": 4900 more problems in this document are not shown'


def test_many_misspelt_references_among_many_names_take_no_minutes() -> None:
    repos = "---\n".join(REPO.replace("system", f"repo_number_{i}") for i in range(3000))
    criteria = "".join(f"    - {{type: KeyPresent, key: a, repo: rep_number_{i}}}\n" for i in range(3000))
    started = time.process_time()
    assert len(run(repos, ROUTING.replace(": system", ": repo_number_1") + criteria).findings) == 3000
    assert time.process_time() - started < 60


def test_a_merged_document_without_yaml_of_its_own_is_validated_alike() -> None:
    value: Json = {
        "apiVersion": "logpoint-cac/v1",
        "kind": "Repo",
        "metadata": {"name": 5},
        "spec": {"paths": "x"},
    }
    position = Position("base.yaml", 7, 1)
    validated = validate([Document(value, position, OnePlace(position))], registry())
    assert [str(finding) for finding in validated.findings] == [
        "base.yaml:7:1: Repo: metadata.name: must be text, not a number (5)",
        'base.yaml:7:1: Repo: paths: must be a list, not the text "x"',
    ]


class Simple(Spec):
    category: Literal["simple"]
    key: str


class Typed(Spec):
    category: Literal["typed"]
    prefix: bool
    weight: float = 1.0
    tags: Annotated[list[str] | None, Field(max_length=1)] = None


class Bag(Spec):
    rules: list[Annotated[Simple | Typed, Field(discriminator="category")]]
    short: Annotated[str, Field(max_length=3)] = ""
    low: Annotated[int, Field(lt=3, multiple_of=2)] = 0


def bag_lines(spec: str) -> list[str]:
    kind = Kind("Bag", "bag", "Bags", "name", Bag, lambda *_: {}, lambda *_: {}, example={})
    text = f"apiVersion: logpoint-cac/v1\nkind: Bag\nmetadata: {{name: b}}\nspec: {spec}\n"
    registered = Registry([kind])
    return [
        f.message.partition('"b": ')[2] for f in validate(read_documents(text.encode(), "a")[0], registered).findings
    ]


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ("{rules: [{category: simple}]}", 'rules[0]: key "key" is missing'),
        (
            "{rules: [{category: simple, key: 1}]}",
            "rules[0].key: must be text, but YAML reads 1 as a number: quote it: '1'",
        ),
        ("{rules: [{}]}", 'rules[0]: key "category" is missing'),
        ("{rules: [{category: x}]}", 'rules[0]: category must be simple or typed, not "x"'),
        ("{rules: [{category: typed, prefix: 1}]}", "rules[0].prefix: must be true or false, not 1"),
        (
            "{rules: [{category: typed, prefix: yes, weight: x}]}",
            'rules[0].weight: must be a number, not the text "x"',
        ),
        (
            "{rules: [{category: typed, prefix: yes, tags: [a, b]}]}",
            "rules[0].tags: may have at most 1 entries",
        ),
        ("{rules: [], short: long}", "short: may have at most 3 characters"),
        ("{rules: [], low: 4}", "low: must be less than 3, not 4"),
        ("{rules: [], low: 1}", "low: must be a multiple of 2, not 1"),
        ("{rules: [5]}", "rules[0]: must be a map, not 5"),
    ],
)
def test_the_words_fit_models_that_no_kind_has_yet(spec: str, words: str) -> None:
    assert bag_lines(spec) == [words]


def test_no_error_of_a_model_reaches_a_person_untranslated() -> None:
    # Whatever a kind of the future may provoke: with a translation of its own or the general one, and no jargon.
    for known in core.list_all_errors():
        context = dict(known["example_context"] or {})
        trouble = _Trouble("text", None, False, None, "key", context | {"error": "own words"})
        words = _WORDS[known["type"]](trouble) if known["type"] in _WORDS else "general"
        assert "nput" not in words


def test_references_carry_pointers_below_the_document() -> None:
    shape = registry().shapes["RoutingPolicy"]
    spec = {"catch_all": "a", "routing_criteria": [{"repo": "b"}, {}, {"repo": "c"}]}
    assert list(references(shape, spec)) == [
        ("/spec/catch_all", "Repo", "a"),
        ("/spec/routing_criteria/0/repo", "Repo", "b"),
        ("/spec/routing_criteria/2/repo", "Repo", "c"),
    ]
    packages = {"normalization_packages": ["p"]}
    assert list(references(registry().shapes["NormalizationPolicy"], packages)) == [
        ("/spec/normalization_packages/0", "NormalizationPackage", "p")
    ]


@pytest.mark.parametrize(
    "spec", [None, [], "x", {"catch_all": 1, "routing_criteria": {"a": 1}}, {"routing_criteria": ["x"]}]
)
def test_references_of_a_malformed_spec_are_those_that_can_be_read(spec: object) -> None:
    assert list(references(registry().shapes["RoutingPolicy"], spec)) == []


def test_a_label_may_be_called_like_the_librarys_word_for_a_key() -> None:
    (line,) = lines(REPO.replace("{name: system}", "{name: system, labels: {'[key]': 1}}"))
    assert line.endswith("must be text, but YAML reads 1 as a number: quote it: '1'")


def test_a_label_key_with_a_control_character_is_found_at_the_key() -> None:
    (line,) = lines(REPO.replace("{name: system}", '{name: system, labels: {"a\\n": x}}'))
    assert line == (
        '1.yaml:3:35: Repo "system": metadata.labels.a\\n: the key must be one line of text without control '
        "characters; a key holds no ${ either, since only values are filled"
    )


def test_a_description_may_have_several_lines() -> None:
    assert Metadata.model_validate({"name": "a", "description": "one\n\ttwo\n"}).description == "one\n\ttwo\n"
