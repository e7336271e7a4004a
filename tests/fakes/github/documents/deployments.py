"""Deployments, their statuses and check runs as GitHub shows them."""

from typing import Any

from tests.fakes.github.documents.addresses import Addresses, moment, node_id
from tests.fakes.github.documents.repositories import account_document
from tests.fakes.github.domain.checks import CheckRun
from tests.fakes.github.domain.deployments import Deployment, DeploymentStatus
from tests.fakes.github.domain.repository import Repository


def deployment_document(addresses: Addresses, deployment: Deployment) -> dict[str, Any]:
    """Return the schema `deployment`."""
    own = f"{addresses.repository(deployment.repository)}/deployments/{deployment.id}"
    return {
        "url": own,
        "id": deployment.id,
        "node_id": node_id("Deployment", deployment.id),
        "sha": deployment.sha,
        "ref": deployment.ref,
        "task": deployment.task,
        "payload": deployment.payload,
        "original_environment": deployment.original_environment,
        "environment": deployment.environment,
        "description": deployment.description,
        "creator": account_document(addresses, deployment.creator),
        "created_at": moment(deployment.created_at),
        "updated_at": moment(deployment.updated_at),
        "statuses_url": f"{own}/statuses",
        "repository_url": addresses.repository(deployment.repository),
        "transient_environment": deployment.transient,
        "production_environment": deployment.production,
        "performed_via_github_app": None,
    }


def deployment_status_document(
    addresses: Addresses, deployment: Deployment, status: DeploymentStatus
) -> dict[str, Any]:
    """Return the schema `deployment-status`."""
    owner = f"{addresses.repository(deployment.repository)}/deployments/{deployment.id}"
    return {
        "url": f"{owner}/statuses/{status.id}",
        "id": status.id,
        "node_id": node_id("DeploymentStatus", status.id),
        "state": status.state,
        "creator": account_document(addresses, status.creator),
        "description": status.description,
        "environment": status.environment,
        "target_url": status.log_url,
        "log_url": status.log_url,
        "environment_url": status.environment_url,
        "created_at": moment(status.created_at),
        "updated_at": moment(status.created_at),
        "deployment_url": owner,
        "repository_url": addresses.repository(deployment.repository),
        "performed_via_github_app": None,
    }


def check_run_document(addresses: Addresses, repository: Repository, run: CheckRun) -> dict[str, Any]:
    """Return the schema `check-run`."""
    own = f"{addresses.repository(repository)}/check-runs/{run.id}"
    page = f"{addresses.page(repository)}/runs/{run.id}"
    return {
        "id": run.id,
        "node_id": node_id("CheckRun", run.id),
        "head_sha": run.head_sha,
        "external_id": run.external_id,
        "url": own,
        "html_url": page,
        "details_url": run.details_url or page,
        "status": run.status,
        "conclusion": run.conclusion,
        "started_at": moment(run.started_at),
        "completed_at": moment(run.completed_at),
        "output": {
            "title": run.title,
            "summary": run.summary,
            "text": run.text,
            "annotations_count": len(run.annotations),
            "annotations_url": f"{own}/annotations",
        },
        "name": run.name,
        "check_suite": {"id": run.id},
        "app": None,
        "pull_requests": [],
    }
