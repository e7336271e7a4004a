"""No known secret is left in a text, whichever way it was encoded."""

from __future__ import annotations

import base64
import string
from html import unescape
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lpcac.core.text.redaction import MASK, Redactor
from lpcac.core.text.safe_text import shortened
from lpcac.reports.markdown.blocks import code, html_code, prose

secrets = st.text(st.sampled_from(string.ascii_letters + string.digits + "-._~+/=&%$!"), min_size=12, max_size=60)
around = st.text(st.characters(codec="utf-8"), max_size=20)


def hiding(*values: str | None) -> Redactor:
    redactor = Redactor()
    for value in values:
        redactor.hide(value)
    return redactor


@given(secrets, around, around)
def test_a_secret_is_masked_raw_and_url_encoded(secret: str, before: str, after: str) -> None:
    redactor = hiding(secret)
    for form in (secret, quote(secret, safe=""), quote_plus(secret)):
        cleaned = redactor.clean(f"{before}{form}{after}")
        assert form not in cleaned
        assert MASK in cleaned


@given(secrets, st.binary(max_size=8), st.binary(max_size=8), st.booleans())
def test_a_secret_is_masked_in_base64_wherever_it_starts(secret: str, before: bytes, after: bytes, web: bool) -> None:
    encode = base64.urlsafe_b64encode if web else base64.b64encode
    whole = encode(before + secret.encode() + after).decode()
    cleaned = hiding(secret).clean(whole)
    assert MASK in cleaned
    # What is left at the edges holds no more than a few bits of the secret's first and last bytes.
    kept = cleaned.replace(MASK, "")
    assert len(kept) <= len(encode(before).decode()) + len(encode(after).decode()) + 4


@given(secrets)
def test_a_secret_is_masked_where_a_page_had_to_escape_it(secret: str) -> None:
    redactor = hiding(secret)
    for page in (html_code(secret), code(secret), code(secret, in_table=True), prose(f"repo {secret} is new")):
        shown = unescape(redactor.clean(page)).replace("`", "").replace("\\|", "|")
        assert MASK in shown
        assert secret not in shown
    picture = "".join(c if c.isalnum() else f"#{ord(c)};" for c in secret)
    assert redactor.clean(f'["repo {picture}"]') == f'["repo {MASK}"]'


@given(secrets, st.integers(min_value=9, max_value=60))
def test_a_secret_that_was_cut_short_is_masked_as_well(secret: str, limit: int) -> None:
    cleaned = hiding(secret).clean(f"repo {shortened(secret, limit)} is new")

    assert cleaned == f"repo {MASK} is new"


def test_what_only_begins_like_a_secret_is_left_as_it_is() -> None:
    assert hiding("a-secret-of-some-length").clean("a-secret-of-state…") == "a-secret-of-state…"


@given(secrets, secrets)
def test_a_secret_inside_another_one_leaves_nothing_of_it_behind(inner: str, outer: str) -> None:
    whole = f"{outer}{inner}{outer}"
    assert hiding(inner, whole).clean(f"<{whole}>") == f"<{MASK}>"
    assert hiding(whole, inner).clean(f"<{whole}>") == f"<{MASK}>"


@pytest.mark.parametrize("value", [None, "", "short"])
def test_what_is_too_short_for_a_secret_hides_no_words(value: str | None) -> None:
    assert hiding(value).clean("a short text") == "a short text"


def test_a_text_without_secrets_is_left_as_it_is() -> None:
    assert hiding("a-secret-of-some-length").clean("nothing in here") == "nothing in here"


LONG = "Tok/en+with=odd&signs<and>more-characters-than-one-line-of-base64-can-ever-hold-0123456789-abcdefghij"
LINES = "-----BEGIN KEY-----\nMIIEvQIBADANBgkqh\nkiG9w0BAQEFAASC\n-----END KEY-----"
PACKED = base64.b64encode(LONG.encode()).decode()


@pytest.mark.parametrize(
    "written",
    [
        quote(LONG, safe="").replace("%2F", "%2f").replace("%2B", "%2b").replace("%3D", "%3d"),
        "".join(f"%{byte:02x}" for byte in LONG.encode()),
        LONG.encode().hex(),
        LONG.encode().hex().upper(),
        "".join(f"&#{ord(character)};" for character in LONG),
        "".join(f"&#x{ord(character):X};" for character in LONG),
        "\n".join(PACKED[start : start + 76] for start in range(0, len(PACKED), 76)),
        "\r\n  ".join(PACKED[start : start + 64] for start in range(0, len(PACKED), 64)),
        "\\n".join(PACKED[start : start + 76] for start in range(0, len(PACKED), 76)),
        LONG[:8] + "…",
        LONG[:20] + "...",
        LONG[:9],
    ],
)
def test_a_secret_is_masked_in_every_spelling(written: str) -> None:
    cleaned = hiding(LONG).clean(f"before {written}")
    assert cleaned.startswith(f"before {MASK}")
    assert len(cleaned) < len(f"before {MASK}") + 5


def test_every_line_of_a_secret_over_several_lines_is_masked() -> None:
    indented = "\r\n".join(f"    {line}" for line in LINES.splitlines())
    cleaned = hiding(LINES).clean(indented)
    assert not any(line in cleaned for line in LINES.splitlines())
