"""Builds a client from YAML and runs its tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from textwrap import dedent, indent

from lpcac.composition.layers import read_layer
from lpcac.directory_map.directory_map import Client
from lpcac.models import registry
from lpcac.pipeline_tests.report import SuiteReport, run_suites
from lpcac.pipeline_tests.running import Runner
from lpcac.planning.targets.loaded_clients import LoadedClient, load_client

RESOURCES = """\
apiVersion: logpoint-cac/v1
kind: Repo
metadata: {name: system}
spec: {paths: [{path: /hot, retention_days: 90}, {path: /cold, retention_days: 275}]}
---
apiVersion: logpoint-cac/v1
kind: Repo
metadata: {name: brief}
spec: {paths: [{path: /hot, retention_days: 14}]}
---
apiVersion: logpoint-cac/v1
kind: RoutingPolicy
metadata: {name: rules}
spec:
  catch_all: system
  routing_criteria:
    - {type: KeyPresentValueMatches, key: event_id, value: "4688", repo: brief}
    - {type: KeyPresent, key: noise, drop: discard}
---
apiVersion: logpoint-cac/v1
kind: ProcessingPolicy
metadata: {name: windows}
spec: {routing_policy: rules}
"""


def document_with(cases: str, name: str = "windows") -> str:
    """Return a test whose cases these are."""
    head = f"apiVersion: logpoint-cac/v1\nkind: PipelineTest\nmetadata: {{name: {name}}}\nspec:\n  via: windows\n"
    return f"{head}  cases:\n{indent(dedent(cases).strip(), '    ')}" + "\n"


def loaded(
    tests: str = "",
    *,
    base: str = "",
    resources: str = RESOURCES,
    name: str = "acme",
    logpoints: tuple[str, ...] = ("lp-01",),
    **variables: str | int,
) -> LoadedClient:
    """Return a client with these tests beside its resources, and with a base that holds others."""
    client = Client(name, "clients/acme", "main", "pool", logpoints, vars=variables)
    files = [("resources.yaml", resources.encode()), ("tests.yaml", tests.encode())]
    bases = [read_layer([("base/tests.yaml", base.encode())], registry(), "base")] if base else []
    return load_client(client, files, registry(), bases=bases)


def run(
    *clients: LoadedClient, samples: Mapping[str, bytes] | None = None, has_time: Callable[[], bool] = lambda: True
) -> SuiteReport:
    """Return what the clients' tests come to."""
    known = samples or {}

    def read(folder: str, name: str) -> bytes | str:
        return known.get(f"{folder}/{name}".removeprefix("./"), "there is no such file")

    runner = Runner(
        lambda folder, name: known.get(f"{folder}/{name}".removeprefix("./"), "there is no such file"), has_time
    )
    return run_suites([suite for client in clients for suite in client.suites], runner)
