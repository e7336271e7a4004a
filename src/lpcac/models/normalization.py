"""NormalizationPolicy: how a log is parsed, by vendor packages and compiled normalizers.

Facts: Director API 2.7.0, chapter on NormalizationPolicy. Packages travel as comma-separated ids, compiled
normalizers as comma-separated names; packages are read under another key.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated

from lpcac.core.json_values import Json
from lpcac.kinds.fields import API_VERSION, ListName, Name, Ref, Spec, Unordered
from lpcac.kinds.kind import Inventory, Kind, Names, Remark

PACKAGE = "NormalizationPackage"
COMPILED = "CompiledNormalizer"


class NormalizationPolicySpec(Spec):
    """A normalization policy: packages and compiled normalizers; one with neither parses nothing."""

    normalization_packages: Annotated[list[Name], Ref(PACKAGE), Unordered()] | None = None
    """Names of normalization packages on the logpoint."""
    compiled_normalizers: Annotated[list[ListName], Ref(COMPILED), Unordered()] | None = None
    """Names of compiled normalizers on the logpoint."""


def _canonical(spec: Json) -> Json:
    return {
        field: sorted(set(spec[field]))
        for field in ("normalization_packages", "compiled_normalizers")
        if spec.get(field)
    }


def _to_wire(name: str, spec: Json, names: Names, replacing: bool) -> Json:
    packages = [names.id_of(PACKAGE, package) for package in spec.get("normalization_packages", [])]
    data = {
        "norm_packages": ",".join(packages),
        "compiled_normalizer": ",".join(spec.get("compiled_normalizers", [])),
    }
    return data if replacing else {"name": name} | data


def _from_wire(obj: Json, names: Names) -> Json:
    packages = [names.name_of(PACKAGE, package_id) for package_id in _items(obj.get("normalization_packages"))]
    return _canonical(
        {"normalization_packages": packages, "compiled_normalizers": _items(obj.get("compiled_normalizer"))}
    )


def _items(value: object) -> list[str]:
    """Read what is observed as absent, as a comma-separated string and as a list."""
    parts = value.split(",") if isinstance(value, str) else value or []
    if not isinstance(parts, list) or not all(isinstance(part, str | int) for part in parts):
        msg = "neither a list of texts nor one text"
        raise TypeError(msg)
    return [text for part in parts if (text := str(part).strip())]


def _remarks(spec: Json) -> Iterator[Remark]:
    if not spec:
        message = "parses nothing: it names neither a package nor a compiled normalizer"
        yield Remark("parses-nothing", message)


def _packages(answer: list[Json]) -> Iterable[tuple[str, str]]:
    return ((package["name"], package["id"]) for package in answer)


def _compiled(answer: list[Json]) -> Iterable[tuple[str, str]]:
    return ((normalizer["name"], normalizer["name"]) for normalizer in answer)


KIND = Kind(
    name="NormalizationPolicy",
    label="normalization policy",
    path="NormalizationPolicy",
    name_field="name",
    spec=NormalizationPolicySpec,
    to_wire=_to_wire,
    from_wire=_from_wire,
    held_fields=frozenset({"normalization_packages", "compiled_normalizer"}),
    server_owned=frozenset({"ordered_signatures", "selected_signatures"}),
    canonical=_canonical,
    remarks=_remarks,
    inventories=(
        Inventory(name=PACKAGE, label="normalization package", path="NormalizationPackage", entries=_packages),
        Inventory(
            name=COMPILED,
            label="compiled normalizer",
            path="NormalizationPackage/CompiledNormalizers",
            entries=_compiled,
            refresh_path="NormalizationPackage/CompiledNormalizers/refreshlist",
        ),
    ),
    example={
        "apiVersion": API_VERSION,
        "kind": "NormalizationPolicy",
        "metadata": {"name": "windows"},
        "spec": {
            "normalization_packages": ["LP_Windows", "LP_Windows_Sysmon"],
            "compiled_normalizers": ["LPA_Windows"],
        },
    },
)
