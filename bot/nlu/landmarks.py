"""Cut out landmarks: stations and their exits, places known by name, and whatever ends in 公園, 國小, 市場, 橋."""

from __future__ import annotations

import re
from functools import lru_cache

from bot.nlu.cutter import HAN, NAMED, Cutter
from bot.nlu.gazetteer import gazetteer
from bot.nlu.numerals import NUMBER
from bot.nlu.typed import fold_name, fold_pattern

_EXIT = rf"(?:\s?第?(?:{NUMBER}|m\d)\s?號?\s?出口)"


@lru_cache(maxsize=1)
def _station_pattern() -> re.Pattern[str]:
    known = "|".join(sorted(map(re.escape, gazetteer().stations), key=len, reverse=True))
    named = rf"(?:捷運\s?)?(?:{known})\s?(?:(?:捷運)?站(?!在|著|起|立|崗)\s?{_EXIT}?|{_EXIT})|捷運\s?(?:{known})(?!線|路|街|大道|\s?站){_EXIT}?"
    coded = rf"捷運\s?[a-z]{{1,2}}\s?\d{{1,2}}\s?站?\s?(?:{_EXIT}|出口)?"
    unknown = rf"捷運[{HAN}]{{2,5}}?站(?:{_EXIT}|\s?出口)?"
    return fold_pattern(f"(?:{named}|{coded}|{unknown}|捷運站?{_EXIT})")


def stations(cutter: Cutter) -> None:
    """Stations by name, code or exit."""
    if not any(word in cutter.text for word in _STATION_WORDS):
        return
    for found in _station_pattern().finditer(cutter.text):
        cutter.add("landmark", *found.span(), cutter.shown(*found.span()), NAMED)


_STATION_WORDS = tuple(fold_name(word) for word in ("捷運", "站", "出口"))


_LANDMARK_END = fold_pattern(
    "(?:"
    "河濱公園|森林公園|公園|國民小學|國小|國中|高中|高職|高商|高工|女中|女高|大學|科大|幼兒園|幼稚園|醫院|診所|火車站|公車站牌?|轉運站|車站|捷運站|"
    "傳統市場|黃昏市場|市場|夜市|便利商店|便利超商|超商|超市|門市(?!場)|加油站|停車場|運動中心|活動中心|圖書館|郵局|派出所|消防隊|分局|區公所|戶政事務所|"
    "人行地下道|地下道|天橋|陸橋|高架橋|大橋|橋|隧道|水門|碼頭|自行車道|登山口|步道|河濱|河堤|堤防|土地公廟|宮|廟|寺|教堂|教會|百貨|飯店|社區|國宅|圓環|廣場|"
    "溜冰場|棒球場|籃球場|體育場|體育館|遊樂場|焚化爐|機場|墓園|公墓|紀念館|博物館|美術館|動物園|植物園|學校|銀行|商場|商圈|便當店|早餐店|洗衣店|工地|家樂福"
    ")(?!處|管理處|路燈工程|條例|管理條例)"
)
_NEVER_NAMED = frozenset(
    map(fold_name, ("學校", "區公所", "戶政事務所", "工地", "便利商店", "超商", "公車站", "公車站牌", "銀行", "分局"))
)
_NO_NAMES = fold_pattern(
    "公立|私立|市立|國立|老人|食物|防災|營建|車行|人行|聯合|警察|社會|傳統|觀光|公有|公用|"
    "晚上|早上|橋下|電力|任何|哪個|一般|婦幼|綜合|親子|共融|特色|社區|公設|立體|路邊|地下|"
    "平面|收費|免費|附設|動物|寵物|私人|公營|大型|小型|里民|鄰里|國民|附近|隔壁|高速|鐵路|"
    "台灣|國家|轄區|就讀|原畢業|額滿|農貿|租賃住宅"
)
_SHORT_END = frozenset(map(fold_name, "橋宮廟寺"))
_CUT_BEFORE_LANDMARK = fold_pattern(
    "[的在到從往這那個間座了是有去我你他嗎吧啦喔裡內面邊旁問修壞亮報經都很一們條隻支盞區市路街巷弄號樓段里過靠近於對跟與及說看要想找可清掃剪派請給被把多少沒不為由依洽租用以各]"
    "|麻煩|發現|今天|昨天|現在|隔壁|樓下|附近|旁邊|前面|後面|大型|老舊|小|整|台北"
)


@lru_cache(maxsize=1)
def _known_landmark_pattern() -> re.Pattern[str]:
    names = gazetteer()
    shops = "|".join(sorted(map(re.escape, names.shops), key=len, reverse=True))
    known = "|".join(sorted(map(re.escape, names.landmarks), key=len, reverse=True))
    return fold_pattern(
        rf"(?P<shop>(?<![a-z0-9])(?:{shops})(?:便利商店|超商|便利超商)?(?P<branch>[{HAN}]{{2,4}}?(?:門市|店))?)(?!人|都|大小|福|出|一起|去|\d)"
        rf"|(?P<known>(?<![a-z0-9市])(?:{known}))(?!樓|廈|路|街|[東西南北]路|夜市|市場|附中|醫院|公園|分部|商場|國小)"
    )


_GOING_TO = frozenset(fold_name("往去到"))


def known_landmarks(cutter: Cutter) -> None:
    """Shops, and landmarks of the gazetteer; going to the zoo is not being there."""
    for found in _known_landmark_pattern().finditer(cutter.text):
        named = bool(found["branch"] or found["known"])
        if found["known"] and cutter.text[found.start() - 1 : found.start()] in _GOING_TO and found.start():
            continue
        cutter.add("landmark", *found.span(), cutter.shown(*found.span()), *([NAMED] if named else []))


def guessed_landmarks(cutter: Cutter) -> None:
    """Landmarks by their last word; with a name before it when one can be told."""
    text = cutter.text
    for found in _LANDMARK_END.finditer(text):
        at, end = found.span()
        if not cutter.free(at) or not cutter.free(end - 1):
            continue
        start = cutter.run_before(at, 6)
        if text[start:at].isascii() and at and text[at - 1].isdigit():
            continue
        quarter = text[start : start + 2]
        if at - start >= 4 and quarter in cutter.names.districts:
            cutter.add("district", start, start + 2, cutter.names.districts[quarter])
            start += 2
        for word in _CUT_BEFORE_LANDMARK.finditer(text, start, at):
            start = word.end()
        named = 2 <= at - start <= 4 and found.group() not in _NEVER_NAMED and not _NO_NAMES.fullmatch(text, start, at)
        if not named and found.group() in _SHORT_END:
            continue
        start = start if named else at
        cutter.add("landmark", start, end, cutter.shown(start, end), *([NAMED] if named else []))
