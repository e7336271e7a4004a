"""Examples and environment variables that the help of each command shows, each in less than 80 columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

VARIABLES: Final[Mapping[str, str]] = {
    "DIRECTOR_URL": "address of the Director, without a map: https://HOST",
    "DIRECTOR_TOKEN": "its token; a map may name another variable",
    "DIRECTOR_SECRET_KEY": "key that renews an expired token, once",
    "HTTPS_PROXY": "proxy to the Director; NO_PROXY names exceptions",
    "SSL_CERT_FILE": "certificates to trust, where --ca-bundle says none",
    "XDG_STATE_HOME": "where an interrupted apply is remembered",
    "XDG_CONFIG_HOME": "where trusted Directors are remembered",
    "PAGER": "shows what is longer than the terminal; cat for none",
    "GITHUB_TOKEN": "token to read GitHub with; also GH_TOKEN",
    "GITHUB_REPOSITORY": "the repository on GitHub: OWNER/NAME",
    "GITHUB_API_URL": "address of the API of an Enterprise Server",
    "GITHUB_SERVER_URL": "address of the GitHub that has the action",
    "NO_COLOR": "no colours, if it is set",
    "FORCE_COLOR": "colours without a terminal, if it is set",
}

_DIRECTOR: Final = (
    "DIRECTOR_URL",
    "DIRECTOR_TOKEN",
    "DIRECTOR_SECRET_KEY",
    "HTTPS_PROXY",
    "SSL_CERT_FILE",
    "XDG_CONFIG_HOME",
)

VARIABLES_OF: Final[Mapping[str, tuple[str, ...]]] = {
    "plan": (*_DIRECTOR, "PAGER", "NO_COLOR", "FORCE_COLOR"),
    "apply": (*_DIRECTOR, "XDG_STATE_HOME", "NO_COLOR", "FORCE_COLOR"),
    "drift": (*_DIRECTOR, "NO_COLOR", "FORCE_COLOR"),
    "sync": (*_DIRECTOR, "NO_COLOR", "FORCE_COLOR"),
    "inventory": _DIRECTOR,
    "doctor": (*_DIRECTOR, "GITHUB_TOKEN", "GITHUB_REPOSITORY", "GITHUB_API_URL"),
    "init": ("DIRECTOR_TOKEN", "HTTPS_PROXY", "GITHUB_SERVER_URL"),
    "history": ("GITHUB_TOKEN", "GITHUB_REPOSITORY", "GITHUB_API_URL"),
    "trust": ("XDG_CONFIG_HOME",),
}

EXAMPLES: Final[Mapping[str, tuple[str, ...]]] = {
    "init": (
        "lpcac init --director https://director.example.com",
        "lpcac init --runs-on self-hosted --client acme --pool pool-acme",
        "lpcac init --check",
    ),
    "inventory": ("lpcac inventory", "lpcac inventory --pool pool-acme --logpoint lp-01"),
    "doctor": ("lpcac doctor", "lpcac doctor --map lpcac.yaml --format json"),
    "validate": ("lpcac validate", "lpcac validate clients/acme", "lpcac validate --format sarif > lpcac.sarif"),
    "lint": ("lpcac lint", "lpcac lint clients/acme"),
    "test": ("lpcac test", "lpcac test --client acme --coverage", "lpcac test --format junit > tests.xml"),
    "plan": (
        "lpcac plan --map lpcac.yaml --client acme",
        "lpcac plan clients/acme --pool pool-acme --logpoint lp-01",
        "lpcac plan --map lpcac.yaml --owned-by origin/main --out plan.json",
    ),
    "apply": (
        "lpcac apply --map lpcac.yaml --client acme",
        "lpcac apply --map lpcac.yaml --owned-by HEAD~1 --plan plan.json",
    ),
    "drift": ("lpcac drift --map lpcac.yaml", "lpcac drift --map lpcac.yaml --format json"),
    "sync": (
        "lpcac sync --map lpcac.yaml --client acme",
        "lpcac sync --map lpcac.yaml --client new --pool pool-new",
        "lpcac sync clients/acme --pool pool-acme --logpoint lp-01 --check",
    ),
    "trust": ("lpcac trust", "lpcac trust --map lpcac.yaml --client acme"),
    "targets": ("lpcac targets", "lpcac targets --changed --compare-with origin/main"),
    "render": ("lpcac render acme", "lpcac render acme --logpoint lp-01 --format json"),
    "schema": ("lpcac schema", "lpcac schema RoutingPolicy", "lpcac schema --write .lpcac/schemas"),
    "history": ("lpcac history acme --repository example/configuration",),
    "simulator": ("lpcac simulator", "lpcac simulator --port 0 --order-delay 0.1"),
    "demo": ("lpcac demo",),
}
