"""Fixtures: import them into a conftest.py to have them in its tests."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NoReturn, Protocol

import pytest
from tests.fakes.github.description.packages import PackagesMissingError
from tests.fakes.github.fake import FakeGitHub, fake_github

__all__ = ["MakeGitHub", "github", "make_github"]


class MakeGitHub(Protocol):
    """Makes a fake GitHub whose API stands behind a prefix."""

    def __call__(self, *, prefix: str = "") -> FakeGitHub: ...


@pytest.fixture
def make_github(tmp_path: Path, absent: Callable[[str], NoReturn]) -> Iterator[MakeGitHub]:
    """Make fakes that are checked when the test ends: a difference from GitHub's description fails it."""
    numbers = itertools.count(1)
    with ExitStack() as stack:

        def make(*, prefix: str = "") -> FakeGitHub:
            directory = str(tmp_path / f"github-{next(numbers)}")
            try:
                return stack.enter_context(fake_github(prefix=prefix, directory=directory))
            except PackagesMissingError as missing:
                absent(str(missing))

        yield make


@pytest.fixture
def github(make_github: MakeGitHub) -> FakeGitHub:
    """A fake GitHub whose every exchange is compared with GitHub's description."""
    return make_github()
