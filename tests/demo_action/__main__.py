"""`make demo-action`: the action's story, told in the terminal, and what stands on GitHub afterwards as pages."""

from __future__ import annotations

import sys
from pathlib import Path

from rich.console import Console
from tests.demo_action.events import is_described
from tests.demo_action.story import Story, the_story
from tests.looks.pages import leave

_ROOT = Path(__file__).parents[2]
_NARROWEST = 100


def main() -> int:
    """Tell the story; return 0 when it went as it should."""
    console = Console(highlight=False, markup=False)
    if console.width < _NARROWEST:
        console = Console(highlight=False, markup=False, width=_NARROWEST)
    try:
        if not is_described():
            console.print(
                "GitHub's description of its API is not installed (make assets): no exchange is compared with it."
            )
        said = the_story(Story(console))
    except AssertionError as unexpected:
        console.print(f"\nThe demo did not go as it should: {unexpected}")
        return 1
    console.print()
    for line in leave(_ROOT / "build" / "demo-action", said):
        console.print(line, soft_wrap=True)
    console.print("\nThat was the demo. How to set it up on GitHub: docs/action.md.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
