"""Tokens: who is let in, for how long, and how a token is renewed."""

import pytest

from lpcac.simulator.api.refusals import Refusal
from lpcac.simulator.auth import RENEWAL_WINDOW, Credentials
from lpcac.simulator.options import SimulatorOptions

HOUR = 3600.0


def bearer(token: str) -> str:
    return f"Bearer {token}"


@pytest.mark.parametrize("header", [None, "", "Bearer ", "Bearer wrong", "old", "Basic old", "bearer: old"])
@pytest.mark.parametrize("status", [401, 403])
def test_only_the_right_bearer_token_is_let_in(header: str | None, status: int) -> None:
    credentials = Credentials(SimulatorOptions(token="old", refusal_status=status), 0.0)
    credentials.check("Bearer old", 0.0)
    with pytest.raises(Refusal, match="Invalid token") as refused:
        credentials.check(header, 0.0)
    assert refused.value.status == status


def test_a_token_is_refused_once_its_lifetime_is_over() -> None:
    credentials = Credentials(SimulatorOptions(token="old", token_lifetime=8 * HOUR), 100.0)
    credentials.check("Bearer old", 100.0 + 8 * HOUR - 1)
    with pytest.raises(Refusal, match="expired"):
        credentials.check("Bearer old", 100.0 + 8 * HOUR)


def test_an_always_active_token_does_not_expire() -> None:
    Credentials(SimulatorOptions(token="old"), 0.0).check("Bearer old", 1e9)


def test_a_renewal_replaces_both_the_token_and_the_secret_key() -> None:
    credentials = Credentials(SimulatorOptions(token="old", secret_key="key", token_lifetime=8 * HOUR), 0.0)
    details = credentials.renew({"secretKey": "key"}, 9 * HOUR)
    credentials.check(bearer(details["token"]), 16 * HOUR)
    with pytest.raises(Refusal, match="Invalid token"):
        credentials.check("Bearer old", 9 * HOUR)
    with pytest.raises(Refusal, match="Invalid secret key"):
        credentials.renew({"secretKey": "key"}, 9 * HOUR)
    again = credentials.renew({"secretKey": details["secretKey"]}, 10 * HOUR)
    assert len({details["token"], details["secretKey"], again["token"], again["secretKey"], "old", "key"}) == 6


def test_a_renewal_after_72_hours_is_refused() -> None:
    credentials = Credentials(SimulatorOptions(secret_key="key", token_lifetime=8 * HOUR), 0.0)
    with pytest.raises(Refusal, match="too late") as refused:
        credentials.renew({"secretKey": "key"}, RENEWAL_WINDOW)
    assert refused.value.status == 401
    assert RENEWAL_WINDOW == 72 * HOUR
    credentials.renew({"secretKey": "key"}, RENEWAL_WINDOW - 1)


@pytest.mark.parametrize("body", [None, [], {}, {"secretKey": ""}, {"secretKey": 7}, {"data": {"secretKey": "key"}}])
def test_a_renewal_without_a_secret_key_is_refused_with_400(body: object) -> None:
    credentials = Credentials(SimulatorOptions(secret_key="key"), 0.0)
    with pytest.raises(Refusal, match="secretKey is a mandatory field") as refused:
        credentials.renew(body, 0.0)
    assert refused.value.status == 400


def test_the_options_do_not_show_the_token_when_printed() -> None:
    shown = repr(SimulatorOptions(token="the-token", secret_key="the-key"))
    assert "the-token" not in shown
    assert "the-key" not in shown
