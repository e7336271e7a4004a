"""What is left to do after `lpcac init`: two secrets and a pull request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum, auto

from lpcac.cli.commands.installation.init_answers import FirstClient
from lpcac.installation.answers import Answers
from lpcac.installation.files import SCHEMA_FOLDER
from lpcac.installation.workflows import SIGNING_KEY_SECRET


class Key(Enum):
    """What is said of the signing key, which no file ever holds."""

    SHOWN = auto()
    MADE_BEFORE = auto()
    NOT_HERE = auto()

    @classmethod
    def of(cls, environ: Mapping[str, str], *, is_first: bool, is_new: bool) -> Key:
        """Return it for this run; a job's log is no place to show a key."""
        if not is_first and not is_new:
            return cls.MADE_BEFORE
        return cls.NOT_HERE if environ.get("GITHUB_ACTIONS") == "true" or environ.get("CI") else cls.SHOWN


def steps(
    answers: Answers, key: Key, signing_key: str, client: FirstClient | None, written: Sequence[str], *, is_first: bool
) -> str:
    """Return the steps as text.

    Arguments:
        signing_key: what `Key.SHOWN` shows.
        written: paths of the files that this run wrote.
        is_first: whether no earlier run set the repository up.
    """
    if is_first:
        numbered = [
            _token_step(),
            _key_step(key, signing_key),
            _commit_step(answers, client),
            _pull_request_step(answers, client),
        ]
    else:
        # The repository is in use: its secrets and clients are there, and a change of its workflows is reviewed.
        numbered = [
            *([] if key is Key.MADE_BEFORE else [_key_step(key, signing_key)]),
            *([_update_step(answers, written)] if written else []),
            *([_pull_request_step(answers, client)] if client else []),
        ]
    if not numbered:
        return "Nothing to write."
    lines = ["", "Next steps:"]
    for number, (title, *details) in enumerate(numbered, start=1):
        lines += [f"{number}. {title}", *(f"   {line}" for line in details)]
    return "\n".join([*lines, "", "Then check the installation: lpcac doctor", ""])


def _token_step() -> list[str]:
    return [
        'Put an API token of the Director, generated as "always active", into the secret DIRECTOR_TOKEN:',
        "  gh secret set DIRECTOR_TOKEN",
    ]


def _key_step(key: Key, signing_key: str) -> list[str]:
    title = f"Put the key that signs reviewed plans into the secret {SIGNING_KEY_SECRET}:"
    command = f"  gh secret set {SIGNING_KEY_SECRET}"
    if key is Key.SHOWN:
        return [
            title,
            f"{command}    and paste: {signing_key}",
            "  It is shown only now, and no file holds it. A new one makes reviews of open pull requests invalid.",
        ]
    return [title, f"{command}    and paste what this prints: openssl rand -base64 32"]


def _commit_step(answers: Answers, client: FirstClient | None) -> list[str]:
    commit = 'git commit --message "Set up lpcac"'
    # With a client, what init wrote is staged already, and the client is not.
    return [
        f"Commit what init wrote, without a client, and push it to {answers.branch}:",
        f"  {commit}    (it is staged, without the client)" if client else f"  git add --all && {commit}",
        f"  git push origin HEAD:{answers.branch}",
    ]


def _update_step(answers: Answers, written: Sequence[str]) -> list[str]:
    schemas = f"{SCHEMA_FOLDER}/"
    paths = dict.fromkeys(SCHEMA_FOLDER if path.startswith(schemas) else path for path in written)
    return [
        "Open a pull request with what init wrote:",
        f"  git switch --create lpcac-init && git add {' '.join(paths)}",
        '  git commit --message "Update the files of lpcac init"',
        f"  git push --set-upstream origin lpcac-init && gh pr create --fill --base {answers.branch}",
    ]


def _pull_request_step(answers: Answers, client: FirstClient | None) -> list[str]:
    name = client.name if client else "CLIENT"
    before = (
        [] if client else [f"  lpcac sync --map lpcac.yaml --client {name} --pool POOL    for a client that is live"]
    )
    return [
        "Open a pull request with a client. Its comment shows what the merge will do:",
        *before,
        f'  git switch --create {name} && git add lpcac.yaml clients && git commit --message "Add {name}"',
        f"  git push --set-upstream origin {name} && gh pr create --fill --base {answers.branch}",
    ]
