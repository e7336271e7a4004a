"""A registry of images on loopback: as much of the OCI distribution API as pushing and pulling needs."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

_PATH = re.compile(r"/v2/(?P<name>.+)/(?P<what>blobs|manifests)/(?P<reference>.*)")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    folder: Path
    types: dict[str, str]

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        if self.path == "/v2/":
            return self._answer(200)
        content = self._stored()
        if not content.is_file():
            return self._answer(404)
        return self._answer(200, content, **{"Docker-Content-Digest": content.name.replace("-", ":", 1)})

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_POST(self) -> None:
        self._answer(202, Location=f"{self.path}1")

    def do_PATCH(self) -> None:
        upload = self.folder / hashlib.sha256(self.path.encode()).hexdigest()
        with upload.open("ab") as file:
            while size := int(self.rfile.readline(), 16) if self._is_chunked else int(self.headers["Content-Length"]):
                file.write(self.rfile.read(size))
                if not self._is_chunked:
                    break
                self.rfile.readline()
            if self._is_chunked:
                self.rfile.readline()
        self._answer(202, Location=self.path)

    def do_PUT(self) -> None:
        path, _, digest = self.path.partition("?digest=")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if digest:
            digest = digest.replace("%3A", ":")
            upload = self.folder / hashlib.sha256(path.encode()).hexdigest()
            with upload.open("ab") as file:
                file.write(body)
            upload.rename(self._file(digest))
        else:
            digest = f"sha256:{hashlib.sha256(body).hexdigest()}"
            self._file(digest).write_bytes(body)
            self.types[digest] = self.headers["Content-Type"]
        self._answer(201, Location=path, **{"Docker-Content-Digest": digest})

    @property
    def _is_chunked(self) -> bool:
        return self.headers.get("Transfer-Encoding") == "chunked"

    def _file(self, digest: str) -> Path:
        return self.folder / digest.replace(":", "-")

    def _stored(self) -> Path:
        match = _PATH.fullmatch(self.path)
        return self._file(match["reference"]) if match else self.folder / "none"

    def _answer(self, status: int, content: Path | None = None, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        digest = headers.get("Docker-Content-Digest", "")
        self.send_header("Content-Type", self.types.get(digest, "application/octet-stream"))
        self.send_header("Content-Length", str(content.stat().st_size if content else 0))
        self.end_headers()
        if content and self.command == "GET":
            with content.open("rb") as file:
                while part := file.read(1 << 20):
                    self.wfile.write(part)


@contextmanager
def registry_on_loopback(folder: Path) -> Iterator[str]:
    """Give `HOST:PORT` of a registry that keeps what is pushed in a folder; it knows images by their digests only."""
    handler = type("Handler", (_Handler,), {"folder": folder, "types": {}})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
