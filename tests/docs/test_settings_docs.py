"""The settings and commands in the documentation are those of the code: none is missing, none has been left behind."""

from __future__ import annotations

import argparse
import re
from dataclasses import fields
from pathlib import Path

import pytest

from hotline.app.commands import _parser
from hotline.app.settings import Settings

ROOT = Path(__file__).parents[2]
SETTINGS_PAGE = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
READMES = ("README.md", "README.zh-TW.md")
PAGES = [*(ROOT / name for name in (*READMES, "CONTRIBUTING.md")), *sorted((ROOT / "docs").rglob("*.md"))]

ROW = re.compile(r"^\| `HOTLINE_(?P<name>[A-Z_]+)` \| (?P<default>[^|]+) \| (?P<meaning>[^|]+) \|$", re.MULTILINE)
NAMES_BESIDE_SETTINGS = {"HOTLINE_"}


def as_written(value: object) -> str:
    """A default as the page writes it."""
    match value:
        case "":
            return "empty"
        case Path():
            return f"`{value.relative_to(ROOT)}`"
        case bool():
            return f"`{int(value)}`"
        case _:
            return f"`{value}`"


def commands() -> set[str]:
    """The subcommands of `hotline`."""
    found = next(action for action in _parser()._actions if isinstance(action, argparse._SubParsersAction))
    return set(found.choices)


def test_every_setting_has_a_row_and_every_row_a_setting() -> None:
    expected = [field.name.upper() for field in fields(Settings)]

    actual = [row["name"] for row in ROW.finditer(SETTINGS_PAGE)]

    assert expected == actual


@pytest.mark.parametrize("name", [field.name for field in fields(Settings)])
def test_a_default_is_the_one_of_the_code(name: str) -> None:
    row = next(row for row in ROW.finditer(SETTINGS_PAGE) if row["name"] == name.upper())

    assert as_written(getattr(Settings(), name)) == row["default"].strip()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_page_names_a_setting_that_does_not_exist(page: Path) -> None:
    known = {f"HOTLINE_{field.name.upper()}" for field in fields(Settings)} | NAMES_BESIDE_SETTINGS

    named = set(re.findall(r"HOTLINE_[A-Z_]*", page.read_text(encoding="utf-8")))

    assert set() == named - known


def test_every_command_is_explained() -> None:
    explained = set(re.findall(r"^\| `hotline (\w+)", SETTINGS_PAGE, re.MULTILINE))

    assert commands() == explained


@pytest.mark.parametrize("readme", READMES)
def test_a_readme_names_every_command(readme: str) -> None:
    text = (ROOT / readme).read_text(encoding="utf-8")
    named = set(re.findall(r"`(?:bin/hotline )?(\w+)`", text)) | set(re.findall(r"bin/hotline (\w+)", text))

    assert set() == commands() - named


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_page_names_a_command_that_does_not_exist(page: Path) -> None:
    named = set(re.findall(r"(?:bin/|`)hotline ([a-z]+)", page.read_text(encoding="utf-8")))

    assert set() == named - commands()


def test_every_target_that_a_page_calls_is_in_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))

    called = {
        target
        for page in PAGES
        for target in re.findall(r"(?:`|^|=\S+ )make ([a-z-]+)", page.read_text(encoding="utf-8"), re.MULTILINE)
    }

    assert set() == called - targets
