"""Until when the certificate of a connection is valid."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime

import httpx


def certificate_end(response: httpx.Response) -> datetime | None:
    """Return when the server's certificate expires; `None` without TLS, or where the connection does not tell."""
    stream = response.extensions.get("network_stream")
    tls = stream.get_extra_info("ssl_object") if stream else None
    certificate = tls.getpeercert() if tls else None
    end = certificate.get("notAfter") if certificate else None
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(end), UTC) if end else None
