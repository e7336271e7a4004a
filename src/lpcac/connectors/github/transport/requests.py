"""One request to GitHub's REST API, and the answer to it, as plain values."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from lpcac.core.json_values import Json

_NEXT: Final = re.compile(r'<([^<>]*)>[^,<]*;\s*rel="?next"?', re.IGNORECASE)
_READS: Final = frozenset({"GET", "HEAD"})


@dataclass(frozen=True)
class Request:
    """One request.

    Arguments:
        what: what it is for; completes "cannot ...".
        path: below the API's address, beginning with a slash.
        body: a JSON object; `None` for none.
        permissions: what the job's token needs for it, one of these, as a workflow writes them: `deployments: read`.
    """

    what: str
    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: Json | None = None
    permissions: Sequence[str] = ()

    @property
    def is_write(self) -> bool:
        """Tell whether it asks for a change."""
        return self.method not in _READS

    def at(self, query: Mapping[str, str]) -> Request:
        """Return the same request for another page."""
        return replace(self, query=query)


@dataclass(frozen=True)
class Answer:
    """What came back.

    Arguments:
        headers: by lower-case name.
    """

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def next_page(self) -> Mapping[str, str] | None:
        """Return the query of the next page of a list, `None` on the last one.

        Only the query counts: GitHub writes the address of a renamed repository differently.
        """
        found = _NEXT.search(self.headers.get("link", ""))
        return dict(parse_qsl(urlsplit(found.group(1)).query, keep_blank_values=True)) if found else None


class LostAnswerError(Exception):
    """No whole answer came; the request may have been carried out or not."""


class BrokenAnswerError(Exception):
    """The answer is not what GitHub's description of this operation says."""
