"""The JSON Schemas: what they accept is what validation accepts, and what is committed is what the models say."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import BaseModel, ValidationError
from tests.strength import examples

from lpcac.composition.document_shape import is_well_formed
from lpcac.composition.placeholders import holds_placeholder
from lpcac.composition.schemas.json_schemas import schema_file, schema_text, schemas
from lpcac.core.json_values import Json
from lpcac.kinds.envelope import envelope
from lpcac.models import registry

SCHEMAS = Path(__file__).parents[4] / "schemas"
KINDS = registry().kinds
MADE = schemas(registry())
VALIDATORS = {file: Draft202012Validator(schema) for file, schema in MADE.items()}
RESOURCE = VALIDATORS["resource.schema.json"]

ODD: list[Any] = [
    *(None, True, False, 0, 1, -1, 90, 1.0, 90.0, 1.5, -0.0, 1e300, 10**30),
    *("", " ", "a", " a", "a ", "a b", "None", "none", "None ", "a,b", ",", "ü", "\U0001d518", "a\u200b", "\ufeffa"),
    *(
        "\n",
        "a\n",
        "a\nb",
        "a\r",
        "a\tb",
        "a\x00",
        "a\x1b[0m",
        "a\x7f",
        "a\x85",
        "a\u2028",
        "a\u2029b",
        "\u2028 ",
    ),
    *(
        "/",
        "/a",
        "//",
        "/a/",
        "/a\n",
        "/ü b",
        "a/b",
        "192.0.2.1",
        "192.0.2.256",
        "192.0.2.1\n",
        "1.2.3",
        "01.2.3.4",
    ),
    *(
        "::1",
        "2001:db8::1",
        ":",
        "::",
        "g::1",
        "KeyPresent",
        "KeyPresentValueMatches",
        "store",
        "discard",
        "Repo",
    ),
    *("logpoint-cac/v1", "logpoint-cac/v1\n", "default", "_logpoint"),
    *("${client}", "${vars.days}", "a${pool} b", "$${client}", "$$${client}", "${env.X}", "${", "a,${vars.x}\n"),
    *(
        [],
        [None],
        [1],
        ["a"],
        ["a", "a"],
        [" a"],
        [[]],
        [{}],
        {},
        {"a": "b"},
        {"a": 1},
        {"a\n": "b"},
        {"${client}": "b"},
        {"": ""},
    ),
]
KEYS = [
    "name",
    "description",
    "labels",
    "spec",
    "kind",
    "value",
    "repo",
    "drop",
    "type",
    "paths",
    "x",
    "",
    "Name",
    "patch",
]


def paths_in(value: Any, here: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield here
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for part, child in children:
        yield from paths_in(child, (*here, part))


@st.composite
def near_valid_documents(draw: st.DrawFn) -> Any:
    """Draw an example or a patch for it, changed in a few places."""
    document: Any = copy.deepcopy(draw(st.sampled_from([kind.example for kind in KINDS.values()])))
    if draw(st.booleans()):
        document["metadata"]["patch"] = True
        for part in draw(st.lists(st.sampled_from(sorted(document["spec"])), unique=True)):
            del document["spec"][part]
    for _ in range(draw(st.integers(0, 3))):
        *parents, last = ("document", *draw(st.sampled_from(list(paths_in(document)))))
        holder: Any = {"document": document}
        whole = holder
        for part in parents:
            holder = holder[part]
        match draw(st.sampled_from(["replace", "replace", "remove", "add"])):
            case "replace":
                holder[last] = copy.deepcopy(draw(st.sampled_from(ODD) | st.text(max_size=5)))
            case "remove" if parents:
                del holder[last]
            case "add" if isinstance(holder[last], dict):
                holder[last][draw(st.sampled_from(KEYS))] = copy.deepcopy(draw(st.sampled_from(ODD)))
            case "add" if isinstance(holder[last], list):
                holder[last].append(copy.deepcopy(draw(st.sampled_from(ODD + holder[last]))))
        document = whole["document"]
    return document


def models_accept(document: Any, kind_name: str) -> bool:
    try:
        envelope(KINDS[kind_name]).model_validate(document)
    except ValidationError:
        return False
    return True


def is_plain(document: Any) -> bool:
    """Tell whether there is nothing to fill, and nothing that passes for a patch."""
    return not any(holds_placeholder(_at(document, path)) or path[-1:] == ("patch",) for path in paths_in(document))


@settings(max_examples=examples(1000), deadline=None)
@given(near_valid_documents())
def test_the_schema_accepts_what_is_well_formed(document: object) -> None:
    accepting = [name for name in KINDS if is_well_formed(document, KINDS[name])]
    assert accepting == [name for name in KINDS if VALIDATORS[schema_file(name)].is_valid(document)]
    assert bool(accepting) == RESOURCE.is_valid(document)


@pytest.mark.parametrize(
    ("criterion", "is_judged_well"),
    [
        ({"type": "KeyPresent", "key": "k", "value": "v", "drop": "discard"}, True),
        ({"type": "KeyPresentValueMatches", "key": "k", "drop": "discard"}, False),
        ({"type": "KeyPresent", "key": "k", "repo": ""}, True),
        ({"type": "${vars.type}", "key": "k", "value": "v", "drop": "discard"}, True),
        ({"type": "KeyPresent", "key": "k", "value": "${vars.value}", "drop": "discard"}, True),
        ({"type": "KeyPresent", "key": "k"}, False),
        ({"type": "KeyPresent", "key": "k", "drop": "${vars.drop}"}, True),
        ({"type": "KeyPresent", "key": "${vars.key}"}, True),
        ({"type": "KeyPresent", "key": "$${literal}"}, False),
    ],
)
def test_what_ties_values_together_is_not_judged_while_one_of_them_is_a_placeholder(
    criterion: Json, *, is_judged_well: bool
) -> None:
    document = copy.deepcopy(KINDS["RoutingPolicy"].example)
    document["spec"]["routing_criteria"] = [criterion]
    assert is_well_formed(document, KINDS["RoutingPolicy"]) == is_judged_well
    assert VALIDATORS[schema_file("RoutingPolicy")].is_valid(document) == is_judged_well


@settings(max_examples=examples(1000), deadline=None)
@given(near_valid_documents())
def test_without_placeholders_and_patches_well_formed_is_what_the_models_accept(document: object) -> None:
    for name, kind in KINDS.items():
        if models_accept(document, name):
            assert is_well_formed(document, kind)
        elif is_plain(document):
            assert not is_well_formed(document, kind)


@settings(deadline=None)
@given(st.sampled_from(list(KINDS)), st.data())
def test_whatever_the_schema_can_generate_for_a_field_is_judged_alike(kind_name: str, data: st.DataObject) -> None:
    document = copy.deepcopy(KINDS[kind_name].example)
    leaves = [path for path in paths_in(document) if path and isinstance(_at(document, path), str | int)]
    *parents, last = data.draw(st.sampled_from(leaves))
    _at(document, parents)[last] = data.draw(
        st.text(max_size=8) | st.integers() | st.floats() | st.booleans() | st.none()
    )
    assert is_well_formed(document, KINDS[kind_name]) == VALIDATORS[schema_file(kind_name)].is_valid(document)


def _at(document: Any, path: Any) -> Any:
    for part in path:
        document = document[part]
    return document


def patterns_in(schema: object) -> set[str]:
    return set(re.findall(r'"pattern": ("(?:[^"\\]|\\.)*")', json.dumps(schema)))


PATTERNS = sorted(json.loads(found) for found in patterns_in(list(MADE.values())))


@settings(max_examples=examples(500), deadline=None)
@given(
    st.sampled_from(PATTERNS),
    st.text(max_size=6) | st.sampled_from([odd for odd in ODD if isinstance(odd, str)]),
)
def test_patterns_mean_the_same_to_another_engine(pattern: str, text: str) -> None:
    expected = re.search(pattern, text) is not None
    assert jsonschema_rs.is_valid({"type": "string", "pattern": pattern}, text) == expected


@pytest.mark.parametrize("file", VALIDATORS)
def test_every_schema_is_a_valid_schema_with_title_description_and_examples(file: str) -> None:
    schema = MADE[file]
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"urn:lpcac:schema:{file.removesuffix('.schema.json')}"
    assert schema["title"]
    assert schema["description"]
    assert all(VALIDATORS[file].is_valid(example) for example in schema["examples"])


@pytest.mark.parametrize("file", VALIDATORS)
def test_every_field_is_described_and_every_reference_stays_inside_the_file(file: str) -> None:
    text = schema_text(MADE[file])
    assert all(reference.startswith("#/$defs/") for reference in re.findall(r'"\$ref": "([^"]*)"', text))
    for definition in MADE[file]["$defs"].values():
        for name, field in definition.get("properties", {}).items():
            described = field.get("description") or definition_of(file, field).get("description")
            assert described, f"{definition['title']}.{name}"


def definition_of(file: str, field: Json) -> Json:
    name = field.get("$ref", "").rpartition("/")[2]
    found: Json = MADE[file]["$defs"].get(name, {})
    return found


def test_a_document_of_another_kind_is_refused_by_a_kinds_schema_and_accepted_by_the_common_one() -> None:
    repo = KINDS["Repo"].example
    assert not VALIDATORS["routing-policy.schema.json"].is_valid(repo)
    assert RESOURCE.is_valid(repo)
    assert not RESOURCE.is_valid(repo | {"kind": "Unheard"})
    assert not RESOURCE.is_valid({key: value for key, value in repo.items() if key != "kind"})


def test_the_bytes_do_not_depend_on_the_run() -> None:
    once = {file: schema_text(schema) for file, schema in schemas(registry()).items()}
    again = {file: schema_text(schema) for file, schema in schemas(registry()).items()}
    assert once == again
    assert list(once) == sorted(once)
    assert all(text.endswith("}\n") for text in once.values())


@pytest.mark.parametrize("file", VALIDATORS)
def test_the_committed_schema_is_current(file: str) -> None:
    assert (SCHEMAS / file).read_text() == schema_text(MADE[file]), "run: make schemas"


def test_file_names_are_those_of_the_kinds() -> None:
    assert schema_file("RoutingPolicy") == "routing-policy.schema.json"
    assert set(MADE) == {schema_file(name) for name in KINDS} | {"resource.schema.json"}


def test_other_models_can_be_added() -> None:
    class Other(BaseModel):
        """Something else."""

        a: int

    schema = schemas(registry(), {"other.schema.json": Other})["other.schema.json"]
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["required"] == ["a"]
