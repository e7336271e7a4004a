"""The wheel and the sdist, as the package index would get them: complete, and running without the repository."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src"


@pytest.fixture(scope="module")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with both, as `make dist` builds them."""
    folder = tmp_path_factory.mktemp("dist")
    script = "import sys; from flit_core import buildapi as b; b.build_wheel(sys.argv[1]); b.build_sdist(sys.argv[1])"
    ended([sys.executable, "-c", script, folder], cwd=ROOT)
    return folder


@pytest.fixture(scope="module")
def installed(distributions: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of a new environment with the wheel, and its dependencies lent by the development environment."""
    folder = tmp_path_factory.mktemp("clean") / "venv"
    [wheel] = distributions.glob("*.whl")
    ended([sys.executable, "-m", "venv", "--without-pip", folder])
    offline = ("--quiet", "--disable-pip-version-check", "--no-deps", "--no-index")
    ended([sys.executable, "-m", "pip", "--python", folder / "bin" / "python", "install", *offline, wheel])
    [packages] = folder.glob("lib/python*/site-packages")
    # A path in a .pth file is searched last, and files like it there are not read: the editable lpcac stays unseen.
    (packages / "lent.pth").write_text(f"{Path(pytest.__file__).parents[1]}\n", encoding="utf-8")
    return folder / "bin"


def ended(command: Sequence[str | Path], cwd: Path | None = None) -> str:
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COV"))}
    done = subprocess.run(command, cwd=cwd, env=environ, check=False, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, f"{command} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def tracked(folder: Path) -> set[str]:
    names = ended(
        ["git", "-c", "safe.directory=*", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=folder
    )
    return set(names.splitlines())


def test_the_wheel_holds_every_file_of_the_package(distributions: Path) -> None:
    [wheel] = distributions.glob("*.whl")
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert held == tracked(PACKAGE)


def test_the_sdist_builds_the_same_wheel(distributions: Path, tmp_path: Path) -> None:
    [sdist], [wheel] = distributions.glob("*.tar.gz"), distributions.glob("*.whl")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path)
    [source] = tmp_path.iterdir()
    script = "import sys; from flit_core import buildapi; buildapi.build_wheel(sys.argv[1])"
    ended([sys.executable, "-c", script, tmp_path], cwd=source)
    rebuilt = zipfile.ZipFile(tmp_path / wheel.name)
    original = zipfile.ZipFile(wheel)
    assert {i.filename: i.CRC for i in rebuilt.infolist()} == {i.filename: i.CRC for i in original.infolist()}


def test_what_is_installed_runs_without_the_repository(installed: Path, tmp_path: Path) -> None:
    lpcac = installed / "lpcac"
    where = ended([installed / "python", "-c", "import lpcac; print(lpcac.__file__)"], cwd=tmp_path)
    assert Path(where.strip()).is_relative_to(installed.parent)
    assert re.fullmatch(r"lpcac \d+\.\d+\.\d+\n", ended([lpcac, "--version"], cwd=tmp_path))
    assert ended([installed / "cac", "--version"], cwd=tmp_path) == ended([lpcac, "--version"], cwd=tmp_path)
    ended([lpcac, "schema", "--write", "schemas"], cwd=tmp_path)
    assert {path.name for path in (tmp_path / "schemas").iterdir()} == {
        path.name for path in (ROOT / "schemas").iterdir()
    }
    for path in sorted((ROOT / "examples" / "simple").iterdir()):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    assert "valid" in ended([lpcac, "validate", "."], cwd=tmp_path)


def test_the_demo_runs_where_there_is_no_clone(installed: Path, tmp_path: Path) -> None:
    told = ended([installed / "lpcac", "demo"], cwd=tmp_path)
    assert "Applied: 26 done on 1 target" in told
    assert list(tmp_path.iterdir()) == []
