"""The files of the project that name its version, and the image in action.yml."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from release import changelog
from release.version import Version

_VERSION = re.compile(r'^__version__ = "([^"]*)"$', re.MULTILINE)
# What users copy: this action, pinned to a commit that they fill in, with the version in a comment.
_PINNED = re.compile(r"(OWNER/lpcac@[0-9a-f]{40} # v)\d+\.\d+\.\d+")
_BUILT_HERE = "  image: Dockerfile\n"
_IMAGE = re.compile(r"[a-z0-9][a-z0-9.:-]*(/[a-z0-9][a-z0-9._-]*)+@sha256:[0-9a-f]{64}")


@dataclass(frozen=True)
class Project:
    """A checkout of lpcac."""

    root: Path

    @property
    def version(self) -> Version:
        """The version that the package says of itself."""
        match = _VERSION.search(self._module.read_text(encoding="utf-8"))
        if match is None:
            message = f"{self._module} sets no __version__"
            raise ValueError(message)
        return Version.parse(match[1])

    @property
    def changelog(self) -> str:
        """CHANGELOG.md."""
        return (self.root / "CHANGELOG.md").read_text(encoding="utf-8")

    def cut(self, version: Version, day: date) -> None:
        """Write the version everywhere, and the changelog's section for it.

        Raises:
            ValueError: the changelog says nothing new; nothing was written.
        """
        log = changelog.cut(self.changelog, version, day)
        module = _VERSION.sub(f'__version__ = "{version}"', self._module.read_text(encoding="utf-8"))
        _write(self._module, module)
        _write(self.root / "CHANGELOG.md", log)
        for path in self._pages_that_pin():
            _write(path, _PINNED.sub(rf"\g<1>{version}", path.read_text(encoding="utf-8")))

    def pin_image(self, image: str) -> None:
        """Let action.yml run an image by its digest instead of building one in every job.

        Arguments:
            image: `HOST/NAME@sha256:DIGEST`.

        Raises:
            ValueError: that is no image with a digest, or action.yml names one already.
        """
        if not _IMAGE.fullmatch(image):
            message = f"{image!r} is not an image with a digest: write HOST/NAME@sha256: and 64 hexadecimal digits"
            raise ValueError(message)
        path = self.root / "action.yml"
        text = path.read_text(encoding="utf-8")
        if text.count(_BUILT_HERE) != 1:
            message = (
                "action.yml does not say `image: Dockerfile`: pin the image on a commit of a branch, not of a release"
            )
            raise ValueError(message)
        _write(path, text.replace(_BUILT_HERE, f"  image: docker://{image}\n"))

    @property
    def _module(self) -> Path:
        return self.root / "src" / "lpcac" / "__init__.py"

    def _pages_that_pin(self) -> list[Path]:
        folders = (self.root / "action" / "workflows", self.root / "docs", self.root / "src" / "lpcac")
        files = sorted(path for folder in folders for path in folder.rglob("*") if path.suffix in (".md", ".yml"))
        return [path for path in files if _PINNED.search(path.read_text(encoding="utf-8"))]


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
