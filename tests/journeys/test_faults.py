"""What breaks: Rasa, the service, the way from Rasa to our actions. Nothing is lost, nothing is claimed that did not happen."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from hotline.app.model import model_path
from hotline.app.run import _rasa
from hotline.app.settings import Settings
from tests.journeys.citizens import CASE, LineCitizen, TelegramCitizen, TelegramStage, WebCitizen
from tests.journeys.cut_line import CutLine
from tests.journeys.installation import Installation, eventually, free_port, is_alive, trained_models

pytestmark = pytest.mark.journey

OUTAGE_SECONDS = 240.0
"""Rasa's start on a busy machine, and the pauses between our tries."""
NOTICE = "我這邊暫時不能回答，您的訊息已經存好"


def cases_in(installation: Installation) -> int:
    """How many cases there are."""
    with sqlite3.connect(f"file:{installation.database}?mode=ro", uri=True) as database:
        return int(database.execute("select count(*) from cases").fetchone()[0])


@pytest.fixture(scope="module")
def frail(tmp_path_factory: pytest.TempPathFactory, stage: TelegramStage) -> Iterator[Installation]:
    """An installation that these tests may break, in the order in which they stand."""
    made = Installation(tmp_path_factory.mktemp("frail"), settings=stage.settings())
    try:
        yield made.start()
    finally:
        made.stop()


def test_two_installations_side_by_side_know_nothing_of_each_other(
    installation: Installation, frail: Installation, place: str
) -> None:
    here, there = WebCitizen(installation), WebCitizen(frail)
    there.asks(f"{place}路燈三天沒亮了，沒有電線外露", "送出通報")
    opened = there.asks("對", "已受理")
    before = cases_in(installation)

    heard = here.asks(f"查{opened.case} 查詢碼{opened.code}", "對不起來")

    assert place not in heard.text
    assert cases_in(installation) == before
    here.listener.close()
    here.client.headers["Authorization"] = f"Bearer {there.token}"
    assert here.posts(text="怎麼用").status_code == 401
    here.close()
    there.close()


def test_with_rasa_killed_danger_is_answered_and_the_rest_is_taken_and_answered_in_order_when_it_is_back(
    frail: Installation, stage: TelegramStage
) -> None:
    on_web, in_form = WebCitizen(frail), WebCitizen(frail)
    on_line, on_telegram = LineCitizen(frail), TelegramCitizen(frail, stage)
    on_web.asks("怎麼用", "可以這樣用")
    in_form.asks("路燈壞了", "在哪裡")
    old = frail.rasa
    frail.kill(old)
    eventually(lambda: not is_alive(old), "Rasa is dead")

    in_form.says("文山區木柵路二段101號前面")
    on_line.says("停車單不見了怎麼繳")
    on_telegram.says("停車單不見了怎麼繳")
    on_web.asks("停車單不見了怎麼繳", NOTICE, "急的話請打1999")
    first = on_web.mark
    on_web.says("身分證不見了怎麼辦")

    for citizen in (in_form, on_line, on_telegram):
        citizen.hears(NOTICE)
    in_danger = LineCitizen(frail)
    in_danger.asks("我家失火了，快來人", "119", seconds=20)
    frail.until_ready(OUTAGE_SECONDS)
    assert frail.rasa != old
    assert any("Rasa ended (exit -9); starting it again" in line for line in frail.lines)
    on_web.mark = first
    answered = on_web.hears("停車管理工程處", "戶政事務所", seconds=OUTAGE_SECONDS)
    assert answered.text.index("停車管理工程處") < answered.text.index("戶政事務所")
    assert answered.text.count(NOTICE) == 1
    in_form.hears("木柵路二段101號", "路燈怎麼了", seconds=OUTAGE_SECONDS)
    on_line.hears("來源：", seconds=OUTAGE_SECONDS)
    on_telegram.hears("來源：", seconds=OUTAGE_SECONDS)
    for citizen in (on_web, in_form, on_line, on_telegram, in_danger):
        citizen.close()


def test_a_service_killed_right_after_its_yes_answers_when_it_is_back(frail: Installation) -> None:
    citizen = WebCitizen(frail)
    citizen.asks("怎麼用", "可以這樣用")
    old, key = frail.service, str(uuid.uuid4())
    taken = citizen.posts(id=key, text="停車單不見了怎麼繳")
    frail.kill(old)
    assert taken.status_code == 202
    citizen.mark = taken.json()["seq"]

    eventually(lambda: frail.service not in (0, old), "another service is started")
    frail.until_ready()
    answered = citizen.hears("來源：臺北市停車管理工程處", seconds=OUTAGE_SECONDS)

    assert citizen.posts(id=key, text="停車單不見了怎麼繳").json() == taken.json()
    assert [event["text"] for event in citizen.feed].count("停車單不見了怎麼繳") == 1
    assert answered.text.count("來源：") == 1
    assert citizen.listener.cuts >= 1
    citizen.close()


def test_ctrl_c_ends_every_process(frail: Installation) -> None:
    children = frail.children()
    assert len(children) == 2

    code = frail.stop(signal.SIGINT)

    assert code == 0
    assert not any(map(is_alive, children))
    assert frail.health() == {}


def test_the_next_start_has_forgotten_nothing(frail: Installation) -> None:
    cases = cases_in(frail)

    frail.start()

    assert cases_in(frail) == cases
    children = frail.children()
    assert frail.process is not None
    frail.kill(frail.process.pid)  # the supervisor itself: nobody is left to tell its children
    eventually(lambda: not any(map(is_alive, children)), "the children end with their parent")


@pytest.fixture
def cut(own_folder: Path, stage: TelegramStage) -> Iterator[tuple[Installation, CutLine]]:
    """An installation whose Rasa reaches the actions over a line that can be cut."""
    made = Installation(own_folder, port=free_port())
    own_folder.mkdir()
    rasa_port = free_port()
    with CutLine(made.port) as line:
        (own_folder / "models").symlink_to(trained_models(), target_is_directory=True)
        rasa = _rasa(Settings(port=line.port, data_dir=own_folder), rasa_port, model_path(own_folder))
        rasa.log.parent.mkdir()
        with rasa.log.open("wb") as log:
            process = subprocess.Popen(
                rasa.command, cwd=rasa.folder, env=dict(rasa.environment), stdout=log, stderr=log
            )
        made.settings["rasa_url"] = f"http://127.0.0.1:{rasa_port}"
        try:
            yield made.start(), line
        finally:
            made.stop()
            process.terminate()
            process.wait(30)


def test_with_the_actions_out_of_reach_nobody_is_told_of_a_case(cut: tuple[Installation, CutLine], place: str) -> None:
    installation, line = cut
    citizen = WebCitizen(installation)
    citizen.asks(f"{place}路燈三天沒亮了，沒有電線外露", "請看一下對不對")
    line.is_cut = True

    citizen.asks("對", NOTICE)
    eventually(lambda: line.lost > 1, "it is tried again")

    said = "\n".join(event["text"] for event in citizen.feed if event["from"] != "citizen")
    assert "已受理" not in said
    assert "案號" not in said
    assert not CASE.search(said)
    assert cases_in(installation) == 0

    line.heal()
    opened = citizen.hears("已受理", seconds=OUTAGE_SECONDS)
    assert len(CASE.findall(opened.text)) == 1
    assert cases_in(installation) == 1

    other = WebCitizen(installation)
    other.asks("文山區木柵路二段200號路燈三天沒亮了，沒有電線外露", "請看一下對不對")
    line.loses = b'"next_action": "action_close_report"'

    other.asks("對", NOTICE)

    said = "\n".join(event["text"] for event in other.feed if event["from"] != "citizen")
    assert not CASE.search(said)
    assert cases_in(installation) == 2, "the case was opened, and only the answer was lost"
    line.heal()
    opened = other.hears("已受理", seconds=OUTAGE_SECONDS)
    assert opened.case != CASE.findall(citizen.hears("已受理").text)[0]
    assert cases_in(installation) == 2, "the same turn finds its own case again"
    citizen.close()
    other.close()
