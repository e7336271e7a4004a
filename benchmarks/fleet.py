"""Measures a provider's whole fleet: 500 clients on one base of 40 objects, validated and rendered.

Run it with `python -m benchmarks.fleet`. Validation runs as a command, rendering of every client in one process of its
own, process start and reading of all files included in both. The base has placeholders and every tenth client patches
it. A last run has a bad value in the base, which has to be told once.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Final

from benchmarks.measured_process import ROOT, measurement, measuring

CLIENTS: Final = 500
PIPELINES: Final = 8
EVERY: Final = 10
"""One client in this many has a patch and a resource of its own."""

_MAP: Final = """\
apiVersion: logpoint-cac/v1
kind: DirectoryMap
directors: {main: {url: "https://director.example.com", token_env: DIRECTOR_TOKEN}}
clients:
  - path: clients/*
    director: main
    pool: pool-${client}
    logpoints: [lp-01]
    bases: [bases/standard]
    vars: {days: 90}
"""
_PIPELINE: Final = """\
apiVersion: logpoint-cac/v1
kind: Repo
metadata: {name: system_%(n)d, description: "Logs of ${client}"}
spec: {paths: [{path: /data_hot, retention_days: "${vars.days}"}, {path: /cold_nfs, retention_days: 275}]}
---
apiVersion: logpoint-cac/v1
kind: Repo
metadata: {name: verbose_%(n)d}
spec: {paths: [{path: /data_hot, retention_days: 30}]}
---
apiVersion: logpoint-cac/v1
kind: RoutingPolicy
metadata: {name: routing_%(n)d}
spec:
  catch_all: system_%(n)d
  routing_criteria:
    - {type: KeyPresentValueMatches, key: event_type, value: Verbose, repo: verbose_%(n)d}
    - {type: KeyPresentValueMatches, key: event_id, value: '4625', repo: system_%(n)d}
    - {type: KeyPresent, key: debug, drop: discard}
---
apiVersion: logpoint-cac/v1
kind: NormalizationPolicy
metadata: {name: normalization_%(n)d}
spec: {normalization_packages: [LP_Windows, LP_Windows_Sysmon], compiled_normalizers: [LPA_Windows]}
---
apiVersion: logpoint-cac/v1
kind: ProcessingPolicy
metadata: {name: processing_%(n)d}
spec: {routing_policy: routing_%(n)d, normalization_policy: normalization_%(n)d}
"""
_PATCH: Final = """\
apiVersion: logpoint-cac/v1
kind: Repo
metadata: {name: verbose_0, patch: true}
spec: {paths: [{path: /data_hot, retention_days: 60}]}
---
apiVersion: logpoint-cac/v1
kind: Repo
metadata: {name: own}
spec: {paths: [{path: /data_hot, retention_days: 60}]}
"""
_RENDER_ALL: Final = """\
import sys
from pathlib import Path
from lpcac.models import registry
from lpcac.reports.rendered_resources import resources_yaml
from lpcac.workspace.load_scope import load_scope
from lpcac.workspace.target_options import TargetOptions
scope = load_scope(TargetOptions(map_file=sys.argv[1]), registry())
for loaded in scope.clients:
    composed = loaded.layers.composed(loaded.client.pool, "lp-01")
    text = resources_yaml(composed.documents, registry())
    Path(sys.argv[2], loaded.client.name + ".yaml").write_text(text)
"""


def write_fleet(folder: Path) -> Path:
    """Write the map, the base and the clients' folders; return the map's file."""
    (folder / "bases/standard").mkdir(parents=True)
    for number in range(PIPELINES):
        (folder / f"bases/standard/pipeline-{number}.yaml").write_text(_PIPELINE % {"n": number})
    for number in range(CLIENTS):
        client = folder / f"clients/client-{number:03d}"
        client.mkdir(parents=True)
        if number % EVERY == 0:
            (client / "own.yaml").write_text(_PATCH)
    file = folder / "lpcac.yaml"
    file.write_text(_MAP)
    return file


@dataclass(frozen=True)
class Usage:
    """What a command took."""

    seconds: float
    processor_seconds: float
    """Of its own work, whatever else the machine does."""
    megabytes: float
    """At most at any moment."""


def validating(file: Path) -> Usage:
    """Return what validating the fleet takes."""
    return usage_of("-m", "lpcac.main", "validate", "--map", str(file))


def rendering(file: Path, target: Path) -> Usage:
    """Write what every client comes to, a file each; return what that takes."""
    return usage_of("-c", _RENDER_ALL, str(file), str(target))


def usage_of(*command: str) -> Usage:
    """Return what a command takes; raise when it does not end well."""
    with tempfile.NamedTemporaryFile() as measured:
        started = perf_counter()
        whole = measuring(measured.name, *command)
        subprocess.run(whole, check=True, stdout=subprocess.DEVNULL, cwd=ROOT)
        seconds = perf_counter() - started
        return Usage(seconds, *measurement(measured.name))


def objects_in(folder: Path) -> int:
    """Return how many objects were written."""
    return sum(text.read_text().count("\nkind: ") for text in folder.iterdir())


def findings_of_a_bad_base(folder: Path, file: Path) -> list[str]:
    """Return what validation says when one value of the base is wrong for all clients."""
    base = folder / "bases/standard/pipeline-0.yaml"
    base.write_text(base.read_text().replace("retention_days: 30", "retention_days: 0"))
    command = [sys.executable, "-m", "lpcac.main", "validate", "--map", str(file), "--format", "json"]
    answer = subprocess.run(command, check=False, capture_output=True)
    return [finding["message"] for finding in json.loads(answer.stdout)["findings"]]


def main() -> None:
    """Print seconds and memory, and what a bad base is told as."""
    with tempfile.TemporaryDirectory() as temporary:
        folder, rendered = Path(temporary, "fleet"), Path(temporary, "rendered")
        rendered.mkdir()
        file = write_fleet(folder)
        validated, written = validating(file), rendering(file, rendered)
        objects = objects_in(rendered)
        told = findings_of_a_bad_base(folder, file)
    print(f"{CLIENTS} clients, {objects:,} objects, {os.cpu_count()} cores")
    print(f"validate   {validated.seconds:6.1f} s")
    print(f"render     {written.seconds:6.1f} s")
    print(f"memory     {max(validated.megabytes, written.megabytes):6.0f} MB")
    print(f"a bad value in the base: {len(told)} finding: {' / '.join(told)}")


if __name__ == "__main__":
    main()
