"""Every code that the program can say is in the one list of codes, with what to do."""

from __future__ import annotations

import ast
import json
import re
from functools import cache
from itertools import chain, islice
from pathlib import Path

import pytest

from lpcac.core.codes import SECTIONS, Advice
from lpcac.core.findings import Finding
from lpcac.directory_map.schema import LINT_CODES
from lpcac.kinds.kind import Remark, Risk
from lpcac.models import registry
from lpcac.reports.findings import findings_sarif

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "src" / "lpcac"
LISTED = {code: advice for section in SECTIONS.values() for code, advice in section.items()}
CODES = {*LISTED, *LINT_CODES}
HAVE_A_CODE = {"Finding", "Risk", "Refusal", "Remark", "Problem", "AliasTroubleError", "about_name", "about_value"}
PASS_A_CODE = {"_complain", "_refuse", "_about", "_finding"}
# Words with hyphens in modules that make findings, and that name something else.
NO_CODES = {"acme-corp", "pool-acme", "rev-parse"}


@cache
def modules() -> tuple[tuple[ast.AST, ...], ...]:
    paths = (path for path in SOURCES.rglob("*.py") if "simulator" not in path.parts)
    wanted = (path for path in paths if path != SOURCES / "core" / "codes.py")
    return tuple(tuple(ast.walk(ast.parse(path.read_text(encoding="utf-8")))) for path in wanted)


def names_in(module: tuple[ast.AST, ...]) -> set[str]:
    return {node.id for node in module if isinstance(node, ast.Name)}


def texts(*, near_findings: bool = False) -> set[str]:
    """Every text in the program, or in the modules that make findings, risks or refusals."""
    chosen = [m for m in modules() if not near_findings or HAVE_A_CODE & names_in(m)]
    return {n.value for m in chosen for n in m if isinstance(n, ast.Constant) and isinstance(n.value, str)}


def words_like_codes() -> set[str]:
    return {text for text in texts(near_findings=True) if re.fullmatch(r"[a-z]+(-[a-z]+)+", text)}


def given_as_codes() -> set[str]:
    """The words that stand where a code has to be: the first plain word given to what makes a finding."""
    found = set()
    for node in chain.from_iterable(modules()):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if name in HAVE_A_CODE or (name in PASS_A_CODE and len(node.args) > 1):
                constants = [a.value for a in node.args[:3] if isinstance(a, ast.Constant) and isinstance(a.value, str)]
                found |= set(islice((text for text in constants if re.fullmatch(r"[a-z-]+", text)), 1))
    return found


def test_every_word_that_looks_like_a_code_is_a_listed_code_or_known_to_be_none() -> None:
    words = words_like_codes()
    assert len(words & CODES) > 100
    assert words - CODES - NO_CODES == set(), "list the code in lpcac.core.codes, with what to do"


def test_every_word_in_the_place_of_a_code_is_listed() -> None:
    found = given_as_codes()
    assert len(found) > 60
    assert found - CODES == set()


def test_no_code_is_listed_that_the_program_never_says() -> None:
    assert LISTED.keys() - texts() == set()


def test_a_code_is_listed_once() -> None:
    assert len(LISTED) == sum(len(section) for section in SECTIONS.values())
    assert LISTED.keys() & set(LINT_CODES) == set()


@pytest.mark.parametrize("code", LISTED)
def test_what_to_do_is_a_sentence(code: str) -> None:
    advice: Advice = LISTED[code]
    assert [text for text in advice if not re.fullmatch(r"[A-Z`].*\.", text)] == []


def test_the_risks_and_remarks_that_kinds_make_are_listed() -> None:
    for kind in registry().kinds.values():
        spec = kind.canonical(kind.example["spec"])
        said: list[Risk | Remark] = [*kind.risks(spec, None), *kind.risks(None, spec), *kind.remarks(spec)]
        assert {each.code for each in said} <= LISTED.keys()


def test_sarif_says_what_to_do() -> None:
    [rule] = json.loads(findings_sarif([Finding("file-size", "too large")]))["runs"][0]["tool"]["driver"]["rules"]
    assert rule["help"]["text"] == " ".join(LISTED["file-size"])
