"""What a rule's schema may be: it reaches nothing but itself and files next to it, and its work is bounded.

Whether a schema takes long depends on how large it is once every reference is written out; so that is limited, and a
schema may not refer to itself. Its patterns run on an engine whose time is linear in the text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from lpcac.core.json_values import Json

ReadBeside = Callable[[str, str], bytes | str]
"""Gives the content of a file by the folder of the rule and the name in it, or a text that says why there is none."""

_MOST_PARTS: Final = 5_000
MOST_FILES: Final = 10
"""How many files a rule may refer to."""
MAX_BYTES: Final = 256 * 1024
"""The size that each of them may have."""
_FILE: Final = re.compile(r"(?!\.)[A-Za-z0-9_.-]+(/(?!\.)[A-Za-z0-9_.-]+)*\.json")
_REFUSED: Final = ("$id", "id", "$anchor", "$dynamicRef", "$dynamicAnchor", "$recursiveRef", "$recursiveAnchor")
FILES: Final = "lpcac:files"
"""Where in a schema's `$defs` the files are that it refers to."""
_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


class SchemaRefusedError(Exception):
    """The schema may not be used; the text says why."""


def file_of(reference: str) -> str | None:
    """Return the file beside the rule that a `$ref` points to; `None` for any other one."""
    file = reference.partition("#")[0]
    return file if _FILE.fullmatch(file) else None


def contained(schema: Json, folder: str, read: ReadBeside) -> Json:
    """Return the schema with the files that it refers to inside, so that nothing is left to be fetched.

    Raises:
        SchemaRefusedError: it reaches elsewhere, or would take too long.
    """
    files: dict[str, Any] = {}
    try:
        whole: Json = _inlined(schema, "", folder, read, files)
        if files:
            whole = {**whole, "$defs": {**whole.get("$defs", {}), FILES: files}}
        _require_bounded(whole)
    except RecursionError:
        raise SchemaRefusedError("it is nested too deep") from None
    return whole


def _inlined(part: Any, prefix: str, folder: str, read: ReadBeside, files: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
    """Return a part of a schema with every reference made one into the whole document.

    Arguments:
        prefix: where the part's own document is in the whole one.
    """
    if isinstance(part, list):
        return [_inlined(each, prefix, folder, read, files) for each in part]
    if not isinstance(part, dict):
        return part
    _require_plain(part)
    result = {key: _inlined(value, prefix, folder, read, files) for key, value in part.items()}
    if isinstance(part.get("$ref"), str):
        result["$ref"] = _reference(part["$ref"], prefix, folder, read, files)
    return result


def _require_plain(part: Mapping[str, Any]) -> None:
    for key in _REFUSED:
        if isinstance(part.get(key), str):
            message = (
                f"{key} is not allowed: refer to parts of the schema with $ref and a pointer, such as #/$defs/name"
            )
            raise SchemaRefusedError(message)
    if isinstance(part.get("$schema"), str) and part["$schema"] != _DIALECT:
        raise SchemaRefusedError(f"$schema must be {_DIALECT}")


def _reference(reference: str, prefix: str, folder: str, read: ReadBeside, files: dict[str, Any]) -> str:
    file, _, pointer = reference.partition("#")
    if pointer and not pointer.startswith("/"):
        raise SchemaRefusedError("a $ref must be a pointer, such as #/$defs/name")
    if not file:
        return f"#{prefix}{pointer}"
    if file_of(reference) is None:
        raise SchemaRefusedError("a $ref may point only to the rule itself or to a .json file next to it")
    place = f"/$defs/{FILES}/{_escaped(file)}"
    if file not in files:
        if len(files) == MOST_FILES:
            raise SchemaRefusedError(f"it refers to more than {MOST_FILES} files")
        files[file] = {}
        files[file] = _inlined(_parsed(file, folder, read), place, folder, read, files)
    return f"#{place}{pointer}"


def _parsed(file: str, folder: str, read: ReadBeside) -> Any:  # noqa: ANN401 - JSON
    content = read(folder, file)
    if isinstance(content, str):
        raise SchemaRefusedError(f"{file} cannot be read: {content}")
    if len(content) > MAX_BYTES:
        raise SchemaRefusedError(f"{file} is over 256 KiB")
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        raise SchemaRefusedError(f"{file} is not JSON") from None


def _require_bounded(whole: Json) -> None:
    """Raise unless the schema, every reference written out, has a limited number of parts."""
    sizes: dict[int, int] = {}
    open_parts: set[int] = set()

    def size(part: Any) -> int:  # noqa: ANN401 - JSON
        if not isinstance(part, dict | list):
            return 1
        if id(part) in sizes:
            return sizes[id(part)]
        if id(part) in open_parts:
            raise SchemaRefusedError("a part of it refers to itself: write out as many levels as are needed")
        open_parts.add(id(part))
        children = part.values() if isinstance(part, dict) else part
        total = 1 + sum(map(size, children))
        if isinstance(part, dict) and isinstance(part.get("$ref"), str):
            total += size(target_of(whole, part["$ref"]))
        open_parts.discard(id(part))
        if total > _MOST_PARTS:
            raise SchemaRefusedError(f"written out, it has more than {_MOST_PARTS} parts")
        sizes[id(part)] = total
        return total

    size(whole)


def target_of(whole: Json, reference: str) -> Any:  # noqa: ANN401 - JSON
    """Return the part of a schema that a reference, made one into the whole, points to.

    Raises:
        SchemaRefusedError: there is none.
    """
    found: Any = whole
    for name in reference.removeprefix("#").split("/")[1:]:
        key = name.replace("~1", "/").replace("~0", "~")
        if isinstance(found, list) and key.isdecimal() and int(key) < len(found):
            found = found[int(key)]
        elif isinstance(found, dict) and key in found:
            found = found[key]
        else:
            raise SchemaRefusedError("a $ref points to nothing")
    return found


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
