"""Labels of a repository, and the labels on an issue."""

import re
from typing import Any

from tests.fakes.github.documents.issues import label_document
from tests.fakes.github.domain.issues import Issue, Label
from tests.fakes.github.domain.repository import COLOR_OF_AN_UNKNOWN_LABEL
from tests.fakes.github.endpoints.limits import LONGEST_LABEL_DESCRIPTION, LONGEST_LABEL_NAME
from tests.fakes.github.http.messages import NOTHING, Answer, Call, Refusal, invalid, not_found
from tests.fakes.github.http.paging import page_of
from tests.fakes.github.http.routing import Routes

routes = Routes()

ON_AN_ISSUE = "/repos/{owner}/{repo}/issues/{issue_number}/labels"
ONE_ON_AN_ISSUE = f"{ON_AN_ISSUE}/{{name}}"
OF_THE_REPOSITORY = "/repos/{owner}/{repo}/labels"
ONE = f"{OF_THE_REPOSITORY}/{{name}}"
RIGHTS = ("issues", "pull_requests")


@routes.serves("GET", ON_AN_ISSUE, *RIGHTS)
def list_labels_on_issue(call: Call) -> Answer:
    return page_of(call, _issue(call).labels, lambda label: _document(call, label))


@routes.serves("POST", ON_AN_ISSUE, *RIGHTS)
def add_labels(call: Call) -> Answer:
    issue = _issue(call)
    issue.label(*_names(call))
    return Answer(200, [_document(call, label) for label in issue.labels])


@routes.serves("PUT", ON_AN_ISSUE, *RIGHTS)
def set_labels(call: Call) -> Answer:
    issue = _issue(call)
    issue.set_labels(_names(call))
    return Answer(200, [_document(call, label) for label in issue.labels])


@routes.serves("DELETE", ONE_ON_AN_ISSUE, *RIGHTS)
def remove_label(call: Call) -> Answer:
    issue = _issue(call)
    if not issue.has_label(call.parameters["name"]):
        raise Refusal(404, "Label does not exist")
    issue.unlabel(call.parameters["name"])
    return Answer(200, [_document(call, label) for label in issue.labels])


@routes.serves("GET", OF_THE_REPOSITORY, *RIGHTS)
def list_labels(call: Call) -> Answer:
    return page_of(call, call.repository.labels, lambda label: _document(call, label))


@routes.serves("POST", OF_THE_REPOSITORY, *RIGHTS)
def create_label(call: Call) -> Answer:
    name = _checked_name(call.body.get("name"))
    if call.repository.has_label(name):
        raise invalid("Label", "name", "already_exists")
    color, description = _checked_looks(call.body)
    label = call.repository.create_label(name, color or COLOR_OF_AN_UNKNOWN_LABEL, description)
    document = _document(call, label)
    return Answer(201, document, {"Location": document["url"]})


@routes.serves("GET", ONE, *RIGHTS)
def get_label(call: Call) -> Answer:
    return Answer(200, _document(call, _label(call)))


@routes.serves("PATCH", ONE, *RIGHTS)
def update_label(call: Call) -> Answer:
    label = _label(call)
    color, description = _checked_looks(call.body)
    if "new_name" in call.body:
        call.repository.rename_label(label.name, _checked_name(call.body["new_name"]))
    label.color = color or label.color
    label.description = description if "description" in call.body else label.description
    return Answer(200, _document(call, label))


@routes.serves("DELETE", ONE, *RIGHTS)
def delete_label(call: Call) -> Answer:
    call.repository.delete_label(_label(call).name)
    return Answer(204)


def names_of(listed: list[Any]) -> list[str]:
    """Return the names of labels that are given by name or as objects with a name."""
    return [_checked_name(entry.get("name") if isinstance(entry, dict) else entry) for entry in listed]


def _names(call: Call) -> list[str]:
    """Return the labels of a request; GitHub takes a bare list as well as one under `labels`."""
    body = call.request.json()
    if isinstance(body, dict):
        body = body.get("labels", NOTHING)
    if not isinstance(body, list):
        raise Refusal(422, "Invalid request.\n\nNo labels were supplied.")
    return names_of(body)


def _checked_name(name: object) -> str:
    if not isinstance(name, str) or not name.strip():
        raise invalid("Label", "name", "missing_field")
    if len(name) > LONGEST_LABEL_NAME or "," in name:
        raise invalid("Label", "name", "invalid", value=name)
    return name


def _checked_looks(body: dict[str, Any]) -> tuple[str | None, str | None]:
    color, description = body.get("color"), body.get("description")
    if color is not None and not re.fullmatch(r"[0-9a-fA-F]{6}", color):
        raise invalid("Label", "color", "invalid")
    if description is not None and len(description) > LONGEST_LABEL_DESCRIPTION:
        told = f"description is too long (maximum is {LONGEST_LABEL_DESCRIPTION} characters)"
        raise invalid("Label", "description", "custom", told)
    return color, description


def _issue(call: Call) -> Issue:
    issue = call.repository.find_issue(call.number("issue_number"))
    if issue is None:
        raise not_found()
    return issue


def _label(call: Call) -> Label:
    if not call.repository.has_label(call.parameters["name"]):
        raise not_found()
    return call.repository.label(call.parameters["name"])


def _document(call: Call, label: Label) -> dict[str, Any]:
    return label_document(call.addresses, call.repository, label)
