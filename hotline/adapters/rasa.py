"""Rasa, reached through its door: one turn a call, a failed turn is an error and never silence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import httpx

from hotline.domain.errors import Unavailable
from hotline.ports import Turn

TURN_SECONDS = 10.0


class RasaDoor:
    """`Understanding` over HTTP. `url` is Rasa's own address; the token is the door's."""

    def __init__(self, url: str, token: str) -> None:
        self._client = httpx.AsyncClient(
            base_url=url.rstrip("/"),
            headers={"Authorization": f"Bearer {token}"},
            timeout=httpx.Timeout(TURN_SECONDS, connect=1.0),
            limits=httpx.Limits(max_connections=8),
            trust_env=False,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def turn(
        self,
        *,
        conversation: str,
        message_id: str,
        channel: str,
        text: str = "",
        payload: Mapping[str, Any] | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> Turn:
        body: dict[str, Any] = {
            "conversation": conversation,
            "message_id": message_id,
            "channel": channel,
            "metadata": dict(metadata or {}),
        }
        body |= {"payload": dict(payload)} if payload is not None else {"text": text}
        answer = await self._post("/webhooks/door/turn", body)
        return Turn(tuple(answer["replies"]), answer["nlu"], answer["slots"], tuple(answer["receipts"]))

    async def forget(self, conversation: str) -> None:
        await self._post("/webhooks/door/forget", {"conversation": conversation})

    async def ready(self) -> bool:
        try:
            return (await self._client.get("/webhooks/door/", timeout=2.0)).status_code == 200
        except httpx.HTTPError:
            return False

    async def _post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        try:
            response = await self._client.post(path, json=body)
        except httpx.HTTPError as error:
            raise Unavailable(code="rasa_away") from error
        if response.status_code != 200:
            raise Unavailable(code=f"turn_failed_{response.status_code}")
        answer: dict[str, Any] = response.json()
        return answer
