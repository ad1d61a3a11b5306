"""Cut out roads: those the gazetteer knows, those that sound like one, those that only end like one, and short crossings.

路 is also a lamp's, a tree's and a surface's word, so most of this module says what is not a road.
"""

from __future__ import annotations

import re
from functools import lru_cache

from bot.nlu.cutter import Cutter
from bot.nlu.gazetteer import gazetteer
from bot.nlu.typed import fold_name, fold_pattern

_ROAD_END = fold_pattern("大道|路|街")
_LAMP_OR_TREE = frozenset(fold_name("燈樹面邊障霸況人標樁"))
_NOT_AFTER_ROAD = frozenset(fold_name("燈樹面邊況人障霸肩由標牌徑程線途費板局權過基樁考里跑網殺平寬隊名透"))
_NOT_AFTER_STREET = frozenset(fold_name("貓犬友頭景坊舞道區"))
_NOT_BEFORE = frozenset(
    fold_name(
        "後啊吧呢喔欸車把卡公線來到大小挖炸路街段上下馬道走網鐵電這那哪條過讓迷問順在有沒是逛繞塞封修鋪擋占佔通商的開整每個"
    )
)
_NOT_ALONE = frozenset(fold_name("山大小水公前後上下同一半出老外內全單雙叉岔險生思活死斷鋪產"))
_BEFORE_A_NAME = fold_pattern(
    "我家|你家|他家|住在|靠近|位於|位在|就在|是在|那個|這個|那條|這條|請問|報修|地點|地址|附近|旁邊|對面|前面|門口|以及|還有|經過|"
    "壞了|不亮|麻煩|幫我|整條|整個|往|的|在|從|到|了|啦|喔|跟|與|及|住|和|於|是|改成|應該|區|市|縣|我|說|過"
)
_NEVER_FIRST = frozenset(fold_name("那這個條一大小"))
_DIRECTION_OR_NUMBER = frozenset(fold_name("東西南北中一二三四五六七八九十"))


def known_roads(cutter: Cutter) -> None:
    """Roads of the gazetteer."""
    text, roads = cutter.text, cutter.names.roads
    for found in _ROAD_END.finditer(text):
        for length in range(5, 0, -1):
            start = found.start() - length
            if start < 0:
                continue
            road = roads.get(text[start : found.end()])
            if road and not _belongs_to_lamp(cutter, start, found):
                cutter.add("road", start, found.end(), road)
                break


def _belongs_to_lamp(cutter: Cutter, start: int, end: re.Match[str]) -> bool:
    """公館路燈 speaks of a lamp near 公館, not of 公館路."""
    follower = cutter.text[end.end() : end.end() + 1]
    return (
        end.group() == "路" and follower in _LAMP_OR_TREE and cutter.text[start : end.start()] in cutter.names.quarters
    )


def guessed_roads(cutter: Cutter) -> None:
    """Roads the gazetteer does not list, by sound or by their last word."""
    text = cutter.text
    for found in _ROAD_END.finditer(text):
        at, end = found.span()
        if not cutter.free(at) or at == 0:
            continue
        follower = text[end : end + 1]
        if (found.group() == "路" and follower in _NOT_AFTER_ROAD) or (
            found.group() == "街" and follower in _NOT_AFTER_STREET
        ):
            continue
        if text[at - 1] in _NOT_BEFORE:
            continue
        start = _name_start(cutter, cutter.run_before(at, 7), at)
        stem = text[start:at]
        if len(stem) == 2 and stem[0] in _NEVER_FIRST and stem[1] in _NOT_ALONE:
            continue
        if len(stem) < 2:
            continue
        heard = None
        for cut_at in range(max(start, at - 3), at - 1):
            heard = cutter.names.road_by_sound(text[cut_at:at], found.group())
            if heard:
                start = cut_at
                break
        if not heard and _NO_ROADS.fullmatch(stem[-2:]):
            continue
        cutter.add("road", start, end, heard or cutter.shown(start, end))


_NO_ROADS = fold_pattern(
    "一條|這條|多條|這些|那些|某些|有些|一些|哪些|哪一|一整|整個|沒有|大馬|柏油|產業|聯絡|"
    "高架|快速|一般|主要|重要|平面|鄉間|公用|公共|社區|人行|單行|雙向|回家|走山|上學|上班|"
    "下班|通學|步行|徒步|經過|附近|旁邊|隔壁|前方|施工|說明|財經|新手|商業|商店|美食|夜市|"
    "十字|丁字|三叉|交叉|多岔|出口|歸途|老舊|請問"
)


def _name_start(cutter: Cutter, start: int, end: int) -> int:
    """Where the name itself begins, after 我家, 在, 壞了 and the like; `end` when nothing is left of it (那個大路口)."""
    text = cutter.text
    for word in _BEFORE_A_NAME.finditer(text, start, end):
        if end - word.end() >= 2:
            start = word.end()
        elif len(word.group()) > 1:
            return end
    for _ in range(2):
        quarter = text[start : start + 2]
        if quarter in cutter.names.quarters and end - start >= 4:
            start += 2
    length = end - start
    if length > 3:
        keep = 3 if text[end - 1] in _DIRECTION_OR_NUMBER else 2
        at_border = start == 0 or not ("\u4e00" <= text[start - 1] <= "\u9fff") or not cutter.free(start - 1)
        return start if at_border and length == 4 else end - keep
    return start


# --- crossings by their short names ----------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _short_crossing_pattern() -> re.Pattern[str]:
    across = "|".join(gazetteer().east_west)
    along = "|".join(gazetteer().north_south)
    mark = "(?:路)?\\s?(?:的)?(?:路口|交叉口|交叉路口|交叉|交會|十字路口|圓環|口)"
    return fold_pattern(f"(?:(?P<a>{across})(?P<b>{along})|(?P<c>{along})(?P<d>{across})){mark}")


def short_crossings(cutter: Cutter) -> None:
    """忠孝復興口 and its like."""
    if (
        fold_name("口") not in cutter.text
        and fold_name("交") not in cutter.text
        and fold_name("圓環") not in cutter.text
    ):
        return
    for found in _short_crossing_pattern().finditer(cutter.text):
        across = cutter.names.east_west[found["a"] or found["d"]]
        along = cutter.names.north_south[found["b"] or found["c"]]
        first = across.west if along.half == "west" else across.east
        second = along.north if across.side == "北" else along.south
        pair = (first, second) if found["a"] else (second, first)
        cutter.add("crossing", *found.span(), "", *pair)
