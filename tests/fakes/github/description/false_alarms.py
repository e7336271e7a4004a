"""Where exchanges may differ from GitHub's description, each with the reason."""

import re
from dataclasses import dataclass

STATUSES_OF_EVERY_OPERATION = frozenset({400, 401, 403, 404, 409, 422, 429, 500, 502, 503, 504})
"""The description lists them for some operations only; GitHub gives them for any."""


@dataclass(frozen=True)
class FalseAlarm:
    """A difference that is no mistake."""

    operation: str
    """GitHub's name of it, `*` for all."""
    words: str
    """A regular expression for what the comparison says."""
    reason: str

    def covers(self, operation: str, words: str) -> bool:
        return self.operation in ("*", operation) and re.search(self.words, words) is not None


FALSE_ALARMS = (
    FalseAlarm(
        "*",
        r"^answer: (.*/)?(state_reason|conclusion): None is not one of \[",
        "The description calls these members nullable and leaves null out of their enumeration, "
        "which OpenAPI 3.0 takes literally; GitHub sends null.",
    ),
    FalseAlarm(
        "issues/add-labels",
        r"^request body: \[.*is not valid under any of the given schemas",
        "GitHub takes a bare list of names as well, which PyGithub's add_to_labels sends; "
        "the description left that form out.",
    ),
    FalseAlarm(
        "repos/get-branch-rules",
        r"^answer/\d+/parameters: GitHub knows no",
        "Each kind of rule has parameters of its own, and members are looked up in those of one kind; the whole rule "
        "is checked against the description all the same.",
    ),
    FalseAlarm(
        "issues/set-labels",
        r"^request body: \[.*is not valid under any of the given schemas",
        "The same bare list, from PyGithub's set_labels.",
    ),
)
