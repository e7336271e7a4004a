"""What is written as YAML is read back as it was, by readers of YAML 1.1 and 1.2."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from lpcac.documents.reader import read_documents
from lpcac.yaml_editing.emitter import block_text, flow_text, is_readable_text

texts = st.text(st.characters(exclude_categories=("Cs",)))
scalars = texts | st.integers() | st.booleans() | st.none()
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(texts, inner), max_leaves=12)
maps = st.dictionaries(texts, values, min_size=1)


def read(text: str) -> Any:
    documents, findings = read_documents(text.encode(), "written.yaml")
    assert findings == []
    return documents[0].value


@given(maps)
def test_both_generations_of_yaml_read_what_was_written(value: dict[str, Any]) -> None:
    text = block_text(value)
    assert read(text) == value
    assert YAML(typ="safe", pure=True).load(text) == value


@given(values)
def test_a_value_on_one_line_may_stand_between_brackets_and_behind_a_key(value: Any) -> None:
    text = flow_text(value)
    assert "\n" not in text
    assert read(f"[{text}, {text}]") == [value, value]
    assert read(f"key: {text}\n") == {"key": value}


@pytest.mark.parametrize(
    "text", ["system", "LP_F5_BIG-IP", "/data_hot", "192.0.2.17", "Alle meine Geräte", "_logpoint"]
)
def test_text_that_cannot_be_misread_is_not_quoted(text: str) -> None:
    assert flow_text(text) == text


@pytest.mark.parametrize("text", ["no", "y", "1e3", "0o17", "1:30", "2024-01-01", "~", "", "=", "a: b", " a", "4625"])
def test_text_that_some_reader_takes_for_something_else_is_quoted(text: str) -> None:
    assert flow_text(text) == f'"{text}"'


def test_what_cannot_be_seen_is_escaped() -> None:
    assert flow_text("a\u200bb") == '"a\\u200Bb"'


def test_short_maps_in_a_list_stand_on_one_line_each_or_none_of_them_does() -> None:
    short = {"path": "/data_hot", "retention_days": 90}
    assert block_text({"paths": [short]}) == "paths:\n  - {path: /data_hot, retention_days: 90}\n"
    long = {"path": "/" + "a" * 200, "retention_days": 90}
    assert "{" not in block_text({"paths": [short, long]})


def test_null_is_written_as_a_word() -> None:
    assert block_text({"spec": None}) == "spec: null\n"


def test_half_of_a_surrogate_pair_is_not_readable() -> None:
    assert not is_readable_text("\ud800")
    assert is_readable_text("\U0001f600")
