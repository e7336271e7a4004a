"""Which logpoints a client's entry means."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import pytest

from lpcac.connectors.director.pools import Logpoint, Pool, resolve
from lpcac.core.findings import Position
from lpcac.core.resources import Target
from lpcac.directory_map.directory_map import Client

ONE = Logpoint("lp-01", "1" * 32, "fabric_only")
TWO = Logpoint("lp-02", "2" * 32, "fabric_only")
SHARED = Logpoint("lp-03", "3" * 32, "co_managed")
ACME = Pool("pool-acme", "a" * 32, active=True, machines=(ONE, TWO))
GLOBEX = Pool("pool-globex", "b" * 32, active=True, machines=(ONE, SHARED))


def client(pool: str = "pool-acme", logpoints: tuple[str, ...] | Literal["*"] = "*", name: str = "acme") -> Client:
    return Client(name, "clients/acme", "main", pool, logpoints, position=Position("lpcac.yaml", 5, 3))


def target(machine: Logpoint, pool: Pool = ACME) -> Target:
    return Target("acme", pool.name, machine.name, pool.uuid, machine.identifier)


@pytest.mark.parametrize("pool", [ACME.name, ACME.uuid])
@pytest.mark.parametrize("logpoint", [TWO.name, TWO.identifier])
def test_pool_and_logpoint_are_found_by_name_and_by_id(pool: str, logpoint: str) -> None:
    assert resolve(client(pool, (logpoint,)), [GLOBEX, ACME]) == ([target(TWO)], [])


def test_a_star_means_every_logpoint_of_the_pool() -> None:
    assert resolve(client(), [ACME, GLOBEX]) == ([target(ONE), target(TWO)], [])


def test_a_logpoint_named_twice_is_one_target() -> None:
    assert resolve(client(logpoints=(ONE.name, ONE.identifier)), [ACME]) == ([target(ONE)], [])


@pytest.mark.parametrize(
    ("asked", "pools", "message"),
    [
        (
            client("pool-acne"),
            [ACME, GLOBEX],
            'the Director has no pool "pool-acne" (did you mean "pool-acme"?); it has pool-acme, pool-globex',
        ),
        (client(), [], 'the Director has no pool "pool-acme"; it has none'),
        (
            client(),
            [ACME, replace(GLOBEX, name="pool-acme")],
            f'2 pools are called "pool-acme": give the UUID of one instead ({"a" * 32}, {"b" * 32})',
        ),
        (
            client(),
            [replace(ACME, active=False)],
            'pool "pool-acme" is inactive: activate it, or remove the client from the map',
        ),
        (client(), [replace(ACME, machines=())], 'pool "pool-acme" has no logpoint: add one in the Director'),
        (
            client(logpoints=("lp-20",)),
            [ACME],
            'pool "pool-acme" has no logpoint "lp-20" (did you mean "lp-02"?); it has lp-01, lp-02',
        ),
        (
            client(logpoints=("lp-01",)),
            [replace(ACME, machines=(ONE, replace(TWO, name="lp-01")))],
            (
                '2 logpoints of pool "pool-acme" are called "lp-01": '
                f"give the identifier of one instead ({'1' * 32}, {'2' * 32})"
            ),
        ),
    ],
)
def test_what_cannot_be_resolved_is_one_line_that_names_what_exists(
    asked: Client, pools: list[Pool], message: str
) -> None:
    targets, findings = resolve(asked, pools)
    assert targets == []
    assert [str(finding) for finding in findings] == [f'lpcac.yaml:5:3: client "acme": {message}']


@pytest.mark.parametrize("logpoints", ["*", ("lp-01", "lp-03")])
def test_a_co_managed_logpoint_is_an_error_and_the_others_stay(
    logpoints: tuple[str, ...] | Literal["*"],
) -> None:
    targets, (finding,) = resolve(client("pool-globex", logpoints), [GLOBEX])
    assert targets == [target(ONE, GLOBEX)]
    assert 'logpoint "lp-03" of pool "pool-globex" is in mode "co_managed"' in finding.message
    assert "switch it to fabric_only" in finding.message


def test_a_long_list_of_names_is_cut() -> None:
    pools = [Pool(f"customer-{number:02d}", f"{number:032x}") for number in range(30)]
    _, (finding,) = resolve(client("zzz"), pools)
    assert finding.message.endswith("customer-06, customer-07 and 22 more")


def test_names_from_the_director_are_harmless_in_messages() -> None:
    _, (finding,) = resolve(client("zzz"), [replace(ACME, name="\x1b[2J\n")])
    assert finding.message.isprintable()


def test_a_pool_without_its_uuid_matters_to_those_who_mean_it_only() -> None:
    nameless = Pool("pool-odd", "", machines=(ONE,))
    targets, findings = resolve(client(), [nameless, ACME])
    assert (bool(targets), findings) == (True, [])
    targets, findings = resolve(client("pool-odd"), [nameless, ACME])
    assert targets == []
    assert [finding.code for finding in findings] == ["unusable-pool"]
