"""The resources that can be written: their addresses, and the rules for each operation on one."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from lpcac.simulator.api import write_shapes
from lpcac.simulator.api.read_shapes import Reader
from lpcac.simulator.api.references import check_references, check_unused
from lpcac.simulator.api.refusals import Refusal
from lpcac.simulator.world import NAME_FIELDS, JsonObject, Logpoint, is_vendor_name

Method = Literal["POST", "PUT", "DELETE"]


class WriteShape(Protocol):
    """Reads the fields that a body sets, or refuses the body."""

    def __call__(self, data: write_shapes.Fields, *, creating: bool) -> JsonObject:
        """Return the fields as the logpoint keeps them."""


@dataclass(frozen=True, slots=True)
class Resource:
    """One kind: its path in the API, the vendor's mixed plurals included, and its write shape."""

    kind: str
    path: str
    write_shape: WriteShape


RESOURCES = (
    Resource("Repo", "Repos", write_shapes.repo),
    Resource("RoutingPolicy", "RoutingPolicies", write_shapes.routing_policy),
    Resource("NormalizationPolicy", "NormalizationPolicy", write_shapes.normalization_policy),
    Resource("ProcessingPolicy", "ProcessingPolicy", write_shapes.processing_policy),
    Resource("EnrichmentPolicy", "EnrichmentPolicy", write_shapes.enrichment_policy),
)


@dataclass(frozen=True, slots=True)
class Write:
    """One write of well-formed fields to one logpoint; `identifier` is empty on creation."""

    method: Method
    kind: str
    identifier: str
    fields: JsonObject

    @classmethod
    def read(cls, method: Method, resource: Resource, identifier: str, body: object) -> "Write":
        """Read a call, refusing a body that is not of the resource's shape."""
        if method == "DELETE":
            return cls(method, resource.kind, identifier, {})
        fields = resource.write_shape(write_shapes.unwrapped(body), creating=method == "POST")
        return cls(method, resource.kind, identifier, fields)

    def check(self, logpoint: Logpoint) -> None:
        """Refuse what the logpoint, as it is now, cannot carry out, duplicate names apart."""
        target = logpoint.find(self.kind, self.identifier)
        if self.method != "POST" and target is None:
            raise Refusal(f"{self.kind} {self.identifier!r} does not exist on the logpoint", 404)
        if self.method != "DELETE":
            check_references(logpoint, self.kind, self.fields)
        elif target is not None:
            name = str(target[NAME_FIELDS[self.kind]])
            if is_vendor_name(name):
                raise Refusal(f"{self.kind} {name!r} belongs to the vendor and cannot be deleted")
            check_unused(logpoint, self.kind, target)

    def check_name(self, logpoint: Logpoint) -> None:
        """Refuse a name that another object of the kind on the logpoint has."""
        name_field = NAME_FIELDS[self.kind]
        if name_field not in self.fields:
            return
        name = self.fields[name_field]
        if any(each[name_field] == name and each["id"] != self.identifier for each in logpoint.objects(self.kind)):
            raise Refusal(f"{self.kind} {name!r} already exists on the logpoint")

    def carry_out(self, logpoint: Logpoint) -> None:
        """Change the logpoint."""
        match self.method:
            case "POST":
                logpoint.create(self.kind, self.fields)
                logpoint.created[self.kind, self.fields[NAME_FIELDS[self.kind]]] += 1
            case "PUT":
                logpoint.replace(self.kind, self.identifier, self.fields)
            case "DELETE":
                logpoint.remove(self.kind, self.identifier)


REFRESH_LISTS: dict[str, Callable[[Logpoint], None]] = {
    "Repos/RepoPaths/refreshlist": Logpoint.refresh_storage_paths,
    "NormalizationPackage/CompiledNormalizers/refreshlist": Logpoint.refresh_compiled_normalizers,
    "EnrichmentSource/refreshlist": Logpoint.refresh_enrichment_sources,
    "DistributedCollectors/refreshlist": Logpoint.refresh_distributed_collectors,
}


def remote_repos(logpoint: Logpoint) -> list[JsonObject]:
    """Return the rows of `Repos/RemoteRepos/fetch`: the repos in the form in which alert rules name them.

    The form of a name is observed (`127.0.0.1:5504/NAME` for a repo of the logpoint's own); no source shows a row.
    """
    return [{"name": name, "repo": f"127.0.0.1:5504/{name}"} for name in logpoint.names("Repo")]


FETCHES: dict[str, Callable[[Logpoint], list[JsonObject]]] = {"Repos/RemoteRepos/fetch": remote_repos}
"""Reads that are carried out as orders, with the rows in the finished order."""

LISTS: dict[str, Callable[[Reader, Logpoint], list[JsonObject]]] = {
    "Repos/RepoPaths": Reader.storage_paths,
    "NormalizationPackage": Reader.packages,
    "NormalizationPackage/CompiledNormalizers": Reader.compiled_normalizers,
    "EnrichmentSource": Reader.enrichment_sources,
    "DistributedCollectors": Reader.distributed_collectors,
    "LogCollectionPolicies": Reader.log_collection_policies,
}
"""What is listed and not written here."""

NESTED_LISTS = frozenset({"DistributedCollectors"})
"""Lists that are answered inside another list (chapter 11.4)."""

ONE_BY_ID = ("NormalizationPackage", "EnrichmentSource", "DistributedCollectors", "LogCollectionPolicies")
"""Lists of which one entry can be asked for (chapters 31.7, 14.1, 11.3, 25.3)."""
