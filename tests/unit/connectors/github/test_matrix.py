"""Every client is in exactly one job, and no matrix is larger than GitHub takes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lpcac.connectors.github.matrix import MOST_JOBS, matrix, read_name_list


@settings(deadline=None)
@given(st.lists(st.text(min_size=1).filter(str.strip), unique=True, max_size=40), st.integers(min_value=1, max_value=8))
def test_every_client_is_in_one_job_whatever_it_is_called(clients: list[str], most_jobs: int) -> None:
    jobs = matrix(clients, most_jobs)["include"]

    assert sorted(name for job in jobs for name in read_name_list(job["clients"])) == sorted(clients)
    assert len(jobs) <= most_jobs


@pytest.mark.parametrize("count", [0, 1, 10, 11, 2560, 10_000])
def test_jobs_are_as_many_as_needed_and_as_github_takes(count: int) -> None:
    jobs = matrix([f"c{number}" for number in range(count)])["include"]

    assert len(jobs) == min(MOST_JOBS, -(-count // 10))
    sizes = [len(read_name_list(job["clients"])) for job in jobs]
    assert max(sizes, default=0) - min(sizes, default=0) <= 1


@pytest.mark.parametrize("text", ["[1]", "[", '["a"'])
def test_what_starts_like_json_and_is_no_list_of_names_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        read_name_list(text)
