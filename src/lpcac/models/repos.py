"""Repo: where a logpoint stores logs, in tiers that data moves through.

Facts: Director API 2.7.0, chapter on Repos. The tiers are written as `hiddenrepopath` and read as `repopath`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated

from pydantic import Field, StringConstraints

from lpcac.core.json_values import Json
from lpcac.kinds.fields import API_VERSION, Days, Matched, Meaning, Ref, Spec
from lpcac.kinds.kind import Element, Inventory, Kind, Names, Remark, Risk
from lpcac.kinds.other_fields import read_item, written_item

_PATH = r"^/[^\u0000-\u001f\u007f-\u009f]*$(?!\n)"
_OCTET = r"(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_IP = rf"^(({_OCTET}\.){{3}}{_OCTET}|(?=.*:.*:)[0-9A-Fa-f:]{{2,39}})$(?!\n)"


class Tier(Element):
    """One storage tier of a repo."""

    path: Annotated[
        str, StringConstraints(pattern=_PATH), Meaning("an absolute path such as /data_hot"), Ref("StoragePath")
    ]
    """Absolute storage path; it must exist on the logpoint."""
    retention_days: Days
    """Days that logs stay in this tier before they move to the next one, or are deleted after the last."""


class RemoteLogpoint(Element):
    """A second logpoint that keeps a copy of the repo."""

    ip: Annotated[str, StringConstraints(pattern=_IP), Meaning("an IP address such as 192.0.2.17")]
    """Private IP address of the remote logpoint."""
    available_days: Days
    """Days that the copy stays available there."""


class RepoSpec(Spec):
    """A repo: storage tiers in the order in which data moves through them, and optional remote copies."""

    paths: Annotated[list[Tier], Field(min_length=1), Matched(("path",))]
    """Storage tiers, first to last; the total retention is their sum."""
    remote_logpoints: Annotated[list[RemoteLogpoint], Matched(("ip",))] | None = None
    """Remote logpoints that keep a copy (high availability)."""


def without_trailing_slash(path: str) -> str:
    """Return one spelling for `/data_hot` and `/data_hot/`: the Director adds the slash to whatever was sent."""
    return path.rstrip("/") or "/"


def _canonical(spec: Json) -> Json:
    tiers = [{**tier, "path": without_trailing_slash(tier["path"])} for tier in spec["paths"]]
    remotes = spec.get("remote_logpoints")
    return {"paths": tiers} | ({"remote_logpoints": remotes} if remotes else {})


def _to_wire(name: str, spec: Json, names: Names, replacing: bool) -> Json:
    del names
    tiers = [
        written_item(tier, {"path": tier["path"].rstrip("/") + "/", "retention": tier["retention_days"]})
        for tier in spec["paths"]
    ]
    remotes = [
        written_item(r, {"ha_li": r["ip"], "ha_day": r["available_days"]}) for r in spec.get("remote_logpoints", [])
    ]
    if replacing:  # An explicit empty list, because nothing says what a replacement without the key would keep.
        return {"hiddenrepopath": tiers, "repoha": remotes}
    return {"name": name, "hiddenrepopath": tiers} | ({"repoha": remotes} if remotes else {})


def _from_wire(obj: Json, names: Names) -> Json:
    del names
    tiers = [
        read_item({"path": t["path"], "retention_days": _number(t["retention"])}, t, ("path", "retention"))
        for t in obj["repopath"]
    ]
    remotes = [
        read_item({"ip": r["ha_li"], "available_days": _number(r["ha_day"])}, r, ("ha_li", "ha_day"))
        for r in obj.get("repoha") or []
    ]
    return _canonical({"paths": tiers, "remote_logpoints": remotes})


def _number(value: object) -> object:
    is_text = isinstance(value, str) and value.isdecimal()
    return int(value) if is_text or (isinstance(value, float) and value.is_integer()) else value  # type: ignore[call-overload]


def _risks(before: Json | None, after: Json | None) -> Iterator[Risk]:
    if before is None:
        return
    if after is None:
        message = f"deletes the repo and all logs in it ({_total(before)} days of retention)"
        yield Risk("repo-deleted", message, needs_permission=True)
        return
    yield from _tier_risks(before, after)
    yield from _remote_risks(before, after)


def _tier_risks(before: Json, after: Json) -> Iterator[Risk]:
    was, now = _days_by_path(before), _days_by_path(after)
    for path, days in was.items():
        if path not in now:
            yield Risk("tier-removed", f"removes tier {path}: the logs stored there ({days} days) are destroyed")
        elif now[path] < days:
            total = f"total {_total(before)} -> {_total(after)} days"
            message = (
                f"shortens retention in {path} from {days} to {now[path]} days ({total}): older logs are destroyed"
            )
            yield Risk("retention-shortened", message)
    if [path for path in was if path in now] != [path for path in now if path in was]:
        order = " -> ".join(now)
        yield Risk(
            "tiers-reordered", f"moves stored logs to another order of tiers ({order}) and deletes after the last"
        )


def _days_by_path(spec: Json) -> dict[str, int]:
    """Return the retention of each path in order; tiers on one path count together."""
    days: dict[str, int] = {}
    for tier in spec["paths"]:
        days[tier["path"]] = days.get(tier["path"], 0) + int(tier["retention_days"])
    return days


def _remote_risks(before: Json, after: Json) -> Iterator[Risk]:
    now = {r["ip"]: r["available_days"] for r in after.get("remote_logpoints", [])}
    for remote in before.get("remote_logpoints", []):
        ip, days = remote["ip"], remote["available_days"]
        if now.get(ip, 0) < days:
            kept = f"to {now[ip]} days" if ip in now else "altogether"
            yield Risk("remote-copy-shortened", f"cuts the remote copy on {ip} from {days} days {kept}")


def _total(spec: Json) -> int:
    return sum(int(tier["retention_days"]) for tier in spec["paths"])


def _remarks(spec: Json) -> Iterator[Remark]:
    first: dict[str, int] = {}
    for index, tier in enumerate(spec["paths"]):
        earlier = first.setdefault(tier["path"], index)
        if earlier != index:
            message = f"paths {earlier + 1} and {index + 1} are both {tier['path']}: merge them, or name another path"
            yield Remark("storage-path-twice", message, f"/paths/{index}/path")


def _storage_paths(answer: list[Json]) -> Iterable[tuple[str, str]]:
    for entry in answer:
        for path in entry["paths"]:
            yield path, path


KIND = Kind(
    name="Repo",
    label="repo",
    path="Repos",
    name_field="name",
    spec=RepoSpec,
    to_wire=_to_wire,
    from_wire=_from_wire,
    held_fields=frozenset({"repopath", "repoha"}),
    server_owned=frozenset({"used_size", "repo_number", "old_repo_paths", "store_front_port"}),
    canonical=_canonical,
    remarks=_remarks,
    risks=_risks,
    inventories=(
        Inventory(
            name="StoragePath",
            label="storage path",
            path="Repos/RepoPaths",
            entries=_storage_paths,
            refresh_path="Repos/RepoPaths/refreshlist",
            same_name=without_trailing_slash,
        ),
    ),
    example={
        "apiVersion": API_VERSION,
        "kind": "Repo",
        "metadata": {"name": "system", "description": "Operating system logs"},
        "spec": {
            "paths": [{"path": "/data_hot", "retention_days": 90}, {"path": "/cold_nfs", "retention_days": 275}],
            "remote_logpoints": [{"ip": "192.0.2.17", "available_days": 30}],
        },
    },
)
