"""Says in plain words why a Director gave no answer, or an unusable one, and what to do about it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.request import getproxies

import httpx

from lpcac.connectors.director.transport.answers import Answer

POOLS_PATH = "/monitorapi/v1/director/poolinfo"


@dataclass(frozen=True)
class Place:
    """Where a Director is asked for, and who said so.

    Arguments:
        url: the Director's address.
        url_source: what to correct when the address is wrong, such as the name of a variable.
        token_source: the same for the token.
        proxy: the proxy that the environment puts in between, with the variable's name; empty without one.
    """

    url: str
    url_source: str = "DIRECTOR_URL"
    token_source: str = "DIRECTOR_TOKEN"  # noqa: S105 - the name of a variable, not a token
    proxy: str = ""


def proxy_between(client: httpx.AsyncClient, url: str, environ: Mapping[str, str] = os.environ) -> str:
    """Return the proxy that the client uses for the address, without its password, and the variable that names it."""
    there = httpx.URL(url)
    if client._transport_for_url(there) is client._transport:  # noqa: SLF001 - httpx tells it nowhere else
        return ""
    proxies = getproxies()
    scheme = there.scheme if there.scheme in proxies else "all"
    address = httpx.URL(proxies[scheme] if "://" in proxies[scheme] else f"http://{proxies[scheme]}")
    name = f"{scheme}_proxy"
    variable = next((each for each in environ if each.lower() == name and each.isupper()), name)
    return f"{address.host}{f':{address.port}' if address.port else ''} ({variable})"


def cause(error: httpx.TransportError, place: Place) -> str:
    """Return in plain words why no answer came, and what to do about it."""
    text = str(error)
    if "CERTIFICATE_VERIFY_FAILED" in text:
        return _why_not_trusted(text)
    if any(sign in text for sign in ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "HTTP_REQUEST")):
        return f"this port does not speak TLS (https); correct the port, or the scheme, in {place.url_source} ({text})"
    if place.proxy and isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        variable = place.proxy.rpartition("(")[2].rstrip(")")
        return (
            f"the proxy {place.proxy} cannot be reached; correct {variable}, or name the Director in NO_PROXY ({text})"
        )
    table: tuple[tuple[type[httpx.TransportError], str], ...] = (
        (httpx.ConnectTimeout, "no connection within the time-out; check the address and the network"),
        (
            httpx.ProxyError,
            f"the proxy {place.proxy} does not let the connection through; check HTTPS_PROXY and NO_PROXY",
        ),
        (httpx.ConnectError, f"no connection; check {place.url_source}, the network and that the Director is up"),
        (httpx.TimeoutException, "no answer within the time-out; see --timeout"),
    )
    words = next((words for kind, words in table if isinstance(error, kind)), "the connection broke; run again")
    return f"{words} ({text})" if text else words


def _why_not_trusted(text: str) -> str:
    """Return the reason, told by OpenSSL's own words, and what to do about it."""
    reason = text.partition("certificate verify failed: ")[2].partition(" (_ssl")[0]
    if "mismatch" in text:
        return f"its certificate is for another host ({reason}); use the host that the certificate names as the address"
    if "has expired" in text:
        return "its certificate has expired; have it renewed"
    if "not yet valid" in text:
        return "its certificate is not valid yet; check the clock of this machine"
    shown = f" ({reason})" if reason else ""
    return f"its certificate is not trusted{shown}; name your CA's certificates with --ca-bundle"


def refusal_to_read(answer: Answer, path: str, explained: str, place: Place) -> str:
    """Return what a status that is no success says about a read."""
    if httpx.codes.is_redirect(answer.status):
        where = f" to {answer.location}" if answer.location else ""
        return (
            f"the Director's address {place.url} redirects{where} (HTTP {answer.status}), which is not followed, so "
            f"that the token goes nowhere else; put the address of the Director's API server into {place.url_source}"
        )
    if answer.status == httpx.codes.NOT_FOUND and path == POOLS_PATH:
        return (
            f"there is no Director API at {place.url} (GET {path}: {explained}); correct {place.url_source}: "
            "it is the part before /monitorapi, usually without a path"
        )
    return f"the Director answers GET {path} with {explained}"
