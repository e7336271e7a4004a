"""Commits, branches and refs as GitHub shows them."""

from base64 import encodebytes
from hashlib import sha1
from typing import Any

from tests.fakes.github.documents.addresses import Addresses, node_id
from tests.fakes.github.documents.repositories import account_document
from tests.fakes.github.domain.git_repository import Commit
from tests.fakes.github.domain.repository import Repository

_MOST_CONTENT = 1_000_000


def commit_document(addresses: Addresses, repository: Repository, sha: str) -> dict[str, Any]:
    """Return the schema `commit`, without its files."""
    commit = repository.git.read(sha)
    own, page = addresses.repository(repository), addresses.page(repository)
    return {
        "url": f"{own}/commits/{commit.sha}",
        "sha": commit.sha,
        "node_id": node_id("Commit", commit.sha),
        "html_url": f"{page}/commit/{commit.sha}",
        "comments_url": f"{own}/commits/{commit.sha}/comments",
        "commit": {
            "url": f"{own}/git/commits/{commit.sha}",
            "author": {"name": commit.author, "email": commit.author_email, "date": commit.authored_at},
            "committer": {"name": commit.committer, "email": commit.committer_email, "date": commit.committed_at},
            "message": commit.message,
            "comment_count": 0,
            "tree": {"sha": commit.tree, "url": f"{own}/git/trees/{commit.tree}"},
        },
        "author": _account(addresses, repository, commit.author),
        "committer": _account(addresses, repository, commit.committer),
        "parents": [_parent(own, page, parent) for parent in commit.parents],
    }


def pushed_commit_document(addresses: Addresses, repository: Repository, commit: Commit) -> dict[str, Any]:
    """Return a commit as the `push` event tells of it."""
    return {
        "id": commit.sha,
        "tree_id": commit.tree,
        "distinct": True,
        "message": commit.message,
        "timestamp": commit.committed_at,
        "url": f"{addresses.page(repository)}/commit/{commit.sha}",
        "author": {"name": commit.author, "email": commit.author_email, "username": commit.author},
        "committer": {"name": commit.committer, "email": commit.committer_email, "username": commit.committer},
        **repository.git.changes(commit.sha),
    }


def branch_document(addresses: Addresses, repository: Repository, name: str, sha: str) -> dict[str, Any]:
    """Return the schema `branch-with-protection`."""
    own = f"{addresses.repository(repository)}/branches/{name}"
    return {
        "name": name,
        "commit": commit_document(addresses, repository, sha),
        "_links": {"self": own, "html": f"{addresses.page(repository)}/tree/{name}"},
        "protected": False,
        "protection": {"enabled": False, "required_status_checks": {"contexts": [], "checks": []}},
        "protection_url": f"{own}/protection",
    }


def content_document(
    addresses: Addresses, repository: Repository, commit: str, path: str, content: bytes
) -> dict[str, Any]:
    """Return the schema `content-file`; of more than 1 MB, GitHub leaves the content out."""
    blob = sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
    own, page = addresses.repository(repository), f"{addresses.page(repository)}/blob/{commit}/{path}"
    here, git = f"{own}/contents/{path}?ref={commit}", f"{own}/git/blobs/{blob}"
    is_small = len(content) <= _MOST_CONTENT
    return {
        "type": "file",
        "size": len(content),
        "name": path.rpartition("/")[2],
        "path": path,
        "encoding": "base64" if is_small else "none",
        "content": encodebytes(content).decode() if is_small else "",
        "sha": blob,
        "url": here,
        "git_url": git,
        "html_url": page,
        "download_url": page.replace("/blob/", "/raw/"),
        "_links": {"self": here, "git": git, "html": page},
    }


def rule_documents(repository: Repository) -> list[dict[str, Any]]:
    """Return the rules of a branch, each of schema `repository-rule-detailed`."""
    source = {"ruleset_source_type": "Repository", "ruleset_source": repository.full_name, "ruleset_id": 1}
    found: list[dict[str, Any]] = []
    if repository.requires_pull_requests:
        parameters = {
            "dismiss_stale_reviews_on_push": True,
            "require_code_owner_review": False,
            "require_last_push_approval": False,
            "required_approving_review_count": 1,
            "required_review_thread_resolution": False,
        }
        found.append({"type": "pull_request", "parameters": parameters, **source})
    if checks := [{"context": name} for name in repository.required_checks]:
        required = {"required_status_checks": checks, "strict_required_status_checks_policy": False}
        found.append({"type": "required_status_checks", "parameters": required, **source})
    return found


def ref_document(addresses: Addresses, repository: Repository, ref: str, sha: str) -> dict[str, Any]:
    """Return the schema `git-ref`."""
    own = addresses.repository(repository)
    return {
        "ref": ref,
        "node_id": node_id("Ref", ref),
        "url": f"{own}/git/{ref}",
        "object": {"type": "commit", "sha": sha, "url": f"{own}/git/commits/{sha}"},
    }


def _account(addresses: Addresses, repository: Repository, name: str) -> dict[str, Any]:
    """Return the account behind a name in Git; what GitHub commits itself is its web-flow's."""
    return account_document(addresses, repository.world.account("web-flow" if name == "GitHub" else name))


def _parent(own: str, page: str, sha: str) -> dict[str, str]:
    return {"sha": sha, "url": f"{own}/commits/{sha}", "html_url": f"{page}/commit/{sha}"}
