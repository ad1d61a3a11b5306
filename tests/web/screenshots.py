"""Makes the pictures in docs/images: `python -m tests.web.screenshots`.

Starts an installation, plays a small day on it (somebody reports a street lamp, two wait, one is in danger, one talks with
小林) and takes each picture from the real page. Small enough to be read over a slow line.
"""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.journeys.citizens import LineCitizen, WebCitizen
from tests.journeys.installation import PROJECT, Installation
from tests.web.pages import Desk, Simulator, Widget, chromium, visit

IMAGES = PROJECT / "docs" / "images"
LARGEST_BYTES = 250_000
LARGE = (1280, 800)
WIDE = (1440, 900)
PHONE = (390, 844)
NO_FOCUS = """() => {
  let here = document.activeElement;
  while (here?.shadowRoot?.activeElement) here = here.shadowRoot.activeElement;
  here?.blur();
}"""


def main() -> int:
    """0 when every picture was made and is small enough."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with _running() as installation, sync_playwright() as playwright, chromium(playwright) as browser:
        _widget(browser, installation)
        _line(browser, installation)
        _desk(browser, installation)
    too_large = [path.name for path in IMAGES.glob("*.png") if path.stat().st_size > LARGEST_BYTES]
    for name in too_large:
        print(f"{name} is larger than {LARGEST_BYTES // 1000} kB", file=sys.stderr)
    return 1 if too_large else 0


@contextmanager
def _running() -> Iterator[Installation]:
    with tempfile.TemporaryDirectory() as folder:
        made = Installation(Path(folder) / "installation")
        try:
            yield made.start()
        finally:
            made.stop()


def _widget(browser: Browser, installation: Installation) -> None:
    somebody = visit(browser, installation.url, LARGE)
    chat = Widget(somebody.open("/")).open()
    chat.says("文山區興隆路二段64巷口路燈三天沒亮了，沒有電線外露")
    expect(chat.card("請看一下對不對")).to_be_visible()
    chat.presses("送出通報")
    expect(chat.card("案號DEMO-")).to_be_visible()
    _take(chat.page, "widget-1280")
    somebody.context.close()

    on_phone = visit(browser, installation.url, PHONE, is_mobile=True, has_touch=True)
    chat = Widget(on_phone.open("/")).open()
    chat.says("信義區松仁路100號前面的路燈一閃一閃，沒有電線外露")
    expect(chat.card("請看一下對不對")).to_be_visible()
    _take(chat.page, "widget-390")
    on_phone.context.close()


def _line(browser: Browser, installation: Installation) -> None:
    somebody = visit(browser, installation.url, WIDE)
    phone = Simulator(somebody.open("/simulators/line"))
    phone.page.get_by_role("button", name="加入好友").first.click()
    phone.hears("自動回覆，不是真人")
    phone.asks("停車單不見了怎麼繳", "來源：")
    phone.asks("大安區忠孝東路四段和敦化南路口的紅綠燈不亮", "？")
    phone.calls.locator("details summary").first.click()
    _take(phone.page, "line-simulator-1440")
    phone.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    _take(phone.page, "line-simulator-390")
    somebody.context.close()


def _desk(browser: Browser, installation: Installation) -> None:
    lamp, waiting = WebCitizen(installation), WebCitizen(installation)
    noisy, danger = LineCitizen(installation), LineCitizen(installation)
    colleague = visit(browser, installation.url, LARGE)
    desk = Desk(colleague.open("/desk")).sign_in()

    lamp.asks("文山區木柵路一段50號前面路燈不亮", "電線")
    lamp.asks("沒有", "請看一下對不對")
    lamp.asks("找專人", "幫您排好了")
    desk.opens("木柵路一段50號")
    desk.presses("接手")
    lamp.hears("小林接手了")
    lamp.says("上個月16號修過一次，又壞了")
    expect(desk.talk.get_by_text("上個月16號修過一次")).to_be_visible()
    desk.writes("您好，我是小林。我看到上個月的紀錄了，這次請工程處一起查電源，不只換燈泡。")
    lamp.hears("一起查電源")
    waiting.asks("內湖區成功路四段20號前面的行道樹倒了一半", "？")
    waiting.asks("找專人", "幫您排好了")
    noisy.asks("士林區文林路100號樓下工廠晚上很吵", "？")
    noisy.asks("轉真人", "幫您排好了")
    danger.asks("中正區重慶南路一段10號有人被車撞倒流很多血", "119")
    expect(desk.alert).to_contain_text("危險")
    fresh = desk.inbox.get_by_role("button", name="則新的")
    if fresh.count():
        fresh.click()
    expect(desk.inbox.locator("a.item.sos")).to_be_visible()
    desk.page.mouse.move(0, 0)
    _take(desk.page, "desk-1280")
    desk.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    _take(desk.page, "desk-390")
    for citizen in (lamp, waiting, noisy, danger):
        citizen.close()
    colleague.context.close()


def _take(page: Page, name: str) -> None:
    """One picture, with at most 256 colours: text stays sharp, and the file small."""
    page.evaluate(NO_FOCUS)
    page.wait_for_timeout(400)  # what moves into its place has arrived
    raw = page.screenshot(animations="disabled")
    picture = Image.open(io.BytesIO(raw)).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    path = IMAGES / f"{name}.png"
    picture.save(path, optimize=True)
    print(f"{path.relative_to(PROJECT)}  {path.stat().st_size // 1000} kB")


if __name__ == "__main__":
    sys.exit(main())
