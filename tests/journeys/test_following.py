"""Following a case: from elsewhere by number and code, here without, and nothing to fish for."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.journeys.citizens import Citizen, WebCitizen
from tests.journeys.installation import Installation

pytestmark = pytest.mark.journey


@pytest.fixture
def opened(on_line: Citizen, place: str) -> tuple[str, str]:
    """Number and code of a case that somebody opened on LINE."""
    on_line.asks(f"{place}路燈三天沒亮了，沒有電線外露", "送出通報")
    heard = on_line.asks("對", "已受理", "查詢碼：")
    return heard.case, heard.code


def test_number_and_code_open_it_from_another_conversation(opened: tuple[str, str], citizen: Citizen) -> None:
    number, code = opened

    citizen.asks(f"我要查案件 {number}", f"請輸入{number}的6位數查詢碼")

    citizen.asks(code, number, "狀態：受理")


def test_a_wrong_code_and_an_unknown_number_get_the_same_words(
    opened: tuple[str, str], visit: Callable[[str], Citizen]
) -> None:
    number, code = opened
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    fishing, guessing = visit("web"), visit("web")

    no_such_case = fishing.asks(f"查DEMO-99999 查詢碼{wrong}", "對不起來")
    wrong_code = guessing.asks(f"查{number} 查詢碼{wrong}", "對不起來")

    assert wrong_code.text == no_such_case.text
    assert wrong_code.buttons.keys() == no_such_case.buttons.keys()


def test_five_wrong_codes_close_the_door_for_a_while(opened: tuple[str, str], on_web: WebCitizen) -> None:
    number, code = opened
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    on_web.asks(f"查{number} 查詢碼{wrong}", "還可以試4次")
    for left in (3, 2, 1):
        on_web.asks(wrong, f"還可以試{left}次")

    on_web.asks(wrong, "試太多次了")

    assert "受理" not in on_web.asks(f"查{number} 查詢碼{code}", "試太多次了").text


def test_my_cases_shows_ones_own_and_nobody_elses(
    opened: tuple[str, str], on_line: Citizen, on_telegram: Citizen
) -> None:
    on_line.asks("我的案件", opened[0])

    assert opened[0] not in on_telegram.asks("我的案件", "這個聊天裡還沒有案件").text


def test_what_the_office_records_is_what_the_citizen_hears(
    installation: Installation, opened: tuple[str, str], on_line: Citizen
) -> None:
    number, _ = opened
    done = installation.command("status", number, "已完成", "燈泡換好了")
    assert done.returncode == 0, done.stderr

    on_line.asks("我的案件", "狀態：已完成", "燈泡換好了")

    on_line.asks("還沒修好", "重新開啟", number)
    on_line.asks("多久會好", "沒有公布")
    on_line.asks("催辦", "催辦送出了", number)


def test_forgetting_someone_ends_the_tie_to_their_case(opened: tuple[str, str], on_line: Citizen) -> None:
    on_line.asks("刪除我的資料", "確定要刪，請回「刪除我的資料」")

    on_line.asks("刪除我的資料", "刪除完成了")

    on_line.asks("我的案件", "這個聊天裡還沒有案件")
