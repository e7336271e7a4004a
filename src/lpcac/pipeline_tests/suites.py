"""The tests of a client, with what it declares where they run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lpcac.composition.client import ClientLayers
from lpcac.core.findings import Finding
from lpcac.core.resources import Desired, ResourceKey
from lpcac.pipeline.event_end import PROCESSING
from lpcac.pipeline_tests.cases import Case, cases_of

LOGPOINT_MARK = " on "
"""Separates client and logpoint in the name of a suite."""


@dataclass(frozen=True)
class Suite:
    """Cases, what the client declares for them, and what is wrong with the test documents.

    Arguments:
        name: the client, with the logpoint where it differs by logpoint.
    """

    name: str
    desired: Desired
    cases: tuple[Case, ...] = ()
    findings: tuple[Finding, ...] = ()


def suites_of(layers: ClientLayers, desired: Sequence[Desired]) -> tuple[Suite, ...]:
    """Return the client's suites: one, or one a logpoint where the client differs by logpoint.

    Arguments:
        desired: what the client declares on each of them.
    """
    suites = []
    for logpoint, declared in zip(layers.logpoints_apart, desired, strict=True):
        name = f"{layers.client.name}{LOGPOINT_MARK}{logpoint}" if logpoint else layers.client.name
        found = cases_of(layers.asides, layers.client, layers.values_offline(logpoint))
        cases = tuple(case for case in found.cases if not _goes_with_dropped(case, layers, declared))
        suites.append(Suite(name, declared, cases, found.findings))
    return tuple(suites)


def _goes_with_dropped(case: Case, layers: ClientLayers, declared: Desired) -> bool:
    """Tell whether the client drops the processing policy of a base's case, so that there is nothing to test."""
    if ResourceKey(PROCESSING, case.via or "") not in declared.dropped:
        return False
    return any(case.file in layer.files for layer in layers.layers if layer.is_base)
