"""Checks resources, as YAML, against rules, as YAML."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from lpcac.core.findings import Finding
from lpcac.directory_map.directory_map import Client
from lpcac.models import registry
from lpcac.planning.targets.loaded_clients import LoadedClient, load_client
from lpcac.workspace.check_rules import BaseRules, RuleFiles, check_rules

LIBRARY = Path(__file__).parents[3] / "examples" / "rules"


def client_with(resources: str, name: str = "acme", **variables: int) -> LoadedClient:
    """Return a client that declares these."""
    client = Client(name, f"clients/{name}", "main", "pool", ("lp",), vars=variables)
    loaded = load_client(client, [("acme.yaml", resources.encode())], registry())
    assert loaded.errors == (), loaded.errors
    return loaded


def rule_files(text: str, beside: Mapping[str, bytes] | None = None) -> RuleFiles:
    """Return a file of rules, and files beside it."""
    known = beside or {}
    return RuleFiles((("rules/own.yaml", text.encode()),), (), lambda _, name: known.get(name, "there is no such file"))


def checked(resources: str, rules: RuleFiles, *, budget: float = 60.0, base: RuleFiles | None = None) -> list[Finding]:
    """Return what breaks the rules, or is wrong with them."""
    before = BaseRules(base) if base else None
    return [*check_rules([client_with(resources)], registry(), rules, before, budget)]


def repo(*days: int, name: str = "acme_system", labels: str = "{}") -> str:
    """Return a repo with so many days in each tier."""
    tiers = ", ".join(f"{{path: /tier{i}, retention_days: {each}}}" for i, each in enumerate(days))
    metadata = f"metadata: {{name: {name}, labels: {labels}}}"
    return f"apiVersion: logpoint-cac/v1\nkind: Repo\n{metadata}\nspec:\n  paths: [{tiers}]\n"


def routing(drop: str = "store", labels: str = "{}", name: str = "acme_windows") -> str:
    """Return a routing policy with one criterion."""
    criterion = f"{{type: KeyPresent, key: noise, drop: {drop}, repo: default}}"
    metadata = f"metadata: {{name: {name}, labels: {labels}}}"
    spec = f"spec: {{catch_all: default, routing_criteria: [{criterion}]}}"
    return f"apiVersion: logpoint-cac/v1\nkind: RoutingPolicy\n{metadata}\n{spec}\n"
