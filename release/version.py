"""Version numbers, as Semantic Versioning writes them."""

from __future__ import annotations

import re
from dataclasses import dataclass

_FORM = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")


@dataclass(frozen=True, order=True)
class Version:
    """A released version; later ones are greater."""

    major: int
    minor: int
    patch: int

    @classmethod
    def parse(cls, text: str) -> Version:
        """Return the version that a text such as `1.2.3` says.

        Raises:
            ValueError: it is no such text.
        """
        match = _FORM.fullmatch(text)
        if match is None:
            message = f"{text!r} is not a version: write three numbers, such as 1.2.3, without a v"
            raise ValueError(message)
        return cls(*(int(number) for number in match.groups()))

    def __str__(self) -> str:
        """Return `1.2.3`."""
        return f"{self.major}.{self.minor}.{self.patch}"

    @property
    def tag(self) -> str:
        """The tag of this version alone."""
        return f"v{self}"

    @property
    def major_tag(self) -> str:
        """The tag that moves with every version of the same major number."""
        return f"v{self.major}"
