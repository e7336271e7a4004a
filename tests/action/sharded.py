"""Jobs that share one run's work, as the sharded workflows start them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.action.scene import Ran, Scene
from tests.fakes.github import Event, Job

RUN = "4711"


def folder_of(job: Job) -> Path:
    """Return the folder that a job's parts lie in."""
    return Path(job.environment["RUNNER_TEMP"]) / "lpcac-parts"


def share_job(
    scene: Scene,
    event: Event,
    clients: str = "",
    *,
    number: int = 0,
    command: str = "plan-shard",
    run: str = RUN,
    inputs: Mapping[str, str] | None = None,
    **options: object,
) -> Job:
    """Return the job of one share."""
    given = {"command": command, "clients": clients, "share": str(number), **(inputs or {})}
    return _placed(scene.job(event, inputs=given, **options), run)  # type: ignore[arg-type]


def share(scene: Scene, event: Event, clients: str = "", **options: object) -> Ran:
    """Run the job of one share."""
    return _started(scene, share_job, event, clients, options)


def last_job(
    scene: Scene,
    event: Event,
    ran: Sequence[Job],
    *,
    shares: Sequence[str] | None = None,
    command: str = "comment",
    run: str = RUN,
    inputs: Mapping[str, str] | None = None,
    **options: object,
) -> Job:
    """Return the job that puts together what the others left; the shares are those of the parts unless given."""
    parts = [path for job in ran for path in folder_of(job).glob("*.json")]
    if shares is None:
        of = {content["share"]: said(content)["clients"] for content in map(content_of, parts)}
        shares = [",".join(of.get(number, [])) for number in range(max(of, default=-1) + 1)]
    matrix = json.dumps({"include": [{"clients": each} for each in shares]})
    given = {"command": command, "shares": matrix, **(inputs or {})}
    job = _placed(scene.job(event, inputs=given, **options), run)  # type: ignore[arg-type]
    for number, path in enumerate(parts):
        folder = folder_of(job) / f"artifact-{number}"
        folder.mkdir(parents=True)
        shutil.copy(path, folder)
    return job


def together(scene: Scene, event: Event, ran: Sequence[Ran], **options: object) -> Ran:
    """Run the job that puts together what the others left."""
    return _started(scene, last_job, event, [each.job for each in ran], options)


def content_of(path: Path) -> dict:
    """Return what a part's file holds."""
    return json.loads(path.read_text())


def said(content: dict) -> dict:
    """Return what a part's job said."""
    return json.loads(content["content"])


def _started(scene: Scene, make, event: Event, given: object, options: dict) -> Ran:  # noqa: ANN001
    environ = options.pop("environ", None)
    return scene.start(make(scene, event, given, **options), environ)


def _placed(job: Job, run: str) -> Job:
    job.environment["GITHUB_RUN_ID"] = run
    job.environment.setdefault("INPUT_PARTS", str(folder_of(job)))
    return job
