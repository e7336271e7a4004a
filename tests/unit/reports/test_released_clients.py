"""Clients that left the map are told in every form, whatever they are called."""

from __future__ import annotations

import io

from rich.console import Console

from lpcac.directory_map.affected_clients import Affected, Cause, Reason
from lpcac.directory_map.directory_map import Client
from lpcac.reports.json.released_clients import released_json
from lpcac.reports.markdown.released_clients import released_markdown
from lpcac.reports.terminal.released_clients import print_released

REASON = Reason(Cause.RELEASED, "left the map: nothing is deleted")


def released(*names: str) -> list[Affected]:
    return [Affected(Client(name, "clients/x", "main", "pool-x", ("lp-01",)), (REASON,)) for name in names]


def text(*names: str) -> str:
    stream = io.StringIO()
    print_released(Console(file=stream, width=200, no_color=True), released(*names))
    return stream.getvalue()


def test_each_client_is_named_with_its_pool_and_what_becomes_of_it() -> None:
    assert text("acme") == "client acme (pool-x): left the map: nothing is deleted\n\n"
    assert released_json(released("acme")) == [
        {"client": "acme", "pool": "pool-x", "logpoints": ["lp-01"], "reason": "left the map: nothing is deleted"}
    ]
    assert "`acme` (`pool-x`): left the map: nothing is deleted" in released_markdown(released("acme"))


def test_nothing_is_said_when_nobody_left() -> None:
    assert (text(), released_json([]), released_markdown([])) == ("", [], "")


def test_of_many_clients_the_rest_is_counted() -> None:
    names = [f"client-{number}" for number in range(60)]
    assert text(*names).endswith("and 10 more clients\n")
    assert "and 10 more" in released_markdown(released(*names))
    assert len(released_json(released(*names))) == 60


def test_a_hostile_name_stays_on_its_line() -> None:
    hostile = "a\n# b\x1b[31m`|@x"
    assert text(hostile).count("\n") == 2
    assert "\x1b" not in text(hostile)
    assert "\n# b" not in released_markdown(released(hostile))
