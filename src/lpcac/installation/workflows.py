"""The workflows of a repository: those that the package carries, filled in with the answers.

The templates are the files of `action/workflows`, which show what a workflow looks like; a test keeps them equal.
"""

from __future__ import annotations

import re
from importlib.resources import files
from typing import Final

from lpcac.installation.answers import HOSTED, Answers

FOLDER: Final = ".github/workflows"
SIGNING_KEY_SECRET: Final = "LPCAC_SIGNING_KEY"  # noqa: S105 - the name of a secret, not a secret

_NEEDED: Final = ("pull-request", "merge", "nightly")
_SPLIT: Final = "sharded-"
_TO_REPLACE: Final = "OWNER/lpcac"
_NO_COMMIT: Final = "0" * 40
_VERSION: Final = re.compile(rf"({_NO_COMMIT}\"?) # v\S+")
_HOW_TO_COPY: Final = re.compile(r"^#\n# To use it:.*\n(?:# .*\n)*", re.MULTILINE)
_TOKEN: Final = re.compile(r"^( *)director-token: .*$", re.MULTILINE)
# It only reads the Director and pushes a branch: what signs reviews is not its business.
_UNSIGNED: Final = frozenset({"adopt"})


def workflow_files(answers: Answers) -> dict[str, str]:
    """Return the content of each workflow, by path; a sharded one takes the place of the other."""
    found = {}
    for name in (*_NEEDED, *sorted(answers.workflows)):
        is_split = answers.sharded and name in _NEEDED
        found[f"{FOLDER}/{name}.yml"] = _filled(name, template(_SPLIT + name if is_split else name), answers)
    return found


def template(name: str) -> str:
    """Return a workflow as it is shown in the repository of lpcac."""
    return (files("lpcac.installation") / "templates" / f"{name}.yml").read_text(encoding="utf-8")


def _filled(name: str, text: str, answers: Answers) -> str:
    action = answers.action
    text = _HOW_TO_COPY.sub("#\n# Written by lpcac init. A file that you change is yours: init keeps it.\n", text)
    text = _VERSION.sub(rf"\1 # {action.version}", text)
    text = text.replace(_TO_REPLACE, action.repository).replace(_NO_COMMIT, action.commit)
    text = text.replace("branches: [main]\n", f"branches: [{answers.branch}]\n")
    if answers.runs_on != HOSTED:
        labels = ", ".join(answers.runs_on)
        text = text.replace("runs-on: ubuntu-latest\n", f"runs-on: [{labels}]\n")
    if name not in _UNSIGNED:
        text = _TOKEN.sub(rf"\g<0>\n\1signing-key: ${{{{ secrets.{SIGNING_KEY_SECRET} }}}}", text)
    return text
