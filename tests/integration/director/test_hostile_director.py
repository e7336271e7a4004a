"""A Director in wrong hands: what it answers is taken in up to a limit."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.integration.conftest import CommandLine, Site


class Answering(ThreadingHTTPServer):
    """Answers everything with the same bytes."""

    content = b""
    coding = "gzip"
    asked = 0


class _Handler(BaseHTTPRequestHandler):
    server: Answering

    def do_GET(self) -> None:
        self.server.asked += 1
        self.send_response(200)
        self.send_header("Content-Encoding", self.server.coding)
        self.send_header("Content-Length", str(len(self.server.content)))
        self.end_headers()
        try:
            self.wfile.write(self.server.content)
        except OSError:
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def bomb() -> Iterator[Answering]:
    with Answering(("127.0.0.1", 0), _Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_an_answer_that_unpacks_to_gigabytes_is_given_up(
    bomb: Answering, lpcac: CommandLine, served_small_site: Site
) -> None:
    bomb.content = gzip.compress(b" " * (256 * 1024 * 1024), 1)
    lpcac.set(DIRECTOR_URL=f"http://127.0.0.1:{bomb.server_port}")
    ended = lpcac.process("plan", *served_small_site.arguments)
    assert ended.code == 1
    assert "it is over 64 MiB" in " ".join((ended.out + ended.err).split())
    assert bomb.asked == 1


def test_an_answer_that_is_packed_more_than_once_is_given_up(
    bomb: Answering, lpcac: CommandLine, served_small_site: Site
) -> None:
    bomb.content, bomb.coding = gzip.compress(gzip.compress(b"[]")), "gzip, gzip"
    lpcac.set(DIRECTOR_URL=f"http://127.0.0.1:{bomb.server_port}")
    ended = lpcac("plan", *served_small_site.arguments)
    assert ended.code == 1
    assert "content coding that was not requested" in " ".join((ended.out + ended.err).split())
