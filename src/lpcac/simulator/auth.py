"""Who may call: one bearer token and the secret key that renews both."""

import hmac
from random import Random

from lpcac.simulator.api.refusals import Refusal
from lpcac.simulator.options import SimulatorOptions

RENEWAL_WINDOW = 72 * 3600.0
"""Seconds since a token was made within which it can be renewed."""

BEARER = "Bearer "


class Credentials:
    """The token and secret key in force."""

    def __init__(self, options: SimulatorOptions, now: float) -> None:
        self.token = options.token
        self.secret_key = options.secret_key
        self._lifetime = options.token_lifetime
        self._refusal_status = options.refusal_status
        self._random = Random(f"credentials {options.seed}")
        self._made = now

    def check(self, authorization: str | None, now: float) -> None:
        """Refuse a header that does not carry the token in force, or carries it too late."""
        expected = f"{BEARER}{self.token}"
        if not hmac.compare_digest((authorization or "").encode(), expected.encode()):
            raise Refusal("Invalid token", self._refusal_status)
        if self._lifetime is not None and now - self._made >= self._lifetime:
            raise Refusal("Token has expired", self._refusal_status)

    def renew(self, body: object, now: float) -> dict[str, str]:
        """Replace both the token and the secret key; the old ones stop working at once."""
        given = body.get("secretKey") if isinstance(body, dict) else None
        if not isinstance(given, str) or not given:
            raise Refusal("secretKey is a mandatory field")
        if not hmac.compare_digest(given.encode(), self.secret_key.encode()):
            raise Refusal("Invalid secret key", self._refusal_status)
        if now - self._made >= RENEWAL_WINDOW:
            raise Refusal("The renewal comes too late", self._refusal_status)
        self.token = f"{self._random.getrandbits(256):064x}"
        self.secret_key = f"{self._random.getrandbits(256):064x}"
        self._made = now
        return {"token": self.token, "secretKey": self.secret_key}
