"""Which channels are on, by the keys that are set. A channel without keys has no route at all."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace

import structlog
from sanic import Blueprint

from channels.line.sender import LineSender
from channels.line.webhook import line_routes
from channels.telegram.sender import TelegramSender
from channels.telegram.webhook import telegram_routes
from hotline.app.settings import Settings
from hotline.app.wiring import Installation
from hotline.domain.errors import Broken, Unavailable
from simulators.line import line_simulator

log = structlog.get_logger(__name__)


def with_simulated_keys(settings: Settings, secret: str, token: str) -> Settings:
    """In the demo, LINE gets the simulator's keys when it has none of its own."""
    if not settings.demo or settings.line_channel_secret:
        return settings
    return replace(
        settings,
        line_channel_secret=secret,
        line_channel_access_token=token,
        line_api_url=f"{settings.own_url}/simulators/line/api",
    )


def platform_routes(installation: Installation) -> list[Blueprint]:
    """The webhooks of the channels that are on, and the simulator in the demo."""
    settings, own = installation.settings, installation.own
    effective = with_simulated_keys(settings, own.simulator_secret, own.simulator_token)
    routes: list[Blueprint] = []
    if effective.line_channel_secret:
        routes.append(line_routes(installation.house, effective.line_channel_secret))
    if effective.telegram_bot_token:
        routes.append(telegram_routes(installation.house, effective.telegram_secret_token))
    if settings.demo and effective is not settings:
        routes.append(
            line_simulator(own.simulator_secret, own.simulator_token, lambda: f"{settings.own_url}/webhooks/line")
        )
    return routes


async def open_senders(installation: Installation, stack: AsyncExitStack) -> None:
    """Open the ways out of the channels that are on."""
    own = installation.own
    settings = with_simulated_keys(installation.settings, own.simulator_secret, own.simulator_token)
    if settings.line_channel_secret:
        line = await stack.enter_async_context(LineSender(settings.line_channel_access_token, settings.line_api_url))
        installation.senders[line.channel] = line
    if settings.telegram_bot_token:
        telegram = await stack.enter_async_context(
            TelegramSender(settings.telegram_bot_token, settings.telegram_api_url)
        )
        installation.senders[telegram.channel] = telegram
        if settings.secure:
            registering = asyncio.create_task(_tell_telegram(telegram, settings))
            stack.callback(registering.cancel)


async def _tell_telegram(telegram: TelegramSender, settings: Settings) -> None:
    """Register our webhook; Telegram may be away for a while, and the service runs meanwhile."""
    pause = 5.0
    while True:
        try:
            await telegram.connect(settings.public_url.rstrip("/"), settings.telegram_secret_token)
            log.info("webhook_registered", channel="telegram")
            return
        except Unavailable:
            await asyncio.sleep(pause)
            pause = min(pause * 2, 300.0)
        except Broken as error:
            log.error("webhook_refused", channel="telegram", code=error.code)
            return
