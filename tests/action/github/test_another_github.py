"""A GitHub that keeps to its own description, and does all else differently: Enterprise Server, older or newer."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from tests.action.nights import retention
from tests.action.recorded import results
from tests.action.scene import Scene, client, directory_map, repo
from tests.fakes.github.description import operations
from tests.fakes.github.description.operations import Description, described
from tests.fakes.github.endpoints import served_operations
from tests.fakes.github.http import paging
from tests.fakes.github.http.messages import NOTHING, Answer, Request
from tests.fakes.github.http.service import Service

# What the description calls optional because some media types leave it out, or because a state has none.
ALWAYS_THERE = frozenset({"body", "submitted_at", "name"})


@pytest.fixture(params=["api.github.com.json", "ghes-3.17.json"])
def another(scene: Scene, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Scene:
    """Leave out what is optional, give payloads as text, tell of no limits, and make pages small."""
    monkeypatch.setattr(operations, "FILE", ("openapi", "generated", request.param))
    description = described((route.method, route.template) for route in served_operations().all)
    answered = Service._answer

    def answer(self: Service, request: Request, found: Any, token: Any) -> Answer:
        given = answered(self, request, found, token)
        if found is None or given.status >= 300:
            return given
        schema = description.operations[found[0].method, found[0].template].answers[given.status]
        links = {"link": _otherwise(given.headers["Link"])} if "Link" in given.headers else {}
        body = given.body if schema is None or given.body is NOTHING else _sparse(description, schema, given.body)
        return replace(given, body=body, headers=links)

    monkeypatch.setattr(Service, "_answer", answer)
    if "ghes" in request.param:
        # What it leaves out may be what github.com promises.
        monkeypatch.setattr(scene.github._service, "_inspector", None)
    monkeypatch.setattr(paging, "LARGEST_PAGE_SIZE", 2)
    monkeypatch.setattr(scene.github.limits, "headers", lambda _account: {})
    return scene


def _otherwise(header: str) -> str:
    """Return a Link header with the same meaning: RFC 8288 leaves order, quotes and case open."""
    links = reversed(header.split(", "))
    return ",".join(link.replace('; rel="next"', '; title="more" ;REL=next') for link in links)


def _sparse(description: Description, schema: Mapping[str, Any], value: Any) -> Any:
    """Return a value without its optional members, and a payload as text."""
    parts = list(_parts(description, schema))
    if isinstance(value, list):
        items = next((part["items"] for part in parts if "items" in part), {})
        return [_sparse(description, items, each) for each in value]
    if not isinstance(value, dict):
        return value
    named = {name: inner for part in parts for name, inner in part.get("properties", {}).items()}
    required = {name for part in parts for name in part.get("required", ())} | ALWAYS_THERE
    kept = {name: _sparse(description, named.get(name, {}), each) for name, each in value.items() if name in required}
    return {**kept, "payload": json.dumps(value["payload"])} if isinstance(value.get("payload"), dict) else kept


def _parts(description: Description, schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if "$ref" in schema:
        yield from _parts(description, description.schemas[schema["$ref"]])
        return
    yield schema
    for word in ("oneOf", "anyOf", "allOf"):
        for part in schema.get(word, ()):
            yield from _parts(description, part)


def test_everything_works_with_what_github_promises_and_no_more(another: Scene) -> None:
    approved = directory_map(another.director.url, client("acme", "pool-acme"), more="require_approval: true\n")
    another.repository.push("main", {"lpcac.yaml": approved})
    for number in range(3):
        another.repository.open_issue("alice", f"Something else {number}", "Nothing of ours")
        pull = another.propose(f"more-{number}", {"clients/acme/r.yaml": repo("system", 30 + number)})
        for _ in range(3):
            pull.comment("alice", "I have a question")
        assert another.review(pull).code == 0
        assert "### " in another.plan_comment(pull)
        another.github.travel(minutes=1)
        pull.review("dave", "COMMENTED")
        pull.review("erin", "COMMENTED")
        pull.review("carol")
        merged = another.merge(pull, "squash")
        assert (merged.code, merged.outputs["applied"]) == (0, "true"), merged.log
        assert "1 done on 1 target" in another.result_comment(pull)

    first = another.propose("one", {"clients/acme/r.yaml": repo("system", 90)})
    assert another.review(first).code == 0
    second = another.propose("two", {"clients/acme/r.yaml": repo("system", 60)})
    assert another.review(second).code == 0
    assert f"Also changed by #{first.number}" in another.plan_comment(second)
    assert [each.login for each in results(another)[-1].audit.pull_requests[0].approvals] == ["carol"]

    another.logpoint().edit("Repo", "system", retention(7))
    for _ in range(2):
        night = another.night()
        assert (night.code, night.outputs["has-drift"], night.outputs["lost-applies"]) == (0, "true", "[]"), night.log
    assert len(another.repository.issues(label="lpcac/drift")) == 1
    assert [each for each in another.github.exchanges if "page" in each.request.query]
    told = [each.answer for each in another.github.exchanges if each.template == "/repos/{owner}/{repo}/deployments"]
    assert {type(each["payload"]) for answer in told for each in _listed(answer.body)} == {str}
    assert not any("production_environment" in each for answer in told for each in _listed(answer.body))


def _listed(body: Any) -> list[Any]:
    return body if isinstance(body, list) else [body]
