"""The desk over real HTTP: nothing for those who are not signed in, one conversation for one person."""

from __future__ import annotations

import json

import httpx
import pytest
from sanic import Sanic

from hotline.app.gateway import build_app
from hotline.app.settings import Settings
from hotline.domain.people import Agent
from hotline.services import signin
from hotline.services.house import House
from hotline.services.receive import receive
from tests.conftest import PASSWORD
from tests.fakes.citizen import Citizen
from tests.fakes.understanding import FakeUnderstanding
from tests.http.conftest import app_of
from tests.serving import serving

OPEN_TO_ALL = {("POST", "/desk/api/session"), ("DELETE", "/desk/api/session")}
BEFORE_THE_FIRST_PASSWORD = {("GET", "/desk/api/me"), ("POST", "/desk/api/password")}


@pytest.fixture(scope="module")
def routes(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, str]]:
    """Every route of the desk's API in the service as it is shipped."""
    app = build_app(Settings(data_dir=tmp_path_factory.mktemp("var")))
    Sanic.unregister_app(app)
    found = [
        (method, f"/{route.path}".replace("<public_id:str>", "anybody").replace("<photo:str>", "abcdefgh"))
        for route in app.router.routes
        for method in sorted(route.methods)
        if route.path.startswith("desk/api")
    ]
    assert len(found) >= 13
    assert all("<" not in path for _, path in found)
    return found


async def test_every_route_of_the_desk_denies_by_default(
    routes: list[tuple[str, str]], city: str, client: httpx.AsyncClient
) -> None:
    routes = routes

    answers = {
        (method, path): (await client.request(method, f"{city}{path}", json={} if method == "POST" else None))
        for method, path in routes
    }

    for route, answer in answers.items():
        expected = {("POST", "/desk/api/session"): 400, ("DELETE", "/desk/api/session"): 204}.get(route, 401)
        assert expected == answer.status_code, route


async def test_every_route_of_the_desk_opens_to_who_is_signed_in(
    routes: list[tuple[str, str]], desk: httpx.AsyncClient
) -> None:
    for method, path in routes:
        if (method, path) in OPEN_TO_ALL or path.endswith("/events"):
            continue
        answer = await desk.request(
            method,
            path.removeprefix("/desk/api"),
            json={"id": "m1", "text": "嗨", "token": 1} if method == "POST" else None,
        )

        assert answer.status_code in (200, 400, 404), (method, path)


async def test_a_made_up_cookie_opens_nothing(
    routes: list[tuple[str, str]], city: str, client: httpx.AsyncClient
) -> None:
    for method, path in routes:
        if (method, path) in OPEN_TO_ALL:
            continue
        answer = await client.request(method, f"{city}{path}", headers={"Cookie": "desk=made-up; __Host-desk=made-up"})

        assert 401 == answer.status_code, (method, path)


async def test_who_has_a_password_for_one_time_must_change_it_first(
    routes: list[tuple[str, str]], house: House, city: str, client: httpx.AsyncClient
) -> None:
    one_time = await signin.first_administrator(house, "")
    signed_in = await client.post(f"{city}/desk/api/session", json={"login": "admin", "password": one_time})

    refused = {
        (method, path): (
            await client.request(method, f"{city}{path}", json={} if method == "POST" else None)
        ).status_code
        for method, path in routes
        if (method, path) not in OPEN_TO_ALL | BEFORE_THE_FIRST_PASSWORD
    }
    me = await client.get(f"{city}/desk/api/me")
    changed = await client.post(
        f"{city}/desk/api/password", json={"old": one_time, "new": "a sentence that nobody guesses"}
    )

    assert signed_in.json()["me"]["must_change_password"] is True
    assert {403} == set(refused.values())
    assert (200, 204) == (me.status_code, changed.status_code)
    assert 200 == (await client.get(f"{city}/desk/api/conversations")).status_code


async def test_signing_in_gives_a_cookie_that_no_script_and_no_other_site_gets(
    agent: Agent, city: str, client: httpx.AsyncClient
) -> None:
    answer = await client.post(f"{city}/desk/api/session", json={"login": " LIN ", "password": PASSWORD})

    cookie = answer.headers["set-cookie"].lower()
    assert {
        "id": agent.id,
        "name": "小林",
        "login": "lin",
        "role": "agent",
        "must_change_password": False,
    } == answer.json()["me"]
    assert cookie.startswith("desk=")
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "path=/" in cookie
    assert "domain" not in cookie


async def test_behind_https_the_cookie_is_secure_and_of_this_host_only(
    house: House, agent: Agent, client: httpx.AsyncClient
) -> None:
    async with serving(app_of(house, secure=True)) as url:
        answer = await client.post(f"{url}/desk/api/session", json={"login": "lin", "password": PASSWORD})
        page = await client.get(f"{url}/health/live")

    cookie = answer.headers["set-cookie"].lower()
    assert cookie.startswith("__host-desk=")
    assert "secure" in cookie
    assert "max-age=31536000" in page.headers["strict-transport-security"]


async def test_a_wrong_password_and_an_unknown_name_cannot_be_told_apart(
    agent: Agent, city: str, client: httpx.AsyncClient
) -> None:
    wrong = await client.post(f"{city}/desk/api/session", json={"login": "lin", "password": "not the password"})
    unknown = await client.post(f"{city}/desk/api/session", json={"login": "nobody", "password": PASSWORD})

    assert (401, 401) == (wrong.status_code, unknown.status_code)
    assert {key: wrong.json()[key] for key in ("error", "message")} == {
        key: unknown.json()[key] for key in ("error", "message")
    }
    assert "set-cookie" not in wrong.headers


async def test_signing_out_ends_the_session_and_not_only_the_cookie(city: str, desk: httpx.AsyncClient) -> None:
    token = desk.cookies["desk"]

    await desk.delete("/session")

    async with httpx.AsyncClient(trust_env=False) as other:
        answer = await other.get(f"{city}/desk/api/me", headers={"Cookie": f"desk={token}"})
    assert 401 == answer.status_code


async def test_a_sign_in_that_cannot_be_read_is_refused(city: str, client: httpx.AsyncClient) -> None:
    for body in (
        b"",
        b"{",
        b"[]",
        b'{"login": 5, "password": "x"}',
        b'{"login": "lin"}',
        b'{"login": "", "password": null}',
    ):
        answer = await client.post(f"{city}/desk/api/session", content=body)

        assert 400 == answer.status_code, body


async def test_a_talk_from_claim_to_close(
    desk: httpx.AsyncClient, house: House, citizen: Citizen, rasa: FakeUnderstanding
) -> None:
    rasa.learns("找人", "handoff")
    await citizen.says("找人")
    name = (await citizen.conversation()).public_id

    listed = (await desk.get("/conversations")).json()
    token = (await desk.post(f"/conversations/{name}/claim")).json()["token"]
    said = [
        await desk.post(f"/conversations/{name}/messages", json={"id": "m1", "text": "您好", "token": token})
        for _ in range(2)
    ]
    note = await desk.post(f"/conversations/{name}/notes", json={"id": "n1", "text": "內部"})
    shown = (await desk.get(f"/conversations/{name}")).json()
    closed = await desk.post(f"/conversations/{name}/close", json={"token": token})
    late = await desk.post(f"/conversations/{name}/messages", json={"id": "m2", "text": "還有", "token": token})

    assert [name] == [row["id"] for row in listed["waiting"]]
    assert {202} == {answer.status_code for answer in (*said, note)}
    assert said[0].json() == said[1].json()
    assert token == shown["token"]
    assert ["您好", "內部"] == [line["text"] for line in shown["messages"] if line["from"] == "agent"]
    assert (204, 409, "not_yours") == (closed.status_code, late.status_code, late.json()["error"])
    assert not any("內部" in line["text"] for line in await citizen.reads())


async def test_the_second_to_claim_is_told_who_was_faster(
    desk: httpx.AsyncClient, colleague: Agent, city: str, citizen: Citizen, rasa: FakeUnderstanding
) -> None:
    rasa.learns("找人", "handoff")
    await citizen.says("找人")
    name = (await citizen.conversation()).public_id
    await desk.post(f"/conversations/{name}/claim")
    async with httpx.AsyncClient(base_url=f"{city}/desk/api", trust_env=False) as other:
        await other.post("/session", json={"login": "chen", "password": PASSWORD})

        answer = await other.post(f"/conversations/{name}/claim")

    assert (409, "taken", "小林已經接手了。") == (answer.status_code, answer.json()["error"], answer.json()["message"])


REFUSED: list[tuple[str, dict[str, object], str]] = [
    ("messages", {"text": "嗨", "token": 1}, "bad_id"),
    ("messages", {"id": "m1", "token": 1}, "bad_text"),
    ("messages", {"id": "m1", "text": "嗨"}, "bad_token"),
    ("messages", {"id": "m1", "text": "嗨", "token": True}, "bad_token"),
    ("messages", {"id": "m1", "text": " ", "token": 1}, "empty"),
    ("messages", {"id": "m1", "text": "字" * 5001, "token": 1}, "too_long"),
    ("notes", {"id": "m 1", "text": "嗨"}, "bad_id"),
    ("return", {}, "bad_token"),
    ("close", {"token": "1"}, "bad_token"),
]


async def test_what_a_page_should_not_send_is_refused(desk: httpx.AsyncClient, citizen: Citizen) -> None:
    await citizen.says("嗨")
    name = (await citizen.conversation()).public_id

    for path, body, code in REFUSED:
        answer = await desk.post(f"/conversations/{name}/{path}", json=body)

        assert (400, code) == (answer.status_code, answer.json()["error"]), (path, body)


async def test_older_lines_are_fetched_page_by_page(desk: httpx.AsyncClient, house: House, citizen: Citizen) -> None:
    await receive(house, [citizen.event(text=f"第{k}句") for k in range(70)])
    name = (await citizen.conversation()).public_id

    newest = (await desk.get(f"/conversations/{name}")).json()["messages"]
    older = (await desk.get(f"/conversations/{name}?before={newest[0]['seq']}")).json()["messages"]
    bad = await desk.get(f"/conversations/{name}?before=x")

    seqs = [line["seq"] for line in (*older, *newest)]
    assert list(range(1, 71)) == seqs
    assert 400 == bad.status_code


async def test_the_desk_hears_when_the_list_changes(desk: httpx.AsyncClient, citizen: Citizen) -> None:
    async with desk.stream("GET", "/events", timeout=10) as response:
        lines = response.aiter_lines()
        heard = [line async for line in _until(lines, "event: queue")]

        await citizen.sends("嗨")

        heard += [line async for line in _until(lines, "event: queue")]
    assert 2 == heard.count("event: queue")


async def _until(lines, text):  # type: ignore[no-untyped-def]
    async for line in lines:
        yield line
        if line == text:
            return


async def test_a_citizens_photo_is_shown_at_the_desk_under_its_own_address(
    desk: httpx.AsyncClient, house: House, citizen: Citizen
) -> None:
    import io

    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (9, 9)).save(out, "JPEG")
    await house.pictures.keep("photo12345", out.getvalue())

    shown, missing = await desk.get("/photos/photo12345"), await desk.get("/photos/photo99999")
    strange = await desk.get("/photos/..%2F..%2Fsecrets.json")

    assert (200, "image/jpeg") == (shown.status_code, shown.headers["content-type"])
    assert 404 == missing.status_code
    assert strange.status_code in (400, 404)
    assert json.dumps(strange.json())
