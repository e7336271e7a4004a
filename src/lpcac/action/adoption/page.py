"""What a sync wrote, for the job summary."""

from __future__ import annotations

from collections.abc import Sequence

from lpcac.core.text.enumeration import with_rest
from lpcac.reports.markdown.blocks import bullets, code, page, prose, table
from lpcac.reports.markdown.changes import finding_line
from lpcac.reports.markdown.size_budget import as_many_as_fit
from lpcac.reports.wording import counted
from lpcac.sync.result import SyncResult


def adoption_page(results: Sequence[SyncResult], room: int) -> str:
    """Return a row for each client, and what could not be written, in at most `room` bytes."""
    edits = sum(len(result.edits) for result in results)
    verdict = f"### {counted(edits, 'file')} written for {counted(len(results), 'client')}"
    rows = [
        (code(each.client, in_table=True), str(len(each.edits)), str(len(each.objects)), str(each.unchanged))
        for each in results
    ]
    clients = table(("Client", "Files", "Objects", "As declared"), rows, numbers=(1, 2, 3)) if rows else ""
    lines = [f"{code(each.client)}: {prose(each.problem)}" for each in results if each.problem]
    lines += [finding_line(finding) for each in results for finding in each.findings]

    def render(shown: Sequence[str], cut: int) -> str:
        return page([verdict, clients, bullets(with_rest(shown, len(shown) + cut, ", see the log"))])

    return as_many_as_fit(room, lines, render) or page([verdict])
