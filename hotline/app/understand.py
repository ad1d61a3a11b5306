"""`hotline understand`: what the whole understanding path decides for a text, life-safety check and fallback included.

It asks the same components as the running service, in the same order: `hotline.domain.safety` first, then Rasa's pipeline
in a process of its own (bot/understand.py), then the same reading of its result.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from hotline.app.model import RASA_PYTHON, ensure_model, rasa_environment
from hotline.app.settings import Settings
from hotline.app.wiring import PROJECT
from hotline.domain import safety

KINDS = {
    "ask": "topic",
    "report": "service",
    "refer": "referral",
    "number": "emergency",
    "handoff": "handoff",
    "status": "status",
    "my_cases": "status",
    "unfixed": "status",
    "urge": "status",
    "when_fixed": "status",
    "nlu_fallback": "out_of_scope",
    "out_of_scope": "out_of_scope",
    "emergency": "emergency",
}
PLACE_FIELDS = ("district", "road", "section", "lane", "alley", "number", "crossing", "landmark")


def split(label: str) -> tuple[str, str]:
    """(kind, id) of a full label; what is left of talk is smalltalk."""
    family, _, code = label.partition("/")
    return KINDS.get(family, "smalltalk"), code or family


def decide(text: str, parsed: Mapping[str, Any]) -> dict[str, Any]:
    """The decision of the whole path for one text, from Rasa's parse of it."""
    labels = [
        {"kind": split(one["name"])[0], "id": split(one["name"])[1], "confidence": round(float(one["confidence"]), 4)}
        for one in parsed.get("labels") or ()
    ]
    intent = parsed.get("intent") or {}
    danger = safety.check(text)
    if danger:
        decided = {"kind": "emergency", "id": danger.code, "confidence": 1.0, "alternatives": labels}
    elif intent.get("name") in ("nlu_fallback", "out_of_scope") or not labels:
        decided = {
            "kind": "out_of_scope",
            "id": str(intent.get("name") or "nlu_fallback"),
            "confidence": round(float(intent.get("confidence") or 0.0), 4),
            "alternatives": labels,
        }
    else:
        decided = {**labels[0], "alternatives": labels[1:]}
    wishes = [dict(zip(("kind", "id"), split(wish["name"]), strict=True)) for wish in parsed.get("wishes") or ()]
    return {
        "text": text,
        **decided,
        **({"wishes": wishes} if len(wishes) > 1 else {}),
        "place": _place(parsed),
        "entities": parsed.get("entities") or [],
    }


def _place(parsed: Mapping[str, Any]) -> dict[str, Any] | None:
    found = next((one for one in parsed.get("entities") or () if one["entity"] == "place"), None)
    if found is None:
        return None
    info = found.get("additional_info") or {}
    return {name: info.get(name) or None for name in PLACE_FIELDS}


def read_texts(source: IO[str]) -> Iterator[str]:
    """One text a line, or a JSON object with "text" a line. Raises ValueError naming the line."""
    for number, line in enumerate(source, 1):
        stripped = line.rstrip("\n")
        if not stripped.strip():
            continue
        if stripped.lstrip().startswith("{"):
            try:
                yield str(json.loads(stripped)["text"])
            except (ValueError, KeyError, TypeError) as error:
                raise ValueError(f'line {number} is no JSON object with "text"') from error
        else:
            yield stripped


def parse_all(texts: Iterable[str], settings: Settings) -> Iterator[dict[str, Any]]:
    """Rasa's parses, in order, from one process that loads the current model."""
    model = ensure_model(settings.data_dir, lambda text: print(f"hotline: {text}", file=sys.stderr))
    process = subprocess.Popen(
        [str(RASA_PYTHON), "-m", "bot.understand", str(model.resolve())],
        cwd=PROJECT,
        env=rasa_environment(settings.data_dir),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        for text in texts:
            process.stdin.write(json.dumps({"text": text}, ensure_ascii=False) + "\n")
            process.stdin.flush()
            answer = process.stdout.readline()
            if not answer:
                raise RuntimeError("Rasa's side ended; try `hotline doctor`")
            yield json.loads(answer)
    finally:
        process.stdin.close()
        process.wait(30)


def understand(settings: Settings, file: Path | None) -> int:
    """Print one JSON line a text. 0, or 2 when the input cannot be read."""
    source = file.open(encoding="utf-8") if file else sys.stdin
    done = 0
    try:
        with source:
            texts = list(read_texts(source))
            for text, parsed in zip(texts, parse_all(texts, settings), strict=True):
                print(json.dumps(decide(text, parsed), ensure_ascii=False), flush=False)
                done += 1
                if sys.stderr.isatty() and done % 100 == 0:
                    print(f"\r{done} of {len(texts)}", end="", file=sys.stderr, flush=True)
    except ValueError as error:
        print(f"hotline: {error}", file=sys.stderr)
        return 2
    return 0
