"""The report form on the city's own catalogue: what a message means for what is being filled in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline.domain.catalogue import Catalogue
from hotline.domain.messages import Location
from hotline.domain.place import District, Place
from hotline.domain.report import (
    CHANGE,
    CONFIRM,
    CONTACT,
    DISTRICT,
    FROZEN,
    PHOTO,
    PHOTOS_MOST,
    PLACE,
    RESUME,
    SIMILAR,
    UNSURE,
    Draft,
    Heard,
    Report,
    Result,
    chosen,
    headline,
    heard_choice,
    masked_contact,
    plain,
    rows_of,
)
from tests.fakes.understanding import a_place, entity

NOW = 1_764_038_520.0
IN_WENSHAN = Location(24.98, 121.57)
BETWEEN_BEITOU_AND_SHILIN = Location(25.10, 121.52)
IN_KAOHSIUNG = Location(22.63, 120.30)
SPOT = a_place("興隆路二段64巷口", road="興隆路", section="2", lane="64", relation="巷口", in_city=True)
SPOT_IN_WENSHAN = a_place(
    "文山區興隆路二段64巷口", district="文山區", road="興隆路", section="2", lane="64", relation="巷口", in_city=True
)


class Talk:
    """A citizen and the form. After each message the form asks what is missing first, as the assistant does."""

    def __init__(self, report: Report, kind: str) -> None:
        self.report = report
        self.kind = kind
        self.now = NOW
        self.draft = Draft(kind)
        self.result = Result(self.draft)

    def begins(self, text: str, *entities: Mapping[str, Any], **more: Any) -> Result:
        heard = Heard(text, "report", 0.95, f"report/{self.kind}", entities, **more)
        return self._next(self.report.begin(self.kind, heard, self.now))

    def says(
        self,
        text: str,
        *entities: Mapping[str, Any],
        intent: str = "",
        label: str = "",
        confidence: float = 0.9,
        **more: Any,
    ) -> Result:
        family = intent or label.partition("/")[0]
        return self._next(
            self.report.hear(self.draft, Heard(text, family, confidence, label or family, entities, **more), self.now)
        )

    def presses(self, intent: str, about: str = "", value: str = "") -> Result:
        pressed = {"about": about, "value": value}
        heard = Heard("", intent, 1.0, pressed=pressed)
        return self._next(self.report.hear(self.draft, heard, self.now))

    def waits(self, seconds: float) -> None:
        self.now += seconds

    def _next(self, result: Result) -> Result:
        draft = result.draft
        held = draft.asked in (RESUME, CHANGE, CONTACT, PHOTO, FROZEN)
        if not held and not result.alarm:
            draft = replace(draft, asked=self.step(draft))
        self.draft = Draft.from_json(json.loads(json.dumps(draft.to_json())))
        self.result = replace(result, draft=self.draft)
        return self.result

    def step(self, draft: Draft) -> str:
        return next(iter(self.report.missing(draft)), CONFIRM)

    @property
    def asked(self) -> str:
        return self.draft.asked


@pytest.fixture(scope="module")
def report(catalogue: Catalogue, districts: tuple[District, ...]) -> Report:
    return Report(catalogue, districts)


@pytest.fixture
def lamp(report: Report) -> Talk:
    """A lamp that is out, and nothing else is known."""
    return Talk(report, "streetlight")


@pytest.fixture
def ready(report: Report) -> Talk:
    """A lamp that is out, everything known, read back."""
    talk = Talk(report, "streetlight")
    talk.begins("文山區興隆路二段64巷口路燈不亮", SPOT_IN_WENSHAN)
    talk.presses("answer", "danger_now", "沒有")
    assert CONFIRM == talk.asked
    return talk


@pytest.fixture
def sofa(report: Report) -> Talk:
    """A sofa to be taken away, everything known but the telephone."""
    talk = Talk(report, "bulky_waste")
    talk.begins("家裡要丟沙發", SPOT_IN_WENSHAN)
    while talk.asked not in (CONTACT, CONFIRM):
        talk.says({"items": "一張沙發", "put_out_place": "一樓門口"}.get(talk.asked, "一般住家"))
    return talk


# ── several facts in one message ──


def test_whatever_the_first_message_holds_is_taken_and_never_asked(lamp: Talk) -> None:
    since = entity("time", "三天了", kind="since")
    count = entity("count", "三盞", n=3, unit="盞")

    lamp.begins("文山區興隆路二段64巷口三盞路燈不亮三天了", SPOT_IN_WENSHAN, since, count)

    assert "文山區興隆路二段64巷口" == lamp.draft.place.show()
    assert {"problem": "完全不亮", "place_kind": "巷弄", "count": "3"} == dict(lamp.draft.answers)
    assert "三天了" == lamp.draft.since
    assert ("danger_now",) == lamp.report.missing(lamp.draft)


def test_the_citizens_own_words_are_kept(lamp: Talk) -> None:
    lamp.begins("路燈不亮", SPOT_IN_WENSHAN)
    lamp.says("其實是一閃一閃")
    lamp.says("好喔")

    assert ("路燈不亮", "其實是一閃一閃")[:1] == lamp.draft.said[:1]
    assert "好喔" not in lamp.draft.said


def test_one_answer_may_settle_several_questions(lamp: Talk) -> None:
    lamp.begins("路燈壞了")
    lamp.says("完全不亮，沒有電線外露，在興隆路二段64巷口", SPOT)

    assert ("完全不亮", "沒有", "巷弄") == tuple(
        lamp.draft.answers[step] for step in ("problem", "danger_now", "place_kind")
    )
    assert DISTRICT == lamp.asked


# ── the order of questions ──


def test_a_lamp_that_is_merely_out_is_asked_for_its_place_first(lamp: Talk) -> None:
    lamp.begins("路燈不亮")

    assert (PLACE, DISTRICT, "danger_now", "place_kind") == lamp.report.missing(lamp.draft)


def test_a_lamp_that_leans_is_asked_about_danger_first(lamp: Talk) -> None:
    lamp.begins("燈桿歪一邊")

    assert ("danger_now", PLACE, DISTRICT, "place_kind") == lamp.report.missing(lamp.draft)
    assert "請先不要靠近。" == lamp.result.warn


def test_danger_is_asked_before_the_place_where_the_kind_is_dangerous(report: Report) -> None:
    hole = Talk(report, "pothole")

    hole.begins("路破一個洞")

    assert "danger_now" == hole.asked


def test_a_question_that_depends_on_another_is_asked_only_then(report: Report) -> None:
    tree = Talk(report, "tree")
    tree.begins("樹根拱起來", SPOT_IN_WENSHAN)
    fallen = Talk(report, "tree")
    fallen.begins("路樹倒了", SPOT_IN_WENSHAN)

    assert "danger_now" not in tree.report.missing(tree.draft)
    assert "danger_now" == fallen.asked


def test_every_kind_can_be_filled_in_to_its_end_by_pressing_the_first_button(report: Report) -> None:
    for kind in report.catalogue.services:
        talk = Talk(report, kind)
        talk.begins("")
        steps = 0
        while talk.asked != CONFIRM and not talk.draft.outcome and steps < 25:
            steps += 1
            step = talk.asked
            question = report.question(talk.draft, step)
            if step == PLACE:
                talk.says("興隆路二段64巷口", SPOT)
            elif step == DISTRICT:
                talk.presses("answer", DISTRICT, "文山區")
            elif step == CONTACT:
                talk.presses("contact_agree")
                talk.says("0912345678", entity("phone", "0912345678"))
            else:
                assert question is not None, f"{kind}: {step}"
                safe = [
                    choice
                    for choice in question.choices
                    if choice not in question.alarm and choice not in question.redirect
                ]
                if safe:
                    talk.presses("answer", step, safe[0])
                else:
                    talk.says("三", entity("count", "三", n=3))

        assert CONFIRM == talk.asked, f"{kind} never ends: {report.missing(talk.draft)}"
        assert "confirmed" == talk.presses("confirm_report").draft.outcome


# ── answers ──


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("沒有", "沒有"), ("沒", "沒有"), ("霉有", "沒有"), ("不知道", UNSURE), ("阿災", UNSURE), ("沒有欸都好好的", "沒有"), ("第一個", "沒有"), ("1", "沒有"), ("３", UNSURE)],
)  # fmt: skip
def test_a_bare_word_answers_the_question_that_was_asked(lamp: Talk, typed: str, meant: str) -> None:
    lamp.begins("路燈不亮", SPOT_IN_WENSHAN)
    assert "danger_now" == lamp.asked

    lamp.says(typed)

    assert meant == lamp.draft.answers["danger_now"]


def test_what_cannot_be_taken_is_asked_again_and_counted(lamp: Talk) -> None:
    lamp.begins("路燈不亮", SPOT_IN_WENSHAN)

    first, second = lamp.says("嘎嘎嘎"), lamp.says("啊啊啊")

    assert ("missed",) == first.notes
    assert (1, 2) == (first.draft.misses, second.draft.misses)
    assert "danger_now" == lamp.asked


def test_an_answer_ends_the_count_of_misses(lamp: Talk) -> None:
    lamp.begins("路燈不亮", SPOT_IN_WENSHAN)
    lamp.says("嘎嘎嘎")

    lamp.presses("answer", "danger_now", "沒有")

    assert 0 == lamp.draft.misses


def test_a_button_of_another_question_is_no_answer(lamp: Talk) -> None:
    lamp.begins("路燈不亮", SPOT_IN_WENSHAN)

    unknown, no_choice = lamp.presses("answer", "colour", "紅"), lamp.presses("answer", "danger_now", "也許")

    assert (True, True) == (unknown.aside, no_choice.aside)
    assert "danger_now" not in lamp.draft.answers


def test_pressing_again_corrects(lamp: Talk) -> None:
    lamp.begins("路燈不亮", SPOT_IN_WENSHAN)
    lamp.presses("answer", "danger_now", "沒有")

    again = lamp.presses("answer", "danger_now", UNSURE)

    assert (("危險", UNSURE),) == again.corrected


def test_the_place_answers_what_it_can(lamp: Talk) -> None:
    crossing = a_place("興隆路和木柵路口", crossing=["興隆路", "木柵路"], district="文山區", in_city=True)

    lamp.begins("路燈不亮", crossing)

    assert "馬路" == lamp.draft.answers["place_kind"]


# ── negation ──


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("沒有漏電", "沒有"),
        ("電線沒有露出來", "沒有"),
        ("電線露出來了", "有"),
        ("有火花", "有"),
        ("沒有火花", "沒有"),
        ("沒看到冒火花", "沒有"),
        ("不知道有沒有漏電", UNSURE),
        ("路燈壞了", None),
    ],
)
def test_a_negated_phrase_says_the_opposite(report: Report, text: str, value: str | None) -> None:
    question = report.catalogue.services["streetlight"].question("danger_now")
    assert question is not None

    assert value == heard_choice(question, text)


def test_no_alarm_is_raised_by_what_is_said_not_to_be(lamp: Talk) -> None:
    result = lamp.begins("路燈不亮，沒有漏電也沒有冒煙", SPOT_IN_WENSHAN)

    assert not result.alarm
    assert "沒有" == result.draft.answers["danger_now"]


# ── danger ──


def test_an_answer_that_means_danger_raises_the_alarm_and_stops_the_form(lamp: Talk) -> None:
    lamp.begins("燈桿歪一邊", SPOT_IN_WENSHAN)

    result = lamp.presses("answer", "danger_now", "有")

    assert "exposed_wire" == result.alarm
    assert FROZEN == result.draft.asked


@pytest.mark.parametrize("text", ["電線外露", "路燈在冒煙", "燈桿快倒了，砸到人了"])
def test_danger_in_the_first_message_raises_the_alarm(lamp: Talk, text: str) -> None:
    assert lamp.begins(text).alarm


def test_the_alarm_of_a_choice_is_the_one_its_question_names(report: Report) -> None:
    hole = Talk(report, "pothole")
    hole.begins("路破一個洞", SPOT_IN_WENSHAN)

    assert "collapse" == hole.presses("answer", "danger_now", "一直下陷").alarm


def test_after_an_alarm_the_form_rests_until_the_citizen_goes_on(lamp: Talk) -> None:
    lamp.begins("路燈 電線外露", SPOT_IN_WENSHAN)

    still = lamp.says("真的很可怕")
    on = lamp.says("接著填")

    assert ("still_here",) == still.notes
    assert FROZEN == still.draft.asked
    assert ("resumed",) == on.taken
    assert "danger_now" == lamp.asked


@pytest.mark.parametrize("typed", ["好可怕", "好恐怖喔", "對面也在閃", "要怎麼辦"])
def test_a_cry_after_an_alarm_does_not_go_on_with_the_form(lamp: Talk, typed: str) -> None:
    lamp.begins("路燈 電線外露", SPOT_IN_WENSHAN)

    assert "resumed" not in lamp.says(typed).taken


def test_facts_given_while_the_form_rests_are_kept(lamp: Talk) -> None:
    lamp.begins("電線外露")

    lamp.says("在興隆路二段64巷口", SPOT)

    assert "興隆路二段64巷口" == lamp.draft.place.show()


# ── the place, the district, pins ──


def test_a_road_alone_is_too_long_and_a_road_says_no_district(lamp: Talk) -> None:
    lamp.begins("興隆路路燈不亮", a_place("興隆路", road="興隆路", in_city=True))
    assert PLACE == lamp.asked

    lamp.says("二段64巷口", a_place("二段64巷口", section="2", lane="64", relation="巷口", in_city=True))

    assert "興隆路二段64巷口" == lamp.draft.place.show()
    assert DISTRICT == lamp.asked


@pytest.mark.parametrize("typed", ["文山區", "文山", "在文山", "應該是文山區吧"])
def test_the_district_is_heard_when_it_was_asked(lamp: Talk, typed: str) -> None:
    lamp.begins("路燈不亮", SPOT)
    assert DISTRICT == lamp.asked

    lamp.says(typed)

    assert "文山區" == lamp.draft.place.district


def test_who_does_not_know_the_district_may_send_a_pin_and_may_not_know_it_twice(lamp: Talk) -> None:
    lamp.begins("路燈不亮", SPOT)

    first = lamp.says("不知道")
    assert ("pin_for_district",) == first.notes
    assert DISTRICT == lamp.asked

    second = lamp.presses("answer", DISTRICT, UNSURE)

    assert (DISTRICT,) == second.taken
    assert DISTRICT not in lamp.report.missing(lamp.draft)


def test_a_pin_inside_one_district_settles_place_and_district(lamp: Talk) -> None:
    lamp.begins("路燈不亮")

    lamp.says("", location=IN_WENSHAN)

    assert ("文山區", True) == (lamp.draft.place.district, lamp.draft.place.has_point)
    assert not {PLACE, DISTRICT} & set(lamp.report.missing(lamp.draft))


def test_a_pin_between_two_districts_leaves_the_choice_of_these_two(lamp: Talk) -> None:
    lamp.begins("路燈不亮")

    lamp.says("", location=BETWEEN_BEITOU_AND_SHILIN)

    assert DISTRICT == lamp.asked
    assert {"北投區", "士林區"} == set(lamp.report.district_choices(lamp.draft))


def test_without_a_pin_all_twelve_districts_may_be_chosen(lamp: Talk) -> None:
    lamp.begins("路燈不亮", SPOT)

    assert 12 == len(lamp.report.district_choices(lamp.draft))


def test_a_pin_outside_the_city_is_refused_and_changes_nothing(lamp: Talk) -> None:
    lamp.begins("路燈不亮")

    result = lamp.says("", location=IN_KAOHSIUNG)

    assert ("outside",) == result.notes
    assert result.draft.place.is_empty
    assert PLACE == lamp.asked


def test_a_place_outside_the_city_is_refused(lamp: Talk) -> None:
    result = lamp.begins("新北市文化路路燈不亮", a_place("新北市文化路", road="文化路", in_city=False))

    assert "outside" in result.notes
    assert result.draft.place.is_empty


def test_a_pin_adds_to_what_was_written(lamp: Talk) -> None:
    lamp.begins("路燈不亮", SPOT)

    lamp.says("", location=IN_WENSHAN)

    assert "文山區興隆路二段64巷口" == lamp.draft.place.show()
    assert lamp.draft.place.has_point


# ── photos ──


def test_photos_are_taken_at_any_moment_and_five_at_most(lamp: Talk) -> None:
    lamp.begins("路燈不亮", photos=("p1",))

    taken = lamp.says("", photos=("p2", "p3", "p4"))
    full = lamp.says("", photos=("p5", "p6"))
    too_many = lamp.says("", photos=("p7",))

    assert ("photo_received",) == taken.notes
    assert ("p1", "p2", "p3", "p4", "p5") == full.draft.photos
    assert PHOTOS_MOST == len(too_many.draft.photos)
    assert ("too_many_photos",) == too_many.notes


def test_a_photo_while_it_is_read_back_is_added_and_read_back_again(ready: Talk) -> None:
    result = ready.says("", photos=("p1",))

    assert ("p1",) == result.draft.photos
    assert CONFIRM == ready.asked


@pytest.mark.parametrize("typed", ["略過照片", "不用了", "沒有"])
def test_a_photo_may_be_left_out(ready: Talk, typed: str) -> None:
    ready.presses("attach_photo")
    assert PHOTO == ready.asked

    ready.says(typed)

    assert CONFIRM == ready.asked
    assert not ready.draft.outcome


# ── reading back, correcting, confirming ──


@pytest.mark.parametrize(
    "typed", ["對", "對啊", "對的", "沒錯", "送出", "送出通報", "OK", "好", "嗯嗯", "可以", "麻煩了", "對！"]
)
def test_yes_to_the_read_back_sends_it(ready: Talk, typed: str) -> None:
    if typed == "嗯嗯":
        typed = "嗯"

    assert "confirmed" == ready.says(typed).draft.outcome


def test_no_to_the_read_back_asks_what_to_change(ready: Talk) -> None:
    result = ready.says("不對")

    assert ("change",) == result.notes
    assert CHANGE == result.draft.asked
    assert not result.draft.outcome


def test_nothing_is_confirmed_while_something_is_missing(lamp: Talk) -> None:
    lamp.begins("路燈不亮")

    assert not lamp.says("對").draft.outcome
    assert not lamp.presses("confirm_report").draft.outcome


def test_a_correction_changes_what_it_names_and_nothing_else(ready: Talk) -> None:
    before = ready.draft

    result = ready.says("不是64巷，是66巷", a_place("66巷", lane="66", in_city=True))

    assert (("地點", "文山區興隆路二段66巷口"),) == result.corrected
    assert before.answers == result.draft.answers
    assert CONFIRM == ready.asked


def test_a_corrected_choice_is_told(ready: Talk) -> None:
    result = ready.says("不是不亮啦，是一閃一閃")

    assert (("狀況", "一閃一閃"),) == result.corrected
    assert "一閃一閃" == ready.draft.answers["problem"]


def test_a_corrected_time_is_told(ready: Talk) -> None:
    result = ready.says("應該是昨天晚上開始", entity("time", "昨天晚上", kind="point"))

    assert (("時間", "昨天晚上"),) == result.corrected


def test_a_correction_to_another_road_asks_for_the_district_again(ready: Talk) -> None:
    result = ready.says(
        "改成木柵路三段9號", a_place("木柵路三段9號", road="木柵路", section="3", number="9", in_city=True)
    )

    assert "木柵路三段9號" == result.draft.place.show()
    assert DISTRICT == ready.asked


def test_a_correction_out_of_the_city_is_refused(ready: Talk) -> None:
    result = ready.says("不對，是新北市文化路", a_place("新北市文化路", road="文化路", in_city=False))

    assert ("outside",) == result.notes
    assert "文山區興隆路二段64巷口" == ready.draft.place.show()


def test_a_row_of_the_read_back_may_be_changed_by_its_own_button(ready: Talk) -> None:
    ready.presses("change_report", PLACE)

    ready.draft = replace(ready.draft, asked=PLACE)
    result = ready.says("66巷口", a_place("66巷口", lane="66", relation="巷口", in_city=True))

    assert "文山區興隆路二段66巷口" == result.draft.place.show()
    assert CONFIRM == ready.asked


def test_the_read_back_shows_what_is_known_and_the_step_behind_each_row(ready: Talk) -> None:
    ready.says("", photos=("p1",))

    assert [
        ("項目", "路燈完全不亮", "problem"),
        ("地點", "文山區興隆路二段64巷口", PLACE),
        ("危險", "沒有", "danger_now"),
        ("場所", "巷弄", "place_kind"),
        ("照片", "1張", PHOTO),
    ] == rows_of(ready.report, ready.draft)


# ── another kind ──


def test_another_kind_keeps_the_place(ready: Talk) -> None:
    result = ready.says("不是路燈，是紅綠燈不亮", label="report/traffic_signal")

    assert "traffic_signal" == result.draft.kind
    assert "kind" in result.taken
    assert "文山區興隆路二段64巷口" == result.draft.place.show()
    assert "problem" not in result.draft.answers or result.draft.answers["problem"] != "完全不亮"


def test_another_kind_needs_a_word_that_says_so(ready: Talk) -> None:
    ready.says("那邊也有坑洞", label="report/pothole")

    assert "streetlight" == ready.draft.kind


def test_an_answer_may_show_that_it_is_another_matter(report: Report) -> None:
    tree = Talk(report, "tree")
    tree.begins("路樹", SPOT_IN_WENSHAN)

    assert "report/animal_rescue" == tree.presses("answer", "problem", "有蜂窩").redirect


def test_a_noise_of_neighbours_is_nobodys_case_here(report: Report) -> None:
    noise = Talk(report, "noise_facility")
    noise.begins("很吵", SPOT_IN_WENSHAN)
    step = next(
        question for question in report.questions(report.catalogue.services["noise_facility"]) if question.redirect
    )

    assert "refer/neighbor_animal_noise" == noise.presses("answer", step.id, "鄰居說話走動").redirect


# ── cancelling, skipping ──


@pytest.mark.parametrize("typed", ["取消", "不報了", "算了", "不用了啦", "先不要"])
def test_a_report_may_be_dropped_at_any_moment(lamp: Talk, typed: str) -> None:
    lamp.begins("路燈不亮")

    assert "cancelled" == lamp.says(typed).draft.outcome


def test_a_long_sentence_that_begins_like_a_cancellation_is_none(lamp: Talk) -> None:
    lamp.begins("路燈不亮")

    lamp.says("不用了解太多啦，就在興隆路二段64巷口", SPOT)

    assert not lamp.draft.outcome
    assert "興隆路二段64巷口" == lamp.draft.place.show()


def test_the_cancel_button_drops_it(ready: Talk) -> None:
    assert "cancelled" == ready.presses("cancel").draft.outcome


def test_a_question_that_may_stay_open_may_be_skipped(report: Report) -> None:
    optional = [
        (service.code, question)
        for service in report.catalogue.services.values()
        for question in service.questions
        if question.offer and not question.required
    ]
    for kind, question in optional:
        talk = Talk(report, kind)
        talk.begins("")
        talk.draft = replace(talk.draft, asked=question.id)

        result = talk.presses("skip", question.id)

        assert question.id in result.draft.skipped
        assert question.id not in report.missing(result.draft)


# ── coming back later ──


def test_after_half_an_hour_it_is_asked_whether_to_go_on(lamp: Talk) -> None:
    lamp.begins("路燈不亮", SPOT_IN_WENSHAN)
    lamp.waits(3600)

    assert RESUME == lamp.says("在嗎").draft.asked


def test_an_answer_after_an_hour_is_still_an_answer(lamp: Talk) -> None:
    lamp.begins("路燈不亮", SPOT_IN_WENSHAN)
    lamp.waits(3600)

    lamp.says("沒有")

    assert CONFIRM == lamp.asked


@pytest.mark.parametrize(
    ("typed", "expected"),
    [("接著填", "danger_now"), ("好", "danger_now"), ("重新開始", PLACE), ("不報了", "cancelled")],
)
def test_who_comes_back_goes_on_begins_anew_or_drops_it(lamp: Talk, typed: str, expected: str) -> None:
    lamp.begins("路燈不亮", SPOT_IN_WENSHAN)
    lamp.waits(3600)
    lamp.says("在嗎")

    lamp.says(typed)

    assert expected == (lamp.draft.outcome or lamp.asked) or (expected == PLACE and lamp.draft.place.is_empty)


@pytest.mark.parametrize(("button", "kept"), [("resume_report", True), ("restart_report", False)])
def test_the_buttons_of_who_comes_back(lamp: Talk, button: str, kept: bool) -> None:
    lamp.begins("路燈不亮", SPOT_IN_WENSHAN)
    lamp.waits(3600)
    lamp.says("在嗎")

    lamp.presses(button)

    assert kept == bool(lamp.draft.place.road)
    assert RESUME != lamp.asked


def test_who_comes_back_with_the_answer_at_once_is_heard(lamp: Talk) -> None:
    lamp.begins("路燈不亮", SPOT_IN_WENSHAN)
    lamp.waits(3600)
    lamp.says("在嗎")

    lamp.says("接著填，沒有漏電")

    assert "沒有" == lamp.draft.answers["danger_now"]
    assert CONFIRM == lamp.asked


# ── in between ──


@pytest.mark.parametrize(
    ("text", "label"),
    [("停車費多少", "ask/parking.pay"), ("我的案件", "my_cases"), ("多久會修好", "when_fixed"), ("你是真人嗎", "are_you_human"), ("謝謝", "thanks")],
)  # fmt: skip
def test_a_question_in_between_is_an_aside_and_the_form_stays_where_it_was(lamp: Talk, text: str, label: str) -> None:
    lamp.begins("路燈不亮", SPOT_IN_WENSHAN)

    result = lamp.says(text, label=label)

    assert result.aside
    assert (0, "danger_now") == (result.draft.misses, lamp.asked)


def test_a_person_may_be_asked_for_at_any_moment(ready: Talk) -> None:
    result = ready.says("我要找專人", intent="handoff")

    assert result.aside
    assert not result.draft.outcome


def test_a_bare_noun_while_words_are_wanted_is_an_answer(report: Report) -> None:
    sofa = Talk(report, "bulky_waste")
    sofa.begins("大型垃圾要丟", SPOT_IN_WENSHAN)
    while sofa.asked != "items":
        sofa.says("一般住家")

    result = sofa.says("沙發", label="ask/env.bulky_book", confidence=0.7)

    assert not result.aside
    assert "沙發" == result.draft.answers["items"]


def test_a_phone_number_that_nobody_asked_for_is_not_written_down(lamp: Talk) -> None:
    lamp.begins("路燈不亮")

    result = lamp.says("0912345678", entity("phone", "0912345678"))

    assert ("phone_not_needed",) == result.notes
    assert not result.draft.contact
    assert "0912345678" not in json.dumps(result.draft.to_json(), ensure_ascii=False)


# ── contact data ──


def test_a_kind_that_needs_a_phone_asks_for_it_last(sofa: Talk) -> None:
    assert CONTACT == sofa.asked
    assert (CONTACT,) == sofa.report.missing(sofa.draft)


def test_a_phone_is_taken_only_after_the_notice_was_agreed_to(sofa: Talk) -> None:
    sofa.draft = replace(sofa.draft, asked=CONTACT)
    phone = entity("phone", "0912345678")

    too_early = sofa.says("0912345678", phone)
    assert not too_early.draft.contact

    sofa.says("同意")
    sofa.draft = replace(sofa.draft, asked=CONTACT)
    sofa.says("0912345678", phone)

    assert "0912345678" == sofa.draft.contact
    assert CONFIRM == sofa.asked


def test_agreement_and_phone_in_one_breath(sofa: Talk) -> None:
    sofa.draft = replace(sofa.draft, asked=CONTACT)

    sofa.says("同意，0912345678", entity("phone", "0912345678"))

    assert "0912345678" == sofa.draft.contact


def test_a_full_width_phone_is_kept_in_half_width(sofa: Talk) -> None:
    sofa.presses("contact_agree")

    sofa.says("０９１２３４５６７８", entity("phone", "０９１２３４５６７８"))

    assert "0912345678" == sofa.draft.contact


def test_a_phone_that_cannot_be_read_is_asked_again(sofa: Talk) -> None:
    sofa.presses("contact_agree")

    assert ("contact_unreadable",) == sofa.says("零九一二").notes


def test_who_will_not_leave_a_phone_where_one_is_needed_is_sent_to_the_telephone(sofa: Talk) -> None:
    assert "phone_declined" == sofa.presses("contact_decline").draft.outcome


def test_who_will_not_leave_contact_data_where_none_is_needed_goes_on(ready: Talk) -> None:
    notice = ready.presses("leave_contact")
    assert ("notice",) == notice.notes
    assert CONTACT == ready.asked

    result = ready.says("不留")

    assert ("no_contact",) == result.notes
    assert CONFIRM == ready.asked
    assert not result.draft.outcome


def test_contact_data_left_by_choice_is_read_back_covered(ready: Talk) -> None:
    ready.presses("leave_contact")
    ready.presses("contact_agree")

    ready.says("a@example.org", entity("email", "a@example.org"))

    assert ("信箱", "a***@example.org", CONTACT) in rows_of(ready.report, ready.draft)
    assert CONFIRM == ready.asked


@pytest.mark.parametrize(
    ("contact", "shown"),
    [("0912345678", "末三碼678"), ("02-2720-8889", "末三碼889"), ("lin@example.org", "l***@example.org")],
)
def test_contact_data_is_shown_covered(contact: str, shown: str) -> None:
    assert shown == masked_contact(contact)


# ── somebody else's case ──


@pytest.mark.parametrize(("typed", "outcome"), [("對，同一件", "followed"), ("不是", "")])
def test_the_same_trouble_may_be_followed_or_reported_anew(ready: Talk, typed: str, outcome: str) -> None:
    ready.draft = replace(ready.draft, asked=SIMILAR)

    result = ready.says(typed)

    assert outcome == result.draft.outcome
    assert bool(outcome) or SIMILAR in result.draft.skipped


# ── words ──


@pytest.mark.parametrize(
    ("text", "bare"),
    [("對！", "對"), ("ＯＫ ", "ok"), ("好的～", "好的"), ("沒有ㄛ", "沒有"), ("對👍", "對"), (" 送 出 ", "送出")],
)
def test_words_are_compared_without_their_dress(text: str, bare: str) -> None:
    assert bare == plain(text)


def test_the_headline_leaves_out_what_is_unknown(report: Report) -> None:
    lamp, sofa = report.catalogue.services["streetlight"], report.catalogue.services["bulky_waste"]

    assert "路燈完全不亮" == headline(lamp, {"problem": "完全不亮"})
    assert "路燈" == headline(lamp, {"problem": "其他"})
    assert "大型廢棄物，沙發（一般住家）" == headline(sofa, {"items": "沙發", "source_kind": "一般住家"})
    assert "大型廢棄物" == headline(sofa, {"source_kind": UNSURE})


def test_every_choice_is_chosen_by_its_own_words(report: Report) -> None:
    for service in report.catalogue.services.values():
        for question in report.questions(service):
            for choice in question.choices:
                assert choice == chosen(question, choice, report.catalogue.replies), f"{service.code}.{question.id}"


def test_a_draft_survives_being_stored(ready: Talk) -> None:
    assert ready.draft == Draft.from_json(json.loads(json.dumps(ready.draft.to_json())))


# ── whatever is typed ──

anything = st.text(max_size=20) | st.sampled_from(
    [
        "路燈不亮",
        "對",
        "不對",
        "取消",
        "沒有",
        "不知道",
        "文山區",
        "接著填",
        "重新開始",
        "電線外露",
        "略過",
        "同意",
        "不是路燈是坑洞",
    ]
)


@settings(max_examples=120, deadline=None)
@given(
    st.lists(st.tuples(anything, st.sampled_from([0.0, 60.0, 3600.0])), min_size=1, max_size=8),
    st.sampled_from(["streetlight", "bulky_waste", "pothole"]),
)
def test_whatever_is_typed_a_draft_that_is_confirmed_misses_nothing(
    catalogue: Catalogue, districts: tuple[District, ...], said: list[tuple[str, float]], kind: str
) -> None:
    report = Report(catalogue, districts)
    talk = Talk(report, kind)
    talk.begins(said[0][0])
    for text, pause in said[1:]:
        if talk.draft.outcome:
            break
        talk.waits(pause)
        result = talk.says(text)

        assert result.draft.outcome != "confirmed" or not report.missing(result.draft)
        assert not result.draft.contact
        assert isinstance(result.draft.place, Place)
