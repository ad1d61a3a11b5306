"""Put the pieces of an address together into groups that are one place each, and tell which of them was denied or corrected."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.nlu import romanised
from bot.nlu.cutter import DATE_LIKE, NAMED, ROW, Piece
from bot.nlu.numerals import to_arabic, to_chinese
from bot.nlu.pieces import cut
from bot.nlu.typed import Typed, fold_name, fold_pattern

DETAIL = ("road", "section", "lane", "alley", "number", "floor")
_ORDER = {kind: rank for rank, kind in enumerate(("crossing", *DETAIL), start=1)}

_FILLER = fold_pattern(
    r"(?:[\s,的ㄉ、。()「」【】\[\]:;/]|\([^()]{0,4}\)|那個|這個|靠近|那邊|這邊|那條|附近|上|在|有個|裡面?|旁邊?|到底|(?<=[區市,])\s?[1-9]\d{2}(?:\d{2,3})?)*"
)
_NAME_FILLER = fold_pattern(r"[\s,]*(?:[\u4e00-\u9fff]{1,3}[區鄉鎮市])?[\s,]*")
SIDES = (
    "正對面|斜對面|對面|正前方|前面|前方|門前|後面|後方|後門|側門|正門|大門口|大門|門口|旁邊|隔壁|旁|附近|樓下|巷子口|巷子底|巷口|巷底|巷尾|巷內|巷子裡|弄口|"
    "路口|轉角|[東西][南北]角|中間|之間|那一?整?排|橋下|底下|下面|下方|周邊|外面|裡面|尾端|口"
)
_RELATION = fold_pattern(rf"\s?(?:的|ㄉ)?\s?(?P<said>{SIDES}|前(?![天年後往幾兩陣])|[之]間)(?!燈號)")
_NO_MOUTH_AFTER = fold_name("罩味水渴")
_BARE_NUMBER = fold_pattern(
    rf"\s?(?P<n>\d{{1,4}}(?:\s?[之-]\s?\d{{1,3}})?)(?=\s*$|\s*[,.;!?)\n]|\s?(?:{SIDES}|前)|\s[\u4e00-\u9fff])(?!\s?[盞支顆根隻公天點個月年日週周次人台元分米吋張件小kmK%.])"
)
_NUMBER_WITH_PART = fold_pattern(
    r"\s?(?P<n>(?:\d{1,4}|[一二三四五六七八九十百]{1,5})\s?[之]\s?(?:\d{1,3}|[一二三四五六七八九十]{1,3}))(?!\s?號|段|巷|天|間)"
)

_CONNECTION = fold_pattern(r"[\s的ㄉ那邊]*(跟|尬|和|與|及|、|/|\+|&|×|x|~|-|接|,|交|與)?\s?(?:靠近)?\s*")
_SAYS_CROSSING = "/+&×x"
_CROSSING_MARK = fold_pattern(
    r"\s?(?:的|ㄉ)?\s?(?:那個|這個|那一個)?\s?大?(?:十字路口|丁字路口|交叉路口|交岔路口|交叉口|交岔口|交叉|交岔|交會處?|交界[處口]?|交接處?|交口|路口|轉角|圓環|口)(?:處)?"
)


@dataclass(eq=False)
class Group:
    """Pieces on their way to being one place."""

    start: int
    end: int
    values: dict[str, str]
    crossing: tuple[str, str] | None = None
    numbers: tuple[str, ...] = ()
    row: bool = False
    point: tuple[float, float] | None = None
    outside: str | None = None
    here: bool = False
    named: bool = False
    relation_to: str | None = None
    opposite: bool = False
    """對面95號: the number is on the other side; nothing is opposite of it."""

    def accepts(self, piece: Piece) -> bool:
        if piece.kind in ("city", "zip"):
            return not self._has_detail()
        if piece.kind == "other_city":
            return not self._has_detail() and not self.here
        if piece.kind == "point":
            return self.point is None
        if piece.kind == "crossing":
            return self.crossing is None and not self._has_detail()
        if piece.kind in self.values:
            return piece.kind == "landmark" and not self.named and NAMED in piece.more
        if piece.kind == "landmark" and "relation" in self.values and NAMED not in piece.more and self._has_detail():
            return False
        if piece.kind in _ORDER:
            return not self.crossing and all(
                _ORDER[kind] < _ORDER[piece.kind] for kind in self.values if kind in _ORDER
            )
        return True

    def _has_detail(self) -> bool:
        return self.crossing is not None or any(kind in self.values for kind in DETAIL)

    def take(self, piece: Piece) -> None:
        self.end = max(self.end, piece.end)
        if piece.kind == "city":
            self.here = True
        elif piece.kind == "zip":
            self.here = True
            self.values.setdefault("district", piece.value)
        elif piece.kind == "other_city":
            self.outside = piece.value
        elif piece.kind == "point":
            self.point = (float(piece.more[0]), float(piece.more[1]))
        elif piece.kind == "crossing":
            self.crossing = (piece.more[0], piece.more[1])
            if len(piece.more) > 2:
                self.values["relation"] = piece.more[2]
        else:
            self.values[piece.kind] = piece.value
            if piece.kind == "number":
                numbers = tuple(n for n in piece.more if n not in (DATE_LIKE, ROW))
                self.numbers = numbers if len(numbers) > 1 else ()
                self.row = ROW in piece.more
            if piece.kind == "landmark":
                self.named = self.named or NAMED in piece.more

    @property
    def only_says_where(self) -> bool:
        """Nothing but a district, a village or a city: it may belong to a place elsewhere in the text."""
        return not self.crossing and not self.point and set(self.values) <= {"district", "village"}

    @property
    def only_adds_detail(self) -> bool:
        return (
            not self.crossing
            and bool(self.values)
            and set(self.values) <= {"section", "lane", "alley", "number", "floor", "relation"}
        )


def raw_groups(typed: Typed, loose: bool) -> list[Group]:
    pieces = _crossings(typed.match, cut(typed))
    groups: list[Group] = []
    current: Group | None = None
    last: Piece | None = None
    for index, piece in enumerate(pieces):
        joined = current is not None and last is not None and _stands_by(typed.match, current, last, piece)
        if not joined and not _may_begin(typed.match, pieces, index, loose):
            continue
        if current is None or not joined or not current.accepts(piece):
            if joined and not _may_begin(typed.match, pieces, index, True):
                continue
            current = Group(piece.start, piece.end, {})
            groups.append(current)
        current.take(piece)
        following = pieces[index + 1] if index + 1 < len(pieces) else None
        _look_behind(typed.match, current, piece, following)
        last = piece
    for group in groups:
        before = typed.match[max(0, group.start - 4) : group.start].rstrip()
        if "number" in group.values and "road" not in group.values and before.endswith(_OPPOSITE):
            group.opposite = True
    groups.extend(_latin_groups(typed, groups))
    return sorted(groups, key=lambda group: group.start)


_OPPOSITE = fold_name("對面")


def _stands_by(text: str, group: Group, last: Piece, piece: Piece) -> bool:
    gap = text[group.end : piece.start] if piece.start >= group.end else ""
    if "\n" in gap and piece.kind not in ("lane", "alley", "number", "floor"):
        return False
    if last.kind == "other_city" and _NAME_FILLER.fullmatch(gap):
        return True
    return len(gap) <= 12 and bool(_FILLER.fullmatch(gap))


_WHOLE_SECTION = fold_pattern(r"[\s,.!。]*(?:是|改|在)?\s?第?\S{1,2}段[\s啦喔吧,.!。]*")
_AFTER_HOUSE = fold_pattern(
    rf"\s?(?:$|[\s,.;!?)、。\n]|{SIDES}|前(?![天年])|[那的啦喔哦吧才不都之樓路b這]|是(?!星期|禮拜|幾|什麼|假|不是)|\d)"
)


def _may_begin(text: str, pieces: list[Piece], index: int, loose: bool) -> bool:
    """Whether a piece can be the first of a place: 8號 can, 5號以前 and 三樓 cannot."""
    piece = pieces[index]
    if piece.kind == "floor":
        return False
    if piece.kind == "neighbourhood":
        return False
    if piece.kind == "number":
        if DATE_LIKE in piece.more:
            return False
        return loose or bool(_AFTER_HOUSE.match(text, piece.end))
    if piece.kind == "section":
        following = pieces[index + 1] if index + 1 < len(pieces) else None
        close = following is not None and following.kind in ("lane", "number") and following.start - piece.end <= 1
        return loose or close or bool(_WHOLE_SECTION.fullmatch(text))
    if piece.kind == "alley":
        return loose or text[piece.start].isdigit()
    return True


def _look_behind(text: str, group: Group, piece: Piece, following: Piece | None) -> None:
    """What stands right behind a piece without being one: a bare number, a side."""
    limit = following.start if following else len(text)
    if piece.kind in ("road", "section", "lane", "alley") and "number" not in group.values:
        bare = _NUMBER_WITH_PART.match(text, piece.end) or _BARE_NUMBER.match(text, piece.end)
        if bare and bare.end() <= limit:
            parts = [to_arabic(part.strip()) or "" for part in re.split("[之-]", bare["n"])]
            group.values["number"] = "-".join(parts)
            group.end = max(group.end, bare.end())
    if piece.kind in ("city", "zip", "other_city", "district", "village", "neighbourhood", "point"):
        return
    side = _RELATION.match(text, group.end)
    if side is None or side.end() > limit:
        return
    said = side["said"]
    if said == fold_name("口"):
        if text[side.end() : side.end() + 1] in _NO_MOUTH_AFTER and side.end() < len(text):
            return
        unit = {"lane": "巷口", "alley": "弄口", "road": "路口", "section": "路口", "crossing": None}.get(piece.kind)
        if unit is None:
            return
        said = fold_name(unit)
    elif said == fold_name("路口") and piece.kind in ("lane", "alley"):
        return
    if "relation" not in group.values:
        group.values["relation"] = side_name(said)
        group.relation_to = "landmark" if piece.kind == "landmark" else "address"
    group.end = max(group.end, side.end())


_SIDE_NAMES = {
    fold_name(said): name
    for said, name in {
        "前": "前面", "前方": "前面", "正前方": "前面", "門前": "門口", "旁": "旁邊", "後方": "後面", "大門口": "門口", "大門": "門口", "正門": "門口",
        "正對面": "對面", "巷子口": "巷口", "巷子底": "巷底", "巷子裡": "巷內", "間": "之間", "那排": "那一排", "那整排": "那一排", "那一整排": "那一排",
        "周邊": "附近", "下方": "下面",
    }.items()
}  # fmt: skip
_TRADITIONAL = {fold_name(word): word for word in re.split(r"\|", SIDES) if "[" not in word and "?" not in word}


def side_name(said: str) -> str:
    return _SIDE_NAMES.get(said) or _TRADITIONAL.get(said) or said.translate(_TO_TRADITIONAL)


_TO_TRADITIONAL = str.maketrans({fold_name(c): c for c in "東門對邊"})


def _crossings(text: str, pieces: list[Piece]) -> list[Piece]:
    """Replace two roads that cross by one piece."""
    result: list[Piece] = []
    index = 0
    while index < len(pieces):
        crossing = _crossing_at(text, pieces, index) if pieces[index].kind == "road" else None
        if crossing:
            piece, index = crossing
            result.append(piece)
        else:
            result.append(pieces[index])
            index += 1
    return result


def _crossing_at(text: str, pieces: list[Piece], index: int) -> tuple[Piece, int] | None:
    first = list(_sections_and_lanes(pieces, index))
    at = index + len(first)
    if at >= len(pieces) or pieces[at].kind != "road":
        return None
    second = list(_sections_and_lanes(pieces, at))
    link = _CONNECTION.fullmatch(text, first[-1].end, second[0].start)
    if link is None:
        return None
    mark = _CROSSING_MARK.match(text, second[-1].end)
    if not mark and (link[1] or " ") not in _SAYS_CROSSING:
        return None
    if second[-1].kind == "lane" and len(first) == 1 and not link[1] and not mark:
        return None
    end = mark.end() if mark else second[-1].end
    corner = _CORNER.match(text, end)
    more = [_road_text(first), _road_text(second)]
    if corner:
        end = corner.end()
        more.append(corner[1].translate(_TO_TRADITIONAL) + "角")
    return Piece("crossing", first[0].start, end, "", tuple(more)), at + len(second)


_CORNER = fold_pattern(r"\s?的?([東西][南北])(?:角|側|邊)")


def _road_text(unit: list[Piece]) -> str:
    return "".join(
        to_chinese(piece.value) + "段"
        if piece.kind == "section"
        else piece.value + ("巷" if piece.kind == "lane" else "")
        for piece in unit
    )


def _latin_groups(typed: Typed, taken: list[Group]) -> Iterator[Group]:
    for found in romanised.find(typed.match):
        if any(group.start < found.end and found.start < group.end for group in taken):
            continue
        group = Group(found.start, found.end, dict(found.values), found.crossing)
        yield group


# --- what belongs to what --------------------------------------------------------------------------------------------

_DENIED = fold_pattern(r"(?<!是)(?:不是|不在|並非|而非|才不是)\s?(?:在|說|門牌|地址|那個)?\s?$")
_WRONG = fold_pattern("(?:是|才是)?(?:錯的?了?|不對)(?!方向)")
TURNING = fold_pattern(
    r"(?P<turn>改成|換成|改(?=\s?(?:\d|[一二三四五六七八九十]{1,3}[號段巷弄樓]))|改為|改到|改在|更正為?|應該是|其實是|正確是"
    r"|打錯了?[,\s]*(?:是|應該)?|寫錯了?|說錯了?|按錯了?|弄錯了?|搞錯了?|講錯了?)|錯了|才對|不對|要改|更改|(?<!是)不是[\s,]+(?:是|在)"
)
"""What announces a correction; `turn` stands before the new value."""
CORRECTING = fold_pattern(f"(?:{TURNING.pattern.replace('?P<turn>', '?:')}|(?<!是)不是|不在|並非|而非|對面)")
"""What lets a bare 18號 or 三段 count as part of a place, whether or not it turns out to be a correction."""


def is_denied(text: str, group: Group) -> bool:
    denied = _DENIED.search(text, max(0, group.start - 8), group.start) or _WRONG.match(text, group.end)
    return bool(denied)


def groups_of(typed: Typed, loose: bool) -> list[Group]:
    found = raw_groups(typed, loose)
    kept = [group for group in found if not is_denied(typed.match, group)]
    return _joined(kept)


def _joined(groups: list[Group]) -> list[Group]:
    """Let districts and details that were typed apart join the place they belong to."""
    groups = _details_joined(groups)
    main = [group for group in groups if not group.only_says_where]
    apart = [group for group in groups if group.only_says_where and not group.outside]
    if not main:
        return groups
    for group in main:
        if group.outside or ("district" in group.values and "village" in group.values):
            continue
        free = [other for other in apart if not set(other.values) & set(group.values)]
        if not free:
            continue
        nearest = min(free, key=lambda other: (abs(other.start - group.start), other.start))
        group.values.update(nearest.values)
        group.here = group.here or nearest.here
        apart.remove(nearest)
    kept = [group for group in groups if group in main or group in apart or group.outside]
    return [group for group in kept if group.values or group.crossing or group.point or group.outside]


def _details_joined(groups: list[Group]) -> list[Group]:
    result: list[Group] = []
    for group in groups:
        before = result[-1] if result else None
        if (
            before is not None
            and group.only_adds_detail
            and "road" in before.values
            and not group.opposite
            and group.start - before.end <= 12
            and not before.crossing
            and _continues(before, group)
        ):
            before.values.update({key: value for key, value in group.values.items() if key not in before.values})
            before.numbers, before.row = before.numbers or group.numbers, before.row or group.row
            before.end = group.end
            continue
        result.append(group)
    return result


def _continues(before: Group, group: Group) -> bool:
    deepest = max(_ORDER[kind] for kind in before.values if kind in _ORDER)
    return all(_ORDER[kind] > deepest for kind in group.values if kind in _ORDER)


def _sections_and_lanes(pieces: list[Piece], index: int) -> Iterator[Piece]:
    """A road and the sections and lanes that belong to it, from `index` on."""
    yield pieces[index]
    for piece in pieces[index + 1 :]:
        if piece.kind not in ("section", "lane"):
            return
        yield piece
