"""Logpoints as a Director could describe them: any text that YAML could trip over, and anything that can be broken."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from lpcac.composition.layers import read_layer
from lpcac.connectors.director.live_reader import read_live
from lpcac.connectors.director.pools import Logpoint, Pool
from lpcac.connectors.director.port import OrderState, Submission
from lpcac.core.json_values import Json
from lpcac.core.resources import Action, Ownership, Target
from lpcac.directory_map.directory_map import Client
from lpcac.models import registry
from lpcac.planning.client_planning import plan_clients
from lpcac.planning.plan import TargetPlan
from lpcac.planning.targets.loaded_clients import File, LoadedClient, load_client
from lpcac.planning.targets.requests import Request
from lpcac.sync.client_state import ClientFolder, ClientState
from lpcac.sync.clients import SyncRequest, sync_clients
from lpcac.sync.decision import decide
from lpcac.sync.result import SyncOptions, SyncResult

TARGET = Target("acme", "pool-acme", "lp-01", "7a1f0c", "lp-01-id")
SECOND = replace(TARGET, logpoint="lp-02", logpoint_id="lp-02-id")
ACME = Client("acme", "clients/acme", "main", "pool-acme", ("lp-01",))
FOLDER = "clients/acme"

TRAPS = (
    *("no", "yes", "on", "Off", "true", "~", "null", "Null", "y", "N", "None", "=", "<<", ".inf", ".nan", "-"),
    *("1", "-7", "90.0", "1e3", "0o17", "017", "0x1F", "0b1", "1_000", "+1", ".5", "1:30", "190:20:30"),
    *("2024-01-01", "2024-01-01T10:00:00Z", "", "#", "a #b", "a: b", "a:", ": a", " a", "a ", "  ", "a  b"),
    *("${client}", "$${client}", "${", "$${", "$", "${vars.x} y", "${LOGPOINT}", "}{", "$$", "a${b"),
    *("- a", "? a", "| a", "> a", "%a", "@a", "`a`", "&a", "*a", "!a", "!!str a", "[a", "{a", "]", "}", ",", "a, b"),
    *("'", '"', "it's", 'say "no"', "\\", "\\n", "a\\", "---", "...", "--- a", "# ---", "a---"),
    *("Größe", "日本語", "\U0001f600", "\u200b", "\u202e", "\ufeff", "\ufffe", "\u00a0", "e\u0301", "\ue000"),
    *("a" * 3000, "word " * 300 + "end", "é" * 500, "x: " * 200),
)
"""Text that YAML 1.1 or 1.2 reads as something else, that breaks lines, or that the variables would replace."""

CONTROL = ("a\nb", "a\r\nb\n", "\n", "a\tb", "\t", "\x00", "\x1b[31m", "\x85", "\u2028", "\u2029", "\x7f")
"""Text that values may hold and names may not."""

UNUSABLE = ("\ud800", *CONTROL)
"""Names that no declaration can hold; half of a surrogate pair no value either."""

_characters = st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"))


def _rarely(unusual: st.SearchStrategy[str], usual: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.integers(0, 30).flatmap(lambda number: unusual if number == 13 else usual)


texts = _rarely(st.just("\ud800"), st.sampled_from([*TRAPS, *CONTROL]) | st.text(_characters, max_size=8))
names = _rarely(
    st.sampled_from(["default", "_own", *UNUSABLE]),
    st.sampled_from([trap for trap in TRAPS if trap.strip(" ") == trap and trap not in ("", "None")])
    | st.text(_characters, min_size=1, max_size=6).map(lambda text: text.strip(" ") or "x"),
)
paths = texts.map(lambda text: "".join(c for c in text if c.isprintable()))
list_names = names.map(lambda name: name.replace(",", ";"))
keys = texts.map(lambda text: text or "key")
ids = st.sampled_from([f"{number:024x}" for number in range(4)])
days = st.integers(1, 4000)
drops = st.sampled_from(["store", "discard", "discard_raw"])


_server_owned = st.fixed_dictionaries(
    {},
    optional={
        "user": st.sampled_from(["admin", "LogPoint"]),
        "vid": st.sampled_from(["", "1f"]),
        "tid": st.just(""),
        "active": st.just(True),
        "store_front_port": st.none(),
        "old_repo_paths": st.just([{"path": "/old/", "retention": 1}]),
    },
)
"""What recorded and exported objects carry beside their configuration; some are the vendor's by it."""


def _objects(shape: st.SearchStrategy[Json], most: int = 4) -> st.SearchStrategy[list[Json]]:
    """Give objects with ids of their own, one after another; their names may well be the same."""
    owned = st.tuples(_server_owned, shape).map(lambda both: {**both[0], **both[1]})
    return st.lists(owned, max_size=most).map(
        lambda found: [{**each, "id": f"{number:024x}"} for number, each in enumerate(found)]
    )


@st.composite
def live_states(draw: st.DrawFn) -> dict[str, list[Json]]:
    """Give what every list call of a logpoint answers, by path."""
    tier = st.fixed_dictionaries({"path": paths.map(lambda text: f"/{text}/"), "retention": days})
    copy = st.fixed_dictionaries({"ha_li": st.sampled_from(["192.0.2.1", "::1", "fe80::2", "no"]), "ha_day": days})
    repo = st.fixed_dictionaries(
        {"name": names, "repopath": st.lists(tier, min_size=1, max_size=3), "repoha": st.lists(copy, max_size=2)}
    )
    repos = draw(_objects(repo))
    repo_names = _rarely(names, st.sampled_from([each["name"] for each in repos] or ["default"]))
    criterion = st.fixed_dictionaries(
        {
            "type": st.sampled_from(["KeyPresent", "KeyPresentValueMatches"]),
            "key": keys,
            "value": texts,
            "repo": repo_names | st.just(""),
            "drop": drops,
        }
    )
    routing = st.fixed_dictionaries(
        {"policy_name": names, "catch_all": repo_names, "routing_criteria": st.lists(criterion, max_size=4)}
    )
    normalization = st.fixed_dictionaries(
        {
            "name": names,
            "normalization_packages": st.lists(ids, max_size=3),
            "compiled_normalizer": st.lists(list_names, max_size=3) | st.just("A,B") | st.just(""),
        }
    )
    normalizations = draw(_objects(normalization))
    processing = st.fixed_dictionaries(
        {
            "policy_name": names,
            "routing_policy": _rarely(st.just("None"), ids),
            "norm_policy": _rarely(names, st.sampled_from([each["name"] for each in normalizations] or ["None"])),
            "enrich_policy": ids | st.just("None"),
        }
    )
    return {
        "Repos": repos,
        "RoutingPolicies": draw(_objects(routing)),
        "NormalizationPolicy": normalizations,
        "EnrichmentPolicy": draw(_objects(_enrichment())),
        "ProcessingPolicy": draw(_objects(processing)),
        "NormalizationPackage": [
            {"id": f"{n:024x}", "name": trap} for n, trap in enumerate(("LP_Windows", "no", "${x}"))
        ],
    }


def _enrichment() -> st.SearchStrategy[Json]:
    criterion = st.fixed_dictionaries(
        {"type": st.sampled_from(["KeyPresents", "KeyPresentsValueMatches"]), "key": keys, "value": texts}
    )
    simple = {"category": st.just("simple"), "source_key": keys, "operation": st.just("Equals"), "event_key": keys}
    kept = {"type": st.sampled_from(["string", "ip", "num", "", None]), "prefix": st.booleans()}
    typed = {
        "category": st.just("type_based"),
        "source_key": keys,
        "operation": st.just("Equals"),
        "type": st.sampled_from(["string", "ip", "num"]),
        "prefix": st.booleans(),
    }
    rule = st.fixed_dictionaries(simple, optional=kept) | st.fixed_dictionaries(typed)
    specification = st.fixed_dictionaries(
        {"source": names, "criteria": st.lists(criterion, max_size=2), "rules": st.lists(rule, max_size=2)}
    )
    return st.fixed_dictionaries(
        {"name": names, "description": texts, "specifications": st.lists(specification, max_size=2)}
    )


class Lists:
    """A Director that answers list calls for one logpoint, or for a second one as well, and refuses everything else."""

    def __init__(self, answers: dict[str, list[Json]], second: dict[str, list[Json]] | None = None) -> None:
        self.answers = answers
        self.second = second
        self.whole: dict[str, list[Json]] = {}
        """What the calls for one object answer, by path, where that is more than the lists show."""

    async def pools(self) -> Sequence[Pool]:
        targets = [TARGET] if self.second is None else [TARGET, SECOND]
        machines = tuple(Logpoint(target.logpoint, target.logpoint_id) for target in targets)
        return [Pool(TARGET.pool, TARGET.pool_uuid, machines=machines)]

    async def list_objects(self, target: Target, path: str) -> list[Json]:
        logpoint = (target.pool_uuid, target.logpoint_id)
        if self.second is not None and logpoint == (SECOND.pool_uuid, SECOND.logpoint_id):
            return self.second.get(path, [])
        assert logpoint == (TARGET.pool_uuid, TARGET.logpoint_id)
        return self.answers.get(path, [])

    async def get_object(self, target: Target, path: str, object_id: str) -> Json | None:
        listed = await self.list_objects(target, path)
        return next((each for each in [*self.whole.get(path, []), *listed] if each["id"] == object_id), None)

    async def refresh(self, target: Target, path: str) -> str | None:
        raise AssertionError((target, path))

    async def submit(self, target: Target, action: Action, path: str, object_id: str | None, data: Json) -> Submission:
        raise AssertionError((target, action, path, object_id, data))

    async def order_state(self, order: str) -> OrderState:
        raise AssertionError(order)


class Desk:
    """A client's folder in memory, with its bases, on a logpoint in memory."""

    def __init__(
        self,
        answers: dict[str, list[Json]],
        files: Sequence[File] = (),
        base: Sequence[File] = (),
        client: Client = ACME,
    ) -> None:
        self.director = Lists(answers)
        self.files = dict(files)
        self.base = list(base)
        self.client = client
        self.read_only: frozenset[str] = frozenset()

    def sync(self, *, holds_more: bool = False, **options: Any) -> SyncResult:
        """Sync, and keep what it writes."""
        live = asyncio.run(read_live(self.director, registry(), TARGET, ()))
        standing = ClientState(registry(), self.client, TARGET, live, self.folder(holds_more=holds_more))
        return self._written(decide(standing, SyncOptions(**options)))

    def sync_all(self, **options: Any) -> SyncResult:
        """Sync all logpoints of the client, and keep what that writes."""
        request = SyncRequest(Request(self.loaded(), Ownership(), self.director), self.folder())
        return self._written(asyncio.run(sync_clients(registry(), [request], SyncOptions(**options)))[0])

    def folder(self, *, holds_more: bool = False) -> ClientFolder:
        """Return the folder as a sync is given it."""
        files = tuple(sorted(self.files.items()))
        return ClientFolder(FOLDER, files, (), self._layers(), holds_more, self.read_only)

    def loaded(self) -> LoadedClient:
        """Return what validation makes of the files."""
        return load_client(self.client, sorted(self.files.items()), registry(), (), self._layers())

    def plan(self) -> TargetPlan:
        """Plan what the files declare."""
        return self.plans()[0]

    def plans(self) -> list[TargetPlan]:
        """Plan what the files declare on all logpoints of the client."""
        request = Request(self.loaded(), Ownership(), self.director)
        return [planned.plan for planned in asyncio.run(plan_clients(registry(), [request]))]

    def text(self, name: str) -> str:
        """Return a file of the folder as text."""
        return self.files[f"{FOLDER}/{name}"].decode()

    def _written(self, result: SyncResult) -> SyncResult:
        for edit in result.edits:
            assert self.files.get(edit.name) == edit.before
            self.files.pop(edit.name, None)
            if edit.after is not None:
                self.files[edit.name] = edit.after
        return result

    def _layers(self) -> tuple[Any, ...]:
        return (read_layer(self.base, registry(), "bases/standard"),) if self.base else ()
