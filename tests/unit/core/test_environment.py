"""What the environment may say."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lpcac.core.environment import Settings, director_url
from lpcac.core.errors import UsageError
from lpcac.core.urls import is_loopback, normalised_url


def test_an_empty_environment_gives_settings_without_anything() -> None:
    assert Settings.from_environ({}) == Settings()


def test_empty_variables_count_as_absent() -> None:
    empty = {"DIRECTOR_URL": "", "DIRECTOR_TOKEN": " ", "NO_COLOR": "", "XDG_STATE_HOME": "", "HOME": ""}
    assert Settings.from_environ(empty) == Settings.from_environ({})


def test_state_is_kept_where_this_users_programs_keep_it() -> None:
    assert Settings.from_environ({"HOME": "/home/x"}).state_folder == Path("/home/x/.local/state/lpcac")
    assert Settings.from_environ({"HOME": "/home/x", "XDG_STATE_HOME": "/s"}).state_folder == Path("/s/lpcac")


def test_secrets_are_kept_and_never_shown() -> None:
    environ = {
        "DIRECTOR_TOKEN": "tok-123456\n",
        "DIRECTOR_SECRET_KEY": "key-123456",
        "ACME_TOKEN": "acme-123456",
    }
    settings = Settings.from_environ(environ)
    assert settings.director_token is not None
    assert settings.director_secret_key is not None
    assert settings.director_token.get_secret_value() == "tok-123456"
    assert settings.director_secret_key.get_secret_value() == "key-123456"
    assert settings.secret("ACME_TOKEN").get_secret_value() == "acme-123456"
    assert "123456" not in repr(settings) + str(settings) + repr(settings.secret("ACME_TOKEN"))


def test_later_changes_of_the_environment_do_not_matter() -> None:
    environ = {"ACME_TOKEN": "before"}
    settings = Settings.from_environ(environ)
    environ["ACME_TOKEN"] = "after"
    assert settings.secret("ACME_TOKEN").get_secret_value() == "before"


def test_a_variable_that_is_not_set_is_named_with_the_closest_one() -> None:
    settings = Settings.from_environ({"DIRECTOR_TOKEN": "x", "EMPTY": ""})
    with pytest.raises(UsageError, match=r'DIRECTOR_TOKE is not set \(did you mean "DIRECTOR_TOKEN"\?\)'):
        settings.secret("DIRECTOR_TOKE")
    with pytest.raises(UsageError, match="EMPTY is not set"):
        settings.secret("EMPTY")


@pytest.mark.parametrize("token", ["two words", "line\nbreak", "tab\tinside", "naïve", "nul\x00"])
def test_a_token_that_no_header_can_carry_is_refused_without_repeating_it(token: str) -> None:
    with pytest.raises(UsageError) as caught:
        Settings.from_environ({"DIRECTOR_TOKEN": token})
    assert "DIRECTOR_TOKEN" in str(caught.value)
    assert token not in str(caught.value)


@pytest.mark.parametrize(
    ("environ", "color"),
    [
        ({}, None),
        ({"NO_COLOR": "1"}, False),
        ({"FORCE_COLOR": "1"}, True),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
    ],
)
def test_color_follows_the_common_variables(environ: dict[str, str], color: bool | None) -> None:
    assert Settings.from_environ(environ).color is color


@pytest.mark.parametrize(
    ("written", "spelling"),
    [
        ("https://director.example.com", "https://director.example.com"),
        (" https://Director.Example.com:443/ ", "https://director.example.com"),
        ("HTTPS://director.example.com:8443//", "https://director.example.com:8443"),
        ("http://127.0.0.1:80/a/", "http://127.0.0.1/a"),
        ("https://[2001:DB8:0::1]:443", "https://[2001:db8::1]"),
    ],
)
def test_an_address_has_one_spelling(written: str, spelling: str) -> None:
    assert Settings.from_environ({"DIRECTOR_URL": written}).director_url == spelling


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("director.example.com", "https://"),
        ("ftp://director.example.com", "https://"),
        ("https://", "names no host"),
        ("https:///path", "names no host"),
        ("https://me:hunter2@director.example.com", "user name or password"),
        ("https://hunter2@director.example.com", "user name or password"),
        ("https://director.example.com/?token=hunter2", "query"),
        ("https://director.example.com?", "query"),
        ("https://director.example.com#hunter2", "fragment"),
        ("https://director.example.com:port", "host or port"),
        ("https://director.example.com:99999", "host or port"),
        ("https://[::zz]", "host or port"),
        ("https://director.example.com/hunter2\r\nX: y", "control character"),
        ("https://dirèctor.example.com", "ASCII"),
    ],
)
def test_an_unusable_address_is_refused_in_one_line_that_does_not_repeat_it(written: str, why: str) -> None:
    with pytest.raises(UsageError) as caught:
        director_url(written, "DIRECTOR_URL")
    message = str(caught.value)
    assert message.startswith("DIRECTOR_URL: ")
    assert why in message
    assert "hunter2" not in message
    assert "\n" not in message


@given(st.text(st.sampled_from("htps:/@[]?#.a1%\\ \n"), max_size=20))
def test_any_text_is_an_address_or_a_value_error(text: str) -> None:
    try:
        once = normalised_url(text)
    except ValueError:
        return
    assert normalised_url(once) == once


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:1", True),
        ("http://[::1]:1", True),
        ("http://localhost", True),
        ("http://192.0.2.1", False),
        ("http://localhost.example.com", False),
    ],
)
def test_loopback_is_told_from_the_network(url: str, expected: bool) -> None:
    assert is_loopback(url) is expected


@pytest.mark.parametrize("url", ["http://director.example.com", "http://192.0.2.1:8080"])
def test_a_token_never_travels_in_the_clear(url: str) -> None:
    with pytest.raises(UsageError, match="DIRECTOR_URL: the token would be sent unencrypted: use https://"):
        Settings.from_environ({"DIRECTOR_URL": url})


def test_without_a_home_there_is_nowhere_to_keep_state() -> None:
    assert Settings.from_environ({}).state_folder is None


def test_the_folders_of_windows_are_below_the_users_profile() -> None:
    settings = Settings.from_environ({"USERPROFILE": "/c/users/alice"})
    assert str(settings.config_folder) == "/c/users/alice/.config/lpcac"
    assert str(settings.state_folder) == "/c/users/alice/.local/state/lpcac"
