"""`python -m release COMMAND`: the steps of a release that need neither GitHub nor a registry."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from release import changelog, checks
from release.project import Project
from release.version import Version


def main(arguments: list[str] | None = None) -> int:
    """Run one step; return 0 when it is done, 1 when something speaks against it, 64 for a wrong command line."""
    parser = _parser()
    given = parser.parse_args(arguments)
    project = Project(given.root)
    try:
        return _run(project, given)
    except (ValueError, OSError) as error:
        return _report([str(error)])


def _run(project: Project, given: argparse.Namespace) -> int:
    if given.step == "pin-image":
        project.pin_image(given.image)
        return 0
    version = Version.parse(given.version)
    if given.step == "check":
        return _report(checks.before_the_cut(project, version))
    if given.step == "verify":
        return _report(checks.before_the_build(project, version))
    if given.step == "cut":
        project.cut(version, datetime.now(UTC).date())
        return 0
    notes = changelog.released(project.changelog).get(version)
    if notes is None:
        return _report([f"CHANGELOG.md says nothing of {version}"])
    print(notes)
    return 0


def _report(problems: Iterable[str]) -> int:
    lines = [f"error: {problem}" for problem in problems]
    print("\n".join(lines), file=sys.stderr, end="\n" if lines else "")
    return 1 if lines else 0


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> None:  # type: ignore[override]
        """End as lpcac does after a wrong command line."""
        self.exit(64, f"error: {message}\n{self.format_usage()}")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m release", description=__doc__)
    parser.add_argument("--root", type=Path, default=Path(), help="the checkout [.]")
    steps = parser.add_subparsers(dest="step", required=True, metavar="STEP", parser_class=_Parser)
    for name, text in (
        ("check", "say everything that speaks against cutting this version here"),
        ("cut", "write the version and the changelog's section; commit nothing"),
        ("verify", "say everything that speaks against releasing the checked-out commit"),
        ("notes", "print what the changelog says of a version"),
    ):
        steps.add_parser(name, help=text).add_argument("version", metavar="VERSION")
    pin = steps.add_parser("pin-image", help="let action.yml run an image by its digest")
    pin.add_argument("image", metavar="HOST/NAME@sha256:DIGEST")
    return parser


if __name__ == "__main__":
    sys.exit(main())
