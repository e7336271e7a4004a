"""Measures how fast `lpcac validate` is, beside `check-jsonschema` on the same files.

Run it with `python -m benchmarks.validation`. Both run as commands, process start included. lpcac also resolves
references and finds duplicates across all files; check-jsonschema checks each document by itself, and because it
reads one document a file, the same documents are written once more, one a file.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Final

FILES: Final = 2000
DOCUMENTS_PER_FILE: Final = 5
FILES_FOR_CHECK_JSONSCHEMA: Final = 200
ROUNDS: Final = 3

SCHEMAS: Final = Path(__file__).parent.parent / "schemas"
_HEAD: Final = (
    "apiVersion: logpoint-cac/v1\nkind: {kind}\nmetadata:\n  name: {name}\n  description: Pipeline {number}\nspec:\n"
)

_REPO: Final = """\
  paths:
    - path: /data_hot
      retention_days: 90
    - path: /cold_nfs
      retention_days: 275
"""
_VERBOSE_REPO: Final = "  paths:\n    - {path: /data_hot, retention_days: 30}\n"
_ROUTING: Final = """\
  catch_all: system_{number}
  routing_criteria:
    - {{type: KeyPresentValueMatches, key: EventType, value: Verbose, repo: verbose_{number}, drop: store}}
    - type: KeyPresentValueMatches
      key: EventID
      value: '4625'
      repo: system_{number}
    - {{type: KeyPresent, key: debug, drop: discard}}
"""
_NORMALIZATION: Final = """\
  normalization_packages: [LP_Windows, LP_Windows_Sysmon]
  compiled_normalizers:
    - WindowsSysmonCompiledNormalizer
    - LPA_Windows
"""
_PROCESSING: Final = "  routing_policy: routing_{number}\n  normalization_policy: normalization_{number}\n"


def documents(number: int) -> list[str]:
    """Return one standard pipeline: two repos, a routing, a normalization and a processing policy."""
    parts = [
        ("Repo", "system", _REPO),
        ("Repo", "verbose", _VERBOSE_REPO),
        ("RoutingPolicy", "routing", _ROUTING.format(number=number)),
        ("NormalizationPolicy", "normalization", _NORMALIZATION),
        ("ProcessingPolicy", "processing", _PROCESSING.format(number=number)),
    ]
    return [_HEAD.format(kind=kind, name=f"{name}_{number}", number=number) + spec for kind, name, spec in parts]


def write_set(folder: Path) -> None:
    """Write every document, five a file, ten files a folder."""
    for number in range(FILES):
        file = folder / f"client-{number // 10:03d}" / f"pipeline-{number}.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("---\n".join(documents(number)))


def write_single_documents(folder: Path) -> list[str]:
    """Write part of the same documents, one a file; return the files."""
    files = []
    for number in range(FILES_FOR_CHECK_JSONSCHEMA):
        for index, document in enumerate(documents(number)):
            file = folder / f"{number}-{index}.yaml"
            file.write_text(document)
            files.append(str(file))
    return files


def fastest(command: Sequence[str]) -> float:
    """Return the seconds of the fastest of a few runs; raise when a run does not call the files valid."""
    seconds = []
    for _ in range(ROUNDS):
        started = perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        seconds.append(perf_counter() - started)
    return min(seconds)


def main() -> None:
    """Print documents per second of both, and how many times faster lpcac is."""
    with tempfile.TemporaryDirectory() as temporary:
        whole, single = Path(temporary, "set"), Path(temporary, "single")
        single.mkdir()
        write_set(whole)
        files = write_single_documents(single)
        ours = FILES * DOCUMENTS_PER_FILE / fastest([sys.executable, "-m", "lpcac.main", "validate", str(whole)])
        checker = Path(sys.executable).with_name("check-jsonschema")
        schema = SCHEMAS / "resource.schema.json"
        theirs = len(files) / fastest([str(checker), "--schemafile", str(schema), *files])
    print(f"{FILES * DOCUMENTS_PER_FILE:,} documents in {FILES:,} files, {os.cpu_count()} cores")
    print(f"lpcac validate    {ours:8,.0f} documents/s")
    print(f"check-jsonschema  {theirs:8,.0f} documents/s (on {len(files):,} of them, one a file)")
    print(f"ratio             {ours / theirs:8.1f}")


if __name__ == "__main__":
    main()
