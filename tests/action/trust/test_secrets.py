"""Planted secrets are found in nothing that leaves the process: raw, in base64 or URL-encoded."""

from __future__ import annotations

import base64
import json
import re
from html import unescape
from pathlib import Path
from urllib.parse import quote

import pytest
from tests.action.scene import Ran, Scene, client, directory_map, repo
from tests.action.sharded import folder_of, share, together

from lpcac.action import main as command
from lpcac.action.plan_record.encoding import find_record, record_json
from lpcac.simulator.faults.faults import Fault

SIGNING_KEY = "a signing key, with blanks & signs/+="


def forms(secret: str) -> set[str]:
    raw = secret.encode()
    encoded = {base64.b64encode(raw).decode().rstrip("="), base64.urlsafe_b64encode(raw).decode().rstrip("=")}
    return {secret, quote(secret, safe=""), raw.hex(), *encoded}


def everything(scene: Scene, ran: Ran) -> str:
    """Return all that the run left behind anywhere."""
    parts = [ran.log, ran.summary, str(ran.outputs)]
    workspace = Path(ran.job.workspace)
    parts += [path.read_text() for path in workspace.glob("lpcac-*.json")]
    for exchange in scene.github.exchanges:
        if re.search(r"<!-- lpcac:record:v1 [A-Za-z0-9+/=]+ -->", exchange.request.content.decode()):
            parts.append(str(record_json(find_record(json.loads(exchange.request.content)["body"]))))
        parts += [exchange.request.path, str(exchange.request.query), exchange.request.content.decode(errors="replace")]
    return "\n".join(parts)


def assert_kept(scene: Scene, ran: Ran, *secrets: str) -> None:
    left = everything(scene, ran)
    for secret in secrets:
        for form in forms(secret):
            assert form not in left, f"...{left[max(0, left.find(form) - 200) : left.find(form)]}<here>"


@pytest.fixture
def planted(scene: Scene) -> Scene:
    """Return a scene whose Director repeats its own secrets, and whose files hold them."""
    token, key = scene.director.token, scene.director.secret_key
    for form in (token, key, base64.b64encode(token.encode()).decode(), quote(SIGNING_KEY)):
        scene.logpoint().create("Repo", {"name": form, "repopath": [{"path": f"/{token}", "retention": 1}]})
    return scene


def secrets_of(scene: Scene, ran: Ran) -> list[str]:
    token = ran.job.environment["INPUT_GITHUB-TOKEN"]
    return [token, scene.director.token, scene.director.secret_key, SIGNING_KEY]


def inputs(scene: Scene) -> dict[str, str]:
    return {"director-secret-key": scene.director.secret_key, "signing-key": SIGNING_KEY}


def test_no_secret_leaves_a_review_a_merge_or_a_night(planted: Scene) -> None:
    scene = planted
    files = {"clients/acme/r.yaml": repo(f"'{scene.director.token}'"), "clients/acme/s.yaml": repo(f"'{SIGNING_KEY}'")}
    pull = scene.propose("leak", files)

    reviewed = scene.review(pull, inputs=inputs(scene))
    assert reviewed.code == 0, reviewed.log
    assert_kept(scene, reviewed, *secrets_of(scene, reviewed))

    merged = scene.merge(pull, inputs=inputs(scene))
    assert merged.code == 0, merged.log
    assert_kept(scene, merged, *secrets_of(scene, merged))

    scene.logpoint().delete("Repo", scene.director.token)
    night = scene.night(inputs=inputs(scene))
    assert night.outputs["has-drift"] == "true"
    assert_kept(scene, night, *secrets_of(scene, night))


@pytest.mark.parametrize("kind", ["status", "html", "malformed-json"])
def test_no_secret_leaves_with_an_error_of_the_director(planted: Scene, kind: str) -> None:
    planted.director.faults.add(Fault(kind, status=400))  # type: ignore[arg-type]
    pull = planted.propose("more", {"clients/acme/r.yaml": repo("system")})

    ran = planted.review(pull, inputs={**inputs(planted), "patience": "0.5"})

    assert ran.code == 1
    assert_kept(planted, ran, *secrets_of(planted, ran))


def test_no_secret_leaves_with_an_error_of_github_that_repeats_it(planted: Scene) -> None:
    pull = planted.propose("more", {"clients/acme/r.yaml": repo("system")})
    planted.github.faults.fail(
        "POST", "/repos/{owner}/{repo}/issues/{number}/comments", status=400, body={"message": planted.director.token}
    )

    ran = planted.review(pull, inputs=inputs(planted))

    assert ran.code == 1
    assert planted.director.token not in ran.log


def test_no_secret_leaves_with_an_exception_nobody_thought_of(planted: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def explode(*_: object) -> None:
        raise RuntimeError(f"token {planted.director.token} and {SIGNING_KEY}\n::error::x")

    monkeypatch.setattr(command, "act", explode)
    pull = planted.propose("more", {"clients/acme/r.yaml": repo("system")})

    ran = planted.review(pull, inputs=inputs(planted))

    assert ran.code == 1
    assert "RuntimeError" in ran.log
    assert_kept(planted, ran, *secrets_of(planted, ran))
    assert "\n::error::x" not in ran.log


@pytest.mark.parametrize("command", ["", "validate", "plan-shard"])
@pytest.mark.parametrize(
    "files",
    [
        {"lpcac.yaml": "director"},
        {"lpcac.yaml": "clients: 5\ndirectors: {main: {token_env: EU_ACCESS}}\nmore: SECRET\n"},
        {"clients/acme/r.yaml": repo("system").replace("30", "'SECRET'")},
        {"clients/acme/r.yaml": repo("'SECRET'")},
    ],
)
def test_no_secret_of_a_directors_own_variable_leaves(scene: Scene, files: dict[str, str], command: str) -> None:
    given = directory_map(scene.director.url, client("acme", "pool-acme"), token_env="EU_ACCESS")
    scene.repository.push("main", {"lpcac.yaml": given})
    if files.get("lpcac.yaml") == "director":
        files = {"lpcac.yaml": given.replace("director: main", "director: SECRET")}
    secret = scene.director.token
    pull = scene.propose("leak", {name: text.replace("SECRET", secret) for name, text in files.items()})
    words = {"environ": {"EU_ACCESS": secret}, "secrets": False}
    event = scene.github.events.pull_request(pull)

    ran = share(scene, event, command=command, **words)
    assert_kept(scene, ran, secret)
    if command == "plan-shard":
        assert all(secret not in part.read_text() for part in folder_of(ran.job).glob("*.json"))
        assert_kept(scene, together(scene, event, [ran], **words), secret)


@pytest.mark.parametrize("secret", ["s3cr3t-k3y.with~marks|and<more>-of-it", "0123456789abcdef" * 6])
def test_no_secret_leaves_escaped_or_cut_short(scene: Scene, secret: str) -> None:
    policy = (
        f"apiVersion: logpoint-cac/v1\nkind: RoutingPolicy\nmetadata: {{name: '{secret}'}}\n"
        f"spec: {{catch_all: '{secret}', routing_criteria: []}}\n"
    )
    scene.landed("start", {"clients/acme/r.yaml": repo("system")})
    pull = scene.propose("leak", {"clients/acme/p.yaml": repo(f"'{secret}'") + "---\n" + policy})

    ran = scene.review(pull, inputs={"signing-key": secret})

    assert ran.code == 0, ran.log
    comment = scene.plan_comment(pull)
    assert "```mermaid" in comment
    for text in (comment, ran.summary, ran.log):
        shown = re.sub(r"#(\d+);", lambda found: chr(int(found[1])), unescape(text)).replace("\\|", "|")
        assert secret[:20] not in shown
