"""The parts of a directory map that count only after a review, as values that can be compared, signed and kept.

Each key stands for itself, so that two pull requests that change different keys do not get in each other's way: one a
Director, one a client with everything that its entry says once globs and placeholders are replaced, and one each of the
map's settings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from lpcac.core.digests import canonical_bytes, digest
from lpcac.core.json_values import Json
from lpcac.core.resources import ResourceKey
from lpcac.directory_map.directory_map import Acceptance, Client, DirectorEndpoint, DirectoryMap
from lpcac.directory_map.limits import Limits

DIRECTORS: Final = "directors/"
"""What the key of a Director begins with; its name follows."""
CLIENTS: Final = "clients/"
"""What the key of a client begins with; its name follows."""
SETTINGS: Final = ("accept", "lint", "require_approval", "require_review", "rules")
"""The keys of the map's other guarded settings."""
ALL_CLIENTS: Final = "clients"
"""Stands for all clients together, where a record has no room for each of them."""


@dataclass(frozen=True)
class GuardedMap:
    """The guarded keys of a map, each with its value; what is not there has no key."""

    values: Json = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        found: DirectoryMap | None,
        certificates: Callable[[DirectorEndpoint], str] = lambda _: "",
        rules: Callable[[str], str] = lambda _: "",
    ) -> GuardedMap:
        """Return what is guarded of a map; nothing of none.

        Arguments:
            certificates: gives the digest of the certificates that Git holds for a Director; empty where it holds none.
            rules: gives the digest of the rules that Git holds at a path of the map's `rules`.
        """
        if found is None:
            return cls()
        values: dict[str, Any] = {
            f"{DIRECTORS}{name}": _director(each, certificates(each)) for name, each in found.directors.items()
        }
        values |= {f"{CLIENTS}{each.name}": _client(each) for each in found.clients}
        values |= {
            "accept": sorted((accept_value(each) for each in found.accept), key=canonical_bytes),
            "lint": dict(found.lint),
            "require_approval": found.require_approval,
            "require_review": found.require_review,
            # By content, as certificates. They are read by name, whatever their sequence here.
            "rules": [{"path": path, "content": rules(path)} for path in sorted(set(found.rules))],
        }
        return cls(values)

    def value(self, key: str) -> Any:  # noqa: ANN401 - any JSON value
        """Return the value of a key, `None` where there is none."""
        if key == ALL_CLIENTS:
            return {name: value for name, value in self.values.items() if name.startswith(CLIENTS)}
        return self.values.get(key)

    def digest_of(self, key: str) -> str:
        """Return the digest of a key and its value, as 64 hex digits."""
        return digest([key, self.value(key)])

    def differing(self, other: GuardedMap) -> list[str]:
        """Return the keys whose values differ in the two, by name."""
        keys = sorted(self.values.keys() | other.values.keys())
        return [key for key in keys if canonical_bytes(self.value(key)) != canonical_bytes(other.value(key))]

    def agrees(self, other: GuardedMap, key: str) -> bool:
        """Tell whether a key has the same value in the two."""
        return canonical_bytes(self.value(key)) == canonical_bytes(other.value(key))

    def taking(self, other: GuardedMap, keys: Iterable[str]) -> GuardedMap:
        """Return the same with the values that these keys have in the other; without those that it lacks."""
        values = dict(self.values)
        for key in keys:
            values.pop(key, None)
            if key in other.values:
                values[key] = other.values[key]
        return GuardedMap(values)

    def stricter(self, other: GuardedMap) -> GuardedMap:
        """Return those Directors and clients on which the two agree, with settings that allow no more than either.

        That is: reviews and approvals that either of the two asks for, and what both accept. Lint levels and rules stay
        as they are here: they can be compared only where their usual levels and their files are known.
        """
        mine, others = self.values, other.values
        entries = {canonical_bytes(each) for each in others.get("accept", ())}
        agreed = {key: value for key, value in mine.items() if key in SETTINGS or self.agrees(other, key)}
        return GuardedMap(
            {
                **agreed,
                "accept": [each for each in mine.get("accept", ()) if canonical_bytes(each) in entries],
                "require_review": mine.get("require_review") is not False or others.get("require_review") is not False,
                "require_approval": mine.get("require_approval") is True or others.get("require_approval") is True,
            }
        )

    @property
    def directors(self) -> dict[str, DirectorEndpoint]:
        """Return the Directors by name, as a map would have them; what is no Director is left out."""
        found = {key.removeprefix(DIRECTORS): value for key, value in self.values.items() if key.startswith(DIRECTORS)}
        return {
            name: DirectorEndpoint(
                name,
                value["url"],
                value["token_env"],
                value.get("secret_key_env"),
                value.get("ca_bundle"),
                is_only=len(found) == 1,
            )
            for name, value in found.items()
        }

    @property
    def rules(self) -> dict[str, str]:
        """Return the digest of what the rules at each path of the map's `rules` say."""
        return rule_contents(self.values.get("rules"))

    def accepts(self, acceptance: Acceptance) -> bool:
        """Tell whether an entry of the accept list is among the values."""
        wanted = canonical_bytes(accept_value(acceptance))
        return any(canonical_bytes(each) == wanted for each in self.values.get("accept", ()))

    def client(self, name: str) -> Client | None:
        """Return a client as its value places it; `None` where there is no such one."""
        value = self.values.get(f"{CLIENTS}{name}")
        if value is None:
            return None
        logpoints = value["logpoints"]
        return Client(
            name, value["path"], value["director"], value["pool"], "*" if logpoints == "*" else tuple(logpoints)
        )


def usable(values: object) -> GuardedMap | None:
    """Return the guarded map that a JSON value holds; `None` where it is none."""
    if not isinstance(values, dict):
        return None
    found = GuardedMap(values)
    try:
        texts = [text for each in found.directors.values() for text in (each.url, each.token_env)]
        names = [key.removeprefix(CLIENTS) for key in values if key.startswith(CLIENTS)]
        placed = [each for name in names if (each := found.client(name))]
        texts += [text for each in placed for text in (each.path, each.director, each.pool, *each.logpoints)]
        texts += [text for rule in found.rules.items() for text in rule]
    except (KeyError, TypeError, AttributeError):
        return None
    lists = (values.get("accept", []), values.get("rules", []))
    is_whole = all(isinstance(each, list) for each in lists) and isinstance(values.get("lint", {}), dict)
    return found if is_whole and all(isinstance(text, str) for text in texts) else None


def rule_contents(value: object) -> dict[str, str]:
    """Return the digest of each path in the value of `rules`; an empty one where only the path was recorded.

    Raises:
        KeyError: an entry lacks one of the two.
        TypeError: an entry is neither.
    """
    entries = value if isinstance(value, list) else []
    return dict((each, "") if isinstance(each, str) else (each["path"], each["content"]) for each in entries)


def accept_value(entry: Acceptance) -> Json:
    """Return the value of one entry of the accept list."""
    return {
        "kind": entry.kind,
        "name": entry.name,
        "client": entry.client,
        "field": entry.field,
        "reason": entry.reason,
        "until": entry.until.isoformat(),
    }


def _director(director: DirectorEndpoint, certificates: str) -> Json:
    value: Json = {"url": director.url, "token_env": director.token_env}
    if director.secret_key_env:
        value["secret_key_env"] = director.secret_key_env
    if director.ca_bundle:
        value["ca_bundle"] = director.ca_bundle
    if director.ca_bundle or certificates:
        # By content: people who may change the map may change a file next to it.
        value["certificates"] = certificates
    return value


def _client(client: Client) -> Json:
    usual = Limits()
    limits = client.limits
    value: Json = {
        "path": client.path,
        "director": client.director,
        "pool": client.pool,
        "logpoints": "*" if client.logpoints == "*" else list(client.logpoints),
    }
    # What is as usual is left out: a thousand clients are kept in a few deployments.
    further: Json = {
        "bases": list(client.bases),
        "vars": dict(client.vars),
        "external": _by_kind(client.external),
        "prune": client.prune,
        "allow_repo_delete": limits.allow_repo_delete,
    }
    value |= {key: content for key, content in further.items() if content}
    if limits.max_deletes != usual.max_deletes:
        value["max_deletes"] = limits.max_deletes
    if limits.max_delete_percent != usual.max_delete_percent:
        value["max_delete_percent"] = limits.max_delete_percent
    return value


def _by_kind(objects: Iterable[ResourceKey]) -> Json:
    found: dict[str, list[str]] = {}
    for key in sorted(objects):
        found.setdefault(key.kind, []).append(key.name)
    return found
