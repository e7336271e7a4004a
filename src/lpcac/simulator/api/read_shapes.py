"""The shape of a read: each kind as the Director answers it, server-owned and volatile fields included."""

from copy import deepcopy
from random import Random

from lpcac.simulator.options import CompiledNormalizerRead
from lpcac.simulator.vendor_content import derived_id, enrichment_source, is_vendor_object, signatures
from lpcac.simulator.world import NAME_FIELDS, JsonObject, Logpoint


class Reader:
    """Turns what a logpoint holds into answers: lists come in any order, volatile fields differ each time."""

    def __init__(self, random: Random, compiled_normalizer: CompiledNormalizerRead) -> None:
        self._random = random
        self._compiled_normalizer = compiled_normalizer

    def objects(self, kind: str, held: list[JsonObject]) -> list[JsonObject]:
        """Return the answer to a list call of one kind."""
        answers = [self._object(kind, each) for each in held]
        self._random.shuffle(answers)
        return answers

    def one(self, kind: str, held: JsonObject) -> JsonObject:
        """Return the answer to the call for one object, which leaves no field out."""
        answer, names = self._object(kind, held), held.get("compiled_normalizer")
        if names and "compiled_normalizer" not in answer:
            answer["compiled_normalizer"] = ",".join(names)
        return answer

    def _object(self, kind: str, held: JsonObject) -> JsonObject:
        """Add the server's own fields; recorded boxes show some for objects only that did not come with the product."""
        is_vendors = is_vendor_object(kind, str(held[NAME_FIELDS[kind]]))
        answer = {**held, "tid": "", "active": True}
        if kind == "Repo":
            written = {} if is_vendors else {"old_repo_paths": held["repopath"], "store_front_port": None}
            return {**answer, **self._repo_extras(held), **written}
        answer = answer if is_vendors else {"user": "admin", **answer}
        return self._normalization_policy(answer) if kind == "NormalizationPolicy" else answer

    def _repo_extras(self, held: JsonObject) -> JsonObject:
        size = f"{self._random.uniform(0.001, 900):.5f} MB"
        return {"repo_number": int(held["id"][-3:], 16), "used_size": size}

    def _normalization_policy(self, held: JsonObject) -> JsonObject:
        """Show compiled normalizers in the chosen way; the order of neither list means anything."""
        packages = list(held["normalization_packages"])
        names = list(held.pop("compiled_normalizer"))
        self._random.shuffle(packages)
        self._random.shuffle(names)
        answer = {
            **held,
            "normalization_packages": packages,
            "ordered_signatures": [],
            "selected_signatures": [],
        }
        if self._compiled_normalizer == "list":
            return {**answer, "compiled_normalizer": names}
        is_left_out = self._compiled_normalizer == "absent" or (
            self._compiled_normalizer == "absent_when_empty" and not names
        )
        if is_left_out:
            return answer
        return {**answer, "compiled_normalizer": ",".join(names)}

    def packages(self, logpoint: Logpoint) -> list[JsonObject]:
        """Return the answer to `GET NormalizationPackage`, signatures included."""
        answers = [
            {
                "id": identifier,
                "name": name,
                "vid": f"NORMPACKAGE_{derived_id(name, digits=3)}",
                "description": "",
                "type": "vendor",
                "version": 3,
                "active": True,
                "tid": "",
                "share_is": False,
                "fields_info": [],
                "last_sig_id": 405001,
                "unused_signatures": [],
                "signatures": signatures(name),
            }
            for name, identifier in logpoint.packages.items()
        ]
        self._random.shuffle(answers)
        return answers

    def compiled_normalizers(self, logpoint: Logpoint) -> list[JsonObject]:
        """Return the answer to `GET NormalizationPackage/CompiledNormalizers`."""
        listed = logpoint.listed_compiled_normalizers
        answers = [{"name": name, "version": version} for name, version in listed.items()]
        self._random.shuffle(answers)
        return answers

    def storage_paths(self, logpoint: Logpoint) -> list[JsonObject]:
        """Return the answer to `GET Repos/RepoPaths`: one object with all paths."""
        paths = list(logpoint.listed_storage_paths)
        self._random.shuffle(paths)
        return [{"paths": paths}]

    def enrichment_sources(self, logpoint: Logpoint) -> list[JsonObject]:
        """Return the answer to `GET EnrichmentSource`."""
        answers = [enrichment_source(logpoint.identifier, name) for name in logpoint.listed_enrichment_sources]
        self._random.shuffle(answers)
        return answers

    def distributed_collectors(self, logpoint: Logpoint) -> list[JsonObject]:
        """Return what is inside the answer to `GET DistributedCollectors`, which is a list in a list."""
        return deepcopy(logpoint.listed_distributed_collectors)

    def log_collection_policies(self, logpoint: Logpoint) -> list[JsonObject]:
        """Return the answer to `GET LogCollectionPolicies`."""
        return deepcopy(logpoint.log_collection_policies)
