"""How many examples a property is tried with, where a profile's own number is too many or too few for it."""

from hypothesis import settings

_USUAL = 100


def examples(number: int) -> int:
    """Return so many examples for every hundred that the profile in force tries of other properties."""
    return max(1, number * settings.default.max_examples // _USUAL)
