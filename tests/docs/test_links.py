"""Links and paths in the documentation lead somewhere, and the two READMEs say the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]

LINK = re.compile(r"\]\((?!https?://)(?P<path>[^)#\s]*)(?:#(?P<heading>[^)\s]*))?\)")
CODE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
PATH = re.compile(r"`((?:hotline|bot|actions|channels|data|docs|tests|web|simulators)/[\w./-]+\.(?:py|yml|md|css))`")


def anchor(heading: str) -> str:
    """The anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def anchors(page: Path) -> set[str]:
    return {anchor(heading) for heading in re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    broken = []
    for link in LINK.finditer(CODE.sub("", page.read_text(encoding="utf-8"))):
        target = (page.parent / link["path"]).resolve() if link["path"] else page
        if not target.exists() or (link["heading"] and link["heading"] not in anchors(target)):
            broken.append(link[0])

    assert not broken


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_file_that_is_named_is_there(page: Path) -> None:
    named = set(PATH.findall(page.read_text(encoding="utf-8")))

    missing = sorted(name for name in named if not (ROOT / name).exists())

    assert not missing


def test_the_two_readmes_have_the_same_parts_links_and_commands() -> None:
    def outline(name: str) -> tuple[int, list[str], list[list[str]]]:
        text = (ROOT / name).read_text(encoding="utf-8")
        links = sorted(link for link in re.findall(r"\]\(([^)\s]+)\)", text) if not link.startswith("README"))
        shell = re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
        commands = [[line.partition("#")[0].strip() for line in block.splitlines()] for block in shell]
        return text.count("\n## "), links, commands

    assert outline("README.md") == outline("README.zh-TW.md")
