"""What the guard lets pass."""

from __future__ import annotations

import pytest

from lpcac.core.errors import ExitCode, RefusedError
from lpcac.core.findings import Finding
from lpcac.core.resources import Action, ResourceKey, Target
from lpcac.directory_map.limits import Limits
from lpcac.kinds.kind import Risk
from lpcac.planning.guard import ApprovedPlan, GuardedTarget, approve, refusals
from lpcac.planning.plan import Change, TargetPlan

TARGET = Target("acme", "pool-acme", "lp-01", "0" * 32, "1" * 32)


def _delete(name: str, kind: str = "RoutingPolicy", risks: tuple[Risk, ...] = ()) -> Change:
    return Change(Action.DELETE, ResourceKey(kind, name), {}, None, (), risks, (), None, name)


def _plan(deletes: int, managed: int) -> TargetPlan:
    return TargetPlan(TARGET, tuple(_delete(str(n)) for n in range(deletes)), managed=managed, digest="d1")


@pytest.mark.parametrize(
    ("deletes", "managed", "codes"),
    [
        (0, 0, []),
        (1, 3, []),
        (3, 3, []),
        (1, 4, []),
        (2, 4, ["too-large-share"]),
        (3, 10, []),
        (4, 10, ["too-large-share"]),
        (10, 100, []),
        (11, 100, ["too-many-deletes"]),
        (11, 12, ["too-many-deletes", "too-large-share"]),
    ],
)
def test_deletes_are_limited_in_number_and_share(deletes: int, managed: int, codes: list[str]) -> None:
    assert [refusal.code for refusal in refusals(_plan(deletes, managed), Limits())] == codes


def test_a_client_has_limits_of_its_own() -> None:
    assert refusals(_plan(11, 12), Limits(max_deletes=11, max_delete_percent=100)) == ()
    assert [r.code for r in refusals(_plan(1, 100), Limits(max_deletes=0))] == ["too-many-deletes"]


def test_a_plan_within_the_limits_is_approved() -> None:
    approved = approve(_plan(1, 10), Limits())
    assert (approved.plan.digest, approved.waived) == ("d1", ())


def test_a_refusal_names_every_reason_and_exits_with_4() -> None:
    with pytest.raises(RefusedError, match=r"11 deletes, the limit is 10; 11 of 12 managed") as caught:
        approve(_plan(11, 12), Limits())
    assert caught.value.exit_code is ExitCode.REFUSED


def test_a_waiver_counts_for_the_plan_with_its_digest_only() -> None:
    approved = approve(_plan(11, 12), Limits(), frozenset({"d1"}))
    assert [waived.code for waived in approved.waived] == ["too-many-deletes", "too-large-share"]
    with pytest.raises(RefusedError):
        approve(_plan(11, 12), Limits(), frozenset({"another"}))


def test_a_repo_delete_needs_permission_that_no_waiver_gives() -> None:
    risk = Risk("repo-deleted", "deletes the repo", needs_permission=True)
    plan = TargetPlan(TARGET, (_delete("system", "Repo", (risk,)),), managed=100, digest="d1")
    with pytest.raises(RefusedError, match="allow_repo_delete"):
        approve(plan, Limits(), frozenset({"d1"}))
    assert approve(plan, Limits(allow_repo_delete=True)).plan is plan


@pytest.mark.parametrize(
    ("plan", "code"),
    [
        (TargetPlan(TARGET, errors=(Finding("x", "broken"),)), ExitCode.INVALID),
        (TargetPlan(TARGET, unread="unreachable"), ExitCode.NOT_DONE),
    ],
)
def test_a_plan_with_errors_or_without_a_reading_is_never_approved(plan: TargetPlan, code: ExitCode) -> None:
    with pytest.raises(RefusedError) as caught:
        approve(plan, Limits())
    assert caught.value.exit_code is code
    assert GuardedTarget(plan).exit_code is code


def test_nobody_else_can_build_an_approved_plan() -> None:
    with pytest.raises(TypeError):
        ApprovedPlan(object(), _plan(0, 0), ())
