"""Lints clients as they were loaded."""

from __future__ import annotations

from collections.abc import Iterable

from lpcac.core.findings import Finding
from lpcac.directory_map.directory_map import DirectoryMap
from lpcac.kinds.registry import Registry
from lpcac.lint.linting import Linted, lint
from lpcac.lint.live_names import NOTHING_LIVE, LiveNames
from lpcac.planning.targets.loaded_clients import LoadedClient


def lint_clients(
    clients: Iterable[LoadedClient],
    registry: Registry,
    directory_map: DirectoryMap | None,
    used_live: LiveNames = NOTHING_LIVE,
) -> tuple[Finding, ...]:
    """Return what is odd about the clients; one whose files have errors is left out.

    Arguments:
        directory_map: gives codes their levels; without it each has its usual one.
        used_live: what is used on the clients' logpoints, as far as these were read.
    """
    linted = []
    for loaded in clients:
        if not loaded.errors and loaded.layers is not None:
            suppressed = [each for layer in loaded.layers.layers for each in layer.suppressed]
            linted.append(Linted(loaded.desired, suppressed, used_live.get(loaded.client.name, frozenset())))
    return lint(linted, registry, directory_map.lint if directory_map else {})
