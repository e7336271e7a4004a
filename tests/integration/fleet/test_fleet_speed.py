"""A provider's whole fleet, 500 clients on one base of 40 objects, within the time and memory that are promised."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks.fleet import CLIENTS, findings_of_a_bad_base, objects_in, rendering, validating, write_fleet

SECONDS = 15
"""Of a core, on which all of it runs; the clock on the wall would also count what other programs do."""
MEGABYTES = 500


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    return write_fleet(tmp_path / "fleet")


def test_five_hundred_clients_are_validated_within_seconds_and_half_a_gigabyte(fleet: Path) -> None:
    used = validating(fleet)
    assert used.processor_seconds < SECONDS
    assert used.megabytes < MEGABYTES


def test_five_hundred_clients_are_rendered_within_seconds_and_half_a_gigabyte(fleet: Path, tmp_path: Path) -> None:
    rendered = tmp_path / "rendered"
    rendered.mkdir()
    used = rendering(fleet, rendered)
    assert objects_in(rendered) >= CLIENTS * 40
    assert used.processor_seconds < SECONDS
    assert used.megabytes < MEGABYTES


def test_a_bad_value_in_the_base_is_one_finding_with_how_many_clients_it_hits(fleet: Path) -> None:
    (message,) = findings_of_a_bad_base(fleet.parent, fleet)
    assert message.startswith('Repo "verbose_0": paths[0].retention_days: must be 1 or more, not 0 (in 450 clients: ')
