"""What a pull request shows of the map's guarded keys, and what its merge makes count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from lpcac.action.guarded_keys.notes import MapNotes
from lpcac.action.plan_record.map_part import MapChange
from lpcac.action.pull_request.proposed_change import ProposedChange
from lpcac.action.run import Run
from lpcac.core.errors import ExitCode
from lpcac.directory_map.guarded_changes import GuardedChange, guarded_changes
from lpcac.reports.markdown.guarded_changes import change_sentences
from lpcac.reports.markdown.size_budget import size

# Of the comment, in bytes: what people are not shown cannot be reviewed.
_MOST_SHOWN = 16_000
_NOT_GREEN = "this check has to be green first"
_NO_KEY = "nothing can sign them here: give a `signing-key`"
_TOO_MUCH = "there are too many to show: split the pull request"


@dataclass(frozen=True)
class ShownMap:
    """What is shown of a map, and what of it is recorded.

    Arguments:
        change: for the record.
    """

    notes: MapNotes = field(default_factory=MapNotes)
    change: MapChange = field(default_factory=MapChange)


def shown_map(run: Run, basis: ProposedChange, code: ExitCode, *, is_recorded: bool = True) -> ShownMap:
    """Return what a proposal shows of the map; what it records counts once the pull request is merged.

    Arguments:
        code: what the check ends with: of a check that is not green, nothing counts.
        is_recorded: whether there is a comment for a record at all.
    """
    if not basis.map_changes:
        return ShownMap()
    changes = guarded_changes(basis.reviewed.guarded, basis.proposed, basis.map_changes)
    notes, is_whole = _notes(changes, frozenset(basis.pending))
    keys = run.settings.map_keys(basis.reviewed.guarded.directors.values()) if is_recorded else {}
    why = _NOT_GREEN if code is not ExitCode.OK else _TOO_MUCH if not is_whole else "" if keys else _NO_KEY
    if why or not is_recorded:
        return ShownMap(MapNotes(notes.loosened, notes.others, notes.pending, why if is_recorded else ""))
    return ShownMap(notes, MapChange.of(basis.proposed, basis.map_changes, keys))


def _notes(changes: Sequence[GuardedChange], pending: frozenset[str]) -> tuple[MapNotes, bool]:
    """Return the notes, and whether all of them are there."""
    own = [each for each in changes if each.key not in pending]
    # Two of the settings have a sentence of their own, which says what they mean.
    with_own_sentence = {"require_review", "require_approval"}
    groups = (
        change_sentences([each for each in own if each.loosens and each.key not in with_own_sentence]),
        change_sentences([each for each in own if not each.loosens]),
        change_sentences([each for each in changes if each.key in pending]),
    )
    shown = [_fitting(sentences) for sentences in groups]
    is_whole = all(len(some) == len(every) for some, every in zip(shown, groups, strict=True))
    loosened, others, waiting = shown
    return MapNotes(loosened, others, waiting), is_whole


def _fitting(sentences: Sequence[str]) -> list[str]:
    left, kept = _MOST_SHOWN // 3, []
    for sentence in sentences:
        left -= size(sentence) + 2
        if left < 0:
            break
        kept.append(sentence)
    return kept
