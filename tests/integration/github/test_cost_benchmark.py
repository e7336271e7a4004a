"""What runs cost on GitHub can be counted: the benchmark's runs end well, within the limits that the fake keeps."""

from __future__ import annotations

from pathlib import Path

from benchmarks.github import table, usages


def test_the_benchmark_counts_what_each_run_costs(tmp_path: Path) -> None:
    found = list(usages(2, tmp_path, order_seconds=0.0))

    assert [(each.run, each.ended) for each in found] == [(run, "0") for run in ("plan", "merge", "re-run", "night")]
    plan, merge, again, night = found
    assert plan.writes >= 1
    assert merge.writes > 0
    assert again.writes <= merge.writes
    assert night.writes == 0
    assert all(each.requests > each.writes and each.megabytes > 10 and each.seconds > 0 for each in found)
    assert len(table(found).splitlines()) == 6
