"""What is left to do after `lpcac init`: two secrets and a pull request."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto

from lpcac.cli.init_answers import FirstClient
from lpcac.installation.answers import Answers
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


def steps(answers: Answers, key: Key, signing_key: str, client: FirstClient | None, *, is_changed: bool) -> str:
    """Return the steps as text.

    Arguments:
        signing_key: what `Key.SHOWN` shows.
    """
    if key is Key.MADE_BEFORE and not is_changed and client is None:
        return "Nothing to write."
    numbered = [
        _token_step(),
        _key_step(key, signing_key),
        _commit_step(answers, client),
        _pull_request_step(answers, client),
    ]
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
            "  It is shown this once and stands in no file. A new one makes reviews of open pull requests invalid.",
        ]
    if key is Key.NOT_HERE:
        return [title, f"{command}    and paste what this prints: openssl rand -base64 32"]
    return [f"Keep the secret {SIGNING_KEY_SECRET} as it is (a new key: lpcac init --new-signing-key)."]


def _commit_step(answers: Answers, client: FirstClient | None) -> list[str]:
    commit = 'git commit --message "Set up lpcac"'
    # With a client, what init wrote is staged already, and the client is not.
    return [
        f"Commit what init wrote, without a client, and push it to {answers.branch}:",
        f"  {commit}    (it is staged, without the client)" if client else f"  git add --all && {commit}",
        f"  git push origin HEAD:{answers.branch}",
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
