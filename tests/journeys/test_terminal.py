"""The `hotline` command, as somebody types it."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from tests.journeys.citizens import DeskAgent
from tests.journeys.installation import PASSWORD, Installation, free_port, hotline

pytestmark = pytest.mark.journey

COMMANDS = ("run", "serve", "train", "talk", "understand", "doctor", "agent", "password", "status")
KINDS = {"service", "referral", "topic", "emergency", "handoff", "status", "smalltalk", "out_of_scope"}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    done = hotline(command, "--help")

    assert done.returncode == 0
    assert done.stdout.startswith(f"usage: hotline {command}")
    assert not done.stderr


def test_the_command_lists_its_commands_and_refuses_others() -> None:
    listed, wrong = hotline("--help"), hotline("dance")

    assert listed.returncode == 0
    assert all(command in listed.stdout for command in COMMANDS)
    assert wrong.returncode == 2


def test_talk_takes_its_lines_from_a_pipe(installation: Installation) -> None:
    done = installation.command("talk", said="停車單不見了怎麼繳\n怎麼用\n1\n路燈壞了\n取消\n")

    assert done.returncode == 0, done.stderr
    said = done.stdout
    assert "來源：臺北市停車管理工程處" in said
    assert said.index("可以這樣用") < said.index("要報什麼") < said.index("在哪裡") < said.index("這件不報了")


def test_talk_says_in_one_line_that_nobody_answers() -> None:
    done = hotline("talk", said="您好\n", port=free_port())

    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1
    assert "does not answer" in done.stderr


def test_understand_prints_one_json_line_a_text(installation: Installation, tmp_path: Path) -> None:
    asked = tmp_path / "asked.jsonl"
    texts = [
        "信義區信義路五段7號前面路燈不亮三天了",
        "停車單不見了怎麼繳",
        "我要找真人",
        "有人被車撞倒流很多血",
        "你好",
        "忠孝東路四段和敦化南路口號誌不亮，順便問停車費怎麼繳",
    ]
    asked.write_text("\n".join(json.dumps({"text": text}, ensure_ascii=False) for text in texts), encoding="utf-8")

    done = installation.command("understand", str(asked))

    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["text"] for line in lines] == texts
    for line in lines:
        assert {"text", "kind", "id", "confidence", "alternatives", "place", "entities"} <= line.keys()
        assert line["kind"] in KINDS
        assert 0.0 <= line["confidence"] <= 1.0
        assert all({"kind", "id", "confidence"} <= other.keys() for other in line["alternatives"])
    lamp, ticket, person, danger, hello, two = lines
    assert (lamp["kind"], lamp["id"]) == ("service", "streetlight")
    assert lamp["place"]["district"] == "信義區"
    assert (lamp["place"]["road"], lamp["place"]["section"], lamp["place"]["number"]) == ("信義路", "5", "7")
    assert ticket["kind"] == "topic"
    assert ticket["place"] is None
    assert person["kind"] == "handoff"
    assert danger["kind"] == "emergency"
    assert hello["kind"] == "smalltalk"
    assert [wish["kind"] for wish in two["wishes"]] == ["service", "topic"]
    assert set(two["place"]["crossing"]) == {"忠孝東路四段", "敦化南路"}


def test_understand_reads_plain_lines_from_a_pipe_and_names_the_line_it_cannot_read(
    installation: Installation,
) -> None:
    done = installation.command("understand", said="路燈不亮\n\n謝謝\n")
    wrong = installation.command("understand", said='路燈不亮\n{"words": 1}\n')

    assert [json.loads(line)["text"] for line in done.stdout.splitlines()] == ["路燈不亮", "謝謝"]
    assert wrong.returncode == 2
    assert "line 2" in wrong.stderr


def test_understand_says_that_there_is_no_such_file() -> None:
    done = hotline("understand", "nowhere.jsonl")

    assert done.returncode == 2
    assert "nowhere.jsonl" in done.stderr


def test_doctor_finds_nothing_missing(installation: Installation) -> None:
    done = installation.command("doctor")

    assert done.returncode == 0, done.stdout
    assert "FAIL" not in done.stdout
    assert "22 kinds of cases" in done.stdout


def test_doctor_says_what_is_missing(tmp_path: Path) -> None:
    done = hotline("doctor", data_dir=tmp_path)

    assert done.returncode == 1
    assert "FAIL  model" in done.stdout


def test_a_taken_port_gives_one_clear_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = hotline("run", port=port, data_dir=tmp_path)

    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.splitlines() == [done.stderr.strip()]
    assert f"port {port} is taken" in done.stderr
    assert "HOTLINE_PORT=" in done.stderr


def test_a_setting_that_cannot_be_used_gives_one_clear_line() -> None:
    done = hotline("run", port="eighty")

    assert done.returncode == 2
    assert done.stderr.strip() == "hotline: HOTLINE_PORT cannot be 'eighty'"


def test_the_first_password_is_shown_once_and_must_be_changed(installation: Installation) -> None:
    shown = installation.command("password", "admin")
    with pytest.raises(AssertionError, match="wrong"):
        DeskAgent(installation)
    password = shown.stdout.rsplit(maxsplit=1)[-1]
    agent = DeskAgent(installation, password=password)
    assert agent.client.get("/conversations").status_code == 403
    changed = agent.client.post("/password", json={"old": password, "new": PASSWORD})
    assert changed.status_code == 204
    assert agent.client.get("/conversations").status_code == 200
