"""What counts as a Director's address, and its one spelling."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

_PORTS = {"https": 443, "http": 80}


def normalised_url(text: str) -> str:
    """Return the one spelling of an address: lower-case scheme and host, no default port, no trailing slash.

    Raises:
        ValueError: it is no usable address; the message never repeats the address, which may hold a password.

    """
    if not text.isascii() or any(character <= " " or character == "\x7f" for character in text):
        msg = "the address holds a blank, a control character or a character outside ASCII"
        raise ValueError(msg)
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        msg = "the address has an unusable host or port"
        raise ValueError(msg) from None
    _check(parts, text)
    scheme = parts.scheme.lower()
    where = _host(host or "") + (f":{port}" if port is not None and port != _PORTS[scheme] else "")
    return f"{scheme}://{where}{parts.path.rstrip('/')}"


def origin_of(url: str) -> str:
    """Return scheme, host and, unless it is the usual one, port of an address in its one spelling."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def is_loopback(url: str) -> bool:
    """Tell whether the address stays on this machine, where plain http reveals nothing."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _check(parts: SplitResult, text: str) -> None:
    if parts.scheme.lower() not in _PORTS:
        msg = "the address must start with https:// (or http://)"
    elif not parts.hostname:
        msg = "the address names no host"
    elif "@" in parts.netloc:
        msg = "the address holds a user name or password: the token alone authenticates, remove them"
    elif "?" in text or "#" in text:
        msg = "the address holds a query or fragment: give the Director's address alone"
    else:
        return
    raise ValueError(msg)


def _host(host: str) -> str:
    if ":" not in host:
        return host
    try:
        return f"[{ip_address(host)}]"
    except ValueError:
        msg = "the address has an unusable host or port"
        raise ValueError(msg) from None
