"""The threat model claims nothing that no test holds."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")


def test_every_test_that_the_threat_model_names_exists() -> None:
    defined = {
        name
        for file in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)\(", file.read_text(encoding="utf-8"), re.MULTILINE)
    }
    named = set(re.findall(r"`(test_\w+)`", PAGE))
    assert len(named) > 20
    assert named - defined == set()


def test_every_claim_of_the_threat_model_names_a_test() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith(("| ---", "| tries"))]
    assert len(rows) > 15
    assert [row for row in rows if "`test_" not in row.rsplit(" | ", 1)[1]] == []


def test_the_security_policy_points_to_the_threat_model() -> None:
    assert "(docs/security.md)" in (ROOT / "SECURITY.md").read_text(encoding="utf-8")


def test_the_page_says_what_lpcac_cannot_stop_and_what_to_use_against_it() -> None:
    left = PAGE.partition("**What lpcac cannot stop.**")[2]
    for said in ("runs the workflow from the branch", "CODEOWNERS", "/.github/", "/lpcac.yaml", "Require workflows"):
        assert said in left
    for said in ("environment `lpcac-apply`", "a file on one machine", "Keep the `concurrency` group"):
        assert said in left
