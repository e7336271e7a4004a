"""The locks can be installed with their hashes, by old releases of pip as well."""

from __future__ import annotations

import re
from importlib.metadata import distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LOCKS = Path(__file__).parents[2]


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock", "requirements-docs.lock"])
def test_a_package_that_another_wants_with_an_extra_is_pinned_with_that_extra(lock: str) -> None:
    """Else pip 23 takes the newest release for the extra, finds that it is not pinned, and installs nothing."""
    pins = re.findall(r"^([\w.-]+)(?:\[([\w,-]+)\])?==", (LOCKS / lock).read_text(encoding="utf-8"), re.MULTILINE)
    pinned = {canonicalize_name(name): set(filter(None, extras.split(","))) for name, extras in pins}
    wanted = [
        Requirement(text)
        for distribution in distributions()
        if canonicalize_name(distribution.name) in pinned
        for text in distribution.requires or ()
    ]
    lacking = {
        str(each)
        for each in wanted
        if each.marker is None or each.marker.evaluate({"extra": ""})
        if not each.extras <= pinned.get(canonicalize_name(each.name), each.extras)
    }
    assert pinned
    assert lacking == set()
