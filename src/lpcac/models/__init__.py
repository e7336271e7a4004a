"""The resource kinds, one file each, and the registry that finds them."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from lpcac.kinds.kind import Kind
from lpcac.kinds.registry import Registry


@cache
def registry() -> Registry:
    """Return the registry of every kind declared as `KIND` in a module of this package."""
    modules = (import_module(f"{__name__}.{info.name}") for info in iter_modules(__path__))
    return Registry(module.KIND for module in modules if isinstance(getattr(module, "KIND", None), Kind))
