"""References between objects on one logpoint: what must exist, and what is in use."""

from collections.abc import Iterator

from lpcac.simulator.api.refusals import Refusal
from lpcac.simulator.api.write_shapes import with_slash
from lpcac.simulator.world import NAME_FIELDS, JsonObject, Logpoint

ABSENT = "None"
"""The exact string that stands for no reference in a processing policy."""

PROCESSING_REFERENCES = {
    "routing_policy": "RoutingPolicy",
    "norm_policy": "NormalizationPolicy",
    "enrich_policy": "EnrichmentPolicy",
}

Reference = tuple[str, str, str]
"""The field that refers, what it refers to (a kind or another word), and the name or id."""


def references(kind: str, fields: JsonObject) -> Iterator[Reference]:
    """Yield everything that an object of a kind refers to."""
    return _REFERENCES[kind](fields)


def _of_repo(fields: JsonObject) -> Iterator[Reference]:
    for tier in fields["repopath"]:
        yield "hiddenrepopath", "storage path", tier["path"]


def _of_routing_policy(fields: JsonObject) -> Iterator[Reference]:
    yield "catch_all", "Repo", fields["catch_all"]
    for criterion in fields["routing_criteria"]:
        if criterion["repo"]:
            yield "routing_criteria", "Repo", criterion["repo"]


def _of_normalization_policy(fields: JsonObject) -> Iterator[Reference]:
    for package in fields["normalization_packages"]:
        yield "norm_packages", "normalization package", package
    for normalizer in fields["compiled_normalizer"]:
        yield "compiled_normalizer", "compiled normalizer", normalizer


def _of_processing_policy(fields: JsonObject) -> Iterator[Reference]:
    for field, kind in PROCESSING_REFERENCES.items():
        if fields[field] != ABSENT:
            yield field, kind, fields[field]


def _of_enrichment_policy(fields: JsonObject) -> Iterator[Reference]:
    for specification in fields["specifications"]:
        yield "specifications", "enrichment source", specification["source"]


_REFERENCES = {
    "Repo": _of_repo,
    "RoutingPolicy": _of_routing_policy,
    "NormalizationPolicy": _of_normalization_policy,
    "ProcessingPolicy": _of_processing_policy,
    "EnrichmentPolicy": _of_enrichment_policy,
}


def _known(logpoint: Logpoint, referred: str) -> set[str]:
    """Return the words by which that sort of thing is referred to."""
    match referred:
        case "storage path":
            return {with_slash(path) for path in logpoint.storage_paths}
        case "normalization package":
            return set(logpoint.packages.values())
        case "compiled normalizer":
            return set(logpoint.compiled_normalizers)
        case "enrichment source":
            return set(logpoint.enrichment_sources)
        case "Repo" | "NormalizationPolicy":
            return set(logpoint.names(referred))
    return {str(each["id"]) for each in logpoint.objects(referred)}


def check_references(logpoint: Logpoint, kind: str, fields: JsonObject) -> None:
    """Refuse an object that refers to something the logpoint lacks."""
    for field, referred, word in references(kind, fields):
        if word not in _known(logpoint, referred):
            raise Refusal(f"{field}: {referred} {word!r} does not exist on the logpoint")


def check_unused(logpoint: Logpoint, kind: str, target: JsonObject) -> None:
    """Refuse to let go of an object that another one refers to."""
    words = {str(target["id"]), str(target[NAME_FIELDS[kind]])}
    for user_kind, name_field in NAME_FIELDS.items():
        for user in logpoint.objects(user_kind):
            if any(referred == kind and word in words for _, referred, word in references(user_kind, user)):
                raise Refusal(f"{kind} {target[NAME_FIELDS[kind]]!r} is in use by {user_kind} {user[name_field]!r}")
