"""Coverage is measured where a test runs first, and not where it repeats itself."""

from __future__ import annotations

import os
import sys
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.measured import is_repetition


@given(st.none())
def _property(_: None) -> None: ...


@pytest.mark.parametrize("other", ["no", "yes"])
@pytest.mark.parametrize("number", [0, 1])
def test_only_the_first_parameters_of_a_test_are_measured(
    request: pytest.FixtureRequest, number: int, other: str
) -> None:
    is_first = (number, other) == (0, "no")
    assert is_repetition(request.node) is not is_first
    if request.config.pluginmanager.hasplugin("_cov"):
        assert (sys.gettrace() is not None) is is_first
        assert ("COVERAGE_PROCESS_CONFIG" in os.environ) is is_first


def test_a_test_without_parameters_is_measured(request: pytest.FixtureRequest) -> None:
    assert not is_repetition(request.node)


def test_a_property_is_not_measured() -> None:
    assert is_repetition(cast("Any", SimpleNamespace(obj=_property)))
