"""The state that a simulated Director manages: pools, their logpoints, and all that a logpoint holds."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from random import Random
from typing import Any

from lpcac.simulator import vendor_content

JsonObject = dict[str, Any]

NAME_FIELDS = {
    "Repo": "name",
    "RoutingPolicy": "policy_name",
    "NormalizationPolicy": "name",
    "ProcessingPolicy": "policy_name",
    "EnrichmentPolicy": "name",
}

NORMAL_MODE = "fabric_only"
CO_MANAGED_MODE = "co_managed"

OBJECT_ID_DIGITS = 24
UUID_DIGITS = 32


def is_vendor_name(name: str) -> bool:
    """Tell whether an object of that name belongs to the vendor."""
    return name == "default" or name.startswith("_")


class Identifiers:
    """Random-looking hexadecimal ids that the same seed repeats."""

    def __init__(self, seed: int | str) -> None:
        self._random = Random(f"identifiers {seed}")

    def new(self, digits: int) -> str:
        """Return a new id of that many hexadecimal digits."""
        return f"{self._random.getrandbits(4 * digits):0{digits}x}"

    def dashed(self) -> str:
        """Return a new id in the usual form of a UUID, as observed for orders."""
        new = self.new(UUID_DIGITS)
        return "-".join((new[:8], new[8:12], new[12:16], new[16:20], new[20:]))


class Logpoint:
    """One logpoint and what it holds; any thread may read and edit it, behind the API's back.

    Objects have the fields that the API reads, without the server-owned ones, and lists where the API has
    comma-separated strings: `id`, the name, then `repopath` and `repoha` of a Repo, `normalization_packages`
    and `compiled_normalizer` of a NormalizationPolicy, and so on.
    """

    def __init__(self, name: str, identifier: str, lock: threading.RLock, ids: Identifiers) -> None:
        self.name = name
        self.identifier = identifier
        self.director_mode = NORMAL_MODE
        self.version = "7.5.0"
        self.storage_paths: list[str] = []
        self.packages: dict[str, str] = {}
        """Name to id."""
        self.compiled_normalizers: dict[str, str] = {}
        """Name to version."""
        self.enrichment_sources: list[str] = []
        self.distributed_collectors: list[JsonObject] = []
        """As the API reads them."""
        self.log_collection_policies: list[JsonObject] = []
        """As the API reads them."""
        self.created: Counter[tuple[str, str]] = Counter()
        """How often the API created an object, by (kind, name)."""
        self.listed_storage_paths: list[str] = []
        self.listed_compiled_normalizers: dict[str, str] = {}
        self.listed_enrichment_sources: list[str] = []
        self.listed_distributed_collectors: list[JsonObject] = []
        self._objects: dict[str, dict[str, JsonObject]] = {kind: {} for kind in NAME_FIELDS}
        self._lock = lock
        self._ids = ids

    def objects(self, kind: str) -> list[JsonObject]:
        """Return copies of all objects of a kind, oldest first."""
        with self._lock:
            return deepcopy(list(self._objects[kind].values()))

    def names(self, kind: str) -> list[str]:
        """Return the names of all objects of a kind, oldest first."""
        return [str(each[NAME_FIELDS[kind]]) for each in self.objects(kind)]

    def find(self, kind: str, identifier: str) -> JsonObject | None:
        """Return a copy of the object with that id, if there is one."""
        with self._lock:
            return deepcopy(self._objects[kind].get(identifier))

    def named(self, kind: str, name: str) -> JsonObject:
        """Return a copy of the first object of that name.

        Raises:
            KeyError: there is none.

        """
        for each in self.objects(kind):
            if each[NAME_FIELDS[kind]] == name:
                return each
        raise KeyError(f"{kind} {name!r} is not on logpoint {self.name!r}")

    def create(self, kind: str, fields: Mapping[str, Any]) -> str:
        """Add an object without asking any rule, and return its new id."""
        with self._lock:
            identifier = self._ids.new(OBJECT_ID_DIGITS)
            while identifier in self._objects[kind]:
                identifier = self._ids.new(OBJECT_ID_DIGITS)
            self._objects[kind][identifier] = {**deepcopy(dict(fields)), "id": identifier}
            return identifier

    def replace(self, kind: str, identifier: str, fields: Mapping[str, Any]) -> None:
        """Give the object with that id these fields, keeping those not named."""
        with self._lock:
            self._objects[kind][identifier].update({**deepcopy(dict(fields)), "id": identifier})

    def edit(self, kind: str, name: str, change: Callable[[JsonObject], object]) -> None:
        """Let `change` alter the object of that name in place, without asking any rule."""
        with self._lock:
            edited = self.named(kind, name)
            identifier = str(edited["id"])
            change(edited)
            self._objects[kind][identifier] = {**edited, "id": identifier}

    def delete(self, kind: str, name: str) -> None:
        """Remove the first object of that name without asking any rule."""
        with self._lock:
            del self._objects[kind][self.named(kind, name)["id"]]

    def remove(self, kind: str, identifier: str) -> None:
        """Remove the object with that id without asking any rule."""
        with self._lock:
            del self._objects[kind][identifier]

    def restore(self, kind: str, objects: list[JsonObject]) -> None:
        """Make these, ids included, the only objects of a kind."""
        with self._lock:
            self._objects[kind] = {str(each["id"]): deepcopy(each) for each in objects}

    def refresh_lists(self) -> None:
        """Let every list that is not read from the logpoint itself show what the logpoint has now."""
        self.refresh_storage_paths()
        self.refresh_compiled_normalizers()
        self.refresh_enrichment_sources()
        self.refresh_distributed_collectors()

    def refresh_storage_paths(self) -> None:
        """Let `Repos/RepoPaths` show the storage paths that the logpoint has now."""
        with self._lock:
            self.listed_storage_paths = list(self.storage_paths)

    def refresh_compiled_normalizers(self) -> None:
        """Let `NormalizationPackage/CompiledNormalizers` show what the logpoint has now."""
        with self._lock:
            self.listed_compiled_normalizers = dict(self.compiled_normalizers)

    def refresh_enrichment_sources(self) -> None:
        """Let `EnrichmentSource` show the sources that the logpoint has now."""
        with self._lock:
            self.listed_enrichment_sources = list(self.enrichment_sources)

    def refresh_distributed_collectors(self) -> None:
        """Let `DistributedCollectors` show the collectors that the logpoint has now."""
        with self._lock:
            self.listed_distributed_collectors = deepcopy(self.distributed_collectors)

    def install_vendor_content(self) -> None:
        """Put everything on the logpoint that each one ships with."""
        with self._lock:
            self.storage_paths = list(vendor_content.STORAGE_PATHS)
            self.packages = {name: self._ids.new(OBJECT_ID_DIGITS) for name in vendor_content.PACKAGES}
            self.compiled_normalizers = dict(vendor_content.COMPILED_NORMALIZERS)
            self.enrichment_sources = list(vendor_content.ENRICHMENT_SOURCES)
            for kind, fields in vendor_content.vendor_objects():
                if kind == "ProcessingPolicy":
                    fields["routing_policy"] = self.named("RoutingPolicy", fields["routing_policy"])["id"]
                self.create(kind, fields)
            self.refresh_lists()


class Pool:
    """A named group of logpoints, usually one client's."""

    def __init__(self, name: str, pool_uuid: str, lock: threading.RLock, ids: Identifiers) -> None:
        self.name = name
        self.pool_uuid = pool_uuid
        self.active = True
        self.logpoints: list[Logpoint] = []
        self._lock = lock
        self._ids = ids

    def logpoint(self, name: str) -> Logpoint:
        """Return the logpoint of that name or identifier.

        Raises:
            KeyError: the pool has none.

        """
        for each in self.logpoints:
            if name in (each.name, each.identifier):
                return each
        raise KeyError(f"pool {self.name!r} has no logpoint {name!r}")

    def add_logpoint(
        self, name: str, *, identifier: str | None = None, co_managed: bool = False, bare: bool = False
    ) -> Logpoint:
        """Add a logpoint, with all that each one ships with unless it is to be bare."""
        with self._lock:
            logpoint = Logpoint(name, identifier or self._ids.new(UUID_DIGITS), self._lock, self._ids)
            logpoint.director_mode = CO_MANAGED_MODE if co_managed else NORMAL_MODE
            if not bare:
                logpoint.install_vendor_content()
            self.logpoints.append(logpoint)
            return logpoint


class World:
    """Everything that a simulated Director manages; `lock` makes several steps one."""

    def __init__(self, seed: int | str = 0) -> None:
        self.lock = threading.RLock()
        self.pools: list[Pool] = []
        self._ids = Identifiers(seed)

    def pool(self, name: str) -> Pool:
        """Return the pool of that name or UUID.

        Raises:
            KeyError: there is none.

        """
        for each in self.pools:
            if name in (each.name, each.pool_uuid):
                return each
        raise KeyError(f"there is no pool {name!r}")

    def add_pool(self, name: str, *, pool_uuid: str | None = None, active: bool = True) -> Pool:
        """Add a pool without logpoints."""
        with self.lock:
            pool = Pool(name, pool_uuid or self._ids.new(UUID_DIGITS), self.lock, self._ids)
            pool.active = active
            self.pools.append(pool)
            return pool

    def logpoints(self) -> Iterator[tuple[Pool, Logpoint]]:
        """Yield every logpoint with its pool."""
        for pool in self.pools:
            for logpoint in pool.logpoints:
                yield pool, logpoint


def demo_world(seed: int = 0) -> World:
    """Return three invented clients, freshly installed: one has two logpoints, one is co-managed."""
    world = World(seed)
    acme = world.add_pool("pool-acme")
    first = acme.add_logpoint("lp-01")
    first.distributed_collectors.append(vendor_content.distributed_collector("collector-01"))
    first.log_collection_policies.append(vendor_content.log_collection_policy("web-servers"))
    first.refresh_lists()
    acme.add_logpoint("lp-02")
    world.add_pool("pool-globex").add_logpoint("lp-01")
    world.add_pool("pool-initech").add_logpoint("lp-01", co_managed=True)
    return world
