"""Decides what a client's files have to say so that they declare what is live; pure, nothing is read or written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from lpcac.composition.validation import LOOK_ALIKE
from lpcac.core.enumeration import listed
from lpcac.core.errors import ExitCode
from lpcac.core.files import FileEdit
from lpcac.core.findings import Finding, Severity
from lpcac.core.json_values import Json
from lpcac.core.resources import ResourceKey
from lpcac.kinds.similar_names import difference, look_alikes
from lpcac.planning.carried_fields import declarable
from lpcac.sync.client_state import ClientState
from lpcac.sync.declarable import why_not_declarable, without_unresolved
from lpcac.sync.document_edits import DocumentEdit, EditPlan, label
from lpcac.sync.nothing_declared_file import nothing_edit
from lpcac.sync.own_documents import Declarations
from lpcac.sync.result import Synced, SyncOptions, SyncResult
from lpcac.yaml_editing.file_editor import CannotEditError, edited, says_nothing

_MOST_NAMES_SHOWN = 5
_READ_ONLY = "it is read-only, and has to change"


def decide(standing: ClientState, options: SyncOptions) -> SyncResult:
    """Return what to write so that a plan of the client is empty; every edit was read back and says what is live.

    What cannot be declared is left out, and a file that is not understood or is read-only is left alone, each with a
    finding. Nothing is written that refers to what could not be.
    """
    if errors := standing.base_errors:
        problem = "the bases have errors: nothing was written"
        return SyncResult(
            standing.client.name, standing.target, findings=errors, problem=problem, exit_code=ExitCode.INVALID
        )
    passed_over = _passed_over(standing, options)
    wanted, left_out = wanted_of(standing, passed_over)
    wishes = EditPlan(standing, options, wanted, dict(standing.declarations.in_the_way))
    while True:
        obstacles = wishes.obstacles
        wished = wishes.all()
        edits = _edits(standing, wishes, wished)
        done = [wish for wish in wished if wish.file not in wishes.in_the_way]
        _read_back(standing, wishes, edits, done)
        if wishes.obstacles == obstacles:
            break
    nothing = _nothing_edit(standing, wishes, edits)
    held_back = [_left_out(standing, key, reason) for key, reason in wishes.held_back.items()]
    external = sum(key in standing.client.external for key in passed_over)
    return SyncResult(
        client=standing.client.name,
        target=standing.target,
        edits=(*edits, *([nothing] if nothing else [])),
        objects=tuple(Synced(wish.key, wish.deed, wish.file) for wish in done),
        unchanged=len(wanted) - len(held_back) - sum(wish.key in wanted for wish in wished),
        missing=tuple(standing.in_order(standing.missing - {wish.key for wish in done})),
        vendor=len(passed_over) - external,
        external=external,
        findings=(*left_out, *held_back, *_look_alikes(wanted), *_left_alone(wishes.in_the_way, wished)),
        exit_code=_exit_code(standing.declarations, wishes.in_the_way),
    )


def wanted_of(
    standing: ClientState, passed_over: frozenset[ResourceKey]
) -> tuple[dict[ResourceKey, Json], list[Finding]]:
    """Return what is to be declared, and a finding for each live object that cannot be."""
    specs: dict[ResourceKey, Json] = {}
    reasons: dict[ResourceKey, str] = {}
    for key in standing.live.objects.keys() - passed_over:
        if reason := why_not_declarable(standing.registry, standing.live, key):
            reasons[key] = reason
        else:
            specs[key] = declarable(standing.live.objects[key].spec)

    specs, unresolved = without_unresolved(standing.registry, specs, standing.knows, passed_over)
    reasons |= unresolved
    return specs, [_left_out(standing, key, reasons[key]) for key in standing.in_order(reasons)]


def _look_alikes(wanted: Mapping[ResourceKey, Json]) -> list[Finding]:
    """Return a warning for each two live objects whose names are easily mistaken for one another."""
    return [
        Finding(
            LOOK_ALIKE,
            f"{label(key)} and {label(min(others))} are two objects whose names are easily mistaken for one another: "
            f"{difference(min(others).name, key.name)}",
            severity=Severity.WARNING,
        )
        for key, others in look_alikes(wanted).items()
        if min(others) < key
    ]


def _left_out(standing: ClientState, key: ResourceKey, reason: str) -> Finding:
    what = "keeps its declaration, which differs" if key in standing.declared.desired.resources else "is left out"
    return Finding("left-out", f"{label(key)} {what}: {reason}", severity=Severity.WARNING)


def _passed_over(standing: ClientState, options: SyncOptions) -> frozenset[ResourceKey]:
    """Return the external objects, and the vendor's unless they are asked for or declared already."""
    vendors = (key for key in standing.live.objects if standing.is_vendors(key) and not options.include_vendor)
    declared = standing.declared.desired.resources.keys() | standing.declarations.plain.keys()
    return frozenset(standing.live.objects.keys() & standing.client.external) | (frozenset(vendors) - declared)


def _edits(standing: ClientState, wishes: EditPlan, wished: Sequence[DocumentEdit]) -> list[FileEdit]:
    """Return what becomes of each file that may be touched."""
    contents = dict(standing.folder.files)
    edits: list[FileEdit] = []
    for file in sorted({wish.file for wish in wished} - wishes.in_the_way.keys()):
        if file in standing.folder.read_only:
            wishes.block(file, _READ_ONLY)
            continue
        mine = [wish for wish in wished if wish.file == file]
        changes = {wish.index: wish.value for wish in mine if wish.index is not None}
        added = [wish.value for wish in mine if wish.index is None and wish.value is not None]
        before = contents.get(file)
        try:
            after = edited(before or b"", changes, added)
        except CannotEditError as error:
            wishes.block(file, str(error))
        else:
            edits.append(FileEdit(file, before, None if says_nothing(after) else after))
    return edits


def _nothing_edit(standing: ClientState, wishes: EditPlan, edits: Sequence[FileEdit]) -> FileEdit | None:
    """Return what becomes of the file that says that nothing is declared, if something does."""
    if wishes.in_the_way:
        return None
    edit = nothing_edit(standing, edits, is_empty=not wishes.wanted)
    if edit is None or edit.name not in standing.folder.read_only:
        return edit
    wishes.block(edit.name, _READ_ONLY)
    return None


def _read_back(
    standing: ClientState, wishes: EditPlan, edits: Sequence[FileEdit], done: Sequence[DocumentEdit]
) -> None:
    """Have files that turned out wrong left alone from now on, and what refers to what is not written held back."""
    contents: dict[str, bytes | None] = {**dict(standing.folder.files), **{edit.name: edit.after for edit in edits}}
    after = standing.composed_of((name, content) for name, content in sorted(contents.items()) if content is not None)
    for wish in done:
        spec = wishes.wanted.get(wish.key)
        if after.desired.resources.keys() & {wish.key} if spec is None else not standing.says(after, wish.key, spec):
            wishes.block(wish.file, f"{label(wish.key)} could not be written so that it says what is live")
    written = {wish.key: wishes.wanted[wish.key] for wish in done if wish.key in wishes.wanted}
    _, unresolved = without_unresolved(standing.registry, written, standing.knows)
    wishes.held_back |= unresolved


def _left_alone(in_the_way: Mapping[str, Finding], wished: Sequence[DocumentEdit]) -> list[Finding]:
    """Return the finding of each file that is left alone, with the objects that would have been written there."""
    return [
        _with_names(finding, [label(wish.key) for wish in wished if wish.file == file])
        for file, finding in in_the_way.items()
    ]


def _with_names(finding: Finding, names: Sequence[str]) -> Finding:
    if not names:
        return finding
    return replace(finding, message=f"{finding.message}; not brought up to date: {listed(names, _MOST_NAMES_SHOWN)}")


def _exit_code(declarations: Declarations, in_the_way: Mapping[str, Finding]) -> ExitCode:
    """Return 3 for files with errors, and 1 for others that could not be brought up to date."""
    if declarations.in_the_way:
        return ExitCode.INVALID
    return ExitCode.NOT_DONE if in_the_way else ExitCode.OK
