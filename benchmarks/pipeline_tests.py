"""Measures pipeline tests: 500 clients with 40 cases each, half of them from the base and half of their own.

Run it with `python -m benchmarks.pipeline_tests`. `lpcac test` runs as a command, process start and reading of all
files included; the cases hold placeholders, so that none of them can be read once for all clients.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Final

from benchmarks.fleet import CLIENTS, PIPELINES, Usage, usage_of, write_fleet

CASES: Final = 40

_TEST: Final = """\
apiVersion: logpoint-cac/v1
kind: PipelineTest
metadata: {name: %(name)s}
spec:
  cases:
"""
_CASE: Final = """\
    - name: case %(number)d of ${client}
      via: processing_%(pipeline)d
      event: {event_id: "%(number)d", host: "${client}-%(number)d", user: somebody, message: a line of text}
      expect: {repo: system_%(pipeline)d, at_least: 300}
"""


def write_tested_fleet(folder: Path) -> Path:
    """Write the fleet with its tests; return the map's file."""
    file = write_fleet(folder)
    (folder / "bases/standard/tests.yaml").write_text(_test("shared"))
    for client in (folder / "clients").iterdir():
        (client / "tests.yaml").write_text(_test("own"))
    return file


def run_fleet_tests(file: Path) -> Usage:
    """Return what running all tests takes; raise when one of them fails."""
    return usage_of("-m", "lpcac.main", "test", "--map", str(file))


def _test(name: str) -> str:
    cases = (_CASE % {"number": number, "pipeline": number % PIPELINES} for number in range(CASES // 2))
    return _TEST % {"name": name} + "".join(cases)


def main() -> None:
    """Print seconds and memory."""
    with tempfile.TemporaryDirectory() as temporary:
        used = run_fleet_tests(write_tested_fleet(Path(temporary, "fleet")))
    print(f"{CLIENTS} clients with {CASES} cases each, {os.cpu_count()} cores")
    print(f"test       {used.seconds:6.1f} s ({used.processor_seconds:.1f} s of a core)")
    print(f"memory     {used.megabytes:6.0f} MB")


if __name__ == "__main__":
    main()
