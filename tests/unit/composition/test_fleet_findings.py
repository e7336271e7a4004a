"""What is wrong with many clients is told once, with how many it hits."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from lpcac.composition.fleet_findings import ClientFindings, deduplicated, merged_across_clients, unused_variables
from lpcac.core.findings import Finding, Position, Severity
from lpcac.directory_map.directory_map import Client

SHARED = {"bases/a.yaml"}
BAD = Finding("invalid-value", "must be 1 or more, not 0", Position("bases/a.yaml", 4, 2), "/spec/x")


def client(name: str, *findings: Finding, unused: str = "", entry: int = 1) -> ClientFindings:
    variables = dict.fromkeys(("a", "b"), 1)
    declared = Client(name, f"clients/{name}", "main", "p", "*", vars=variables, position=Position("lpcac.yaml", entry))
    return ClientFindings(declared, findings, SHARED, frozenset(unused))


def told(*clients: ClientFindings) -> list[str]:
    return list(dict.fromkeys(str(finding) for findings in merged_across_clients(clients) for finding in findings))


def test_a_mistake_in_a_base_is_one_finding_with_the_number_of_clients_it_hits() -> None:
    names = ["acme", "globex", *(f"c{number}" for number in range(46))]
    assert told(*(client(name, BAD) for name in names), client("fine")) == [
        "bases/a.yaml:4:2: must be 1 or more, not 0 (in 48 clients: acme, globex and 46 more)"
    ]


def test_few_clients_are_all_named() -> None:
    assert told(client("acme", BAD)) == ["bases/a.yaml:4:2: must be 1 or more, not 0 (in client acme)"]
    assert told(client("acme", BAD), client("globex", BAD)) == [
        "bases/a.yaml:4:2: must be 1 or more, not 0 (in 2 clients: acme, globex)"
    ]


def test_the_same_place_with_each_clients_own_value_is_still_one_finding() -> None:
    """As with `${client}`, and with variables that one entry sets for all of its clients."""
    for origins in ((), (Position("lpcac.yaml", 6, 20),)):
        bad = replace(BAD, origins=origins)
        other = replace(bad, message="must be 1 or more, not -5")
        assert told(client("acme", bad), client("globex", other)) == [
            "bases/a.yaml:4:2: must be 1 or more, not 0 (in 2 clients: acme, globex)"
        ]


def test_a_value_that_is_set_elsewhere_for_another_client_is_another_mistake() -> None:
    first, second = (replace(BAD, origins=(Position("lpcac.yaml", line, 20),)) for line in (6, 7))
    clients = [client(f"c{number}", first) for number in range(500)]
    clients.append(client("globex", replace(second, message="must be 1 or more, not -5")))
    assert told(*clients) == [
        "bases/a.yaml:4:2: must be 1 or more, not 0 (in 500 clients: c0, c1 and 498 more)",
        "bases/a.yaml:4:2: must be 1 or more, not -5 (in client globex)",
    ]


def test_two_things_wrong_at_one_place_stay_two() -> None:
    other = Finding(BAD.code, "must be even", BAD.position, BAD.pointer)
    assert told(client("acme", BAD, other), client("globex", BAD, other)) == [
        "bases/a.yaml:4:2: must be 1 or more, not 0 (in 2 clients: acme, globex)",
        "bases/a.yaml:4:2: must be even (in 2 clients: acme, globex)",
    ]


@pytest.mark.parametrize("other", [{"pointer": "/spec/y"}, {"severity": Severity.WARNING}, {"code": "invalid-key"}])
def test_things_that_differ_in_more_than_their_words_are_different_things(other: dict[str, Any]) -> None:
    shifted = replace(BAD, message="another", **other)
    assert len(told(client("acme", BAD), client("globex", shifted))) == 2
    # Nor does one take the place of the other where a client has both.
    (first, second), (third,) = merged_across_clients([client("acme", BAD, shifted), client("globex", shifted)])
    assert (first.message, second) == (f"{BAD.message} (in client acme)", third)
    assert third.message == "another (in 2 clients: acme, globex)"


def test_what_is_wrong_on_several_logpoints_is_told_in_the_words_of_the_first() -> None:
    elsewhere, again = replace(BAD, message="of lp-02"), replace(BAD, message="of lp-01 too")
    nowhere = [Finding("no-resources", words) for words in ("one", "two")]
    assert deduplicated([[BAD, again, nowhere[0]], [elsewhere, nowhere[1]], [BAD, again]]) == (BAD, again, *nowhere)


def test_a_clients_own_mistakes_are_told_as_they_are() -> None:
    own = Finding("invalid-value", "x", Position("clients/acme/a.yaml", 1))
    nowhere = Finding("no-resources", "nothing there")
    assert told(client("acme", own, nowhere)) == ["clients/acme/a.yaml:1:1: x", "nothing there"]


def test_every_client_keeps_its_findings_in_their_order() -> None:
    own = Finding("invalid-value", "x", Position("clients/acme/a.yaml", 1))
    first, second = merged_across_clients([client("acme", own, BAD), client("globex")])
    assert ([finding.code for finding in first], second) == (["invalid-value", "invalid-value"], ())
    assert first[0] is own


def test_a_variable_is_unused_when_no_client_of_its_entry_uses_it() -> None:
    assert [
        str(finding) for finding in unused_variables([client("acme", unused="ab"), client("globex", unused="b")])
    ] == [
        (
            'lpcac.yaml:1:1: warning: variable "b" is never used in the files or bases: use it or remove it '
            "(in 2 clients: acme, globex)"
        )
    ]
    separate = [client("acme", unused="a"), client("globex", unused="b", entry=2)]
    assert [(f.position.line, f.severity) for f in unused_variables(separate) if f.position] == [
        (1, Severity.WARNING),
        (2, Severity.WARNING),
    ]
    assert list(unused_variables([client("acme")])) == []


def test_an_unused_variable_is_told_where_it_is_set() -> None:
    at = {"a": Position("lpcac.yaml", 7, 20)}
    clients = [client(name, unused="a") for name in ("acme", "globex")]
    clients = [replace(each, client=replace(each.client, vars_at=at)) for each in clients]
    assert [finding.position for finding in unused_variables(clients)] == [at["a"]]
