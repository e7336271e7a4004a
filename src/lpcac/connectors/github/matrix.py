"""Shares clients among the jobs of a GitHub matrix."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from lpcac.core.json_values import Json

MOST_JOBS = 256
"""What GitHub takes in one matrix."""
_CLIENTS_PER_JOB = 10


def matrix(clients: Sequence[str], most_jobs: int = MOST_JOBS) -> Json:
    """Return a matrix in which every client occurs once, in jobs of nearly the same size.

    Arguments:
        most_jobs: how many jobs there may be at most.
    """
    jobs = min(most_jobs, -(-len(clients) // _CLIENTS_PER_JOB))
    return {"include": [{"clients": name_list(clients[number::jobs])} for number in range(jobs)]}


def read_matrix(text: str) -> tuple[tuple[str, ...], ...]:
    """Return the clients of each job of a matrix.

    Raises:
        ValueError: it is no matrix of clients.
    """
    try:
        return tuple(read_name_list(job["clients"]) for job in json.loads(text)["include"])
    except (AttributeError, KeyError, TypeError, RecursionError):
        raise ValueError(text) from None


def name_list(names: Sequence[str]) -> str:
    """Return names as the action's input `clients` takes them."""
    is_plain = all(not set(name) & set(",\n\r[") and name == name.strip() for name in names)
    return ",".join(names) if is_plain else json.dumps(list(names), ensure_ascii=False)


def read_name_list(text: str) -> tuple[str, ...]:
    """Return the names in a list with commas or line breaks, or in a JSON list.

    Raises:
        ValueError: it starts like a JSON list and is none of texts.
    """
    if text.lstrip().startswith("["):
        found = json.loads(text)
        if not all(isinstance(name, str) for name in found):
            raise ValueError(text)
        return tuple(found)
    return tuple(part.strip() for part in re.split(r"[,\r\n]", text) if part.strip())
