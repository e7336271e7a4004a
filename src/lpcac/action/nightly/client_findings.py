"""What one night found of one client."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lpcac.core.digests import digest
from lpcac.core.findings import Finding
from lpcac.core.resources import Target
from lpcac.directory_map.directory_map import Acceptance
from lpcac.planning.drift import Drift


@dataclass(frozen=True)
class LostApply:
    """What was merged and never applied to a target.

    Arguments:
        applied: the commit that was applied last; `None` when none ever was.
        reasons: why the commits since then concern the client.
    """

    target: Target
    applied: str | None
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class ClientDriftCheck:
    """What one night found of one client.

    Arguments:
        expired: expired entries of the accept list that would otherwise silence what drifts.
    """

    client: str
    drifts: tuple[Drift, ...] = ()
    lost: tuple[LostApply, ...] = ()
    expired: tuple[Acceptance, ...] = ()

    @property
    def unchecked(self) -> tuple[str, ...]:
        """Return why targets of the client could not be checked."""
        return tuple(f"{drift.target}: {drift.not_checked}" for drift in self.drifts if drift.not_checked is not None)

    @property
    def is_clean(self) -> bool:
        """Tell whether all that was checked is as declared, and applied."""
        return not self.lost and all(drift.is_clean for drift in self.drifts)

    @property
    def is_clean_as_checked(self) -> bool:
        """Tell whether nothing was found on those targets that could be checked."""
        return not self.lost and all(drift.is_clean for drift in self.drifts if drift.not_checked is None)

    @property
    def is_complete(self) -> bool:
        """Tell whether every target of the client was checked."""
        return not self.unchecked

    @property
    def digest(self) -> str:
        """Return what stays the same for as long as the same things differ in the same way."""
        return digest(
            {
                "drifts": sorted([_drift_identity(drift) for drift in self.drifts if _differs(drift)], key=str),
                "lost": sorted([[str(each.target), each.applied or "", *each.reasons] for each in self.lost]),
            }
        )


def _differs(drift: Drift) -> bool:
    return bool(drift.changed or drift.missing or drift.errors)


def _drift_identity(drift: Drift) -> Sequence[object]:
    changes = sorted(change.digest for change in (*drift.changed, *drift.missing))
    return [drift.target.client, drift.target.pool_uuid, drift.target.logpoint_id, changes, _errors(drift.errors)]


def _errors(errors: Sequence[Finding]) -> list[str]:
    return sorted(f"{finding.code} {finding.message}" for finding in errors)
