"""The pages as their users know them: by names and roles, never by the structure behind them.

Every page is watched: whatever the browser complains about (errors, refused styles and scripts) fails the test in the end.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Playwright, expect

from tests.journeys.installation import PASSWORD, PROJECT

PATIENCE_MS = 60_000
DESKTOP = (1280, 800)
PHONE = (390, 844)
NARROWEST = (320, 640)
AXE = PROJECT / "web" / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUMS = ("/usr/bin/chromium", "/usr/bin/google-chrome")

expect.set_options(timeout=PATIENCE_MS)


@contextmanager
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """This machine's own Chromium."""
    found = next((path for path in CHROMIUMS if Path(path).exists()), None) or shutil.which("chromium")
    assert found, "Chromium is missing; on Debian: apt install chromium fonts-noto-cjk"
    browser = playwright.chromium.launch(
        executable_path=found, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    )
    yield browser
    browser.close()


@dataclass
class Visit:
    """Somebody's browser: pages that share one memory, and everything the browser complained about."""

    context: BrowserContext
    url: str
    complaints: list[str] = field(default_factory=list)
    allowed: tuple[str, ...] = ("/desk/api/me",)
    """What may stand in a complaint: the desk asks who is signed in before anybody is."""

    def open(self, path: str) -> Page:
        page = self.context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(f"{self.url}{path}")
        return page

    def _heard(self, message: ConsoleMessage) -> None:
        complaint = f"{message.text} ({message.location.get('url', '')})"
        if message.type == "error" and not any(allowed in complaint for allowed in self.allowed):
            self.complaints.append(complaint)


def visit(browser: Browser, url: str, size: tuple[int, int] = DESKTOP, **more: Any) -> Visit:
    """A new browser profile in Taiwan."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, locale="zh-TW", timezone_id="Asia/Taipei", **more
    )
    return Visit(context, url)


class Widget:
    """The chat on the city's page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.launcher = page.get_by_role("button", name="問1999")
        self.dialog = page.get_by_role("dialog", name="市民小幫手")
        self.talk = self.dialog.get_by_role("region", name="對話")
        self.box = self.dialog.get_by_role("textbox", name="訊息")

    def open(self) -> Widget:
        self.launcher.click()
        expect(self.dialog).to_be_visible()
        return self

    def says(self, text: str) -> None:
        self.box.fill(text)
        self.dialog.get_by_role("button", name="送出", exact=True).click()

    def asks(self, text: str, answer: str) -> None:
        """Say something, and wait for words of the answer."""
        self.says(text)
        self.hears(answer)

    def hears(self, text: str) -> None:
        expect(self.talk.get_by_text(text).last).to_be_visible()

    def button(self, name: str) -> Locator:
        return self.dialog.get_by_role("button", name=name, exact=True)

    def presses(self, name: str) -> None:
        self.button(name).last.click()

    def card(self, name: str) -> Locator:
        return self.talk.get_by_role("group", name=name)

    def lines(self) -> list[str]:
        """What stands in the conversation, as lines of text."""
        return [line for line in self.talk.locator("li.turn, li.swap").all_inner_texts() if line.strip()]


class Desk:
    """The desk."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.inbox = page.get_by_role("region", name="收件")
        self.talk = page.get_by_role("region", name="對話")
        self.alert = page.locator("p.sr[role=alert]")

    def sign_in(self, login: str = "admin", password: str = PASSWORD) -> Desk:
        self.page.get_by_role("textbox", name="帳號").fill(login)
        self.page.get_by_role("textbox", name="密碼", exact=True).fill(password)
        self.page.get_by_role("button", name="登入").click()
        expect(self.inbox).to_be_visible()
        return self

    def row(self, words: str) -> Locator:
        return self.inbox.locator("a.item").filter(has_text=words)

    def opens(self, words: str) -> None:
        """Choose somebody, letting new rows in first when they wait above the list."""
        fresh = self.inbox.get_by_role("button", name="則新的")
        expect(self.row(words).or_(fresh).first).to_be_visible()
        if not self.row(words).count():
            fresh.click()
        self.row(words).first.click()
        expect(self.talk).to_be_visible()

    def presses(self, name: str) -> None:
        self.talk.get_by_role("button", name=name).click()

    def gives_back(self, summary: str = "") -> None:
        """Back to the assistant, with one line for the citizen."""
        self.presses("交回")
        sheet = self.page.get_by_role("dialog", name="交回自動回覆")
        sheet.get_by_role("textbox").fill(summary)
        sheet.get_by_role("button", name="交回", exact=True).click()

    def closes(self) -> None:
        self.presses("結案")
        sheet = self.page.get_by_role("dialog", name="結束這個對話？")
        sheet.get_by_role("button", name="結案", exact=True).click()

    def writes(self, text: str) -> None:
        self.page.get_by_role("textbox", name="回覆市民").fill(text)
        self.page.get_by_role("button", name="送給市民").click()


class Simulator:
    """The phone that plays LINE."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.talk = page.get_by_role("log", name="LINE對話")
        self.calls = page.get_by_role("region", name="收送紀錄")
        self.quick = page.get_by_role("group", name="快速回覆")

    def says(self, text: str) -> None:
        self.page.get_by_role("textbox", name="訊息").fill(text)
        self.page.get_by_role("button", name="送出", exact=True).click()

    def asks(self, text: str, answer: str) -> None:
        self.says(text)
        self.hears(answer)

    def hears(self, text: str) -> None:
        expect(self.talk.get_by_text(text).last).to_be_visible()

    def taps(self, name: str) -> None:
        self.quick.get_by_role("button", name=name, exact=True).click()


def broken_rules(page: Page) -> list[str]:
    """What axe finds wrong with a page, in words."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']}).then(({violations}) => violations)")
    return [
        f"{rule['id']}: {node['target']} {node.get('failureSummary', '')}" for rule in found for node in rule["nodes"]
    ]


def wider_than_the_window(page: Page) -> list[str]:
    """What would make a reader scroll sideways, inside shadow roots as well."""
    found: list[str] = page.evaluate(
        """() => {
          const wide = [];
          const name = (element) => `${element.tagName.toLowerCase()}.${[...element.classList].join('.')}`;
          const look = (root) => {
            for (const element of root.querySelectorAll('*')) {
              if (element.shadowRoot) look(element.shadowRoot);
              const {overflowX} = getComputedStyle(element);
              const over = element.scrollWidth - element.clientWidth;
              const meant = element.closest('pre, code, .quick');  // as LINE's own quick replies do
              if (!meant && over > 1 && element.clientWidth > 0 && ['auto', 'scroll'].includes(overflowX))
                wide.push(`${name(element)} scrolls ${over} px`);
            }
          };
          look(document);
          const over = document.scrollingElement.scrollWidth - innerWidth;
          if (over > 0) wide.push(`the page scrolls ${over} px`);
          return wide;
        }"""
    )
    return found
