"""Five hundred clients with forty cases each, within the time and memory that are promised."""

from __future__ import annotations

from pathlib import Path

from benchmarks.pipeline_tests import run_fleet_tests, write_tested_fleet


def test_twenty_thousand_cases_run_within_ten_seconds_and_three_hundred_megabytes(tmp_path: Path) -> None:
    used = run_fleet_tests(write_tested_fleet(tmp_path / "fleet"))

    # It runs on one core; the clock on the wall would also count what other programs do.
    assert used.processor_seconds < 10
    assert used.megabytes < 300
