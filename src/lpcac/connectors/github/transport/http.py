"""Sends one request to GitHub with PyGithub's `Requester`, and returns the answer as it came.

PyGithub knows the addresses of GitHub and of Enterprise Server, proxies and certificates. What else it does is out of
reach here: its objects, whose attributes may send requests when they are read, are never made; and its `Requester`
is shown a plain "200" without headers, whatever the answer is, so that it follows, waits for and repeats nothing. That
is for `lpcac.connectors.github.transport.retries` to decide.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from pydantic import SecretStr

from lpcac.connectors.github.transport.requests import Answer, LostAnswerError, Request
from lpcac.core.errors import UsageError
from lpcac.core.text.safe_text import quoted

if TYPE_CHECKING:
    from github.Requester import Requester

# Seconds until an answer begins. GitHub itself gives up after ten.
_TIMEOUT: Final = 20
_OK: Final = 200


class Transport:
    """Sends requests with one token, one at a time."""

    def __init__(self, api_url: str, token: SecretStr | None) -> None:
        """Prepare to send; nothing is imported or sent yet.

        Arguments:
            api_url: the API's address, such as `https://api.github.com`.

        Raises:
            UsageError: that is no address.
        """
        address = urlsplit(api_url)
        if address.scheme not in ("http", "https") or not address.hostname:
            message = f"GITHUB_API_URL is {quoted(api_url)}, which is not an address that begins with https://"
            raise UsageError(message)
        self._api_url, self._token = api_url, token

    def send(self, request: Request) -> Answer:
        """Return the answer, whatever it is.

        Raises:
            LostAnswerError: none came, or not all of it.
        """
        from requests import RequestException  # noqa: PLC0415 - slow to import, and only the action needs it
        from urllib3.exceptions import HTTPError  # noqa: PLC0415

        connection: Any = self._connection
        try:
            self._requester.requestJson(
                request.method, request.path, dict(request.query), input=request.body, cnx=connection
            )
        except (RequestException, HTTPError) as error:
            raise LostAnswerError(type(error).__name__) from None
        answer: Answer = connection.answer
        return answer

    @cached_property
    def _requester(self) -> Requester:
        from github import Auth  # noqa: PLC0415 - as above
        from github.Requester import Requester  # noqa: PLC0415

        return Requester(
            auth=Auth.Token(self._token.get_secret_value()) if self._token else None,
            base_url=self._api_url,
            timeout=_TIMEOUT,
            user_agent="lpcac",
            per_page=100,
            verify=True,
            retry=None,
            pool_size=1,
            lazy=True,
        )

    @cached_property
    def _connection(self) -> _Connection:
        from github import Requester as known  # noqa: PLC0415, N813 - as above

        address = urlsplit(self._api_url)
        plain, encrypted = known.HTTPRequestsConnectionClass, known.HTTPSRequestsConnectionClass
        kind = plain if address.scheme == "http" else encrypted
        connection = kind(address.hostname or "", address.port, timeout=_TIMEOUT, retry=None, pool_size=1)
        return _Connection(connection)


class _Connection:
    """Keeps the answer for lpcac, and shows PyGithub nothing that it would act on."""

    def __init__(self, connection: Any) -> None:  # noqa: ANN401 - one of two classes of PyGithub's without a common one
        """Send through PyGithub's own connection."""
        self._connection = connection
        self.host: str = connection.host
        self.answer: Answer | None = None

    def request(self, *arguments: Any) -> None:  # noqa: ANN401 - what PyGithub hands to its connection
        """Take the request."""
        self._connection.request(*arguments)

    def getresponse(self) -> Any:  # noqa: ANN401 - as above
        """Send it and return what PyGithub sees."""
        self.answer = None
        found = self._connection.getresponse()
        found.response.encoding = "utf-8"
        headers = {name.lower(): value for name, value in found.getheaders()}
        self.answer = Answer(found.status, headers, found.read())
        found.status, found.headers = _OK, {}
        return found
