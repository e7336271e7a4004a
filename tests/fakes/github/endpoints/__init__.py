"""The operations that are served, a module for each part of the API."""

from tests.fakes.github.endpoints import (
    checks,
    comments,
    deployments,
    issues,
    labels,
    pull_requests,
    references,
    repositories,
)
from tests.fakes.github.http.routing import Routes

__all__ = ["served_operations"]


def served_operations() -> Routes:
    """Return all of them, those first whose paths other paths would swallow."""
    routes = Routes()
    for module in (checks, comments, labels, issues, pull_requests, deployments, references, repositories):
        routes.extend(module.routes)
    return routes
