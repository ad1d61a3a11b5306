"""A numbered case in docs/subsystems and an attack in docs/threats.md name the test that proves them, and that test exists."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SUBSYSTEMS = sorted((ROOT / "docs" / "subsystems").glob("*.md"))
THREATS = ROOT / "docs" / "threats.md"

NAMED = re.compile(r"`(?P<file>tests/[\w/]+\.py)::(?P<test>\w+)`")
CASE = re.compile(r"^\d+\. .*(?:\n {3,}.*)*", re.MULTILINE)


@cache
def names_in(file: str) -> frozenset[str]:
    """The names of a file's tests, those in classes included; none when there is no such file."""
    path = ROOT / file
    tree = ast.parse(path.read_text(encoding="utf-8")) if path.is_file() else ast.Module([], [])
    functions = (node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)))
    return frozenset(node.name for node in functions if node.name.startswith("test_"))


def cases_of(page: Path) -> list[str]:
    """The numbered cases of a subsystem's page."""
    _, _, cases = page.read_text(encoding="utf-8").partition("\n## Cases\n")
    return CASE.findall(cases)


def attacks() -> list[str]:
    """The rows of the table of attacks."""
    table = THREATS.read_text(encoding="utf-8").partition("| --- |")[2].partition("\n\n")[0]
    return table.splitlines()[1:]


@pytest.mark.parametrize("page", [*SUBSYSTEMS, THREATS], ids=lambda page: page.stem)
def test_every_named_test_exists(page: Path) -> None:
    named = list(NAMED.finditer(page.read_text(encoding="utf-8")))

    missing = [match[0] for match in named if match["test"] not in names_in(match["file"])]

    assert not missing


@pytest.mark.parametrize("page", SUBSYSTEMS, ids=lambda page: page.stem)
def test_every_subsystem_has_cases_numbered_in_order(page: Path) -> None:
    numbers = [int(case.partition(".")[0]) for case in cases_of(page)]

    assert numbers == list(range(1, len(numbers) + 1))
    assert numbers


@pytest.mark.parametrize("page", SUBSYSTEMS, ids=lambda page: page.stem)
def test_every_case_names_its_test(page: Path) -> None:
    unproven = [case for case in cases_of(page) if not NAMED.search(case)]

    assert not unproven


def test_every_attack_names_its_test() -> None:
    unproven = [row for row in attacks() if not NAMED.search(row)]

    assert attacks()
    assert not unproven
