"""The shape of a write: what each kind's body must hold, and which fields it sets."""

import ipaddress
from collections.abc import Collection
from typing import Any

from lpcac.simulator.api.refusals import Refusal
from lpcac.simulator.world import JsonObject

CRITERION_TYPES = ("KeyPresent", "KeyPresentValueMatches")
DROPS = ("store", "discard_raw", "discard")
SOURCE_CRITERION_TYPES = ("KeyPresents", "KeyPresentsValueMatches")
RULE_CATEGORIES = ("simple", "type_based")
RULE_OPERATIONS = ("Equals",)
RULE_TYPES = ("string", "ip", "num")


class Fields:
    """The fields of one JSON object; each getter refuses what is missing or of the wrong type."""

    def __init__(self, value: object, where: str = "") -> None:
        if not isinstance(value, dict):
            raise Refusal(f"{where or 'data'} must be an object")
        self._value: JsonObject = value
        self._where = where

    def _named(self, name: str) -> str:
        return f"{self._where}.{name}" if self._where else name

    def has(self, name: str) -> bool:
        """Tell whether the field is there."""
        return name in self._value

    def others(self) -> JsonObject:
        """Return all fields as sent: inside lists those that the manual does not list are stored as well."""
        return dict(self._value)

    def any(self, name: str) -> Any:  # noqa: ANN401 - JSON of any type
        """Return a mandatory field."""
        if name not in self._value:
            raise Refusal(f"{self._named(name)} is a mandatory field")
        return self._value[name]

    def text(self, name: str, *, empty: bool = False) -> str:
        """Return a mandatory string, which must not be empty unless `empty`."""
        value = self.any(name)
        if not isinstance(value, str):
            raise Refusal(f"{self._named(name)} must be a string")
        if not value and not empty:
            raise Refusal(f"{self._named(name)} must not be empty")
        return value

    def choice(self, name: str, allowed: Collection[str]) -> str:
        """Return a mandatory string that is one of those allowed."""
        value = self.text(name, empty=True)
        if value not in allowed:
            raise Refusal(f"{self._named(name)} must be one of {', '.join(allowed)}")
        return value

    def days(self, name: str) -> int:
        """Return a mandatory whole number of days, at least one."""
        value = self.any(name)
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise Refusal(f"{self._named(name)} must be a whole number of days, at least 1")
        return value

    def flag(self, name: str) -> bool:
        """Return a mandatory boolean."""
        value = self.any(name)
        if not isinstance(value, bool):
            raise Refusal(f"{self._named(name)} must be true or false")
        return value

    def address(self, name: str) -> str:
        """Return a mandatory IP address."""
        value = self.text(name)
        try:
            ipaddress.ip_address(value)
        except ValueError as error:
            raise Refusal(f"{self._named(name)} must be an IP address") from error
        return value

    def objects(self, name: str) -> list["Fields"]:
        """Return a mandatory list of objects, which may be empty."""
        value = self.any(name)
        if not isinstance(value, list):
            raise Refusal(f"{self._named(name)} must be a list")
        return [Fields(each, f"{self._named(name)}[{index}]") for index, each in enumerate(value)]

    def comma_string(self, name: str) -> list[str]:
        """Return the parts of an optional string of comma-separated words; an array is refused."""
        value = self._value.get(name, "")
        if not isinstance(value, str):
            raise Refusal(f"{self._named(name)} must be one string of comma-separated values")
        return value.split(",") if value else []


def unwrapped(body: object) -> Fields:
    """Return the fields inside `{"data": {...}}`, the wrapping of every body."""
    if not isinstance(body, dict) or "data" not in body:
        raise Refusal("the body must be wrapped in data")
    return Fields(body["data"])


def with_slash(path: str) -> str:
    """Return a storage path as the Director keeps it: with a trailing slash."""
    return path.rstrip("/") + "/"


def repo(data: Fields, *, creating: bool) -> JsonObject:
    """Read a Repo; its name is set on creation only."""
    name = {"name": data.text("name")} if creating else {}
    tiers = [
        {
            **tier.others(),
            "path": with_slash(tier.text("path")),
            "retention": tier.days("retention"),
        }
        for tier in data.objects("hiddenrepopath")
    ]
    if not tiers:
        raise Refusal("hiddenrepopath must hold at least one path")
    remotes = data.objects("repoha") if data.has("repoha") else []
    copies = [{**each.others(), "ha_li": each.address("ha_li"), "ha_day": each.days("ha_day")} for each in remotes]
    return {**name, "repopath": tiers, "repoha": copies}


def routing_policy(data: Fields, *, creating: bool) -> JsonObject:  # noqa: ARG001 - one signature for all kinds
    """Read a RoutingPolicy, the same on creation and on replacement."""
    return {
        "policy_name": data.text("policy_name"),
        "catch_all": data.text("catch_all"),
        "routing_criteria": [_routing_criterion(each) for each in data.objects("routing_criteria")],
    }


def _routing_criterion(fields: Fields) -> JsonObject:
    return {
        **fields.others(),
        "type": fields.choice("type", CRITERION_TYPES),
        "key": fields.text("key"),
        "value": fields.text("value", empty=True),
        "repo": fields.text("repo", empty=True),
        "drop": fields.choice("drop", DROPS),
    }


def normalization_policy(data: Fields, *, creating: bool) -> JsonObject:
    """Read a NormalizationPolicy; its name is set on creation only."""
    name = {"name": data.text("name")} if creating else {}
    return {
        **name,
        "normalization_packages": data.comma_string("norm_packages"),
        "compiled_normalizer": data.comma_string("compiled_normalizer"),
    }


def processing_policy(data: Fields, *, creating: bool) -> JsonObject:  # noqa: ARG001
    """Read a ProcessingPolicy: four mandatory strings, on creation and on replacement."""
    return {name: data.text(name) for name in ("policy_name", "routing_policy", "norm_policy", "enrich_policy")}


def enrichment_policy(data: Fields, *, creating: bool) -> JsonObject:  # noqa: ARG001
    """Read an EnrichmentPolicy, the same on creation and on replacement."""
    return {
        "name": data.text("name"),
        "description": data.text("description", empty=True) if data.has("description") else "",
        "specifications": [_specification(each) for each in data.objects("specifications")],
    }


def _specification(fields: Fields) -> JsonObject:
    return {
        **fields.others(),
        "source": fields.text("source"),
        "criteria": [_source_criterion(each) for each in fields.objects("criteria")],
        "rules": [_rule(each) for each in fields.objects("rules")] if fields.has("rules") else [],
    }


def _source_criterion(fields: Fields) -> JsonObject:
    return {
        **fields.others(),
        "type": fields.choice("type", SOURCE_CRITERION_TYPES),
        "key": fields.text("key"),
        "value": fields.text("value", empty=True),
    }


def _rule(fields: Fields) -> JsonObject:
    # `type` and `prefix` of a simple rule mean nothing, and are stored as they were sent.
    rule: JsonObject = {
        **fields.others(),
        "category": fields.choice("category", RULE_CATEGORIES),
        "source_key": fields.text("source_key"),
        "operation": fields.choice("operation", RULE_OPERATIONS),
    }
    if rule["category"] == "simple":
        return {**rule, "event_key": fields.text("event_key")}
    return {**rule, "type": fields.choice("type", RULE_TYPES), "prefix": fields.flag("prefix")}
