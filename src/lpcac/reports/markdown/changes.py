"""How changes, targets and findings read in Markdown; shared by plans, reports and drift."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from lpcac.core.findings import Finding, Position
from lpcac.core.resources import Action, ResourceKey, Target
from lpcac.core.text.enumeration import listed
from lpcac.planning.plan import Change, FieldChange
from lpcac.reports.field_values import before_and_after, path_text, with_spaces
from lpcac.reports.markdown.blocks import code, prose, table
from lpcac.reports.object_outline import object_outline
from lpcac.reports.wording import logpoint_name, object_name, place

SHORT_VALUE = 200
"""Characters of a value where there is no room for all of them."""
_NAME_LIMIT = 200
_LISTED = 20
_TARGETS_NAMED = 3
ABSENT = "—"
PERMISSION = "`allow_repo_delete: true`"


def object_code(key: ResourceKey, *, in_table: bool = False) -> str:
    """Return an object's name as a code span."""
    return code(object_name(key), _NAME_LIMIT, in_table=in_table)


def target_code(target: Target, *, in_table: bool = False) -> str:
    """Return a target's name as two code spans."""
    client, logpoint = (code(text, _NAME_LIMIT, in_table=in_table) for text in (target.client, logpoint_name(target)))
    return f"{client} on {logpoint}"


def targets_suffix(targets: Sequence[Target]) -> str:
    """Return which target something is said of, or of how many and which are the first; to be put behind it."""
    if len(targets) == 1:
        return f" ({target_code(targets[0])})"
    return f" ({len(targets)} targets: {listed([target_code(target) for target in targets], _TARGETS_NAMED)})"


def deduplicated(lines: Iterable[tuple[str, Target]]) -> list[str]:
    """Return each line once, with the targets that it is said of: what they share would be repeated many times."""
    about: dict[str, list[Target]] = {}
    for line, target in lines:
        about.setdefault(line, []).append(target)
    return [f"{line}{targets_suffix(targets)}" for line, targets in about.items()]


def heading(change: Change) -> str:
    """Return the line above a change's fields."""
    return f"**{change.action.value}** {object_code(change.key)}{source_text(change.source)}"


def source_text(source: Position | None) -> str:
    """Return where something is declared, to be put after its name."""
    return f" in {code(place(source), _NAME_LIMIT)}" if source else ""


def change_blocks(change: Change, limit: int | None = None) -> Iterator[str]:
    """Yield a change: an update field by field, or all that a created or deleted object holds beyond defaults.

    Arguments:
        limit: characters of one value; `None` for all of them.
    """
    yield heading(change)
    if change.action is Action.UPDATE:
        yield from field_blocks(change.fields, ("Field", "Before", "After"), limit)
        return
    # A list of objects has no value of its own: its items follow, each with its number.
    rows = [(_cell(row.path), _cell(row.value)) for row in object_outline(change, limit) if row.value]
    if rows:
        yield table(("Field", "Value"), rows)


def field_blocks(
    fields: Sequence[FieldChange], header: tuple[str, str, str], limit: int | None = None
) -> Iterator[str]:
    """Yield the table of changed fields.

    Arguments:
        limit: characters of one value; `None` for all of them.
    """
    rows = []
    for field in fields:
        before, after = before_and_after(field.before, field.after, limit)
        before_cell = ABSENT if field.before is None else _cell(before)
        after_cell = ABSENT if field.after is None else _cell(after)
        rows.append((_cell(path_text(field, limit)), before_cell, after_cell))
    if rows:
        yield table(header, rows)


def finding_line(finding: Finding) -> str:
    """Return an error with its place."""
    where = f"{code(str(finding.position), 300)}: " if finding.position else ""
    return f"{where}{prose(finding.message)}"


def names_line(words: str, keys: Sequence[ResourceKey]) -> str:
    """Return one line that names objects, of many the first and how many more; empty when there are none."""
    if not keys:
        return ""
    return f"{words} ({len(keys)}): {listed([object_code(key) for key in keys], _LISTED)}"


def _cell(text: str) -> str:
    return code(with_spaces(text), None, in_table=True)
