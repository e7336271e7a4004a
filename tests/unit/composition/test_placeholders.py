"""Placeholders: what they stand for, and that nothing else can be reached."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lpcac.composition.placeholders import (
    PLACEHOLDER_PATTERN,
    as_literal,
    filled,
    filled_text,
    holds_placeholder,
    names_in,
    placeholders_in,
    values_for,
)
from lpcac.core.text.did_you_mean import Hints
from lpcac.directory_map.directory_map import Client
from lpcac.documents.document import Document
from lpcac.documents.reader import read_documents

CLIENT = Client(
    "acme",
    "clients/acme",
    "main",
    "pool-a",
    ("lp-01",),
    vars={"days": 90, "on": True, "rate": 1.5, "text": "x${client}"},
)
VALUES = values_for(CLIENT, "pool-acme", "lp-01")


def document(text: str) -> Document:
    (read,), findings = read_documents(text.encode(), "a.yaml")
    assert findings == []
    return read


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${client}", "acme"),
        ("${pool}/${logpoint}", "pool-acme/lp-01"),
        ("${vars.days}", 90),
        ("${vars.on}", True),
        ("${vars.rate}", 1.5),
        ("${vars.days} days", "90 days"),
        ("${vars.on}${vars.rate}", "true1.5"),
        ("$${client}", "${client}"),
        ("$$${client}", "$${client}"),
        ("$${client} of ${client}", "${client} of acme"),
        ("$client {client} $", "$client {client} $"),
        ("", ""),
    ],
)
def test_a_text_is_filled_and_one_placeholder_alone_takes_the_variables_type(text: str, expected: object) -> None:
    found = filled_text(text, VALUES)
    assert (found, type(found)) == (expected, type(expected))


def test_what_is_put_in_place_is_never_looked_at_again() -> None:
    assert filled_text("${vars.text}", VALUES) == "x${client}"
    assert filled_text("a ${vars.text}", VALUES) == "a x${client}"


@given(st.text(alphabet="${}ab.", max_size=12))
def test_a_literal_text_comes_back_as_it_was(text: str) -> None:
    assert filled_text(as_literal(text), VALUES) == text
    assert not holds_placeholder(as_literal(text))


HOSTILE = [
    "${vars.__class__}",
    "${vars.days.real}",
    "${client.__class__}",
    "${env.PATH}",
    "${PATH}",
    "${vars[days]}",
    "${vars.days!r}",
    "${ client }",
    "${vars.}",
    "${vars}",
    "${}",
    "${../../etc/passwd}",
    "${file:/etc/passwd}",
    "${vars.unheard}",
    "${client",
    "${vars.${client}}",
    "${vars.days:-0}",
    "${client\n}",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_but_the_documented_names_means_anything(text: str) -> None:
    with pytest.raises(KeyError):
        filled_text(text, VALUES)
    found, findings = filled(Document({"spec": {"a": text}}, *_nowhere()), VALUES, CLIENT, Hints())
    assert found.value["spec"]["a"] == text
    assert {finding.code for finding in findings} <= {"unknown-placeholder", "undefined-variable"}
    assert findings


def _nowhere() -> Any:
    read = document("a: b\n")
    return read.position, read.places


def test_an_undefined_variable_is_found_at_its_place_with_what_was_meant() -> None:
    read = document(
        "spec:\n  - {a: 'b ${vars.dais}', c: '${vars.zzzzzz}', d: '${clint}', e: '${env.X}', f: '${client'}\n"
    )
    assert [str(finding) for finding in filled(read, VALUES, CLIENT, Hints())[1]] == [
        'a.yaml:2:9: client "acme" has no variable "dais" (did you mean "days"?)',
        'a.yaml:2:30: client "acme" has no variable "zzzzzz"; set it in the map\'s entry, under vars',
        'a.yaml:2:51: "${clint}" is not a placeholder (did you mean "client"?)',
        'a.yaml:2:66: "${env.X}" is not a placeholder: there are ${client}, ${pool}, ${logpoint} and ${vars.NAME}',
        "a.yaml:2:81: ${ starts a placeholder without an end: write $${ for a literal ${",
    ]


def test_metadata_and_spec_are_filled_keys_and_everything_else_stay() -> None:
    text = (
        "kind: ${client}\nmetadata: {name: '${client}', labels: {'${client}': '${pool}'}}\n"
        "spec: {a: [['${logpoint}']], '${pool}': 1}\n"
    )
    found, findings = filled(document(text), VALUES, CLIENT, Hints())
    assert findings == []
    assert found.value == {
        "kind": "${client}",
        "metadata": {"name": "acme", "labels": {"${client}": "pool-acme"}},
        "spec": {"a": [["lp-01"]], "${pool}": 1},
    }
    assert found.filled == {
        "/metadata/name": "${client}",
        "/metadata/labels/${client}": "${pool}",
        "/spec/a/0/0": "${logpoint}",
    }


def test_whether_a_document_is_a_patch_depends_on_no_variable() -> None:
    read = document("metadata: {patch: '${vars.on}'}\n")
    assert filled(read, VALUES, CLIENT, Hints())[0].value == {"metadata": {"patch": "${vars.on}"}}


def test_filling_leaves_the_document_alone_and_a_document_that_is_no_map_as_it_is() -> None:
    read = document("spec: {a: '${client}'}\n")
    filled(read, VALUES, CLIENT, Hints())
    assert read.value == {"spec": {"a": "${client}"}}
    odd = document("- ${client}\n")
    assert filled(odd, VALUES, CLIENT, Hints()) == (odd, [])


def test_a_filled_value_is_not_taken_for_what_was_typed() -> None:
    found, _ = filled(document("spec: {a: '${vars.days}', b: 1}\n"), VALUES, CLIENT, Hints())
    assert (found.typed_at("/spec/a"), found.typed_at("/spec/b")) == (None, "1")
    assert (found.origin_of("/spec/a"), found.origin_of("/spec/b")) == (' (from "${vars.days}")', "")


def test_the_names_of_placeholders_are_known_before_anything_is_filled() -> None:
    read = document(
        "metadata: {name: 'a${client}'}\nspec: ['${vars.x}', '$${pool}', '${env.Y}']\nother: '${logpoint}'\n"
    )
    assert placeholders_in(read) == {"client", "vars.x", "env.Y"}
    assert names_in("${a} $${b} ${c}") == ["a", "c"]


@given(st.text(alphabet="${}vars.client ", max_size=16))
def test_what_the_schemas_take_for_a_placeholder_is_replaced(text: str) -> None:
    if re.search(PLACEHOLDER_PATTERN, text):
        assert names_in(text)
