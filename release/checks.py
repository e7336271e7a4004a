"""What has to be true before a release: every reason against it, in one run."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

from release import changelog
from release.project import Project
from release.version import Version

BRANCH = "main"


def before_the_cut(project: Project, version: Version) -> Iterator[str]:
    """Yield what speaks against making the commit of a version, on a developer's machine."""
    yield from _against_the_version(project, version)
    if not changelog.unreleased(project.changelog):
        yield "CHANGELOG.md lists nothing under Unreleased: say what a user gets"
    if _git(project.root, "status", "--porcelain"):
        yield "files were changed and not committed: commit them, or undo the changes"
    branch = _git(project.root, "rev-parse", "--abbrev-ref", "HEAD")
    if branch != BRANCH:
        yield f"this is the branch {branch}: release from {BRANCH}"
    upstream = _git(project.root, "rev-parse", "--verify", "--quiet", f"origin/{BRANCH}")
    if upstream and upstream != _git(project.root, "rev-parse", "HEAD"):
        yield f"{BRANCH} and origin/{BRANCH} differ: pull, and push what is missing there"


def before_the_build(project: Project, version: Version) -> Iterator[str]:
    """Yield what speaks against releasing the checked-out commit as a version, in the release workflow."""
    if project.version != version:
        yield f"src/lpcac/__init__.py says {project.version}, not {version}: run `make release VERSION={version}` first"
    if not changelog.released(project.changelog).get(version):
        yield f"CHANGELOG.md says nothing of {version}: run `make release VERSION={version}` first"
    if _exists(project.root, version):
        yield f"the tag {version.tag} exists already: choose a later version"


def _against_the_version(project: Project, version: Version) -> Iterator[str]:
    before = [*changelog.released(project.changelog), *_tagged(project.root)]
    if before and version <= max(before):
        yield f"{version} is not later than {max(before)}, which was released"
    elif _exists(project.root, version):
        yield f"the tag {version.tag} exists already: choose a later version"


def _tagged(root: Path) -> Iterator[Version]:
    for tag in _git(root, "tag", "--list", "v*.*.*").split():
        try:
            yield Version.parse(tag.removeprefix("v"))
        except ValueError:
            continue


def _exists(root: Path, version: Version) -> bool:
    return bool(_git(root, "tag", "--list", version.tag))


def _git(root: Path, *arguments: str) -> str:
    """Return what Git writes; nothing where it fails, as for a branch that does not exist."""
    done = subprocess.run(["git", *arguments], cwd=root, check=False, capture_output=True, text=True)  # noqa: S607
    return done.stdout.strip() if done.returncode == 0 else ""
