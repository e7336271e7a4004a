"""The action as GitHub uses it: its metadata, its linters, and its image, built and run without a container engine."""

from __future__ import annotations

import fcntl
import hashlib
import itertools
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, NoReturn

import pytest
import yaml

ROOT = Path(__file__).parents[2]
TOOLS = ("buildah", "podman", "runc", "mmdebstrap")
INSTALLER = "action/ci/install-container-tools.sh"
RUNNER_USER = 1001

BASE_ARCHIVE = ROOT / "action" / "ci" / "debian-base.sh"
# Beyond this many, layers of earlier builds are thrown away; a build leaves about ten.
MOST_IMAGES = 100


def run(command: Sequence[str | Path], **options: Any) -> str:
    """Return what a program writes to standard output; fail with all that it says when it fails."""
    done = subprocess.run(command, check=False, capture_output=True, text=True, **{"timeout": 900, **options})
    assert done.returncode == 0, f"{command} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's own folder."""
    return ROOT


@pytest.fixture(scope="session")
def action() -> Any:
    """What action.yml says."""
    return yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Engine:
    """Builds and runs images as root, everything it keeps in one folder outside the project."""

    folder: Path

    @cached_property
    def _storage(self) -> list[str]:
        # Overlay starts containers at once, but a folder that is an overlay already cannot hold another.
        for driver in ("overlay", "vfs"):
            folder = self.folder / driver
            options = ["--root", f"{folder}/root", "--runroot", f"{folder}/run", "--storage-driver", driver]
            if subprocess.run(["buildah", *options, "info"], capture_output=True, check=False).returncode == 0:
                return options
        pytest.fail(f"buildah can store images below {self.folder} neither as overlay nor as plain copies")

    def podman(self, *arguments: str) -> str:
        """Return what podman writes."""
        return run(["podman", *self._storage, *arguments])

    def inspect(self, image: str) -> Any:
        """Return what is known of an image."""
        return json.loads(self.podman("image", "inspect", image))[0]

    def base(self) -> str:
        """Return the name of the stand-in for the base image, made on first use."""
        recipe = hashlib.sha256(BASE_ARCHIVE.read_bytes()).hexdigest()[:16]
        name = f"localhost/python-stand-in:{recipe}"
        if name not in self.podman("images", "--format", "{{.Repository}}:{{.Tag}}").split():
            self.podman("import", "--quiet", run([BASE_ARCHIVE]).strip(), name)
        return name

    def build(self) -> str:
        """Return the name of the action's image, built of the project as it is; what did not change is not redone."""
        certificates = os.environ.get("PIP_CERT") or os.environ.get("SSL_CERT_FILE")
        trust = ("--volume", f"{certificates}:/run/ca.crt:ro", "--build-arg", "PIP_CERT=/run/ca.crt")
        name = "localhost/lpcac:test"
        run(
            [
                *("buildah", *self._storage, "build", "--quiet", "--isolation", "chroot", "--layers", "--force-rm"),
                *("--pull-never", "--from", self.base(), *(trust if certificates else ())),
                *("--tag", name, "--file", str(ROOT / "Dockerfile"), str(ROOT)),
            ],
        )
        # The name moves with the next build, perhaps another process's; the id does not.
        return str(self.inspect(name)["Id"])

    def make_room(self) -> None:
        """Throw everything away once there is too much; nobody may be using it."""
        if len(self.podman("images", "--all", "--quiet").split()) > MOST_IMAGES:
            self.podman("rmi", "--all", "--force")

    def run(self, image: str, *arguments: str, options: Sequence[str] = ()) -> subprocess.CompletedProcess[str]:
        """Run a container to its end."""
        limits = ("--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024")
        command = ["podman", *self._storage, "--runtime", "runc", "run", "--rm", *limits, *options, image, *arguments]
        return subprocess.run(command, check=False, capture_output=True, text=True, timeout=300)


@contextmanager
def locked(path: Path, how: int) -> Iterator[bool]:
    """Hold a lock, or tell that it is not to be had at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, how)
        except BlockingIOError:
            yield False
        else:
            yield True


@pytest.fixture(scope="session")
def engine(absent_system: Callable[[str], NoReturn]) -> Engine:
    """Give what builds and runs images, where there is any."""
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if os.geteuid() != 0:
        absent_system("building and running the image needs root")
    if missing:
        absent_system(f"{', '.join(missing)} not found: run {INSTALLER}")
    return Engine(Path(os.environ.get("XDG_CACHE_HOME") or "/var/cache") / "lpcac-test")


@pytest.fixture(scope="session")
def image(engine: Engine) -> Iterator[str]:
    """The id of the action's image."""
    building, using = engine.folder / "building", engine.folder / "using"
    with ExitStack() as held:
        with locked(building, fcntl.LOCK_EX):
            with locked(using, fcntl.LOCK_EX | fcntl.LOCK_NB) as alone:
                if alone:
                    engine.make_room()
            built = engine.build()
            held.enter_context(locked(using, fcntl.LOCK_SH))
        yield built


@dataclass(frozen=True)
class Ended:
    """How a step ended: its exit code, log, outputs and summary."""

    code: int
    log: str
    outputs: Mapping[str, str]
    summary: str


@dataclass
class Runner:
    """Runs the action's step the way GitHub's runner does: the same mounts, variables and working directory."""

    engine: Engine
    image: str
    defaults: Mapping[str, str]
    folder: Path
    options: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        for mount in ("home", "workflow", "file_commands", "workspace"):
            (self.folder / mount).mkdir()

    @property
    def workspace(self) -> Path:
        """What the job checked out."""
        return self.folder / "workspace"

    def git(self, *arguments: str) -> str:
        """Run git in the workspace, as the checkout does."""
        settings = ("user.name=T", "user.email=t@example.com", "commit.gpgsign=false", "safe.directory=*")
        options = [part for setting in settings for part in ("-c", setting)]
        return run(["git", *options, *arguments], cwd=self.workspace).strip()

    def commit(self, files: Mapping[str, str]) -> str:
        """Write files, commit everything and return the commit."""
        if not (self.workspace / ".git").exists():
            self.git("init", "--quiet", "--initial-branch=main")
        for name, content in files.items():
            path = self.workspace / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "A change")
        return self.git("rev-parse", "HEAD")

    def __call__(self, event: str, payload: Any, variables: Mapping[str, str] | None = None, **inputs: str) -> Ended:
        """Run the step for an event; inputs with underscores for dashes."""
        (self.folder / "workflow" / "event.json").write_text(json.dumps(payload), encoding="utf-8")
        files = {name: self.folder / "file_commands" / name for name in ("output", "summary")}
        for path in files.values():
            path.write_text("", encoding="utf-8")
        given = {name.replace("_", "-"): value for name, value in inputs.items()}
        assert given.keys() <= self.defaults.keys(), "action.yml has no such input"
        places = {
            **{f"INPUT_{name.upper()}": value for name, value in {**self.defaults, **given}.items()},
            "GITHUB_EVENT_NAME": event,
            "GITHUB_EVENT_PATH": "/github/workflow/event.json",
            "GITHUB_OUTPUT": "/github/file_commands/output",
            "GITHUB_STEP_SUMMARY": "/github/file_commands/summary",
            "GITHUB_WORKSPACE": "/github/workspace",
            "HOME": "/github/home",
        }
        environ = {"GITHUB_REPOSITORY": "example/configuration", **(variables or {}), **places}
        done = self.engine.run(self.image, options=[*self._options(), *_each("--env", environ)])
        assert "Traceback" not in done.stderr, done.stderr
        outputs = read_outputs(files["output"].read_text(encoding="utf-8"))
        summary = files["summary"].read_text(encoding="utf-8")
        return Ended(done.returncode, done.stdout + done.stderr, outputs, summary)

    def shell(self, script: str) -> str:
        """Return what a shell in the image writes, the workspace mounted."""
        done = self.engine.run(self.image, "-c", script, options=[*self._options(), "--entrypoint", "/bin/sh"])
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def _options(self) -> list[str]:
        for path in (self.workspace, *self.workspace.rglob("*")):
            os.chown(path, RUNNER_USER, RUNNER_USER, follow_symlinks=False)
        mounts = [
            option
            for mount in ("home", "workflow", "file_commands", "workspace")
            for option in ("--volume", f"{self.folder / mount}:/github/{mount}")
        ]
        return ["--network=host", "--workdir", "/github/workspace", *mounts, *self.options]


def _each(option: str, values: Mapping[str, str]) -> list[str]:
    return [part for name, value in values.items() for part in (option, f"{name}={value}")]


def read_outputs(text: str) -> dict[str, str]:
    """Return the outputs in a file of GITHUB_OUTPUT's form: `name=value`, or `name<<END`, lines, `END`."""
    outputs: dict[str, str] = {}
    lines = iter(text.splitlines())
    for line in lines:
        name, equals, value = line.partition("=")
        key, heredoc, end = line.partition("<<")
        if heredoc and (not equals or len(key) < len(name)):
            outputs[key] = "\n".join(itertools.takewhile(end.__ne__, lines))
        else:
            assert equals, f"{line!r} is no output"
            outputs[name] = value
    return outputs


@pytest.fixture
def make_runner(engine: Engine, image: str, action: Any, tmp_path: Path) -> Callable[[], Runner]:
    """Give what makes runners with an empty workspace, one for each job; no secret is set."""
    defaults = {name: about.get("default", "") for name, about in action["inputs"].items()}
    numbers = itertools.count(1)

    def make() -> Runner:
        folder = tmp_path / f"runner-{next(numbers)}"
        folder.mkdir()
        return Runner(engine, image, {**defaults, "github-token": "ghs_test"}, folder)

    return make


@pytest.fixture
def runner(make_runner: Callable[[], Runner]) -> Runner:
    """Give a runner with an empty workspace."""
    return make_runner()
