"""Faults: their compact text form, and which requests they hit."""

import pytest

from lpcac.simulator.faults.faults import FAULT_KINDS, Fault, FaultBook

WELL_FORMED = [
    ("lost-answer:POST:.*:0.1", Fault("lost-answer", "POST", ".*", probability=0.1)),
    ("drop:*:Repos$:3", Fault("drop", "*", "Repos$", count=3)),
    ("drop:get:Repos", Fault("drop", "GET", "Repos")),
    ("status=503:GET:.*:1", Fault("status", "GET", ".*", status=503, count=1)),
    ("status=429:GET:.*", Fault("status", "GET", ".*", status=429, retry_after=1)),
    (
        "status=429:GET:.*:retry-after=7:0.5",
        Fault("status", "GET", ".*", status=429, retry_after=7, probability=0.5),
    ),
    ("late-status=502:PUT:.*", Fault("late-status", "PUT", ".*", status=502)),
    ("delay=2.5:GET:.*", Fault("delay", "GET", ".*", seconds=2.5)),
    ("order-fails=the disk is full:POST:.*", Fault("order-fails", "POST", ".*", message="the disk is full")),
    ("order-unknown=3:POST:.*", Fault("order-unknown", "POST", ".*", polls=3)),
    ("order-unknown=5s:POST:.*", Fault("order-unknown", "POST", ".*", seconds=5)),
    ("partial-list=1:GET:Repos$", Fault("partial-list", "GET", "Repos$", keep=1)),
    ("html:GET:(?:a|b):after=10:until=20.5", Fault("html", "GET", "(?:a|b)", after=10, until=20.5)),
]

MALFORMED = [
    ("", "expected KIND"),
    ("drop", "expected KIND"),
    ("drop:GET", "expected KIND"),
    ("drop::.*", "expected KIND"),
    ("explode:GET:.*", "unknown fault 'explode'"),
    ("explode=1:GET:.*", "unknown fault 'explode'"),
    ("drop=1:GET:.*", "'drop' takes no value"),
    ("drop:G-T:.*", "no HTTP method"),
    ("drop:GET:(", "no regular expression"),
    ("drop:GET:.*:1.5", "not between 0 and 1"),
    ("status=abc:GET:.*", "'abc' is no whole number"),
    ("status=200:GET:.*", "not between 400 and 599"),
    ("delay:GET:.*", "needs seconds"),
    ("delay=-1:GET:.*", "'-1' is no number"),
    ("order-unknown:POST:.*", "needs polls or seconds"),
    ("drop:GET:.*:after=soon", "'soon' is no number"),
]


@pytest.mark.parametrize(("text", "fault"), WELL_FORMED)
def test_the_compact_form_is_read(text: str, fault: Fault) -> None:
    assert Fault.parse(text) == fault


@pytest.mark.parametrize(("text", "reason"), MALFORMED)
def test_a_malformed_fault_is_one_line_that_says_why(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=r".+") as raised:
        Fault.parse(text)
    message = str(raised.value)
    assert reason in message
    assert message.startswith(f"{text}: ")
    assert "\n" not in message


def test_every_kind_of_fault_can_be_written_compactly() -> None:
    values = {"delay": "=1", "order-unknown": "=1"}
    for kind in FAULT_KINDS:
        assert Fault.parse(f"{kind}{values.get(kind, '')}:GET:.*").kind == kind


def test_a_fault_hits_the_matching_requests_only() -> None:
    book = FaultBook([Fault("drop", "POST", "Repos$")])
    assert book.fire("POST", "/configapi/a/b/Repos", 0)
    assert not book.fire("GET", "/configapi/a/b/Repos", 0)
    assert not book.fire("POST", "/configapi/a/b/Repos/RepoPaths", 0)


def test_a_fault_with_a_count_stops_after_that_many_requests() -> None:
    fault = Fault("drop", count=2)
    book = FaultBook([fault])
    assert [len(book.fire("GET", "/", 0)) for _ in range(4)] == [1, 1, 0, 0]
    assert book.fired(fault) == 2


def test_a_fault_with_a_window_hits_inside_it_only() -> None:
    book = FaultBook([Fault("drop", after=10, until=20)])
    assert [len(book.fire("GET", "/", elapsed)) for elapsed in (9.9, 10, 19.9, 20)] == [0, 1, 1, 0]


def test_a_fault_with_a_probability_hits_about_that_share_and_the_seed_repeats_it() -> None:
    def hits(seed: int) -> list[int]:
        book = FaultBook([Fault("drop", probability=0.25)], seed)
        return [len(book.fire("GET", "/", 0)) for _ in range(1000)]

    assert 180 < sum(hits(1)) < 320
    assert hits(1) == hits(1)
    assert hits(1) != hits(2)


def test_faults_are_added_and_cleared_at_run_time() -> None:
    book = FaultBook()
    book.add(Fault("drop"))
    assert book.fire("GET", "/", 0)
    book.clear()
    assert not book.fire("GET", "/", 0)
