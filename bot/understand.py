"""Reads texts and writes what Rasa's pipeline makes of them: `python -m bot.understand MODEL`, JSON lines in and out.

The path is the running bot's own, the graph of the model; only the dialogue is left out. So whoever wants to judge the
understanding judges what citizens get. A line in is `{"text": …}`, a line out is the parse result; `ready` on standard error says
that the model is loaded, and standard output carries nothing but answers.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from collections.abc import Iterable, Iterator
from typing import IO, Any

os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

TOLD = ("text", "intent", "intent_ranking", "labels", "wishes", "entities")
_HARMLESS_SLASH = "\u2215"  # a citizen's "/" is text, while Rasa would obey it; bot.door does the same


def _hush() -> None:
    """Rasa logs every text it parses, on standard output: neither is wanted here."""
    import structlog

    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    logging.basicConfig(level=logging.ERROR, stream=sys.stderr)


class Understanding:
    """The understanding half of a trained model."""

    def __init__(self, model: str) -> None:
        from rasa.core.agent import Agent  # seconds of imports, so only when one is made

        self._agent = Agent.load(model)
        if not self._agent.is_ready():
            raise FileNotFoundError(f"no model at {model}")

    async def parse(self, text: str) -> dict[str, Any]:
        """The parse result of one text, as the dialogue would get it."""
        harmless = _HARMLESS_SLASH + text[1:] if text.startswith("/") else text
        parsed = await self._agent.parse_message(harmless)
        return {key: parsed[key] for key in TOLD if key in parsed} | {"text": text}


def read_texts(source: Iterable[str]) -> Iterator[str]:
    """The text of each JSON line. Raises ValueError for a line that is none."""
    for line in source:
        if line.strip():
            yield str(json.loads(line)["text"])


async def answer(source: Iterable[str], sink: IO[str], understanding: Understanding) -> None:
    """Write one parse result for each line, at once, so that a caller may wait for each."""
    for text in read_texts(source):
        sink.write(json.dumps(await understanding.parse(text), ensure_ascii=False, default=float) + "\n")
        sink.flush()


def main(arguments: list[str]) -> int:
    """0 when every line was answered, 2 when there is no model to answer with."""
    if len(arguments) != 1:
        print("usage: python -m bot.understand MODEL", file=sys.stderr)
        return 2
    _hush()
    try:
        understanding = Understanding(arguments[0])
    except Exception as error:  # whatever Rasa raises for a file that is no model
        print(f"bot.understand: {error}", file=sys.stderr)
        return 2
    print("ready", file=sys.stderr, flush=True)
    sys.stdin.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    asyncio.run(answer(sys.stdin, sys.stdout, understanding))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
