"""Decides how a client's files change so that they declare what is live. Does no I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from lpcac.composition.validation import LOOK_ALIKE
from lpcac.core.errors import ExitCode
from lpcac.core.files import FileEdit
from lpcac.core.findings import Finding, Severity
from lpcac.core.json_values import Json
from lpcac.core.resources import ResourceKey
from lpcac.core.text.enumeration import listed
from lpcac.kinds.similar_names import difference, look_alikes
from lpcac.planning.diff.carried_fields import declarable
from lpcac.sync.client_state import ClientState
from lpcac.sync.declarable import why_not_declarable, without_unresolved
from lpcac.sync.document_edits import DocumentEdit, EditPlan, label
from lpcac.sync.nothing_declared_file import nothing_edit
from lpcac.sync.own_documents import Declarations
from lpcac.sync.result import Synced, SyncOptions, SyncResult
from lpcac.yaml_editing.file_editor import CannotEditError, edited, says_nothing

_MOST_NAMES_SHOWN = 5
_READ_ONLY = "it is read-only but must change"


def decide(state: ClientState, options: SyncOptions) -> SyncResult:
    """Return what to write so that the client's plan is empty; every edit was read back and checked.

    Objects that cannot be declared are left out. Files with errors and read-only files are not changed. Each has a
    finding. Nothing is written that refers to an object that was left out.
    """
    if errors := state.base_errors:
        problem = "the bases have errors; fix these errors first. Nothing was written"
        return SyncResult(state.client.name, state.target, findings=errors, problem=problem, exit_code=ExitCode.INVALID)
    skipped = _skipped(state, options)
    wanted, left_out = wanted_of(state, skipped)
    plan = EditPlan(state, options, wanted, dict(state.declarations.in_the_way))
    while True:
        obstacles = plan.obstacles
        planned = plan.all()
        edits = _edits(state, plan, planned)
        done = [edit for edit in planned if edit.file not in plan.in_the_way]
        _read_back(state, plan, edits, done)
        if plan.obstacles == obstacles:
            break
    nothing = _nothing_edit(state, plan, edits)
    held_back = [_left_out(state, key, reason) for key, reason in plan.held_back.items()]
    external = sum(key in state.client.external for key in skipped)
    return SyncResult(
        client=state.client.name,
        target=state.target,
        edits=(*edits, *([nothing] if nothing else [])),
        objects=tuple(Synced(edit.key, edit.action, edit.file) for edit in done),
        unchanged=len(wanted) - len(held_back) - sum(edit.key in wanted for edit in planned),
        missing=tuple(state.in_order(state.missing - {edit.key for edit in done})),
        vendor=len(skipped) - external,
        external=external,
        findings=(*left_out, *held_back, *_look_alikes(wanted), *_left_alone(plan.in_the_way, planned)),
        exit_code=_exit_code(state.declarations, plan.in_the_way),
    )


def wanted_of(state: ClientState, skipped: frozenset[ResourceKey]) -> tuple[dict[ResourceKey, Json], list[Finding]]:
    """Return the specs to declare, and a finding for each live object that cannot be declared."""
    specs: dict[ResourceKey, Json] = {}
    reasons: dict[ResourceKey, str] = {}
    for key in state.live.objects.keys() - skipped:
        if reason := why_not_declarable(state.registry, state.live, key):
            reasons[key] = reason
        else:
            specs[key] = declarable(state.live.objects[key].spec)

    specs, unresolved = without_unresolved(state.registry, specs, state.knows, skipped)
    reasons |= unresolved
    return specs, [_left_out(state, key, reasons[key]) for key in state.in_order(reasons)]


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


def _left_out(state: ClientState, key: ResourceKey, reason: str) -> Finding:
    what = "keeps its current declaration, which differs" if key in state.declared.desired.resources else "is left out"
    return Finding("left-out", f"{label(key)} {what}: {reason}", severity=Severity.WARNING)


def _skipped(state: ClientState, options: SyncOptions) -> frozenset[ResourceKey]:
    """Return the external objects, and vendor objects that are neither requested nor declared."""
    vendors = (key for key in state.live.objects if state.is_vendors(key) and not options.include_vendor)
    declared = state.declared.desired.resources.keys() | state.declarations.plain.keys()
    return frozenset(state.live.objects.keys() & state.client.external) | (frozenset(vendors) - declared)


def _edits(state: ClientState, plan: EditPlan, planned: Sequence[DocumentEdit]) -> list[FileEdit]:
    """Return the edit of each file that may be changed."""
    contents = dict(state.folder.files)
    edits: list[FileEdit] = []
    for file in sorted({edit.file for edit in planned} - plan.in_the_way.keys()):
        if file in state.folder.read_only:
            plan.block(file, _READ_ONLY)
            continue
        mine = [edit for edit in planned if edit.file == file]
        changes = {edit.index: edit.value for edit in mine if edit.index is not None}
        added = [edit.value for edit in mine if edit.index is None and edit.value is not None]
        before = contents.get(file)
        try:
            after = edited(before or b"", changes, added)
        except CannotEditError as error:
            plan.block(file, str(error))
        else:
            edits.append(FileEdit(file, before, None if says_nothing(after) else after))
    return edits


def _nothing_edit(state: ClientState, plan: EditPlan, edits: Sequence[FileEdit]) -> FileEdit | None:
    """Return the edit of the file that says that nothing is declared, if it changes."""
    if plan.in_the_way:
        return None
    edit = nothing_edit(state, edits, is_empty=not plan.wanted)
    if edit is None or edit.name not in state.folder.read_only:
        return edit
    plan.block(edit.name, _READ_ONLY)
    return None


def _read_back(state: ClientState, plan: EditPlan, edits: Sequence[FileEdit], done: Sequence[DocumentEdit]) -> None:
    """Check the edits: block files that came out wrong, and hold back objects that refer to objects not written."""
    contents: dict[str, bytes | None] = {**dict(state.folder.files), **{edit.name: edit.after for edit in edits}}
    after = state.composed_of((name, content) for name, content in sorted(contents.items()) if content is not None)
    for edit in done:
        spec = plan.wanted.get(edit.key)
        if after.desired.resources.keys() & {edit.key} if spec is None else not state.says(after, edit.key, spec):
            plan.block(edit.file, f"{label(edit.key)} could not be written to match what is live")
    written = {edit.key: plan.wanted[edit.key] for edit in done if edit.key in plan.wanted}
    _, unresolved = without_unresolved(state.registry, written, state.knows)
    plan.held_back |= unresolved


def _left_alone(in_the_way: Mapping[str, Finding], planned: Sequence[DocumentEdit]) -> list[Finding]:
    """Return the finding of each unchanged file, with the objects that it should have got."""
    return [
        _with_names(finding, [label(edit.key) for edit in planned if edit.file == file])
        for file, finding in in_the_way.items()
    ]


def _with_names(finding: Finding, names: Sequence[str]) -> Finding:
    if not names:
        return finding
    return replace(finding, message=f"{finding.message}; not updated: {listed(names, _MOST_NAMES_SHOWN)}")


def _exit_code(declarations: Declarations, in_the_way: Mapping[str, Finding]) -> ExitCode:
    """Return 3 for files with errors, and 1 for other files that could not be updated."""
    if declarations.in_the_way:
        return ExitCode.INVALID
    return ExitCode.NOT_DONE if in_the_way else ExitCode.OK
