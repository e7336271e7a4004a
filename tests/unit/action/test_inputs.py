"""The runner's variables, parsed once: named errors for what is unusable, and no secret in any text."""

from __future__ import annotations

import dataclasses
from base64 import b64encode

import pytest

from lpcac.action.inputs import ActionSettings, Inputs
from lpcac.connectors.github.events import Command
from lpcac.connectors.github.port import Author
from lpcac.core.errors import UsageError
from lpcac.core.text.redaction import Redactor
from lpcac.directory_map.directory_map import DirectorEndpoint

BASE = {"GITHUB_REPOSITORY": "octo/clients"}
MAIN = DirectorEndpoint("main", "https://director.example.com", "DIRECTOR_TOKEN", "DIRECTOR_SECRET_KEY", is_only=True)
EU = DirectorEndpoint("eu", "https://eu.example.com", "EU_TOKEN")
SECRETS = {
    "INPUT_GITHUB-TOKEN": "github-token-value",
    "INPUT_DIRECTOR-TOKEN": "director-token-value",
    "INPUT_DIRECTOR-SECRET-KEY": "director-secret-value",
    "INPUT_SIGNING-KEY": "signing key value of more than 32 characters",
}


def settings(**environ: str) -> ActionSettings:
    return ActionSettings.from_environ({**BASE, **{name.replace("__", "-"): text for name, text in environ.items()}})


def test_every_input_has_a_default_or_is_optional() -> None:
    inputs = settings().inputs

    assert (inputs.command, inputs.map, inputs.clients) == (None, "lpcac.yaml", ())
    assert (inputs.timeout, inputs.order_timeout, inputs.in_flight, inputs.in_flight_per_logpoint) == (30, 300, 32, 4)
    assert (inputs.max_issues, inputs.max_deletes, inputs.require_review) == (20, None, None)


def test_inputs_arrive_with_dashes_and_with_underscores() -> None:
    assert settings(INPUT_ORDER__TIMEOUT="60").inputs.order_timeout == 60
    assert settings(INPUT_ORDER_TIMEOUT="61").inputs.order_timeout == 61


def test_an_empty_input_counts_as_absent() -> None:
    environ = dict.fromkeys(SECRETS, " ") | {"INPUT_COMMAND": "", "INPUT_MAP": "\n", "INPUT_MAX-ISSUES": ""}
    found = ActionSettings.from_environ({**BASE, **environ})

    assert found.inputs == settings().inputs


def test_an_input_that_was_renamed_names_the_new_one() -> None:
    with pytest.raises(UsageError, match="the input base does not exist any more: use patch-base"):
        settings(INPUT_BASE="bases/standard")


def test_inputs_are_read() -> None:
    inputs = settings(
        INPUT_COMMAND="Plan-Shard",
        INPUT_CLIENTS="acme, globex\ninitech",
        INPUT_VARS="hot_days=90, tier=gold\ncold=a=b",
        INPUT_REQUIRE__REVIEW="False",
        INPUT_MAX__ISSUES="0",
        INPUT_MAX__DELETES="0",
    ).inputs

    assert inputs.command is Command.PLAN_SHARD
    assert inputs.clients == ("acme", "globex", "initech")
    assert inputs.vars == ("hot_days=90", "tier=gold", "cold=a=b")
    assert (inputs.require_review, inputs.max_issues, inputs.max_deletes) == (False, 0, 0)


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("INPUT_COMMAND", "destroy", 'the input command is "destroy": write one of validate, plan, apply'),
        ("INPUT_REQUIRE-REVIEW", "maybe", 'the input require-review is "maybe": write true or false'),
        ("INPUT_TIMEOUT", "0", 'the input timeout is "0": give a number of at least 0.1'),
        ("INPUT_TIMEOUT", "nan", 'the input timeout is "nan": give a number of at least 0.1'),
        ("INPUT_TIMEOUT", "inf", 'the input timeout is "inf": give a number of at least 0.1'),
        ("INPUT_TIMEOUT", "soon", 'the input timeout is "soon": give a number of at least 0.1'),
        ("INPUT_IN-FLIGHT", "0", 'the input in-flight is "0": give a number of at least 1'),
        ("INPUT_IN-FLIGHT", "1.5", 'the input in-flight is "1.5": give a number of at least 1'),
        ("INPUT_MAX-DELETES", "-1", 'the input max-deletes is "-1": give a number of at least 0'),
        ("INPUT_MAX-DELETE-PERCENT", "101", 'the input max-delete-percent is "101": give a number from 0 to 100'),
        ("INPUT_CLIENTS", "[1]", "the input clients is not a list: separate names by commas or lines"),
        ("GITHUB_REPOSITORY", "octo", "GITHUB_REPOSITORY is not set"),
        ("GITHUB_API_URL", "ftp://example.com", "GITHUB_API_URL is not an address"),
    ],
)
def test_an_unusable_value_is_named_with_what_to_write(name: str, value: str, told: str) -> None:
    with pytest.raises(UsageError) as caught:
        ActionSettings.from_environ({**BASE, name: value})

    assert str(caught.value).startswith(told)
    assert str(caught.value).isprintable()


def test_a_broken_secret_is_named_and_not_repeated() -> None:
    with pytest.raises(UsageError) as caught:
        settings(INPUT_DIRECTOR__TOKEN="one two")

    assert "director-token" in str(caught.value)
    assert "one" not in str(caught.value)


def test_no_secret_shows_when_settings_are_printed() -> None:
    found = ActionSettings.from_environ({**BASE, **SECRETS})

    assert not any(secret in repr(found) for secret in SECRETS.values())


def test_every_secret_is_hidden() -> None:
    redactor = Redactor()
    ActionSettings.from_environ({**BASE, **SECRETS}).hide_secrets(redactor)

    assert not any(secret in redactor.clean(secret) for secret in SECRETS.values())


def test_the_token_of_the_input_stands_in_for_variables_that_are_not_set() -> None:
    served = {"INPUT_DIRECTOR-TOKEN-FOR": "main"}
    found = ActionSettings.from_environ({**BASE, **SECRETS, **served, "EU_TOKEN": "eu-token-value"})

    connecting = found.director_settings([MAIN, EU])

    assert connecting.secret("DIRECTOR_TOKEN").get_secret_value() == "director-token-value"
    assert connecting.secret("DIRECTOR_SECRET_KEY").get_secret_value() == "director-secret-value"
    assert connecting.secret("EU_TOKEN").get_secret_value() == "eu-token-value"


@pytest.mark.parametrize(
    ("named", "served"),
    [
        ("", []),
        ("main", ["DIRECTOR_TOKEN"]),
        ("main, eu", ["DIRECTOR_TOKEN", "EU_TOKEN"]),
        ("eu", ["EU_TOKEN"]),
    ],
)
def test_of_several_directors_the_token_of_the_input_is_for_those_that_are_listed(
    named: str, served: list[str]
) -> None:
    several = [dataclasses.replace(MAIN, is_only=False), EU]
    found = ActionSettings.from_environ({**BASE, **SECRETS, "INPUT_DIRECTOR-TOKEN-FOR": named})

    connecting = found.director_settings(several)

    assert [name for name in ("DIRECTOR_TOKEN", "EU_TOKEN") if name in connecting.environ] == served


def test_two_directors_with_one_variable_get_the_token_of_the_input_only_if_both_are_listed() -> None:
    twin = dataclasses.replace(MAIN, name="twin", is_only=False)
    found = ActionSettings.from_environ({**BASE, **SECRETS, "INPUT_DIRECTOR-TOKEN-FOR": "main"})

    assert "DIRECTOR_TOKEN" not in found.director_settings([MAIN, twin]).environ


def test_the_review_key_is_the_signing_key_else_each_directors_token() -> None:
    content = {"a": 1}
    signed = [
        ActionSettings.from_environ({**BASE, **environ}).review_key(director).sign(content)  # type: ignore[union-attr]
        for environ, director in [
            (SECRETS, MAIN),
            ({**SECRETS, "EU_TOKEN": "x"}, EU),
            ({"INPUT_DIRECTOR-TOKEN": "one-token"}, MAIN),
            ({"INPUT_DIRECTOR-TOKEN": "one-token", "EU_TOKEN": "other"}, EU),
        ]
    ]

    assert signed[0] == signed[1]
    assert len(set(signed)) == 3
    assert settings().review_key(MAIN) is None


def test_who_writes_is_the_actions_bot_unless_an_app_is_named() -> None:
    real, impostor = Author("github-actions[bot]", 41898282, is_bot=True), Author("github-actions[bot]", 7)

    assert settings().identity.wrote(real)
    assert not settings().identity.wrote(impostor)
    assert settings(INPUT_BOT__LOGIN="our-app[bot]").identity.wrote(Author("our-app[bot]", 99, is_bot=True))
    assert not settings(INPUT_BOT__LOGIN="our-app[bot]").identity.wrote(real)


def test_an_enterprise_server_numbers_its_accounts_itself() -> None:
    found = settings(GITHUB_API_URL="https://github.example.com/api/v3")

    assert found.identity.wrote(Author("github-actions[bot]", 7))


def test_the_log_is_linked_by_run_and_attempt() -> None:
    found = settings(GITHUB_SERVER_URL="https://github.example.com/", GITHUB_RUN_ID="5", GITHUB_RUN_ATTEMPT="2")

    assert found.github.run_url == "https://github.example.com/octo/clients/actions/runs/5/attempts/2"


@pytest.mark.parametrize(
    "key", ["short", "a" * 64, "abcdefghijklmnopqrstuvwxyzabcdefgh", "0123456789" * 4, "aA" * 20, "Tr0ub4dor&3"]
)
def test_a_signing_key_that_can_be_guessed_is_refused_with_the_command_that_makes_a_good_one(key: str) -> None:
    with pytest.raises(UsageError, match="openssl rand -base64 32") as refused:
        Inputs.from_environ({"INPUT_SIGNING-KEY": key})
    assert key not in str(refused.value)


@pytest.mark.parametrize("raw", [bytes(range(32)), bytes(range(200, 232))])
def test_what_the_command_makes_is_a_good_signing_key(raw: bytes) -> None:
    for key in (b64encode(raw).decode(), raw.hex() + "g"):
        assert Inputs.from_environ({"INPUT_SIGNING-KEY": key}).signing_key is not None
