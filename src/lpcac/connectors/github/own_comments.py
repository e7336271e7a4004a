"""Keeps one comment of a kind on a pull request, whatever others write there."""

from __future__ import annotations

from collections.abc import Callable

from lpcac.connectors.github.port import Comment, GitHubPort, Identity


def own_comments(github: GitHubPort, identity: Identity, number: int, is_ours: Callable[[str], bool]) -> list[Comment]:
    """Return the comments of one kind that this tool wrote, oldest first; someone who quotes one does not count."""
    return [each for each in github.comments(number) if identity.wrote(each.author) and is_ours(each.body)]


def put_comment(
    github: GitHubPort,
    identity: Identity,
    number: int,
    is_ours: Callable[[str], bool],
    body: str,
    *,
    create: bool = True,
) -> Comment | None:
    """Leave exactly one comment of a kind, with this text: edited where there is one, further copies deleted.

    Arguments:
        is_ours: recognises the kind by a text.
        create: whether to write one where there is none; else nothing is done and `None` returned.

    Raises:
        GitHubError: it could not be done.
    """
    found = own_comments(github, identity, number, is_ours)
    if not found:
        return github.add_comment(number, body) if create else None
    first, *copies = found
    kept = first if first.body.strip() == body.strip() else github.edit_comment(first, body)
    for copy in copies:
        github.delete_comment(copy)
    return kept
