"""What was submitted and not yet settled, on disk: so that the next run can continue after a killed one.

The Director has no way to ask what is under way, and nothing says that it refuses a second object of the same name.
One file a target, append-only, flushed before a write is sent; it holds declared configuration, never a secret.
"""

from __future__ import annotations

import errno
import json
import os
import stat
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from lpcac.apply.port import Leftover
from lpcac.core.digests import digest
from lpcac.core.errors import RefusedError
from lpcac.core.json_values import Json
from lpcac.core.open_flags import NO_FOLLOW, NON_BLOCKING
from lpcac.core.resources import Action, ResourceKey, Target
from lpcac.planning.plan import Change

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

# By then an order has ended, one way or the other.
_FORGOTTEN_AFTER: Final = 3600.0

Warn = Callable[[str], None]


@contextmanager
def open_journals(
    folder: Path, addresses: Mapping[Target, str], warn: Warn = lambda _line: None
) -> Iterator[dict[Target, FileJournal]]:
    """Give a journal for each target, for this process alone.

    Arguments:
        addresses: the targets, each with the address of its Director, since two of them may use the same ids.
        warn: called once for each journal that cannot be read or written properly.

    Raises:
        RefusedError: another process is applying to one of the targets.
        OSError: the folder cannot be used.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with ExitStack() as stack:
        opened: dict[str, FileJournal] = {}
        journals = {}
        for target in sorted(addresses, key=str):
            name = digest([addresses[target], target.pool_uuid, target.logpoint_id])
            if name not in opened:
                file = _opened(folder / f"{name}.jsonl")
                stack.callback(os.close, file)
                if not _lock(file, target):
                    warn("this system has no file locks: another apply at the same time is not detected")
                opened[name] = FileJournal(file, time.time, lambda line, target=target: warn(f"{target}: {line}"))  # type: ignore[misc]
            journals[target] = opened[name]
        yield journals


def _opened(path: Path) -> int:
    """Open a journal that only this user can have written.

    Raises:
        RefusedError: it belongs to someone else, or is a link: its content would be trusted, or another file cut.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | NO_FOLLOW | NON_BLOCKING, 0o600)
    except OSError as error:
        if error.errno != errno.ELOOP:
            raise
        raise RefusedError(
            f"{path} is a symbolic link; nothing was written: remove it, or set XDG_STATE_HOME"
        ) from None
    status = os.fstat(descriptor)
    if _is_of_another(status) or not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        raise RefusedError(
            f"{path} is not a regular file that you own; nothing was written: remove it, or set XDG_STATE_HOME"
        )
    return descriptor


class FileJournal:
    """The journal of one target; satisfies `lpcac.apply.port.Journal`.

    If the disk is full, or the folder cannot be written any more, it warns once; what is in progress is still finished
    and reported.
    """

    def __init__(self, file: int, now: Callable[[], float], warn: Warn = lambda _line: None) -> None:
        """Keep the journal in this file, a descriptor that can be read and appended to.

        Arguments:
            now: seconds since the epoch.
            warn: called once when the journal cannot be written, and once when something in it cannot be read.
        """
        self._file = file
        self._now = now
        self._warn = warn
        self._open: set[str] = set()
        self._count = 0
        self._is_broken = False

    def leftovers(self) -> list[Leftover]:
        """Return what earlier runs submitted without learning how it ended, oldest first."""
        try:
            content = b"".join(iter(lambda: os.read(self._file, 1 << 16), b"")) if self._rewound() else b""
        except OSError as error:
            self._warn(
                f"the journal cannot be read ({error.strerror}), so the unfinished orders of a killed run are not known"
            )
            return []
        entries: dict[str, Json] = {}
        odd = 0
        for line in content.splitlines():
            odd += bool(line.strip()) and not _take(line, entries)
        if odd:
            self._warn(f"the journal of earlier runs has {odd} unreadable lines, which are skipped")
        found = [_leftover(entry, self._now()) for entry in entries.values()]
        return [each for each in found if each.age < _FORGOTTEN_AFTER]

    def forget(self, identifiers: frozenset[str]) -> frozenset[str]:
        """Forget leftovers that a person does not want to wait for; return which of the identifiers there were."""
        known = [each for each in self.leftovers() if each.identifier in identifiers]
        for each in known:
            self._append({"event": "settled", "entry": each.entry})
        return frozenset(each.identifier for each in known)

    def clear(self) -> None:
        """Forget everything: whatever was left over is settled."""
        self._empty()
        self._open.clear()

    def begin(self, change: Change) -> str:
        """Remember, before it is sent, that a write is going to be; return the entry's name."""
        self._count += 1
        entry = f"{os.getpid()}-{self._count}"
        self._open.add(entry)
        key = {"kind": change.key.kind, "name": change.key.name, "action": change.action.value}
        self._append({"event": "begin", "entry": entry, "at": self._now(), **key, "after": change.after})
        return entry

    def accepted(self, entry: str, order: str | None) -> None:
        """Remember the order that the write became."""
        self._append({"event": "accepted", "entry": entry, "order": order})

    def settled(self, entry: str) -> None:
        """Remember that it is known how the write ended; an empty journal is left when all are."""
        self._open.discard(entry)
        if self._open:
            self._append({"event": "settled", "entry": entry})
        else:
            self._empty()

    def _rewound(self) -> bool:
        os.lseek(self._file, 0, os.SEEK_SET)
        return True

    def _append(self, event: Json) -> None:
        # A line that could not be written whole must not spoil the next one.
        line = b"\n" * self._is_broken + json.dumps(event).encode() + b"\n"
        try:
            if os.write(self._file, line) < len(line):
                self._tell_that_it_is_broken("the disk is full")
            os.fsync(self._file)
        except OSError as error:
            self._tell_that_it_is_broken(str(error.strerror))

    def _empty(self) -> None:
        try:
            os.ftruncate(self._file, 0)
        except OSError as error:
            self._tell_that_it_is_broken(str(error.strerror))

    def _tell_that_it_is_broken(self, why: str) -> None:
        if not self._is_broken:
            self._is_broken = True
            self._warn(
                f"the journal in the state folder cannot be written ({why}): the apply goes on, but if it is killed, "
                "the next run does not know what is in progress; free disk space, or set XDG_STATE_HOME"
            )


def _take(line: bytes, entries: dict[str, Json]) -> bool:
    """Take one event into the entries; tell whether it was understood. A line that a crash cut off is not."""
    try:
        event = json.loads(line.decode())
        kind, entry = event["event"], str(event["entry"])
        if kind == "begin":
            _leftover(event, 0.0)
            entries[entry] = event
        elif kind == "accepted" and entry in entries:
            entries[entry]["order"] = None if event["order"] is None else str(event["order"])
        elif kind == "settled":
            entries.pop(entry, None)
    except (ValueError, KeyError, TypeError):
        return False
    return True


def _leftover(entry: Json, now: float) -> Leftover:
    key = ResourceKey(str(entry["kind"]), str(entry["name"]))
    after = entry["after"]
    if not isinstance(after, dict | None):
        raise TypeError(after)
    age = max(0.0, now - float(entry["at"]))
    return Leftover(key, Action(entry["action"]), after, entry.get("order"), age, str(entry["entry"]))


def _is_of_another(status: os.stat_result) -> bool:
    """Tell whether a file is another user's; on Windows, the folder's rights decide who can have written it."""
    return hasattr(os, "geteuid") and status.st_uid != os.geteuid()


def _lock(file: int, target: Target) -> bool:
    """Lock a journal; return whether that is possible here.

    Raises:
        RefusedError: another process has locked it.
    """
    if fcntl is None:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        message = f"another lpcac is applying to {target} right now; nothing was written: wait for it and run again"
        raise RefusedError(message) from None
    return True
