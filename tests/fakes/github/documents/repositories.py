"""Accounts and repositories as GitHub shows them."""

from typing import Any

from tests.fakes.github.documents.addresses import Addresses, moment, node_id
from tests.fakes.github.domain.accounts import Account, Token
from tests.fakes.github.domain.repository import Repository

PARTS_OF_AN_ACCOUNT = {
    "followers_url": "/followers",
    "following_url": "/following{/other_user}",
    "gists_url": "/gists{/gist_id}",
    "starred_url": "/starred{/owner}{/repo}",
    "subscriptions_url": "/subscriptions",
    "organizations_url": "/orgs",
    "repos_url": "/repos",
    "events_url": "/events{/privacy}",
    "received_events_url": "/received_events",
}

PARTS_OF_A_REPOSITORY = {
    "archive_url": "/{archive_format}{/ref}",
    "assignees_url": "/assignees{/user}",
    "blobs_url": "/git/blobs{/sha}",
    "branches_url": "/branches{/branch}",
    "collaborators_url": "/collaborators{/collaborator}",
    "comments_url": "/comments{/number}",
    "commits_url": "/commits{/sha}",
    "compare_url": "/compare/{base}...{head}",
    "contents_url": "/contents/{+path}",
    "contributors_url": "/contributors",
    "deployments_url": "/deployments",
    "downloads_url": "/downloads",
    "events_url": "/events",
    "forks_url": "/forks",
    "git_commits_url": "/git/commits{/sha}",
    "git_refs_url": "/git/refs{/sha}",
    "git_tags_url": "/git/tags{/sha}",
    "hooks_url": "/hooks",
    "issue_comment_url": "/issues/comments{/number}",
    "issue_events_url": "/issues/events{/number}",
    "issues_url": "/issues{/number}",
    "keys_url": "/keys{/key_id}",
    "labels_url": "/labels{/name}",
    "languages_url": "/languages",
    "merges_url": "/merges",
    "milestones_url": "/milestones{/number}",
    "notifications_url": "/notifications{?since,all,participating}",
    "pulls_url": "/pulls{/number}",
    "releases_url": "/releases{/id}",
    "stargazers_url": "/stargazers",
    "statuses_url": "/statuses/{sha}",
    "subscribers_url": "/subscribers",
    "subscription_url": "/subscription",
    "tags_url": "/tags",
    "teams_url": "/teams",
    "trees_url": "/git/trees{/sha}",
}


def account_document(addresses: Addresses, account: Account) -> dict[str, Any]:
    """Return the schema `simple-user`."""
    own = f"{addresses.api}/users/{account.login}"
    return {
        "login": account.login,
        "id": account.id,
        "node_id": node_id("User", account.id),
        "avatar_url": f"{addresses.web}/avatars/{account.id}",
        "gravatar_id": "",
        "url": own,
        "html_url": f"{addresses.web}/{account.login.removesuffix('[bot]')}",
        **{name: own + part for name, part in PARTS_OF_AN_ACCOUNT.items()},
        "type": account.type,
        "site_admin": False,
    }


def person_document(addresses: Addresses, account: Account, since: str) -> dict[str, Any]:
    """Return the schema `public-user`, which a person gets on asking who they are."""
    unknown = dict.fromkeys(("name", "company", "blog", "location", "email", "hireable", "bio"))
    counts = dict.fromkeys(("public_repos", "public_gists", "followers", "following"), 0)
    return {
        **account_document(addresses, account),
        **unknown,
        **counts,
        "user_view_type": "public",
        "created_at": since,
        "updated_at": since,
    }


def repository_document(addresses: Addresses, repository: Repository) -> dict[str, Any]:
    """Return the schema `repository`, as it stands inside of a pull request."""
    own, page = addresses.repository(repository), addresses.page(repository)
    open_issues = sum(issue.state == "open" for issue in repository.issues_and_pull_requests())
    counts = dict.fromkeys(("forks", "forks_count", "stargazers_count", "watchers", "watchers_count", "size"), 0)
    since = moment(repository.created_at)
    return {
        "id": repository.id,
        "node_id": node_id("Repository", repository.id),
        "name": repository.name,
        "full_name": repository.full_name,
        "private": repository.private,
        "owner": account_document(addresses, repository.owner),
        "html_url": page,
        "description": None,
        "fork": repository.parent is not None,
        "url": own,
        **{name: own + part for name, part in PARTS_OF_A_REPOSITORY.items()},
        "clone_url": f"{page}.git",
        "git_url": f"{page}.git",
        "ssh_url": f"{page}.git",
        "svn_url": page,
        "mirror_url": None,
        "homepage": None,
        "language": None,
        "license": None,
        **counts,
        "open_issues": open_issues,
        "open_issues_count": open_issues,
        "default_branch": repository.default_branch,
        "has_issues": repository.has_issues,
        "has_projects": False,
        "has_wiki": False,
        "has_pages": False,
        "has_downloads": False,
        "has_discussions": False,
        "archived": repository.archived,
        "disabled": False,
        "visibility": "private" if repository.private else "public",
        "allow_forking": True,
        "is_template": False,
        "topics": [],
        "web_commit_signoff_required": False,
        "pushed_at": since,
        "created_at": since,
        "updated_at": since,
    }


def full_repository_document(addresses: Addresses, repository: Repository, token: Token) -> dict[str, Any]:
    """Return the schema `full-repository`."""
    may_push = token.allows("contents", "write")
    document = {
        **repository_document(addresses, repository),
        "network_count": 0,
        "subscribers_count": 0,
        "permissions": {"admin": False, "maintain": False, "push": may_push, "triage": may_push, "pull": True},
    }
    if repository.parent is not None:
        document["parent"] = document["source"] = repository_document(addresses, repository.parent)
    if repository.owner.type == "Organization":
        document["organization"] = account_document(addresses, repository.owner)
    return document


PERMISSION_OF_A_ROLE = {"maintain": "write", "triage": "read"}
"""GitHub folds the newer roles into the older words."""


def permission_document(addresses: Addresses, account: Account, role: str) -> dict[str, Any]:
    """Return the schema `repository-collaborator-permission`."""
    return {
        "permission": PERMISSION_OF_A_ROLE.get(role, role),
        "role_name": role,
        "user": {**account_document(addresses, account), "role_name": role},
    }
