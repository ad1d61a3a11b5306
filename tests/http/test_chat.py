"""The web chat over real HTTP: POST up, events down, each message once."""

from __future__ import annotations

import asyncio
import io
import json
from typing import Any

import httpx
from PIL import Image

from hotline.domain import words
from tests.fakes.understanding import FakeUnderstanding
from tests.http.conftest import Chat, begin


def photograph(**more: Any) -> bytes:
    """A JPEG that knows where and with what it was taken."""
    exif = Image.Exif()
    exif[0x010F] = "SpyCam"
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[2] = (25.0, 2.0, 3.0)
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "green").save(out, "JPEG", exif=exif, comment=b"a secret", **more)
    return out.getvalue()


async def upload(chat: Chat, raw: bytes, kind: str = "image/jpeg") -> httpx.Response:
    return await chat.client.post(f"{chat.url}/chat/photos", content=raw, headers=chat.headers | {"Content-Type": kind})


# ── sessions ──


async def test_a_session_has_a_token_that_cannot_be_guessed(client: httpx.AsyncClient, city: str) -> None:
    first, second = await begin(client, city), await begin(client, city)

    assert len(first.token) >= 43
    assert first.token != second.token
    assert first.address != second.address


async def test_without_a_token_of_ours_nothing_is_open(client: httpx.AsyncClient, city: str) -> None:
    routes = [
        ("POST", "/chat/messages"),
        ("POST", "/chat/photos"),
        ("GET", "/chat/photos/abcdefgh"),
        ("GET", "/chat/events"),
        ("DELETE", "/chat/session"),
    ]
    answers = {
        (method, path, given): (await client.request(method, f"{city}{path}", headers={"Authorization": given}))
        for method, path in routes
        for given in ("", "Bearer", "Bearer made-up", "Basic abc", "made-up")
    }

    assert dict.fromkeys(answers, (401, "no_session")) == {
        asked: (answer.status_code, answer.json()["error"]) for asked, answer in answers.items()
    }


async def test_a_session_that_was_ended_is_closed_and_its_stream_too(chat: Chat) -> None:
    await chat.post(text="你好")
    async with chat.stream() as stream:
        await stream.lines_until("你好")

        ended = await chat.client.delete(f"{chat.url}/chat/session", headers=chat.headers)

        async with asyncio.timeout(8):
            rest = [line async for line in stream.lines]
    assert 204 == ended.status_code
    assert not any("你好" in line for line in rest)
    assert 401 == (await chat.post(text="還在嗎")).status_code


# ── messages ──


async def test_a_message_is_acknowledged_with_its_number(chat: Chat) -> None:
    answer = await chat.post(text="你好")

    assert (202, {"seq": 1}) == (answer.status_code, answer.json())


async def test_the_same_message_again_gets_the_same_answer_and_is_stored_once(chat: Chat) -> None:
    answers = await asyncio.gather(*(chat.post(id="the-same", text="你好") for _ in range(8)))
    other = await chat.post(text="再一句")

    assert [(202, {"seq": 1})] * 8 == [(answer.status_code, answer.json()) for answer in answers]
    assert other.json()["seq"] > 1
    async with chat.stream() as stream:
        lines = await stream.lines_until("再一句")
    assert ["你好"] == [line["text"] for line in lines if line["text"] == "你好"]


async def test_the_same_id_of_two_citizens_is_two_messages(client: httpx.AsyncClient, city: str) -> None:
    one, two = await begin(client, city), await begin(client, city)

    answers = [await one.post(id="m1", text="一"), await two.post(id="m1", text="二")]

    assert [{"seq": 1}, {"seq": 1}] == [answer.json() for answer in answers]


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"text": "沒有編號", "id": None}, "bad_id"),
    ({"text": "編號太長", "id": "x" * 65}, "bad_id"),
    ({"text": "編號怪", "id": "a b"}, "bad_id"),
    ({"text": ""}, "empty"),
    ({"text": " \n "}, "empty"),
    ({"text": "字" * 5001}, "too_long"),
    ({}, "bad_message"),
    ({"text": "兩種", "payload": "x"}, "bad_message"),
    ({"text": 5}, "empty"),
    ({"payload": "x" * 65}, "bad_payload"),
    ({"payload": {"a": 1}}, "bad_payload"),
    ({"location": {"lat": 91, "lng": 121}}, "bad_location"),
    ({"location": {"lat": "x", "lng": 121}}, "bad_location"),
    ({"location": [25, 121]}, "bad_location"),
    ({"photo": "../../etc/passwd"}, "bad_photo"),
    ({"photo": "abcdefgh12345678"}, "bad_photo"),
]


async def test_what_cannot_be_taken_is_refused_in_words(chat: Chat) -> None:
    for body, code in REFUSED:
        answer = await chat.post(**body)

        assert answer.status_code in (400, 404), body
        assert code == answer.json()["error"], body
        assert answer.json()["message"].endswith("。"), body


async def test_what_is_no_json_object_is_refused(chat: Chat) -> None:
    for raw in (b"", b"{", b"[1]", b"\xff\xfe", b'"text"', b"null"):
        answer = await chat.client.post(f"{chat.url}/chat/messages", content=raw, headers=chat.headers)

        assert 400 == answer.status_code, raw


async def test_a_message_of_more_than_64_kilobytes_is_too_large(chat: Chat) -> None:
    assert 413 == (await chat.post(text="x", more="y" * 70_000)).status_code


async def test_five_thousand_characters_are_taken(chat: Chat) -> None:
    assert 202 == (await chat.post(text="字" * 5000)).status_code


async def test_control_characters_never_arrive(chat: Chat) -> None:
    await chat.post(text="路\x00燈\u202e不亮")

    async with chat.stream() as stream:
        [line] = await stream.lines_until("路燈")

    assert "路燈不亮" == line["text"]


async def test_a_lone_surrogate_harms_nobody(chat: Chat) -> None:
    raw = json.dumps({"id": "s1", "text": "路燈\ud800不亮"}).encode()

    answer = await chat.client.post(f"{chat.url}/chat/messages", content=raw, headers=chat.headers)

    assert 202 == answer.status_code


# ── events ──


async def test_an_answer_comes_down_the_stream_with_its_buttons(chat: Chat, rasa: FakeUnderstanding) -> None:
    rasa.learns("停車費怎麼繳", "ask/parking.pay")
    async with chat.stream() as stream:
        await chat.post(text="停車費怎麼繳")

        lines = await stream.lines_until("來源：")

    assert ["citizen", "bot"] == [line["from"] for line in lines]
    assert {"title", "payload"} <= lines[-1]["buttons"][0].keys()
    assert all(len(button["payload"]) <= 64 for button in lines[-1]["buttons"])


async def test_a_button_of_the_stream_can_be_pressed(chat: Chat, rasa: FakeUnderstanding) -> None:
    rasa.learns("停車費怎麼繳", "ask/parking.pay")
    async with chat.stream() as stream:
        await chat.post(text="停車費怎麼繳")
        answer = (await stream.lines_until("來源："))[-1]

        await chat.post(payload=answer["buttons"][0]["payload"])

        lines = await stream.lines_until("停車後15日內繳")
    assert answer["buttons"][0]["title"] == lines[0]["text"]


async def test_who_comes_back_gets_what_was_missed_and_nothing_twice(chat: Chat) -> None:
    for text in ("一號", "二號", "三號"):
        await chat.post(text=text)

    async with chat.stream(after=1) as stream:
        by_query = await stream.lines_until("三號")
    async with chat.stream(**{"Last-Event-ID": "2"}) as stream:
        by_header = await stream.lines_until("三號")

    assert 2 == by_query[0]["seq"]
    assert by_header[0]["seq"] > 2
    seqs = [line["seq"] for line in by_query]
    assert seqs == sorted(set(seqs))


async def test_two_pages_of_one_citizen_see_the_same(chat: Chat) -> None:
    async with chat.stream() as one, chat.stream() as two:
        await chat.post(text="你好")

        assert await one.lines_until("你好") == await two.lines_until("你好")


async def test_the_stream_begins_with_how_things_stand(chat: Chat) -> None:
    async with chat.stream() as stream:
        event = await stream.next()

    assert "state" == event["event"]
    assert "id" not in event
    assert {"in_charge": "bot", "agent": None, "ahead": None, "working": False, "degraded": False} == json.loads(
        event["data"]
    )
    assert stream.response.headers["content-type"].startswith("text/event-stream")
    assert "no-store" == stream.response.headers["cache-control"]


async def test_the_stream_tells_that_a_person_is_waited_for(chat: Chat, rasa: FakeUnderstanding) -> None:
    rasa.learns("找人", "handoff")
    async with chat.stream() as stream:
        await chat.post(text="找人")

        states = []
        while not states or states[-1]["in_charge"] != "waiting":
            event = await stream.next()
            if event.get("event") == "state":
                states.append(json.loads(event["data"]))

    assert ("waiting", 0, None) == tuple(states[-1][key] for key in ("in_charge", "ahead", "agent"))


async def test_the_stream_tells_that_we_cannot_answer_just_now(chat: Chat, rasa: FakeUnderstanding) -> None:
    rasa.away = True
    async with chat.stream() as stream:
        await chat.post(text="停車費")

        lines = await stream.lines_until("暫時不能回答")

    assert words.SERVICE_DEGRADED == lines[-1]["text"]


async def test_a_place_in_the_stream_is_a_number(chat: Chat) -> None:
    for after in ("x", "-1", "1.5"):
        answer = await chat.client.get(f"{chat.url}/chat/events?after={after}", headers=chat.headers)

        assert (400, "bad_after") == (answer.status_code, answer.json()["error"]), after


# ── photos ──


async def test_a_photo_is_kept_upright_and_without_what_it_knew(chat: Chat) -> None:
    kept = (await upload(chat, photograph())).json()

    shown = await chat.client.get(f"{chat.url}{kept['url']}", headers=chat.headers)

    assert (200, "image/jpeg") == (shown.status_code, shown.headers["content-type"])
    assert b"SpyCam" not in shown.content
    assert b"a secret" not in shown.content
    with Image.open(io.BytesIO(shown.content)) as picture:
        assert (40, 60) == picture.size  # turned as the camera meant it
        assert {} == dict(picture.getexif())


async def test_a_photo_is_sent_as_a_message_and_shown_in_the_stream(chat: Chat) -> None:
    kept = (await upload(chat, photograph())).json()

    async with chat.stream() as stream:
        await chat.post(photo=kept["photo"])
        lines = await stream.lines_until("（照片）")

    assert kept["url"] == lines[-1]["image"]


async def test_somebody_elses_photo_is_not_there(client: httpx.AsyncClient, city: str, chat: Chat) -> None:
    kept = (await upload(chat, photograph())).json()
    stranger = await begin(client, city)

    seen = await client.get(f"{city}{kept['url']}", headers=stranger.headers)
    sent = await stranger.post(photo=kept["photo"])

    assert (404, 404) == (seen.status_code, sent.status_code)


async def test_what_is_no_picture_is_refused_in_words(chat: Chat) -> None:
    svg = b"<svg xmlns='http://www.w3.org/2000/svg'/>"
    for raw in (b"", b"no picture", svg, b"GIF89a", photograph()[:200]):
        answer = await upload(chat, raw)

        assert (400, "photo_unreadable") == (answer.status_code, answer.json()["error"]), raw[:20]


async def test_other_pictures_become_jpeg(chat: Chat) -> None:
    for kind in ("PNG", "WEBP", "GIF", "BMP"):
        out = io.BytesIO()
        Image.new("RGB", (20, 20), "red").save(out, kind)

        kept = (await upload(chat, out.getvalue(), f"image/{kind.lower()}")).json()

        shown = await chat.client.get(f"{chat.url}{kept['url']}", headers=chat.headers)
        assert shown.content.startswith(b"\xff\xd8"), kind


async def test_a_picture_with_too_many_pixels_is_refused_before_it_is_opened(chat: Chat) -> None:
    out = io.BytesIO()
    Image.new("1", (10_000, 10_000)).save(out, "PNG")

    assert 413 == (await upload(chat, out.getvalue())).status_code


async def test_more_than_ten_megabytes_are_refused(chat: Chat) -> None:
    assert 413 == (await upload(chat, b"\xff\xd8" + b"x" * 10 * 1024 * 1024)).status_code


# ── a page of another site that may carry the widget ──


async def test_the_carrier_of_the_widget_may_speak_to_the_chat_and_nobody_else(
    client: httpx.AsyncClient, city: str
) -> None:
    carrier, stranger = (
        {"Origin": site, "Sec-Fetch-Site": "cross-site"}
        for site in ("https://www.example.gov", "https://elsewhere.example")
    )

    allowed = await client.post(f"{city}/chat/session", json={}, headers=carrier)
    preflight = await client.options(f"{city}/chat/messages", headers=carrier)
    refused = await client.post(f"{city}/chat/session", json={}, headers=stranger)
    desk = await client.post(f"{city}/desk/api/session", json={}, headers=carrier)

    assert (201, 204, 403, 403) == tuple(answer.status_code for answer in (allowed, preflight, refused, desk))
    assert "https://www.example.gov" == allowed.headers["access-control-allow-origin"]
    assert "authorization" in preflight.headers["access-control-allow-headers"]
    assert "access-control-allow-origin" not in refused.headers
    assert "access-control-allow-credentials" not in allowed.headers
