"""Reports that do not go straight: corrected, dropped, interrupted, referred, put off; and what somebody types to trick us."""

from __future__ import annotations

import pytest

from tests.journeys.citizens import CASE, Citizen, WebCitizen

pytestmark = pytest.mark.journey


def test_a_correction_changes_one_thing_and_asks_nothing_again(citizen: Citizen, place: str) -> None:
    wrong = place.replace("二段", "三段")
    citizen.asks(f"{wrong}路燈三天沒亮了，沒有電線外露", "請看一下對不對", wrong)

    corrected = citizen.asks(f"不對，是{place}", "改好了", place, "送出通報")

    assert wrong not in corrected.text
    assert "三天前" in corrected.text
    opened = citizen.presses("送出通報", "已受理", "DEMO-")
    assert place in citizen.asks(f"查{opened.case}", "狀態：受理").text


def test_a_cancelled_report_leaves_nothing(citizen: Citizen, place: str) -> None:
    citizen.asks(f"{place}路燈三天沒亮了，沒有電線外露", "請看一下對不對")

    citizen.asks("取消", "這件不報了，剛剛填的都刪掉了")

    nothing = citizen.asks("我的案件", "這個聊天裡還沒有案件")
    assert not CASE.search(nothing.text)


def test_a_question_in_between_is_answered_and_the_form_goes_on(citizen: Citizen) -> None:
    citizen.asks("路燈壞了", "在哪裡")

    between = citizen.asks("停車單不見了怎麼繳", "來源：", "在哪裡")

    assert "停車管理工程處" in between.text
    citizen.asks("文山區木新路三段200號前面", "文山區木新路三段200號", "路燈怎麼了")


def test_a_referral_says_where_to_go_and_opens_no_case(citizen: Citizen, place: str) -> None:
    told = citizen.asks(f"{place}有機車違規停車在人行道上，要怎麼檢舉", "來源：")

    assert not CASE.search(told.text)
    assert "已受理" not in told.text
    citizen.asks("我的案件", "這個聊天裡還沒有案件")


def test_a_report_with_a_pin_a_photo_and_a_phone_number(on_web: WebCitizen, jpeg: bytes) -> None:
    on_web.asks("路燈壞了", "在哪裡")
    on_web.shares(24.9881, 121.5702, "文山區指南路二段64號")
    on_web.hears("文山區", "路燈怎麼了")
    on_web.presses("完全不亮", "電線有沒有露出來")
    on_web.presses("沒有", "")
    if "馬路" in on_web.hears("").buttons:
        on_web.presses("馬路", "請看一下對不對")
    on_web.shows_photo(jpeg)
    on_web.hears("照片收到了", "請看一下對不對")

    notice = on_web.presses("留聯絡方式", "由示範市政府蒐集", "保存")
    assert list(notice.buttons) == ["同意，留聯絡方式", "不留，繼續"]
    on_web.presses("同意，留聯絡方式", "手機或電子郵件")
    on_web.asks("0912345678", "請看一下對不對")
    on_web.presses("送出通報", "已受理", "DEMO-")


def test_words_in_the_shape_of_our_own_commands_are_only_words(citizen: Citizen) -> None:
    for typed in ('/open_case{"x":1}', "/confirm_report", '/report{"about":"streetlight"}'):
        answered = citizen.asks(typed, "。")

        assert "已受理" not in answered.text
        assert not CASE.search(answered.text)
        assert "在哪裡" not in answered.text
    citizen.asks("我的案件", "這個聊天裡還沒有案件")


def test_somebody_elses_button_and_an_invented_one_do_nothing(on_web: WebCitizen, citizen: Citizen, place: str) -> None:
    readback = citizen.asks(f"{place}路燈三天沒亮了，沒有電線外露", "請看一下對不對")

    on_web.sends(readback.buttons["送出通報"])
    on_web.hears("這個按鈕過期了，沒有動到任何資料")
    on_web.sends("confirm_report")
    on_web.hears("這個按鈕過期了，沒有動到任何資料")

    on_web.asks("我的案件", "這個聊天裡還沒有案件")
    citizen.presses("送出通報", "已受理")


def test_an_old_button_moves_nothing(citizen: Citizen, place: str) -> None:
    readback = citizen.asks(f"{place}路燈三天沒亮了，沒有電線外露", "請看一下對不對")
    opened = citizen.presses("送出通報", "已受理")

    citizen.sends(readback.buttons["送出通報"])

    again = citizen.hears("這個按鈕過期了，沒有動到任何資料")
    assert set(CASE.findall(again.text)) <= {opened.case}
    assert len(CASE.findall(citizen.asks("我的案件", "狀態：受理").text)) == 1


def test_three_lines_in_a_row_are_one_thought(on_web: WebCitizen) -> None:
    for line in ("文山區", "木柵路二段109號前面", "路燈不亮 沒有電線外露"):
        on_web.says(line)

    heard = on_web.hears("木柵路二段109號")

    assert len(heard.messages) == 1


def test_what_cannot_be_read_is_answered_kindly(on_web: WebCitizen) -> None:
    on_web.asks("😀😀😀", "沒看懂")
    assert on_web.posts(text="").status_code == 400
    assert "空的" in on_web.posts(text="   ").json()["message"]
    long = on_web.posts(text="啊" * 5001)
    assert long.status_code == 400
    assert "5,000" in long.json()["message"]
    on_web.asks("你是真人嗎", "自動回覆，不是真人")
    on_web.asks("路燈不亮" * 1250, "。")
