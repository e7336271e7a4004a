"""What is sent to the Director, byte for byte where it counts, pinned by cassettes written from its documentation."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

import pytest
import vcr
from pydantic import SecretStr

from lpcac.connectors.director.api import DirectorClient
from lpcac.connectors.director.port import Accepted, Finished, Rejected, Running
from lpcac.connectors.director.transport.http import Credentials, DirectorHttp, HttpOptions
from lpcac.core.resources import Action, Target
from lpcac.core.text.redaction import Redactor
from lpcac.kinds.envelope import envelope
from lpcac.models import registry

CASSETTES = Path(__file__).parent / "cassettes"
REGISTRY = registry()
POOL, LOGPOINT, OBJECT = "a1" * 16, "b2" * 16, "68d1ffb45cb7b6fa6ec694bd"
TARGET = Target("acme", "pool-acme", "lp-01", POOL, LOGPOINT)
TOKEN, SECRET_KEY = "the-token-before", "the-secret-key-before"


def pinned_headers(ours: Any, recorded: Any) -> bool:
    """Tell whether the headers that the Director wants are as recorded."""
    return all(ours.headers.get(name) == recorded.headers.get(name) for name in ("content-type", "accept"))


@contextmanager
def recorded(name: str) -> Iterator[None]:
    """Play one cassette, each exchange once and all of them."""
    player = vcr.VCR(
        cassette_library_dir=str(CASSETTES),
        record_mode="none",
        match_on=["method", "scheme", "host", "port", "path", "query", "body", "pinned_headers"],
        filter_headers=["authorization"],
    )
    player.register_matcher("pinned_headers", pinned_headers)
    with player.use_cassette(f"{name}.yaml") as cassette:
        yield
    assert cassette.all_played


def asked(question: Callable[[DirectorClient], Coroutine[Any, Any, Any]]) -> Any:
    async def ask() -> Any:
        access = Credentials(SecretStr(TOKEN), SecretStr(SECRET_KEY))
        options = HttpOptions("https://director.example.com", read_only=False)
        async with DirectorHttp(options, access, Redactor()) as http:
            return await question(DirectorClient(http))

    return asyncio.run(ask())


def order(number: int) -> str:
    return f"/monitorapi/{POOL}/{LOGPOINT}/orders/{number:032x}"


class Ids:
    """The ids of one logpoint."""

    known: ClassVar[Mapping[tuple[str, str], str]] = {
        ("NormalizationPackage", "LP_Windows"): "57591a2cd8aaa41bfef54888",
        ("NormalizationPackage", "LP_Windows_Sysmon"): "57591a2cd8aaa41bfef54889",
        ("RoutingPolicy", "windows"): "68d2c70b5cb7b6fa6ec694d0",
        ("RoutingPolicy", "rp_fortinet"): "68d2c70b5cb7b6fa6ec694d0",
        ("EnrichmentPolicy", "threat_intelligence"): "68d2c70b5cb7b6fa6ec694d1",
    }

    def id_of(self, kind: str, name: str) -> str:
        return self.known[kind, name]

    def name_of(self, kind: str, object_id: str) -> str:
        return next(name for (known, name), found in self.known.items() if (known, found) == (kind, object_id))


def test_poolinfo() -> None:
    with recorded("poolinfo"):
        (pool,) = asked(lambda director: director.pools())
    assert (pool.name, pool.uuid, pool.active) == ("pool-acme", POOL, True)
    assert [(m.name, m.identifier, m.mode) for m in pool.machines] == [
        ("lp-01", LOGPOINT, "fabric_only"),
        ("lp-02", "c3" * 16, "co_managed"),
    ]


READ = {
    "Repo": [
        {"paths": [{"path": "/data_hot", "retention_days": 90}, {"path": "/cold_nfs", "retention_days": 275}]},
    ],
    "RoutingPolicy": [
        {
            "catch_all": "Repo_system",
            "routing_criteria": [
                {
                    "type": "KeyPresentValueMatches",
                    "key": "sub_category",
                    "value": "forward",
                    "repo": "Repo_system",
                    "drop": "store",
                },
                {"type": "KeyPresent", "key": "noise", "drop": "discard"},
            ],
        }
    ],
    "NormalizationPolicy": [
        {
            "normalization_packages": ["LP_Windows"],
            "compiled_normalizers": ["CEFCompiledNormalizer", "LPA_Windows"],
        },
        {"compiled_normalizers": ["LPA_Windows"]},
        {"normalization_packages": ["LP_Windows"]},
    ],
    "ProcessingPolicy": [{"routing_policy": "rp_fortinet", "normalization_policy": "as_string"}],
    "EnrichmentPolicy": [
        {
            "description": "",
            "specifications": [
                {
                    "source": "Threat_Intelligence",
                    "criteria": [{"type": "KeyPresents", "key": "source_address"}],
                    "rules": [
                        {
                            "category": "simple",
                            "source_key": "ip",
                            "operation": "Equals",
                            "event_key": "source_address",
                        }
                    ],
                }
            ],
        }
    ],
}
INVENTORIES = {
    "StoragePath": ["/opt/immune/storage/", "/data_hot/", "/cold_nfs/"],
    "NormalizationPackage": ["LP_Windows"],
    "CompiledNormalizer": ["LPA_Windows", "CEFCompiledNormalizer"],
    "EnrichmentSource": ["Threat_Intelligence"],
}


class RoutingOfTheLists(Ids):
    """As `Ids`, but of the logpoint in the cassette of lists."""

    known: ClassVar[Mapping[tuple[str, str], str]] = {
        ("NormalizationPackage", "LP_Windows"): "57591a2cd8aaa41bfef54888",
        ("RoutingPolicy", "rp_fortinet"): "68d2c70b5cb7b6fa6ec694d0",
    }


def test_every_list_is_read_as_documented() -> None:
    async def everything(director: DirectorClient) -> tuple[Any, Any]:
        kinds = {name: await director.list_objects(TARGET, kind.path) for name, kind in REGISTRY.kinds.items()}
        others = {name: await director.list_objects(TARGET, inv.path) for name, inv in REGISTRY.inventories.items()}
        return kinds, others

    with recorded("lists"):
        kinds, inventories = asked(everything)
    names = RoutingOfTheLists()
    assert {
        name: [REGISTRY.kinds[name].from_wire(obj, names) for obj in found] for name, found in kinds.items()
    } == READ
    entries = {name: [entry for entry, _ in REGISTRY.inventories[name].entries(a)] for name, a in inventories.items()}
    assert entries == INVENTORIES


ENRICHMENT = {
    "description": "Marks known bad addresses",
    "specifications": [
        {
            "source": "Threat_Intelligence",
            "criteria": [
                {"type": "KeyPresents", "key": "source_address"},
                {"type": "KeyPresentsValueMatches", "key": "norm_id", "value": "Firewall"},
            ],
            "rules": [
                {"category": "simple", "source_key": "ip_address", "event_key": "source_address"},
                {"category": "type_based", "source_key": "domain", "type": "string", "prefix": True},
            ],
        }
    ],
}
ROUTING = {
    "catch_all": "system",
    "routing_criteria": [
        {"type": "KeyPresentValueMatches", "key": "event_type", "value": "Verbose", "repo": "system_verbose"},
        {"type": "KeyPresent", "key": "debug", "drop": "discard"},
        {"type": "KeyPresentValueMatches", "key": "raw", "value": "", "drop": "discard_raw"},
    ],
}
REPO = {
    "paths": [{"path": "/data_hot", "retention_days": 90}, {"path": "/cold_nfs/", "retention_days": 275}],
    "remote_logpoints": [{"ip": "192.0.2.17", "available_days": 30}],
}
NORMALIZATION = {
    "normalization_packages": ["LP_Windows", "LP_Windows_Sysmon"],
    "compiled_normalizers": ["LPA_Windows", "CEFCompiledNormalizer"],
}
PROCESSING = {
    "routing_policy": "windows",
    "normalization_policy": "windows",
    "enrichment_policy": "threat_intelligence",
}


@pytest.mark.parametrize(
    ("cassette", "kind", "name", "created", "replaced", "first_order"),
    [
        ("repo", "Repo", "system", REPO, REPO, 0x10),
        ("routing_policy", "RoutingPolicy", "windows", ROUTING, ROUTING, 0x20),
        ("normalization_policy", "NormalizationPolicy", "windows", NORMALIZATION, NORMALIZATION, 0x30),
        ("processing_policy", "ProcessingPolicy", "windows", PROCESSING, {"routing_policy": "windows"}, 0x40),
        ("enrichment_policy", "EnrichmentPolicy", "threat_intelligence", ENRICHMENT, ENRICHMENT, 0x50),
    ],
)
def test_an_object_is_created_replaced_and_deleted_as_documented(
    cassette: str, kind: str, name: str, created: Any, replaced: Any, first_order: int
) -> None:
    declared = REGISTRY.kinds[kind]

    def data(spec: Any, *, replacing: bool) -> Any:
        head = {"apiVersion": "logpoint-cac/v1", "kind": kind, "metadata": {"name": name}}
        document = envelope(declared).model_validate({**head, "spec": spec})
        canonical = declared.canonical(document.spec.model_dump(mode="json", exclude_none=True))
        return declared.to_wire(name, canonical, Ids(), replacing)

    async def life(director: DirectorClient) -> list[Any]:
        return [
            await director.submit(TARGET, Action.CREATE, declared.path, None, data(created, replacing=False)),
            await director.submit(TARGET, Action.UPDATE, declared.path, OBJECT, data(replaced, replacing=True)),
            await director.submit(TARGET, Action.DELETE, declared.path, OBJECT, {}),
        ]

    with recorded(cassette):
        answers = asked(life)
    assert answers == [Accepted(order(first_order + step)) for step in range(3)]


def test_every_kind_has_its_cassette() -> None:
    recorded_kinds = {path.stem.replace("_", "") for path in CASSETTES.glob("*.yaml")}
    assert {kind.casefold() for kind in REGISTRY.kinds} <= recorded_kinds


def test_an_order_is_followed_through_every_plausible_form() -> None:
    async def states(director: DirectorClient) -> list[Any]:
        return [await director.order_state(order(0x99)) for _ in range(9)]

    with recorded("order"):
        assert asked(states) == [
            Running(unheard_of=True),
            *[Running()] * 5,
            Finished(success=True, message="Repo created"),
            Finished(success=False, message="Failed; The path does not exist"),
            Finished(success=False, message="Failed; The path does not exist"),
        ]


def test_refusals_are_told_in_the_directors_words() -> None:
    async def refused(director: DirectorClient) -> list[Any]:
        create = (TARGET, Action.CREATE, "Repos", None, {"hiddenrepopath": []})
        return [await director.submit(*create) for _ in range(2)]

    with recorded("refusals"):
        assert asked(refused) == [
            Rejected("HTTP 400: name is a mandatory field"),
            Rejected("HTTP 200: The logpoint is in co-managed mode"),
        ]


def test_an_expired_token_is_renewed_as_documented() -> None:
    with recorded("renewal"):
        assert asked(lambda director: director.pools()) == []


def test_lists_are_read_anew_as_documented() -> None:
    async def refreshed(director: DirectorClient) -> list[Any]:
        paths = [inventory.refresh_path for inventory in REGISTRY.inventories.values() if inventory.refresh_path]
        return [await director.refresh(TARGET, path) for path in sorted(paths, reverse=True)]

    with recorded("refresh_list"):
        assert asked(refreshed) == [order(0x77), order(0x78), order(0x79)]


def test_no_cassette_holds_an_authorization() -> None:
    for path in CASSETTES.glob("*.yaml"):
        assert "authorization" not in path.read_text().casefold()
