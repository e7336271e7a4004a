"""Ten rules over twenty thousand resources, half of them unequal, within the time that is promised."""

from __future__ import annotations

import time

from tests.unit.rules.ruled import LIBRARY

from lpcac.core.findings import Position
from lpcac.core.resources import Desired, Resource, ResourceKey
from lpcac.models import registry
from lpcac.rules.judging import Judge
from lpcac.rules.reading import read_rules

CLIENTS, EACH, RULES = 500, 40, 10


def desired(client: int) -> Desired:
    """Return forty repos: half are the same for all clients, half like nobody else's."""
    resources = {}
    for number in range(EACH):
        key = ResourceKey("Repo", f"repo-{number}" if number % 2 else f"client-{client}-{number}")
        spec = {"paths": [{"path": "/hot", "retention_days": 90}, {"path": "/cold", "retention_days": 275 + number}]}
        resources[key] = Resource(key, spec, Position("x.yaml", number + 1))
    return Desired(resources)


def test_ten_rules_over_twenty_thousand_resources_take_less_than_ten_seconds() -> None:
    text = "\n---\n".join(
        (LIBRARY / "pci-dss-10-5-1.yaml").read_text().replace("name: pci", f"name: r{number}-pci")
        for number in range(RULES)
    )
    started = time.process_time()

    rules, findings = read_rules([("rules.yaml", text.encode())], lambda _, __: "")
    judge = Judge(registry(), lambda: True)
    found = judge.findings((f"client-{client}", desired(client), rules) for client in range(CLIENTS))

    assert time.process_time() - started < 10
    assert (len(rules), findings, found) == (RULES, [], ())
    assert judge.checks <= RULES * (CLIENTS * EACH // 2 + EACH // 2)
