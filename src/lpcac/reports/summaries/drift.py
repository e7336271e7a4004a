"""Summary of drift: one sentence for all targets, a few words for one, and their order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lpcac.planning.drift import Drift
from lpcac.reports.wording import counted


def drifted_first(drifts: Iterable[Drift]) -> list[Drift]:
    """Return what drifted first, then what could not be checked, then what is clean."""
    return sorted(drifts, key=lambda drift: (drift.is_clean, not (drift.changed or drift.missing)))


def drift_summary(drift: Drift) -> str:
    """Return the counts of one target as words."""
    if drift.not_checked is not None:
        return "could not be checked"
    counts = (
        (len(drift.changed), "changed"),
        (len(drift.missing), "missing"),
        (len(drift.accepted), "accepted"),
        (len(drift.unmanaged), "unmanaged"),
    )
    words = [f"{number} {word}" for number, word in counts if number]
    if drift.errors:
        words.insert(0, counted(len(drift.errors), "error"))
    if drift.is_clean:
        words.insert(0, "as declared")
    return ", ".join(words)


def drift_mark(drifts: Sequence[Drift]) -> str:
    """Return the mark of the verdict: a tick only if something was checked and all of it is as declared."""
    if not drifts:
        return "❔"
    return "✅" if all(drift.is_clean for drift in drifts) else "⚠️"


def drift_verdict(drifts: Sequence[Drift]) -> str:
    """Return one sentence that says what drifted and what could not be checked."""
    if not drifts:
        return "No targets to check."
    changed, missing = (sum(len(getattr(drift, part)) for drift in drifts) for part in ("changed", "missing"))
    drifted = sum(bool(drift.changed or drift.missing) for drift in drifts)
    unchecked = sum(drift.not_checked is not None for drift in drifts)
    invalid = sum(drift.not_checked is None and bool(drift.errors) for drift in drifts)
    parts = []
    if drifted:
        counts = [f"{number} {word}" for number, word in ((changed, "changed"), (missing, "missing")) if number]
        parts.append(f"drift on {counted(drifted, 'target')}: {', '.join(counts)}")
    if unchecked:
        parts.append(f"{counted(unchecked, 'target')} could not be checked")
    if invalid:
        parts.append(f"{counted(invalid, 'target')} with errors in what is declared")
    clean = sum(drift.is_clean for drift in drifts)
    if not parts:
        return f"No drift: {'the target is' if clean == 1 else f'all {clean} targets are'} as declared."
    sentence = "; ".join([*parts, f"{clean} of {counted(len(drifts), 'target')} as declared"])
    return f"{sentence[0].upper()}{sentence[1:]}."
