"""What LINE refuses in messages, as far as Hotline sends them; each finding in LINE's own shape.

The limits are the channel's, so that a number of LINE's stands in one place only. What a text of the channel should look like
is not decided here: these rules are for catching the channel out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from channels.line import limits


def problem(message: str, where: str) -> dict[str, str]:
    """One entry of the `details` of LINE's refusals."""
    return {"message": message, "property": where}


def problems(messages: Any) -> list[dict[str, str]]:
    """What LINE would refuse in the messages of a call."""
    if not isinstance(messages, list) or not 1 <= len(messages) <= limits.MESSAGES_IN_ONE_CALL:
        return [problem(f"Size must be between 1 and {limits.MESSAGES_IN_ONE_CALL}", "messages")]
    return [found for k, message in enumerate(messages) for found in _message_problems(message, f"messages[{k}]")]


def _message_problems(message: Any, where: str) -> list[dict[str, str]]:
    if not isinstance(message, dict) or message.get("type") != "text":
        return [problem("The simulator knows text messages only", f"{where}.type")]
    found = [
        problem("Unknown property", f"{where}.{key}")
        for key in message.keys() - {"type", "text", "quickReply", "sender", "quoteToken"}
    ]
    text = message.get("text")
    if not isinstance(text, str) or not 1 <= limits.utf16_units(text) <= limits.TEXT_UNITS:
        found.append(problem(f"Length must be between 1 and {limits.TEXT_UNITS}", f"{where}.text"))
    sender = message.get("sender")
    if sender is not None:
        name = sender.get("name") if isinstance(sender, dict) else None
        if not isinstance(name, str) or not 1 <= limits.utf16_units(name) <= limits.SENDER_NAME_UNITS:
            found.append(problem(f"Length must be between 1 and {limits.SENDER_NAME_UNITS}", f"{where}.sender.name"))
    if "quickReply" in message:
        found += _quick_reply_problems(message["quickReply"], f"{where}.quickReply")
    return found


def _quick_reply_problems(quick: Any, where: str) -> list[dict[str, str]]:
    items = quick.get("items") if isinstance(quick, dict) else None
    if not isinstance(items, list) or not 1 <= len(items) <= limits.QUICK_REPLIES:
        return [problem(f"Size must be between 1 and {limits.QUICK_REPLIES}", f"{where}.items")]
    found = []
    for k, item in enumerate(items):
        action = item.get("action") if isinstance(item, dict) and item.get("type") == "action" else None
        for message, key in _action_problems(action if isinstance(action, dict) else {}):
            found.append(problem(message, f"{where}.items[{k}].action.{key}"))
    return found


def _action_problems(action: Mapping[str, Any]) -> list[tuple[str, str]]:
    found = []
    if not _within(action.get("label"), limits.LABEL_CLUSTERS, lambda text: len(limits.clusters(text))):
        found.append((f"Length must be between 1 and {limits.LABEL_CLUSTERS}", "label"))
    match action.get("type"):
        case "postback":
            if not _within(action.get("data"), limits.POSTBACK_DATA_UNITS, limits.utf16_units):
                found.append((f"Length must be between 1 and {limits.POSTBACK_DATA_UNITS}", "data"))
            if not _within(
                action.get("displayText"), limits.DISPLAY_TEXT_CLUSTERS, lambda text: len(limits.clusters(text))
            ):
                found.append((f"Length must be between 1 and {limits.DISPLAY_TEXT_CLUSTERS}", "displayText"))
        case "uri":
            uri = action.get("uri")
            scheme = uri.partition(":")[0] if isinstance(uri, str) else ""
            if scheme not in ("http", "https", "line", "tel") or not _within(uri, limits.URI_UNITS, limits.utf16_units):
                found.append(("Invalid action URI", "uri"))
        case "camera" | "cameraRoll" | "location":
            pass
        case _:
            found.append(("Unknown action type", "type"))
    return found


def _within(text: Any, most: int, length: Callable[[str], int]) -> bool:
    return isinstance(text, str) and 1 <= length(text) <= most
