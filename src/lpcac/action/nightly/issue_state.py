"""What an issue remembers from night to night, in a line of its text that nobody sees."""

from __future__ import annotations

import binascii
import json
import re
from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import datetime

from lpcac.core.digests import canonical_bytes
from lpcac.core.json_values import Json

DRIFT_LABEL = "lpcac/drift"
UNREACHABLE_LABEL = "lpcac/unreachable"

STATE_LINE = re.compile(r"^[ \t]*<!-- lpcac:(drift|unreachable):v(\d+) ([A-Za-z0-9+/=]+) -->", re.MULTILINE)
"""An issue's state, at the start of a line: people write above it, and a quotation of it is none."""
_VERSION = 1


@dataclass(frozen=True)
class IssueState:
    """What an issue remembers, in a line that nobody sees.

    Arguments:
        subject: the client; empty in the issue about unreachable clients.
        digest: of what it reports; empty once a run found that nothing of it is left.
        first_seen: when what it reports began.
        nights: on how many nights in a row it was seen.
        scope: of the job that keeps it; the issues of others are theirs.
    """

    subject: str
    digest: str
    first_seen: datetime
    last_checked: datetime
    nights: int = 1
    scope: str = ""

    @property
    def is_over(self) -> bool:
        """Tell whether a run saw the end of what the issue reports; that someone closed it does not count."""
        return not self.digest


def state_line(kind: str, state: IssueState) -> str:
    """Return the state as a line of an issue: an HTML comment whose alphabet cannot end it."""
    content = {
        "subject": state.subject,
        "digest": state.digest,
        "first_seen": state.first_seen.isoformat(),
        "last_checked": state.last_checked.isoformat(),
        "nights": state.nights,
        "scope": state.scope,
    }
    return f"<!-- lpcac:{kind}:v{_VERSION} {b64encode(canonical_bytes(content)).decode()} -->"


def read_state(kind: str, body: str) -> IssueState | None:
    """Return the state in an issue's text; `None` when there is none of this kind, or it cannot be read.

    Anyone may write such a line: trust it only as far as the issue's author.
    """
    found = STATE_LINE.search(body)
    if not found or found[1] != kind:
        return None
    try:
        content: Json = json.loads(b64decode(found[3], validate=True))
        return IssueState(
            str(content["subject"]),
            str(content["digest"]),
            datetime.fromisoformat(content["first_seen"]),
            datetime.fromisoformat(content["last_checked"]),
            int(content["nights"]),
            str(content["scope"]),
        )
    except (binascii.Error, KeyError, TypeError, ValueError):
        return None


def text_above(body: str) -> str:
    """Return what people wrote above an issue's state, up to the line's start."""
    found = STATE_LINE.search(body)
    return body[: found.start()].replace("\r\n", "\n") if found else ""
