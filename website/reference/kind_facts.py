"""What the code does not say of a kind's fields: an example, what a change destroys, and the Director's manual.

The chapters are those of the vendor's "API Documentation, Director V 2.7.0".
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

NOTHING: Final = "nothing"


class Fact(NamedTuple):
    """What a change of a field destroys or stops storing, where the manual has it, and an example of its own."""

    destroys: str
    source: str
    example: str = ""


_ORDER = "nothing by itself; a plan shows which events end elsewhere"
_REPLACED = "what the field said before: the Director replaces the whole object"

FACTS: Final[Mapping[str, Mapping[str, Fact]]] = MappingProxyType(
    {
        "Repo": {
            "paths": Fact(
                "the logs of a tier that is removed; another order moves stored logs", "41", "see the document"
            ),
            "paths[].path": Fact("the logs that were stored at the old path", "41"),
            "paths[].retention_days": Fact("when shortened: logs older than the new number of days", "41"),
            "remote_logpoints": Fact("the copies on a remote logpoint that is removed", "41", "see the document"),
            "remote_logpoints[].ip": Fact("the copy on the old address", "41"),
            "remote_logpoints[].available_days": Fact("when shortened: the older part of the copy", "41"),
        },
        "RoutingPolicy": {
            "catch_all": Fact("nothing stored; unmatched events are kept as long as the new repo keeps them", "42.1"),
            "routing_criteria": Fact(_ORDER, "42.1-42.4", "see the document"),
            "routing_criteria[].type": Fact(_ORDER, "42.1"),
            "routing_criteria[].key": Fact(_ORDER, "42.1"),
            "routing_criteria[].value": Fact(_ORDER, "42.1-42.4"),
            "routing_criteria[].repo": Fact(
                "nothing stored; new events are kept as long as the new repo keeps them", "42.1"
            ),
            "routing_criteria[].drop": Fact(
                "`discard`: matching events from now on; `discard_raw`: their raw messages", "42.1"
            ),
        },
        "NormalizationPolicy": {
            "normalization_packages": Fact(
                "fields of new events that the package would have found", "30", "[LP_Windows]"
            ),
            "compiled_normalizers": Fact(
                "fields of new events that the normalizer would have found", "30.4", "[LPA_Windows]"
            ),
        },
        "ProcessingPolicy": {
            "routing_policy": Fact("nothing stored; new events go where the new policy sends them", "37.1"),
            "normalization_policy": Fact("fields of new events that the old policy would have found", "37.1"),
            "enrichment_policy": Fact(
                "facts that the old policy would have added to new events", "37.1", "threat_intelligence"
            ),
        },
        "EnrichmentPolicy": {
            "description": Fact(NOTHING, "13.1"),
            "specifications": Fact("facts that a removed specification would have added", "13.1", "see the document"),
            "specifications[].source": Fact("facts of the old source", "13.1, 14"),
            "specifications[].criteria": Fact("facts for events that no longer match", "13.1", "see the document"),
            "specifications[].criteria[].type": Fact("facts for events that no longer match", "13.1"),
            "specifications[].criteria[].key": Fact("facts for events that no longer match", "13.1"),
            "specifications[].criteria[].value": Fact("facts for events that no longer match", "13.4", "firewall"),
            "specifications[].rules": Fact(
                "facts that a removed rule would have found", "13.1, 13.2", "see the document"
            ),
            "specifications[].rules[].category": Fact(_REPLACED, "13.1"),
            "specifications[].rules[].source_key": Fact(_REPLACED, "13.1"),
            "specifications[].rules[].operation": Fact(NOTHING, "13.1", "Equals"),
            "specifications[].rules[].event_key": Fact(_REPLACED, "13.1"),
            "specifications[].rules[].type": Fact(_REPLACED, "13.1, 13.4"),
            "specifications[].rules[].prefix": Fact("nothing stored; names of added fields change", "13.1, 13.4"),
        },
    }
)
"""By kind and path of a field below `spec`."""

DELETED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Repo": "all logs in it; refused unless the client's entry says `allow_repo_delete: true`",
        "RoutingPolicy": "nothing stored; refused by the Director while a processing policy refers to it",
        "NormalizationPolicy": "nothing stored",
        "ProcessingPolicy": "nothing stored; devices that use it lose their processing",
        "EnrichmentPolicy": "nothing stored",
    }
)
"""By kind, what deleting an object destroys."""
