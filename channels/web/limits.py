"""The web chat's own limits."""

from __future__ import annotations

from hotline.domain.messages import TEXT_LIMIT

TEXT_MOST = TEXT_LIMIT
"""Characters in one message."""
ID_MOST = 64
"""Characters in a client's message id."""
BODY_MOST = 64 * 1024
"""Bytes in one message's JSON."""
PHOTO_MOST = 10 * 1024 * 1024
"""Bytes in one photo."""
HEARTBEAT_SECONDS = 15.0
"""A comment on a silent stream, so that proxies keep it open."""
POLL_SECONDS = 2.0
"""How often the stream looks by itself, should the bell be missed."""
SESSIONS_PER_ADDRESS_PER_MINUTE = 600
"""New conversations one network address may open in a minute; a whole office may share one."""
