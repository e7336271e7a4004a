"""What every registered kind has to fulfil, whichever kinds there are."""

from __future__ import annotations

import copy
from collections.abc import Callable

import pytest
from jsonschema import Draft202012Validator
from tests.unit.models.names import Numbered

from lpcac.composition.schemas.json_schemas import schema_file, schemas
from lpcac.core.json_values import Json
from lpcac.kinds.defaults import without_defaults
from lpcac.kinds.envelope import envelope
from lpcac.kinds.kind import Kind
from lpcac.kinds.references import references
from lpcac.kinds.shapes import Shape
from lpcac.models import registry
from lpcac.planning.diff.field_diff import field_changes

KINDS = list(registry().kinds.values())


def repo_as_read(data: Json) -> Json:
    tiers = [{**tier, "path": tier["path"].rstrip("/") + "/"} for tier in data["hiddenrepopath"]]
    return {
        "name": data.get("name"),
        "repopath": tiers,
        "repoha": data.get("repoha", []),
        "used_size": "0 MB",
        "tid": "",
    }


def normalization_policy_as_read(data: Json) -> Json:
    read: Json = {"name": data.get("name"), "compiled_normalizer": data["compiled_normalizer"]}
    read["normalization_packages"] = [part for part in data["norm_packages"].split(",") if part]
    return read


# The Director reads these back in another form than they are written in; every other kind comes back as it went.
AS_READ: dict[str, Callable[[Json], Json]] = {
    "Repo": repo_as_read,
    "NormalizationPolicy": normalization_policy_as_read,
}


def spec_of(kind: Kind) -> Json:
    document = envelope(kind).model_validate(kind.example)
    return kind.canonical(document.spec.model_dump(mode="json", exclude_none=True))


@pytest.fixture(params=KINDS, ids=lambda kind: kind.name)
def kind(request: pytest.FixtureRequest) -> Kind:
    found: Kind = request.param
    return found


def test_the_example_is_valid_for_model_and_schema(kind: Kind) -> None:
    assert spec_of(kind)
    assert Draft202012Validator(schemas(registry())[schema_file(kind.name)]).is_valid(kind.example)


def test_the_canonical_form_is_stable_and_leaves_its_argument_alone(kind: Kind) -> None:
    spec = spec_of(kind)
    before = copy.deepcopy(spec)
    assert kind.canonical(spec) == spec == before


def test_the_canonical_form_can_be_declared_again(kind: Kind) -> None:
    document = envelope(kind).model_validate({**kind.example, "spec": spec_of(kind)})
    assert kind.canonical(document.spec.model_dump(mode="json", exclude_none=True)) == spec_of(kind)


def test_what_a_plan_shows_without_defaults_declares_the_same(kind: Kind) -> None:
    shown = without_defaults(spec_of(kind), registry().shapes[kind.name])
    document = envelope(kind).model_validate({**kind.example, "spec": shown})
    assert kind.canonical(document.spec.model_dump(mode="json", exclude_none=True)) == spec_of(kind)
    assert without_defaults(shown, registry().shapes[kind.name]) == shown


@pytest.mark.parametrize("replacing", [False, True])
def test_what_is_written_reads_back_as_declared(kind: Kind, *, replacing: bool) -> None:
    written = kind.to_wire("a name", spec_of(kind), Numbered(), replacing)
    read = AS_READ.get(kind.name, dict)(written) | {"id": "0123", "user": "admin", "active": True}
    assert kind.from_wire(read, Numbered()) == spec_of(kind)


def test_a_created_object_carries_its_name_where_it_is_looked_for(kind: Kind) -> None:
    assert kind.to_wire("a name", spec_of(kind), Numbered(), False)[kind.name_field] == "a name"


def test_the_example_against_itself_shows_no_change_and_no_risk(kind: Kind) -> None:
    assert not field_changes(spec_of(kind), spec_of(kind), registry().shapes[kind.name])
    assert not list(kind.risks(spec_of(kind), spec_of(kind)))


def test_every_field_of_the_example_shows_when_it_changes(kind: Kind) -> None:
    spec = spec_of(kind)
    for field in spec:
        without = {name: value for name, value in spec.items() if name != field}
        assert field_changes(spec, without, registry().shapes[kind.name]), field


def test_references_lead_to_registered_kinds_or_inventories(kind: Kind) -> None:
    shape = registry().shapes[kind.name]
    targets = {target for _, target, _ in references(shape, spec_of(kind))}
    assert targets <= set(shape.references())
    assert targets <= set(registry().kinds) | set(registry().inventories)


def test_every_kind_comes_after_what_it_refers_to() -> None:
    seen: set[str] = set()
    for name in registry().kinds:
        assert set(registry().shapes[name].references()) - set(registry().inventories) <= seen
        seen.add(name)


def test_every_kind_says_where_it_knows_from_what_is_the_vendors(kind: Kind) -> None:
    assert kind.vendor.source
    assert kind.vendor.has_name("_x")
    assert kind.vendor.has_name("default")
    assert not kind.vendor.has_name("mine")
    assert not kind.vendor.marks({"user": "admin", "vid": ""})
    assert kind.vendor.marks({"user": "admin", "vid": "1"})
    assert kind.vendor.marks({"user": "LogPoint"})


def test_every_field_that_a_read_answer_holds_is_known(kind: Kind) -> None:
    read = AS_READ.get(kind.name, dict)(kind.to_wire("a name", spec_of(kind), Numbered(), False))
    assert kind.held_fields <= read.keys()
    assert not kind.unknown_fields(read | {"id": "1", "user": "admin", "active": True, "vid": ""})
    assert kind.unknown_fields(read | {"zeal": 1, "colour": 1}) == ("colour", "zeal")


def test_every_list_of_objects_says_how_its_items_are_recognised(kind: Kind) -> None:
    def check(shape: Shape) -> None:
        if shape.part == "list" and shape.item and shape.item.part == "object":
            assert shape.matched_by
        for inner in (*shape.fields.values(), *([shape.item] if shape.item else [])):
            check(inner)

    check(registry().shapes[kind.name])


def test_a_label_is_what_a_person_says(kind: Kind) -> None:
    assert kind.label
    assert kind.label == kind.label.lower().strip()
    assert registry().label(kind.name) == kind.label
