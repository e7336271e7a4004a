"""The line that whole commands say when something is wrong, which says where, why and what to do next."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from tests.integration.conftest import CommandLine, Site

REPO = """\
apiVersion: logpoint-cac/v1
kind: Repo
metadata: {name: system}
spec:
  paths: [{path: /data_hot, retention_days: 30}]
"""
POLICY = """\
apiVersion: logpoint-cac/v1
kind: RoutingPolicy
metadata: {name: windows}
spec:
  catch_all: system
  routing_criteria:
    - {type: KeyPresent, key: debug, drop: discard}
"""
PATCH = REPO.replace("name: system", "name: system, patch: true")
MAP = """\
apiVersion: logpoint-cac/v1
kind: DirectoryMap
directors:
  main: {url: "https://director.example.com", token_env: ACME_TOKEN}
clients:
  - {name: acme, path: clients/acme, director: main, pool: pool-1, logpoints: [lp-01], bases: [bases/standard]}
"""


def written(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


# -- files


@pytest.mark.parametrize("command", ["validate", "plan"])
@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        pytest.param(
            REPO + POLICY,
            3,
            "acme/a.yaml:6:1: error: another resource begins here, and the one that begins on line 1 has not ended: "
            "put a line with --- in between",
            id="missing separator",
        ),
        pytest.param(
            REPO + "---\n" + POLICY.replace("discard}", "discard") + "    - {type: KeyPresent, key: x, repo: system}\n",
            3,
            "acme/a.yaml:13:7: error: not valid YAML: the { that opens on line 13 is not closed: there is a } or a "
            "comma missing before line 14, column 7",
            id="unclosed brace",
        ),
        pytest.param(
            REPO.replace("30", "99999999999"),
            3,
            'acme/a.yaml:5:45: error: Repo "system": paths[0].retention_days: must be 2147483647 or less, '
            "not 99999999999",
            id="retention beyond all bounds",
        ),
        pytest.param(
            REPO.replace("}]", "}, {path: /data_hot/, retention_days: 5}]"),
            0,
            'acme/a.yaml:5:57: warning: Repo "system": paths 1 and 2 are both /data_hot: merge them, or '
            "name another path",
            id="one path twice",
        ),
        pytest.param(
            POLICY,
            3,
            'acme/a.yaml:5:14: error: RoutingPolicy "windows": repo "system" is not declared: declare it, or list it '
            "as external (`external`, --external) if it is managed elsewhere",
            id="not declared",
        ),
        pytest.param(
            PATCH,
            3,
            'acme/a.yaml:3:18: error: Repo "system" has nothing to patch: a patch adjusts what a base declares, and '
            "there is no base below this folder; list the base in `bases` of this client in the directory map",
            id="patch without a base",
        ),
    ],
)
def test_what_is_wrong_in_a_file_is_one_line_at_its_place(
    command: str,
    text: str,
    code: int,
    line: str,
    small_site: Site,
    lpcac: CommandLine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    written(tmp_path, {"acme/a.yaml": text})
    target = () if command == "validate" else ("--pool", small_site.pool, "--logpoint", "lp-01")
    ended = lpcac(command, "acme", *target)
    assert ended.code == code
    if command == "validate" or code:
        assert line in " ".join(ended.out.split())


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (("validate", "clients/acne"), 3),
        (("plan", "clients/acne"), 64),
        (("drift", "clients/acne"), 64),
        (("plan", "clients/acne", "--pool", "pool-1", "--logpoint", "lp-01"), 3),
    ],
)
def test_a_mistyped_folder_is_named_with_what_was_meant(
    command: tuple[str, ...], code: int, small_site: Site, lpcac: CommandLine, tmp_path: Path
) -> None:
    del small_site
    written(tmp_path, {"lpcac.yaml": MAP, "clients/acme/a.yaml": REPO, "bases/standard/b.yaml": POLICY})
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(tmp_path)
        ended = lpcac(*command)
    told = " ".join((ended.out + ended.err).split())
    assert ended.code == code
    assert "file or folder" in told
    assert '"clients/acne"' in told
    assert '(did you mean "clients/acme"?)' in told
    assert "no resource document" not in told


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (
            "other/a.yaml",
            '"other/a.yaml" is in no client\'s folder and no base of "lpcac.yaml"; add --pool and --logpoint',
        ),
        ("../alone/a.yaml", '"../alone/a.yaml" says what, but not where; add --pool and --logpoint'),
        ("plan.json", '"plan.json" holds no resources: for a file of plan --out, use lpcac apply --plan FILE'),
    ],
)
def test_a_file_that_is_no_clients_is_told_what_it_lacks(
    path: str, line: str, lpcac: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "here"
    files = {"lpcac.yaml": MAP, "clients/acme/a.yaml": REPO, "bases/standard/b.yaml": POLICY, "other/a.yaml": REPO}
    written(here, {**files, "plan.json": "{}", "../alone/a.yaml": REPO})
    monkeypatch.chdir(here)
    ended = lpcac("plan", path)
    assert (ended.code, ended.out) == (64, "")
    assert ended.err.startswith("error: ")
    assert line in ended.err


# -- one file of many


def test_a_file_of_a_client_is_checked_and_planned_in_its_company(
    open_site: Callable[..., Site], lpcac: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = open_site()
    lpcac.use(site.simulator)
    lpcac.set(ACME_TOKEN=site.simulator.token)
    monkeypatch.chdir(tmp_path)
    files = {
        "lpcac.yaml": MAP.replace("https://director.example.com", site.simulator.url).replace("pool-1", site.pool),
        "bases/standard/repos.yaml": REPO,
        "clients/acme/routing.yaml": POLICY,
        "clients/acme/deep/patch.yaml": PATCH.replace("30", "60"),
    }
    written(tmp_path, files)
    for name in files:
        if name != "lpcac.yaml":
            ended = lpcac("validate", name)
            assert (ended.code, ended.out.endswith(": valid\n")) == (0, True), name
    trust = f"{site.simulator.url}=ACME_TOKEN"
    whole = lpcac("plan", "clients/acme", "--trust-director", trust)
    assert whole.code == 0
    ended = lpcac("plan", "clients/acme/deep/patch.yaml", "--trust-director", trust)
    assert (ended.code, ended.out) == (0, whole.out)
    assert 'note: "clients/acme/deep/patch.yaml" is one file of "acme": all that is declared there' in ended.err
    alone = lpcac("plan", "clients/acme/routing.yaml", "--pool", site.pool, "--logpoint", "lp-01")
    assert alone.code == 3
    assert 'note: "clients/acme/routing.yaml": in a client\'s folder or base of "lpcac.yaml", but planned' in alone.err


# -- what the logpoint lacks


@pytest.mark.parametrize(
    ("kind", "spec", "line"),
    [
        (
            "NormalizationPolicy",
            {"normalization_packages": ["LP_Windws"]},
            'normalization package "LP_Windws" does not exist on the logpoint: it has "LP_Windows", ',
        ),
        (
            "NormalizationPolicy",
            {"compiled_normalizers": ["LPA_Window"]},
            'compiled normalizer "LPA_Window" does not exist on the logpoint: it has "LPA_Windows", ',
        ),
        (
            "Repo",
            {"paths": [{"path": "/data_hat", "retention_days": 3}]},
            'storage path "/data_hat" does not exist on the logpoint: it has "/data_hot", "',
        ),
    ],
)
def test_what_the_logpoint_lacks_is_told_with_what_it_has_nearest_first(
    kind: str, spec: Any, line: str, small_site: Site, lpcac: CommandLine
) -> None:
    document = {"apiVersion": "logpoint-cac/v1", "kind": kind, "metadata": {"name": "new"}, "spec": spec}
    small_site.declare([document])
    ended = lpcac("plan", *small_site.arguments)
    assert ended.code == 3
    assert f'{kind} "new": {line}' in " ".join(ended.out.split())
    assert small_site.writes() == []


# -- on the way to the Director


class Redirecting(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(302)
        self.send_header("Location", "https://login.example.com/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serving(certificate: Path | None = None) -> Iterator[str]:
    """Give the address of a server that redirects, with TLS if there is a certificate."""
    server = HTTPServer(("127.0.0.1", 0), Redirecting)
    server.handle_error = lambda *_: None  # type: ignore[method-assign] # a client that hangs up is no news
    if certificate:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"{'https' if certificate else 'http'}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def certificate(folder: Path, address: str, *, days: int) -> Path:
    """Write a certificate that vouches for itself, with its key, valid from ten days ago until in so many days."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "director")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=10))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "server.pem").write_bytes(made.public_bytes(pem) + private)
    (folder / "bundle.pem").write_bytes(made.public_bytes(pem))
    return folder / "server.pem"


@pytest.mark.parametrize(
    ("address", "days", "is_trusted", "line"),
    [
        ("192.0.2.1", 9, True, "its certificate is for another host ("),
        (
            "127.0.0.1",
            9,
            False,
            "its certificate is not trusted (self-signed certificate); name your CA's certificates ",
        ),
        ("127.0.0.1", -1, True, "its certificate has expired; have it renewed"),
        ("127.0.0.1", 9, True, "redirects to https://login.example.com/ (HTTP 302), which is not followed"),
    ],
)
def test_certificates_of_other_hosts_of_strangers_and_of_yesterday_are_told_apart(
    address: str, days: int, is_trusted: bool, line: str, served_small_site: Site, lpcac: CommandLine, tmp_path: Path
) -> None:
    with serving(certificate(tmp_path, address, days=days)) as url:
        lpcac.set(DIRECTOR_URL=url)
        bundle = ("--ca-bundle", tmp_path / "bundle.pem") if is_trusted else ()
        ended = lpcac("plan", *served_small_site.arguments, *bundle, "--patience", "1")
    assert ended.code == 1
    assert line in " ".join(ended.out.split())
    assert "Traceback" not in ended.err


def test_a_token_that_a_map_names_and_nobody_set_is_named_with_the_map(
    small_site: Site, lpcac: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del small_site
    monkeypatch.chdir(tmp_path)
    written(tmp_path, {"lpcac.yaml": MAP, "clients/acme/a.yaml": POLICY, "bases/standard/repos.yaml": REPO})
    lpcac.set(ACME_TOKEN=None)
    ended = lpcac("plan", "--trust-director", "https://director.example.com=ACME_TOKEN")
    assert ended.code == 1
    told = " ".join(ended.out.split())
    assert "not read: environment variable ACME_TOKEN is not set: the directory map reads a secret from it; " in told
    assert "set it, or get the token from a program with --token-command" in told
