"""Find when something happens in what a citizen typed: 剛剛, 昨晚十點以後, 大概三天了, 每天半夜, 2/14晚上, 114年2月.

Three kinds, because a case asks for one of them: `since` (how long it has been so), `point` (once), `habit` (again and again).
The words stay as typed; nothing is turned into a date here, since that needs today's date and belongs to whoever has a clock.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.nlu.numerals import CHINESE_DIGITS
from bot.nlu.typed import fold_pattern

_N = rf"(?:\d{{1,4}}|[{CHINESE_DIGITS}幾數]{{1,4}})"
_ABOUT = "(?:大概|大約|差不多|已經|將近|快要?|至少|整整|超過|都|有|好像)"
_SPAN = (
    rf"(?:半個?(?:小時|鐘頭|月|天|年)|(?:好|{_N}\s?[-~到]\s?)?{_N}\s?(?:個)?(?:多|半)?\s?個?\s?"
    rf"(?:天|日(?!期)|週|周|星期|禮拜|月|年|小時|鐘頭|分鐘|晚上?(?!餐)|夜)(?:多)?|一陣子|一段時間|好一陣子|(?:很|好|超|太)久)"
)
_DATE = (
    rf"(?:(?:民國|西元)?\s?\d{{2,4}}\s?年\s?(?:{_N}\s?月(?:份|初|中|底)?(?:\s?{_N}\s?[日號])?)?"
    rf"|(?<![\d/.-])\d{{2,4}}\s?[/.-]\s?(?:1[0-2]|0?[1-9])\s?[/.-]\s?(?:3[01]|[12]\d|0?[1-9])(?![\d/-])"
    rf"|(?<![\d/.-])(?:1[0-2]|0?[1-9])\s?/\s?(?:3[01]|[12]\d|0?[1-9])(?![\d/-])"
    rf"|(?:{_N}|上個?|這個?|下個?|本)\s?月\s?{_N}\s?[日號]|(?<!\d)(?:1[0-2]|[1-9]|十[一二]?|[一二三四五六七八九])月(?:份|初|中|底)?(?!\s?票))"
)
_WEEK = r"(?:上上|下下|上|這|本|下)?(?:個)?(?:禮拜|星期|週|周)(?:[一二三四五六日天末1-7](?!\d))|(?:上上|下下|上|這|本|下)(?:個)?(?:禮拜|星期|週|周)"
_RELATIVE = (
    "剛剛|剛才|方才|現在|大前天|大後天|前天|前日|昨天|昨日|昨晚|昨夜|昨早|今天|今日|今晚|今早|今晨|明天|明日|明晚|明早|後天|前晚|"
    "上上個月|上個月|這個月|下個月|本月|上月|下月|去年|前年|今年|明年|前幾天|前兩天|前陣子|颱風(?:過)?後|地震後|過年(?:前|後)?|連假|月初|月底|年初|年底|當天|當晚"
)
_LATELY = "這幾天|這兩天|這陣子|這幾個月|這禮拜以來|最近|近來|近日|近期"
_PART = "一大早|大清早|早上|上午|中午|下午|傍晚|晚上|大半夜|三更半夜|半夜|凌晨|深夜|清晨|夜裡|夜間|白天|入夜後?|晚間|早晨|天黑後?|天亮"
_CLOCK_SURE = rf"(?:(?<![\d.])\d{{1,2}}\s?[:]\s?\d{{2}}(?!\d)|(?<![\d.])\d{{1,2}}\s?[點]\s?(?:半|\d{{1,2}}\s?分?|{_N}分)?(?:多|左右|整)?|(?:二十[一二三四]?|十[一二]?|[二兩三四五六七八九])點(?:半|{_N}分?)?(?:多|左右|整)?|一點半)(?!\d)"
_CLOCK_AFTER_PART = rf"(?:{_CLOCK_SURE}|一點(?!點)(?:多|左右)?)"
_THROUGH = rf"\s?(?:到|至|~|-)\s?(?:隔天|隔日)?(?:{_PART})?\s?(?:{_CLOCK_AFTER_PART}|{_N}點?|天亮|{_PART})"
_TAIL = "\\s?(?:以後|之後|過後|開始|起(?!來|重)|以前|之前|左右)"
_EVERY = "每天|每日|每晚|每夜|每(?:個)?(?:禮拜|星期|週|周)[一二三四五六日天]?|每(?:個)?月|每年|每到|每逢|天天|常常|經常|時常|偶爾|有時候?|三不五時|平常|平日|假日|週末|周末|整夜|整晚|一整晚|24小時|夜夜"

_POINT_BODY = rf"(?:(?:{_DATE}|{_WEEK}|{_RELATIVE}|{_LATELY})(?:\s?(?:{_RELATIVE}|{_WEEK}))?\s?的?\s?(?:{_PART})?\s?(?:{_CLOCK_AFTER_PART})?|(?:{_PART})\s?(?:{_CLOCK_AFTER_PART})?|{_CLOCK_SURE})(?:{_THROUGH})?"
_TIME = fold_pattern(
    rf"(?P<habit>(?:{_EVERY})(?:\s?的?\s?(?:{_WEEK}))?\s?(?:{_PART})?\s?(?:{_CLOCK_AFTER_PART})?(?:{_THROUGH})?(?:{_TAIL})?)"
    rf"|(?P<lasted>{_ABOUT}{{0,2}}\s?{_SPAN}\s?(?P<lasting>了|以來|來(?!的|了)|前開始|前就(?!報)|以上|(?=\s?(?:都|沒|一直|不(?!能|到|會)|還|暗|壞|每))))"
    rf"|(?P<nth>(?:今天)?(?:是|已經是?)?\s?第{_N}\s?天)"
    rf"|(?P<ago>{_ABOUT}?\s?{_SPAN}\s?(?:前|後|之前|之後|以後)(?!面|門|方))"
    rf"|(?P<since>(?:自從|打從|從)\s?{_POINT_BODY}(?:\s?(?:到現在|至今|開始|起|以後|之後))?)"
    rf"|(?P<point>{_POINT_BODY}(?P<tail>{_TAIL})?)"
    rf"|(?P<dated>(?<![\d月號弄巷段路街])\s?{_N}號\s?(?:以前|之前|以後|之後|早上|上午|中午|下午|晚上|凌晨|半夜|(?:{_PART})|那天|當天|起|開始))"
    r"|(?P<english_since>(?:for\s)?(?:\d{1,3}|one|two|three|four|five|six|seven|a few|several)\s(?:days?|weeks?|months?|hours?|years?)(?:\salready|\snow|\sago)?|since\s(?:yesterday|last\s(?:night|week|month)|monday|tuesday|wednesday|thursday|friday|saturday|sunday))"
    r"|(?P<english_habit>\bevery\s(?:day|night|morning|evening|week|monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b)"
    r"|(?P<english_point>\b(?:yesterday|last\s(?:night|week|month)|this\s(?:morning|evening|week)|tonight|just now|today)\b)"
)
_WHOLE_SPAN = fold_pattern(rf"\s*({_ABOUT}?\s?{_SPAN})[\s吧左右多。.啦喔的]*")
_WHOLE_DAY = fold_pattern(rf"\s*({_N}[號日])[\s吧啦喔。.]*")
_AGAIN = fold_pattern(r"\s?(?:都|會|一直|常|就會)")
_LATELY_PATTERN = fold_pattern(f"(?:{_LATELY})")
_PART_ONLY = fold_pattern(f"(?:{_PART})")
_CLOCK_RANGE = fold_pattern(rf"(?:{_PART})?\s?{_CLOCK_AFTER_PART}{_THROUGH}")
_SINCE_TAIL = fold_pattern(r"\s?(?:以後|之後|過後|開始|起)")
_IDLE = fold_pattern(r"現在|today|當天|有時$")
_NOT_A_TIME = fold_pattern(r"一?點(?:都|也|點)|幾[月號日點]")


@dataclass(frozen=True)
class Time:
    """When, in the citizen's words; offsets are those of the folded text."""

    start: int
    end: int
    kind: str
    """"since", "point" or "habit" """
    whole: bool = False
    """Whether the text says nothing else"""


def find_times(text: str) -> Iterator[Time]:
    """Every time in a folded text (`typed.read(...).match`), in order."""
    whole = _WHOLE_SPAN.fullmatch(text) or _WHOLE_DAY.fullmatch(text)
    if whole:
        yield Time(*whole.span(1), "point" if _WHOLE_DAY.fullmatch(text) else "since", whole=True)
        return
    for found in _TIME.finditer(text):
        start, end = found.span()
        while start < end and text[start].isspace():
            start += 1
        while end > start and text[end - 1].isspace():
            end -= 1
        if end > start and text[end - 1] == "的":
            end -= 1
        if start == end or _IDLE.fullmatch(text, start, end) or _NOT_A_TIME.match(text, start):
            continue
        yield Time(start, end, _kind(text, found, end))


def _kind(text: str, found: re.Match[str], end: int) -> str:
    group = str(found.lastgroup) if found.lastgroup not in ("lasting", "tail") else ""
    if found["habit"] or found["english_habit"]:
        return "habit"
    if found["lasted"] or found["nth"] or found["since"] or found["english_since"]:
        return "since"
    if found["point"]:
        if found["tail"] and _SINCE_TAIL.fullmatch(found["tail"]):
            return "since"
        if _LATELY_PATTERN.fullmatch(found["point"].strip()):
            return "since"
        if _CLOCK_RANGE.fullmatch(found["point"].strip()):
            return "habit"
        if _PART_ONLY.fullmatch(found["point"].strip()) and _AGAIN.match(text, end):
            return "habit"
    return "point" if group != "english_since" else "since"
