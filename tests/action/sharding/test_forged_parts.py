"""Parts that nobody's job left, or that were altered: none of them is shown, and none is recorded."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.action.scene import Scene, repo
from tests.action.sharded import content_of, folder_of, last_job, share

from lpcac.action.plan_record.signing import ReviewKey

FILES: dict[str, str | None] = {"clients/acme/r.yaml": repo("system")}


def test_a_part_that_is_committed_is_never_read(scene: Scene) -> None:
    pull = scene.propose("more", FILES)
    event = scene.github.events.pull_request(pull)
    planned = share(scene, event, "acme")
    [real] = folder_of(planned.job).glob("*.json")
    job = last_job(scene, event, [planned.job])
    committed = Path(job.workspace) / "parts" / "x" / "lpcac-part-x.json"
    committed.parent.mkdir(parents=True)
    committed.write_text(real.read_text().replace("system", "harmless"))

    job.environment["INPUT_PARTS"] = str(Path(job.workspace) / "parts")
    refused = scene.start(job)
    job.environment["INPUT_PARTS"] = "parts"
    relative = scene.start(job)
    job.environment["INPUT_PARTS"] = str(folder_of(job))
    ran = scene.start(job)

    assert (refused.code, relative.code, ran.code) == (64, 64, 0), refused.log + ran.log
    assert "where anyone may commit files" in refused.log
    assert "outside the workspace" in relative.log
    assert "system" in scene.plan_comment(pull)
    assert "harmless" not in scene.plan_comment(pull)


def _other(**fields: object) -> Callable[[Path], None]:
    return lambda path: path.write_text(json.dumps({**content_of(path), **fields}))


def _forged(path: Path) -> None:
    path.write_text(path.read_text().replace("system", "harmless"))


def _twice(path: Path) -> None:
    (path.parent / "lpcac-part-copy.json").write_text(path.read_text())


def _link(path: Path) -> None:
    moved = path.rename(path.with_suffix(".txt"))
    path.symlink_to(moved)


ODD: dict[str, tuple[Callable[[Path], None], str]] = {
    "altered": (_forged, "is not signed with this job's key"),
    "another share": (_other(share=1), "is not signed with this job's key"),
    "another attempt": (_other(attempt=0), "is not signed with this job's key"),
    "another run": (_other(run="1"), "is from another run"),
    "another repository": (_other(repository="a/b"), "is from another repository"),
    "another kind": (_other(kind="night"), "is from another kind"),
    "unsigned": (_other(signatures={}), "is not signed with this job's key"),
    "signed by half a character": (_other(signatures={"DIRECTOR_TOKEN": "\ud800"}), 'no usable "signatures"'),
    "twice": (_twice, "has the same share and attempt"),
    "a link": (_link, "cannot be read"),
    "no JSON": (lambda path: path.write_text("{"), "is not JSON"),
    "too deep": (lambda path: path.write_text("[" * 100_000), "is not JSON"),
    "a list": (lambda path: path.write_text("[]"), "is not a part of this version"),
    "an older version": (lambda path: path.write_text('{"lpcac_part": 1}'), "is not a part of this version"),
    "a wrong type": (_other(attempt=True), 'no usable "attempt"'),
    "nothing said": (_other(content="{}"), "does not say which clients"),
}


@pytest.mark.parametrize("name", ODD)
def test_an_odd_part_ends_the_run_with_one_line(scene: Scene, name: str) -> None:
    change, told = ODD[name]
    pull = scene.propose("more", FILES)
    event = scene.github.events.pull_request(pull)
    job = last_job(scene, event, [share(scene, event, "acme").job], shares=["acme"])
    [part] = folder_of(job).rglob("*.json")
    change(part)

    ran = scene.start(job)

    assert ran.code == 3, ran.log
    assert told in ran.log
    assert "Traceback" not in ran.log
    assert pull.comments == []


def test_a_part_that_shows_another_plan_than_its_digests_name_is_odd_although_it_is_signed(scene: Scene) -> None:
    pull = scene.propose("more", FILES)
    event = scene.github.events.pull_request(pull)
    job = last_job(scene, event, [share(scene, event, "acme").job], shares=["acme"])
    [part] = folder_of(job).rglob("*.json")
    body = content_of(part)
    digest = re.search(r'"digest": ?"([0-9a-f]{64})"', body["content"])
    assert digest is not None
    body["content"] = body["content"].replace(digest[1], "0" * 64)
    del body["signatures"]
    key = ReviewKey.of("", scene.director.token)
    assert key is not None
    fields = {name: body[name] for name in body if name != "lpcac_part"}
    part.write_text(json.dumps({**body, "signatures": {"DIRECTOR_TOKEN": key.sign(fields)}}))

    ran = scene.start(job)

    assert ran.code == 3, ran.log
    assert "shows another plan than the one that its digests name" in ran.log
    assert pull.comments == []


def test_a_share_counts_with_its_newest_attempt_up_to_this_one(scene: Scene) -> None:
    pull = scene.propose("more", FILES)
    event = scene.github.events.pull_request(pull)
    jobs = [share(scene, event, "acme", attempt=attempt).job for attempt in (1, 3)]

    second = scene.start(last_job(scene, event, jobs, attempt=2))

    assert second.code == 0, second.log
    assert "1 to create" in scene.plan_comment(pull)


def test_a_share_that_was_not_expected_does_not_count(scene: Scene) -> None:
    pull = scene.propose("more", FILES)
    event = scene.github.events.pull_request(pull)
    job = share(scene, event, "acme", number=1).job

    ran = scene.start(last_job(scene, event, [job], shares=["acme"]))

    assert ran.code == 3
    assert "is ignored" in ran.log
    assert "no job planned it" in scene.plan_comment(pull)


@pytest.mark.parametrize("command", ["plan-shard", "comment", "drift-shard", "drift-issues"])
def test_a_runner_that_does_not_mount_its_temporary_folder_is_named_with_what_to_do(scene: Scene, command: str) -> None:
    events = scene.github.events
    pull = scene.propose("more", FILES)
    event = events.schedule(scene.repository) if command.startswith("drift") else events.pull_request(pull)
    parts = scene.folder / "_temp" / "lpcac-parts"
    inputs = {"command": command, "clients": "acme", "share": "0", "parts": str(parts)}

    ran = scene.run(event, inputs=inputs)

    assert ran.code == 64, ran.log
    [line] = [line for line in ran.log.splitlines() if line.startswith("::error")]
    assert f'"{parts.parent}" is not there' in line
    assert "use a runner that mounts its temporary folder into container actions" in line
    assert not parts.parent.exists()
    assert pull.comments == []
