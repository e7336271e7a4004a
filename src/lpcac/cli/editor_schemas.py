"""Brings the JSON Schemas in a user's repository up to date, so that editors check what lpcac checks."""

from __future__ import annotations

import os
from pathlib import Path

from lpcac.cli.commands.offline.schema import schema_texts
from lpcac.connectors.files.writer import write_edits
from lpcac.core.files import FileEdit
from lpcac.core.text.safe_text import escaped
from lpcac.installation.decisions import regenerate
from lpcac.installation.files import SCHEMA_FOLDER
from lpcac.reports.output import Output
from lpcac.reports.wording import counted


def refresh_schemas(map_folder: Path, output: Output) -> None:
    """Write the schemas next to a map that are not current, and say so.

    Raises:
        NotWrittenError: a schema cannot be written.
    """
    folder = os.path.join(map_folder, *SCHEMA_FOLDER.split("/"))
    edits = []
    for name, text in schema_texts().items():
        path = os.path.join(folder, name)
        before = Path(path).read_bytes() if os.path.isfile(path) and not os.path.islink(path) else None
        decision = regenerate(path, before, text.encode())
        if decision.is_to_be_written:
            edits.append(FileEdit(path, before, decision.wanted))
    if edits:
        write_edits(edits)
        output.say(escaped(f"wrote {counted(len(edits), 'schema')} for editors to {folder}"))
