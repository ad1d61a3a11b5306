"""What every request passes: one shape for errors, security headers, and no commands from other sites."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from sanic import Sanic

from hotline.app.gateway import build_app
from hotline.app.settings import Settings
from hotline.services.house import House
from tests.http.conftest import Chat
from tests.serving import serving

HERE = "here"


# ── cross-site ──

# (Sec-Fetch-Site, Origin, may a POST pass)
TABLE = [
    (None, None, True),  # no browser
    (None, HERE, True),  # an old browser, our own page
    (None, "https://elsewhere.example", False),
    (None, "null", False),
    (None, "http://127.0.0.1", False),  # our host, another port
    ("same-origin", HERE, True),
    ("same-origin", None, True),
    ("none", None, True),  # typed by hand
    ("same-site", HERE, False),
    ("same-site", "https://other.example.gov", False),
    ("cross-site", "https://elsewhere.example", False),
    ("cross-site", None, False),
    ("cross-site", HERE, False),
    ("something-new", HERE, False),
]


async def test_commands_from_other_sites_are_refused_and_reading_is_not(city: str, client: httpx.AsyncClient) -> None:
    expected, actual = {}, {}
    for site, origin, passes in TABLE:
        for method in ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"):
            headers = {"Sec-Fetch-Site": site} if site else {}
            if origin:
                headers["Origin"] = city if origin == HERE else origin

            answer = await client.request(method, f"{city}/desk/api/session", headers=headers)

            cell = (method, site, origin)
            expected[cell] = method not in ("GET", "HEAD", "OPTIONS") and not passes
            actual[cell] = answer.status_code == 403 and answer.json()["error"] == "cross_site"

    assert expected == actual


async def test_no_path_is_forgotten(city: str, client: httpx.AsyncClient) -> None:
    for path in (
        "/desk/api/conversations/x/claim",
        "/desk/api/password",
        "/desk/api/me",
        "/chat/session",
        "/chat/photos",
    ):
        answer = await client.post(f"{city}{path}", headers={"Sec-Fetch-Site": "cross-site"})

        assert answer.status_code in (403, 405), path


async def test_no_answer_may_be_read_by_another_site(city: str, client: httpx.AsyncClient) -> None:
    answer = await client.get(f"{city}/health/live", headers={"Origin": "https://elsewhere.example"})

    assert "access-control-allow-origin" not in answer.headers


# ── headers ──


async def test_every_answer_carries_the_security_headers(city: str, client: httpx.AsyncClient) -> None:
    paths = ["/health/live", "/health/ready", "/desk", "/", "/widget.js", "/desk/api/me", "/chat/events", "/nowhere"]
    for path in paths:
        headers = (await client.get(f"{city}{path}")).headers

        assert "nosniff" == headers["x-content-type-options"], path
        assert "no-referrer" == headers["referrer-policy"], path
        resource = "cross-origin" if path == "/widget.js" else "same-origin"
        assert resource == headers["cross-origin-resource-policy"], path
        assert "cache-control" in headers, path
        assert "server" not in headers, path


async def test_every_page_forbids_what_it_does_not_need(city: str, client: httpx.AsyncClient) -> None:
    for path in ("/", "/desk"):
        page = await client.get(f"{city}{path}")

        policy = page.headers["content-security-policy"]
        assert 200 == page.status_code
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert {"no-cache"} == set(page.headers["cache-control"].split(", "))


async def test_a_stream_carries_the_headers_too(chat: Chat) -> None:
    async with chat.stream() as stream:
        headers = stream.response.headers

    assert "nosniff" == headers["x-content-type-options"]
    assert "no-store" == headers["cache-control"]


# ── errors ──


ERRORS = [
    ("GET", "/nowhere", 404),
    ("GET", "/chat/session", 405),
    ("PUT", "/desk/api/session", 405),
    ("POST", "/desk/api/session", 400),
    ("GET", "/desk/api/me", 401),
    ("GET", "/chat/events", 401),
    ("GET", "/assets/nothing.js", 404),
    ("GET", "/assets/..%2F..%2Fpyproject.toml", 404),
    ("GET", "/desk/assets/%2E%2E%2F%2E%2E%2Fpyproject.toml", 404),
]


async def test_every_error_has_one_shape_and_shows_nothing_of_us(city: str, client: httpx.AsyncClient) -> None:
    for method, path, status in ERRORS:
        answer = await client.request(method, f"{city}{path}")

        assert status == answer.status_code, path
        assert {"error", "message", "trace"} == answer.json().keys(), path
        assert not any(word in answer.text.lower() for word in ("traceback", "sanic", "pyproject")), path


async def test_an_error_of_ours_says_nothing_of_what_was_sent_or_what_went_wrong(
    house: House, client: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    from sanic import Blueprint

    from hotline.http.guard import guard

    broken = Blueprint("broken")

    @broken.post("/broken")
    async def fail(request: object) -> None:
        raise ValueError("the citizen's secret")

    app: Sanic = Sanic("test-broken", configure_logging=False)  # type: ignore[type-arg]
    guard(app, secure=False, chat_origins=frozenset())
    app.blueprint(broken)
    async with serving(app) as url:
        answer = await client.post(f"{url}/broken", content="那個祕密")

    logged = "".join(capsys.readouterr())
    assert 500 == answer.status_code
    assert {"error", "message", "trace"} == answer.json().keys()
    assert "secret" not in answer.text
    assert answer.json()["trace"] in logged
    assert "secret" not in logged
    assert "祕密" not in logged


async def test_when_the_database_is_away_the_caller_hears_when_to_come_back(
    city: str, client: httpx.AsyncClient, house: House, tmp_path: Path, engines: object
) -> None:
    chat = (await client.post(f"{city}/chat/session", json={})).json()
    for suffix in ("", "-wal", "-shm"):
        (tmp_path / f"hotline.db{suffix}").unlink(missing_ok=True)
    await engines.close()  # type: ignore[attr-defined]
    (tmp_path / "hotline.db").mkdir()

    answer = await client.post(
        f"{city}/chat/messages", json={"id": "m1", "text": "嗨"}, headers={"Authorization": f"Bearer {chat['token']}"}
    )
    ready = await client.get(f"{city}/health/ready")

    assert (503, "database_away") == (answer.status_code, answer.json()["error"])
    assert int(answer.headers["retry-after"]) >= 1
    assert (503, False) == (ready.status_code, ready.json()["database"])


# ── health ──


async def test_ready_means_that_a_citizen_would_be_answered(city: str, client: httpx.AsyncClient) -> None:
    answer = await client.get(f"{city}/health/ready")

    assert 200 == answer.status_code
    assert (True, True, 0) == tuple(answer.json()[key] for key in ("database", "understanding", "waiting"))


async def test_without_rasa_the_service_lives_and_is_not_ready(real: str, client: httpx.AsyncClient) -> None:
    live, ready = await client.get(f"{real}/health/live"), await client.get(f"{real}/health/ready")

    assert (200, 503) == (live.status_code, ready.status_code)
    assert (True, False) == (ready.json()["database"], ready.json()["understanding"])


# ── channels that are off ──


async def test_a_channel_without_keys_has_no_route(real: str, client: httpx.AsyncClient) -> None:
    for path in (
        "/webhooks/line",
        "/webhooks/telegram",
        "/simulators/line/say",
        "/simulators/line/api/v2/bot/message/push",
    ):
        assert 404 == (await client.post(f"{real}{path}", json={})).status_code, path


async def test_the_demos_pages_are_for_the_demo(real: str, client: httpx.AsyncClient) -> None:
    for path in ("/", "/simulators/line"):
        assert 404 == (await client.get(f"{real}{path}")).status_code, path


def test_a_channel_with_keys_has_its_route(tmp_path: Path) -> None:
    app = build_app(
        Settings(
            data_dir=tmp_path,
            line_channel_secret="s",
            line_channel_access_token="t",
            telegram_bot_token="1:t",
            telegram_secret_token="u",
        )
    )

    paths = {route.path for route in app.router.routes}
    Sanic.unregister_app(app)

    assert {"webhooks/line", "webhooks/telegram"} <= paths
    assert not any(path.startswith("simulators") for path in paths)


async def test_the_shipped_service_wears_its_guard(real: str, client: httpx.AsyncClient) -> None:
    refused = await client.post(f"{real}/desk/api/session", headers={"Sec-Fetch-Site": "cross-site"}, json={})
    action = await client.post(f"{real}/internal/actions", json={})

    assert (403, 401) == (refused.status_code, action.status_code)
    assert "nosniff" == refused.headers["x-content-type-options"]
