"""How many examples a property is tried with, where a profile's own number is too many or too few for it."""

from hypothesis import settings

_OF_CI = 100


def examples(number: int) -> int:
    """Return so many examples in the profile `ci`, and as much fewer as the profile in force is weaker."""
    return max(1, number * settings.default.max_examples // _OF_CI)
