"""What the environment says of how a command reaches GitHub."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import SecretStr

from lpcac.action.inputs import GITHUB_API

_TOKENS = ("GITHUB_TOKEN", "GH_TOKEN")


def github_token(environ: Mapping[str, str]) -> SecretStr | None:
    """Return the token to ask GitHub with, if there is one."""
    found = next((value for name in _TOKENS if (value := environ.get(name, "").strip())), None)
    return SecretStr(found) if found else None


def github_api_url(environ: Mapping[str, str]) -> str:
    """Return the address of GitHub's API: an Enterprise Server's if the environment names one."""
    return environ.get("GITHUB_API_URL", "").strip().rstrip("/") or GITHUB_API
