"""What belongs to the vendor on a logpoint: shipped with the product, and maintained by it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

VENDOR_USER: Final = "LogPoint"
"""What the vendor's own objects carry as `user`."""


@dataclass(frozen=True)
class Vendor:
    """How to recognise what the vendor owns among the objects of one kind.

    In addition, `default` and every name that starts with an underscore are the vendor's in each kind.

    Arguments:
        source: where these facts come from.
        names: further names that the vendor has taken.
        users: values of the field `user` that only the vendor's objects carry.
        has_vid: whether a `vid` that is not empty marks an object as the vendor's.
    """

    source: str
    names: frozenset[str] = frozenset()
    users: frozenset[str] = frozenset({VENDOR_USER})
    has_vid: bool = True

    def has_name(self, name: str) -> bool:
        """Tell whether the name alone says that the object is the vendor's."""
        return name in self.names or is_vendor_name(name)

    def marks(self, obj: Mapping[str, Any]) -> bool:
        """Tell whether an object as read is marked as the vendor's, whatever its name."""
        return obj.get("user") in self.users or (self.has_vid and bool(obj.get("vid")))


ANY_VENDOR: Final = Vendor("Director API 2.7.0: vendor objects carry a `vid`, or the vendor as `user`")
"""For kinds of which no name is known except `default` and those with an underscore."""


def is_vendor_name(name: str) -> bool:
    """Tell whether the name belongs to the vendor in every kind: `default`, and all that start with an underscore."""
    return name == "default" or name.startswith("_")
