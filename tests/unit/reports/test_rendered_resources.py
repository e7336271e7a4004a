"""Rendered resources read back as they are, and say where each value came from."""

from __future__ import annotations

from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from lpcac.composition.client import ClientLayers
from lpcac.composition.layers import read_layer
from lpcac.core.findings import Position
from lpcac.core.json_values import Json
from lpcac.directory_map.directory_map import Client
from lpcac.documents.document import Document, OnePlace
from lpcac.documents.reader import read_documents
from lpcac.models import registry
from lpcac.reports.rendered_resources import resources_json, resources_yaml

ACME = Client("acme", "clients/acme", "main", "pool-acme", ("lp-01",), ("bases/standard",), {"days": 90})
BASE = """\
apiVersion: logpoint-cac/v1
kind: ProcessingPolicy
metadata: {name: windows, description: "of ${client}, 100 %"}
spec: {routing_policy: windows, normalization_policy: windows}
---
apiVersion: logpoint-cac/v1
kind: RoutingPolicy
metadata: {name: windows}
spec: {routing_criteria: [], catch_all: system}
---
apiVersion: logpoint-cac/v1
kind: Repo
metadata: {name: system}
spec: {paths: [{retention_days: "${vars.days}", path: /data_hot}]}
"""
PATCH = """\
kind: ProcessingPolicy
metadata: {name: windows, patch: true}
spec:
  normalization_policy: null
  enrichment_policy: _facts
"""


def documents() -> tuple[Document, ...]:
    base = read_layer([("base.yaml", BASE.encode())], registry(), "bases/standard")
    own = read_layer([("patch.yaml", PATCH.encode())], registry())
    return ClientLayers(ACME, (base, own), registry()).composed("pool-acme", "lp-01").documents


def test_resources_come_by_kind_and_name_with_the_place_of_whatever_is_from_elsewhere() -> None:
    assert resources_yaml(documents(), registry(), ["Client acme"]) == (
        """\
# Client acme
---
# base.yaml:13
apiVersion: logpoint-cac/v1
kind: Repo
metadata:
  name: system
spec:
  paths:
    - path: /data_hot
      retention_days: 90  # base.yaml:14, ${vars.days}
---
# base.yaml:8
apiVersion: logpoint-cac/v1
kind: RoutingPolicy
metadata:
  name: windows
spec:
  catch_all: system
  routing_criteria: []
---
# base.yaml:3, patched by patch.yaml
# spec.normalization_policy is removed: patch.yaml:4
apiVersion: logpoint-cac/v1
kind: ProcessingPolicy
metadata:
  name: windows  # base.yaml:3
  description: "of acme, 100 %"  # base.yaml:3, ${client}
spec:
  routing_policy: windows  # base.yaml:4
  enrichment_policy: _facts  # patch.yaml:5
"""
    ).replace('"of acme, 100 %"', scalar("of acme, 100 %"))


def test_a_patched_documents_name_and_every_item_of_its_lists_have_their_places() -> None:
    base = read_layer(
        [("base.yaml", BASE.replace("{name: system}", '{name: "${client}-system"}').encode())], registry(), "b"
    )
    patch = (
        'kind: Repo\nmetadata: {name: "${client}-system", patch: true}\nspec:\n  paths:\n'
        "    - {path: /data_hot, retention_days: 7}\n    - path: /cold_nfs\n      retention_days: '${vars.days}'\n"
    )
    own = read_layer([("patch.yaml", patch.encode())], registry())
    text = resources_yaml(
        ClientLayers(ACME, (base, own), registry()).composed("pool-acme", "lp-01").documents, registry()
    )
    assert text.startswith(
        """\
---
# base.yaml:13, patched by patch.yaml
apiVersion: logpoint-cac/v1
kind: Repo
metadata:
  name: acme-system  # base.yaml:13, ${client}
spec:
  paths:
    - path: /data_hot  # patch.yaml:5
      retention_days: 7  # patch.yaml:5
    - path: /cold_nfs  # patch.yaml:6
      retention_days: 90  # patch.yaml:7, ${vars.days}
---
"""
    )


def scalar(text: str) -> str:
    """Return the text as it is written elsewhere too."""
    document = Document({**SOME, "metadata": {"name": "a", "description": text}}, PLACE, OnePlace(PLACE))
    (line,) = [line for line in resources_yaml([document], registry()).splitlines() if "description" in line]
    return line.partition(": ")[2]


PLACE = Position("a.yaml", 1)
SOME: Json = {"apiVersion": "logpoint-cac/v1", "kind": "ProcessingPolicy", "spec": {"routing_policy": "_r"}}
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False, width=16)
ODD = (
    *("", "no", "4625", "1e3", "0x1", "2024-01-01", "~", "null", "y", "yes", "<<", "=", "- a", "a: b", "# a", "a #b"),
    *("'", '"', "a\nb\n", " a ", "\u2028", "\ud7ff", "\U0001f600", "@a", "`a`", "%a", "&a", "*a", "!a", "|", ">", "?"),
    *("${client}", "$${x", "a, b", "[", "}"),
)
TEXTS = st.text(max_size=20) | st.sampled_from(ODD)
VALUES = st.recursive(
    SCALARS | TEXTS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3), max_leaves=8
)


def unescaped(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("$${", "${")
    if isinstance(value, dict):
        return {key: unescaped(inner) for key, inner in value.items()}
    return [unescaped(item) for item in value] if isinstance(value, list) else value


@given(st.dictionaries(TEXTS, VALUES, max_size=4), TEXTS)
def test_whatever_the_values_are_they_read_back_as_they_were(spec: Json, description: str) -> None:
    value = {**SOME, "metadata": {"name": "a", "description": description}, "spec": spec}
    text = resources_yaml([Document(value, PLACE, OnePlace(PLACE))], registry(), ["# heading\nwith a break"])
    (read,), findings = read_documents(text.encode(), "rendered.yaml")
    assert findings == []
    assert unescaped(read.value) == value
    assert unescaped(yaml.safe_load(text)) == value


def test_json_tells_what_was_patched_and_filled() -> None:
    rows = resources_json(documents(), registry())
    assert [row["resource"]["kind"] for row in rows] == ["Repo", "RoutingPolicy", "ProcessingPolicy"]
    assert rows[0]["filled"] == {"/spec/paths/0/retention_days": "${vars.days}"}
    assert rows[2]["source"] == {"file": "base.yaml", "line": 3}
    assert rows[2]["patched"] == {
        "/spec/normalization_policy": {"file": "patch.yaml", "line": 4},
        "/spec/enrichment_policy": {"file": "patch.yaml", "line": 5},
    }
