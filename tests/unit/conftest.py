"""Fixtures of all unit tests."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import pytest
from tests.unit.director_double import director, orders_on
from tests.virtual_time import run_virtually

__all__ = ["director", "orders_on"]

T = TypeVar("T")


@pytest.fixture
def virtually() -> Callable[[Coroutine[Any, Any, T]], T]:
    """Give what runs a coroutine in virtual time."""
    return run_virtually
