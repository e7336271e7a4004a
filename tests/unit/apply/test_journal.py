"""What a killed run leaves for the next one."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from lpcac.apply.journal import FileJournal, open_journals
from lpcac.apply.port import Leftover
from lpcac.core.errors import RefusedError
from lpcac.core.resources import Action, ResourceKey, Target
from lpcac.planning.plan import Change

TARGET = Target("acme", "pool-acme", "lp-01", "0" * 32, "1" * 32)
ADDRESSES = {TARGET: "https://director.example.com"}


def change(name: str) -> Change:
    return Change(Action.CREATE, ResourceKey("Repo", name), None, {"paths": []}, (), (), (), None, "")


def test_what_was_not_settled_is_left_over_with_its_order(tmp_path: Path) -> None:
    with open_journals(tmp_path, ADDRESSES) as journals:
        journal = journals[TARGET]
        settled, known, unknown = (journal.begin(change(name)) for name in ("settled", "known", "unknown"))
        journal.accepted(settled, "/orders/1")
        journal.accepted(known, "/orders/2")
        journal.settled(settled)
        assert unknown != known
    with open_journals(tmp_path, ADDRESSES) as journals:
        assert [replace(leftover, age=0.0) for leftover in journals[TARGET].leftovers()] == [
            Leftover(ResourceKey("Repo", "known"), Action.CREATE, {"paths": []}, "/orders/2", entry=known),
            Leftover(ResourceKey("Repo", "unknown"), Action.CREATE, {"paths": []}, None, entry=unknown),
        ]
        assert all(0 <= leftover.age < 60 for leftover in journals[TARGET].leftovers())
        journals[TARGET].clear()
        assert journals[TARGET].leftovers() == []


def test_nothing_is_kept_once_all_is_settled(tmp_path: Path) -> None:
    with open_journals(tmp_path, ADDRESSES) as journals:
        for entry in [journals[TARGET].begin(change(name)) for name in "ab"]:
            journals[TARGET].settled(entry)
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [b""]


ODD = [
    b'{"event": "beg',
    b"\xff\xfe\x00 no UTF-8",
    b"[]",
    b'{"event": "begin"}',
    b'{"event": "begin", "entry": "1", "at": "soon", "kind": "Repo", "name": "x", "action": "create", "after": {}}',
    b'{"event": "begin", "entry": "1", "at": 1, "kind": "Repo", "name": "x", "action": "burn", "after": {}}',
    b'{"event": "begin", "entry": "1", "at": 1, "kind": "Repo", "name": "x", "action": "create", "after": 7}',
    b'{"event": "settled"}',
    b"\x00" * 4096,
]


@pytest.mark.parametrize("odd", ODD)
def test_an_odd_line_is_warned_of_and_hides_no_other(odd: bytes, tmp_path: Path) -> None:
    with open_journals(tmp_path, ADDRESSES) as journals:
        journals[TARGET].begin(change("a"))
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes() + odd + b"\n" + file.read_bytes().replace(b"-1", b"-2").replace(b'"a"', b'"b"'))
    warnings: list[str] = []
    with open_journals(tmp_path, ADDRESSES, warnings.append) as journals:
        assert [leftover.key.name for leftover in journals[TARGET].leftovers()] == ["a", "b"]
    assert warnings == [
        "acme on pool-acme/lp-01: the journal of earlier runs has 1 unreadable lines, which are skipped"
    ]


def test_what_cannot_be_remembered_is_warned_of_once_and_ends_nothing() -> None:
    warnings: list[str] = []
    with open("/dev/full", "r+b", buffering=0) as full:
        journal = FileJournal(full.fileno(), lambda: 0.0, warnings.append)
        entries = [journal.begin(change(name)) for name in "abc"]
        for entry in entries:
            journal.accepted(entry, "/orders/1")
            journal.settled(entry)
    (warning,) = warnings
    assert "cannot be written (No space left on device): the apply goes on" in warning


def test_an_order_that_a_person_does_not_wait_for_is_forgotten_and_the_others_are_not(tmp_path: Path) -> None:
    with open_journals(tmp_path, ADDRESSES) as journals:
        journal = journals[TARGET]
        journal.accepted(journal.begin(change("a")), "/monitorapi/p/l/orders/11")
        journal.accepted(journal.begin(change("b")), "/monitorapi/p/l/orders/22")
        journal.begin(change("c"))
        assert journal.forget(frozenset({"11", "33"})) == {"11"}
        kept = journal.leftovers()
        assert [leftover.key.name for leftover in kept] == ["b", "c"]
        assert journal.forget(frozenset({kept[1].identifier})) == {kept[1].identifier}
    with open_journals(tmp_path, ADDRESSES) as journals:
        assert [leftover.identifier for leftover in journals[TARGET].leftovers()] == ["22"]


def test_two_targets_on_one_logpoint_share_the_journal(tmp_path: Path) -> None:
    other = replace(TARGET, client="other")
    with open_journals(tmp_path, {**ADDRESSES, other: ADDRESSES[TARGET]}) as journals:
        assert journals[TARGET] is journals[other]


def test_what_is_older_than_any_order_is_forgotten(tmp_path: Path) -> None:
    with open_journals(tmp_path, ADDRESSES) as journals:
        journals[TARGET].begin(change("a"))
    (file,) = tmp_path.iterdir()
    file.write_text(file.read_text().replace('"at": ', '"at": -'))
    with open_journals(tmp_path, ADDRESSES) as journals:
        assert journals[TARGET].leftovers() == []


def test_only_one_process_applies_to_a_target_at_a_time(tmp_path: Path) -> None:
    other = {TARGET: "https://other.example.com"}
    with open_journals(tmp_path, ADDRESSES):
        refused = pytest.raises(RefusedError, match="another lpcac is applying to acme on pool-acme/lp-01")
        with refused, open_journals(tmp_path, ADDRESSES):
            pass
        with open_journals(tmp_path, other) as journals:
            assert list(journals) == [TARGET]
    with open_journals(tmp_path, ADDRESSES) as journals:
        assert list(journals) == [TARGET]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere; run it as another user")
def test_a_folder_that_cannot_be_written_is_an_os_error(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(OSError, match="Permission"), open_journals(tmp_path / "state", ADDRESSES):
        pass


def test_a_journal_that_leads_elsewhere_is_neither_believed_nor_cut(tmp_path: Path) -> None:
    with open_journals(tmp_path, ADDRESSES) as journals:
        journals[TARGET].begin(change("one"))
    (journal,) = tmp_path.iterdir()
    journal.rename(tmp_path / "elsewhere")
    journal.symlink_to(tmp_path / "elsewhere")
    kept = (tmp_path / "elsewhere").read_bytes()
    with pytest.raises(RefusedError, match="is a symbolic link"), open_journals(tmp_path, ADDRESSES):
        pass
    assert (tmp_path / "elsewhere").read_bytes() == kept != b""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a file away")
def test_a_journal_of_somebody_else_is_not_believed(tmp_path: Path) -> None:
    with open_journals(tmp_path, ADDRESSES):
        pass
    (journal,) = tmp_path.iterdir()
    os.chown(journal, 12345, 12345)
    with pytest.raises(RefusedError, match="not a regular file that you own"), open_journals(tmp_path, ADDRESSES):
        pass
