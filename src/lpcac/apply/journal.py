"""What was submitted and not yet settled, on disk: so that a run that was killed leaves word for the next one.

The Director has no way to ask what is under way, and nothing says that it refuses a second object of the same name.
One file a target, append-only, flushed before a write is sent; it holds declared configuration, never a secret.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import stat
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO, Final

from lpcac.apply.port import Leftover
from lpcac.core.digests import digest
from lpcac.core.errors import RefusedError
from lpcac.core.json_values import Json
from lpcac.core.resources import Action, ResourceKey, Target
from lpcac.planning.plan import Change

# By then an order has ended, one way or the other.
_FORGOTTEN_AFTER: Final = 3600.0


@contextmanager
def open_journals(folder: Path, addresses: Mapping[Target, str]) -> Iterator[dict[Target, FileJournal]]:
    """Give a journal for each target, for this process alone.

    Arguments:
        addresses: the targets, each with the address of its Director, since two of them may use the same ids.

    Raises:
        RefusedError: another process is applying to one of the targets.
        OSError: the folder cannot be used.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with ExitStack() as stack:
        journals = {}
        for target in sorted(addresses, key=str):
            name = digest([addresses[target], target.pool_uuid, target.logpoint_id])[:24]
            file = stack.enter_context(_opened(folder / f"{name}.jsonl"))
            _lock(file, target)
            journals[target] = FileJournal(file, time.time)
        yield journals


def _opened(path: Path) -> IO[str]:
    """Open a journal that only this user can have written.

    Raises:
        RefusedError: it is somebody else's, or leads elsewhere: it would be believed, or another file be cut.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600)
    except OSError as error:
        if error.errno != errno.ELOOP:
            raise
        raise RefusedError(
            f"{path} is a symbolic link; nothing was written: remove it, or set XDG_STATE_HOME"
        ) from None
    status = os.fstat(descriptor)
    if status.st_uid != os.geteuid() or not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        raise RefusedError(f"{path} is not a file of yours; nothing was written: remove it, or set XDG_STATE_HOME")
    return os.fdopen(descriptor, "a+", encoding="utf-8")


class FileJournal:
    """The journal of one target; satisfies `lpcac.apply.port.Journal`."""

    def __init__(self, file: IO[str], now: Callable[[], float]) -> None:
        """Keep the journal in this file, open for reading and appending.

        Arguments:
            now: seconds since the epoch.
        """
        self._file = file
        self._now = now
        self._open: set[str] = set()
        self._count = 0

    def leftovers(self) -> list[Leftover]:
        """Return what earlier runs submitted without learning how it ended, oldest first."""
        entries: dict[str, Json] = {}
        self._file.seek(0)
        for line in self._file:
            event = _decoded(line)
            if event.get("event") == "begin":
                entries[event["entry"]] = event
            elif event.get("event") == "accepted" and event["entry"] in entries:
                entries[event["entry"]]["order"] = event["order"]
            elif event.get("event") == "settled":
                entries.pop(event["entry"], None)
        recent = (entry for entry in entries.values() if self._now() - entry["at"] < _FORGOTTEN_AFTER)
        return [_leftover(entry) for entry in recent]

    def clear(self) -> None:
        """Forget everything: whatever was left over is settled."""
        self._file.truncate(0)
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
            self._file.truncate(0)

    def _append(self, event: Json) -> None:
        # On a full disk nothing is remembered, but what is under way is still brought to its end.
        with suppress(OSError):
            self._file.write(json.dumps(event) + "\n")
            self._file.flush()
            os.fsync(self._file.fileno())


def _decoded(line: str) -> Json:
    """Return an event; a line that was cut off by a crash is none."""
    try:
        event = json.loads(line)
    except ValueError:
        return {}
    return event if isinstance(event, dict) else {}


def _leftover(entry: Json) -> Leftover:
    key = ResourceKey(entry["kind"], entry["name"])
    return Leftover(key, Action(entry["action"]), entry["after"], entry.get("order"))


def _lock(file: IO[str], target: Target) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        message = f"another lpcac is applying to {target} right now; nothing was written: wait for it and run again"
        raise RefusedError(message) from None
