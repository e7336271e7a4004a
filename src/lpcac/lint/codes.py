"""The lint codes, and how much each weighs unless the map says otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from lpcac.core.findings import Severity

DUPLICATE_CRITERION: Final = "duplicate-criterion"
DISCARD_BEFORE_STORE: Final = "discard-before-store"
REDUNDANT_CRITERION: Final = "redundant-criterion"
REPEATED_TIER: Final = "repeated-tier"
SHADOWED_CRITERION: Final = "shadowed-criterion"
UNREAD_NORMALIZER: Final = "unread-normalizer"
UNUSED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Repo": "unused-repo",
        "RoutingPolicy": "unused-routing-policy",
        "NormalizationPolicy": "unused-normalization-policy",
        "EnrichmentPolicy": "unused-enrichment-policy",
    }
)
"""By kind, the code of what nothing refers to."""

USUAL: Final[Mapping[str, Severity]] = MappingProxyType(
    {
        DUPLICATE_CRITERION: Severity.WARNING,
        DISCARD_BEFORE_STORE: Severity.WARNING,
        REDUNDANT_CRITERION: Severity.WARNING,
        REPEATED_TIER: Severity.WARNING,
        SHADOWED_CRITERION: Severity.WARNING,
        UNREAD_NORMALIZER: Severity.NOTICE,
        **dict.fromkeys(UNUSED.values(), Severity.WARNING),
    }
)
"""Every code with its usual severity."""

SUPPRESSION: Final = "suppression-without-reason"
"""Code of the finding that a suppression says no reason, or silences no code there is."""


def graver_levels(some: Mapping[str, object], others: Mapping[str, object]) -> dict[str, str]:
    """Return the graver level of each code that either of the two has; one that lacks it means the usual level."""
    levels = ["off", Severity.NOTICE.value, Severity.WARNING.value, Severity.ERROR.value]
    found: dict[str, str] = {}
    for code, usual in USUAL.items():
        if code in some or code in others:
            both = [str(each.get(code, usual.value)) for each in (some, others)]
            found[code] = max((each for each in both if each in levels), key=levels.index, default=usual.value)
    return found
