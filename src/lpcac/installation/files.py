"""Every file that `lpcac init` writes, as text."""

from __future__ import annotations

import json
from typing import Final

from lpcac.directory_map.directory_map import MAP_NAME
from lpcac.installation.answers import Answers
from lpcac.installation.workflows import workflow_files

SCHEMA_FOLDER: Final = ".lpcac/schemas"
"""Where the JSON Schemas are in a user's repository, below the map's folder."""
PRE_COMMIT: Final = ".pre-commit-config.yaml"
SETTINGS: Final = ".vscode/settings.json"
DEPENDABOT: Final = ".github/dependabot.yml"

_FOLDERS: Final = ("clients", "bases", "rules")


def installation_files(answers: Answers) -> dict[str, str]:
    """Return the content of each file but the schemas, by path relative to the repository."""
    return {
        MAP_NAME: _directory_map(answers),
        **workflow_files(answers),
        DEPENDABOT: _DEPENDABOT,
        PRE_COMMIT: _pre_commit(answers),
        SETTINGS: _settings(),
    }


def _directory_map(answers: Answers) -> str:
    bundle = f"    ca_bundle: {answers.ca_bundle}\n" if answers.ca_bundle else ""
    approval = "require_approval: true\n" if answers.require_approval else ""
    return (
        "apiVersion: logpoint-cac/v1\n"
        "kind: DirectoryMap\n"
        "directors:\n"
        "  main:\n"
        f"    url: {answers.director}\n"
        "    token_env: DIRECTOR_TOKEN\n"
        f"{bundle}{approval}"
        "clients: []\n"
    )


def _pre_commit(answers: Answers) -> str:
    action = answers.action
    return (
        '# Checks a commit before it is made. Install https://pre-commit.com, then run "pre-commit install".\n'
        "repos:\n"
        f"  - repo: {action.server}/{action.repository}\n"
        f"    rev: {action.commit}  # frozen: {action.version}\n"
        "    hooks:\n"
        "      - id: lpcac-validate\n"
        "      - id: lpcac-test\n"
    )


def _settings() -> str:
    # A modeline binds one document of a file only; this binds all of them.
    patterns = [MAP_NAME, *(f"{folder}/**/*.{ending}" for folder in _FOLDERS for ending in ("yaml", "yml"))]
    return json.dumps({"yaml.schemas": {f"./{SCHEMA_FOLDER}/document.schema.json": patterns}}, indent=2) + "\n"


_DEPENDABOT: Final = """\
# Proposes new versions of the actions that the workflows use, lpcac among them.
version: 2
updates:
  - package-ecosystem: github-actions
    directory: /
    schedule: {interval: weekly}
    cooldown: {default-days: 7}
    groups:
      actions: {patterns: ["*"]}
"""
