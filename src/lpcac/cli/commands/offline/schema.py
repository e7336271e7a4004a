"""`lpcac schema`: print, write or check the JSON Schemas."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from pydantic import BaseModel

from lpcac.cli.session import make_folder, start, write_file
from lpcac.composition.schemas.json_schemas import schema_file, schema_text, schemas
from lpcac.core.errors import ExitCode, UsageError
from lpcac.core.text.did_you_mean import did_you_mean
from lpcac.core.text.safe_text import escaped, quoted
from lpcac.directory_map.schema import MapDocument
from lpcac.models import registry
from lpcac.pipeline_tests.document import PipelineTestDocument
from lpcac.reports.json.plan import PlanDocument
from lpcac.reports.lines import error_line
from lpcac.reports.wording import counted
from lpcac.rules.document import RuleDocument

EXTRA_SCHEMAS: Mapping[str, type[BaseModel]] = {
    "directory-map.schema.json": MapDocument,
    "pipeline-test.schema.json": PipelineTestDocument,
    "plan.schema.json": PlanDocument,
    "rule.schema.json": RuleDocument,
}


def schema(name: str | None, write: Path | None, check: Path | None) -> ExitCode:
    """Print the list of schemas or one of them, or write or check all of them."""
    output = start().output
    texts = schema_texts()
    if write:
        stale = [file for file, text in texts.items() if not _holds(write / file, text)]
        make_folder(write)
        for file in stale:
            write_file(write / file, texts[file])
            output.say(escaped(f"wrote {write / file}"))
        current = len(texts) - len(stale)
        output.say(escaped(f"{write}: wrote {counted(len(stale), 'schema')}, {current} already current"))
    elif check:
        stale = [file for file, text in texts.items() if not _holds(check / file, text)]
        for file in stale:
            output.say(error_line(f"{check / file} is out of date: run lpcac schema --write {check}"))
        return ExitCode.DIFFERENCES if stale else ExitCode.OK
    elif name:
        chosen = {name, schema_file(name)} & texts.keys()
        if not chosen:
            message = f"there is no schema {quoted(name)}{did_you_mean(name, [*texts, *registry().kinds])}"
            raise UsageError(message)
        output.result(texts[chosen.pop()])
    else:
        output.result("\n".join(sorted(texts)))
    return ExitCode.OK


@cache
def schema_texts() -> Mapping[str, str]:
    """Return the content of every schema's file, by the file's name."""
    made = schemas(registry(), EXTRA_SCHEMAS)
    return MappingProxyType({file: schema_text(content) for file, content in made.items()})


def _holds(path: Path, text: str) -> bool:
    try:
        return path.read_bytes() == text.encode()
    except OSError:
        return False
