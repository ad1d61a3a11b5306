"""Writes the held-out set as Rasa test data: `python -m tests.nlu.as_rasa FILE`."""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path

import yaml

from tests.nlu.heldout import lines


def main() -> None:
    by_label: dict[str, list[str]] = defaultdict(list)
    for line in lines():
        by_label[line.label].append(line.text.replace("[", "［").replace("{", "｛"))
    examples = [
        {"intent": label, "examples": "".join(f"- {text}\n" for text in texts)} for label, texts in by_label.items()
    ]
    out = {"version": "3.1", "nlu": examples}
    Path(sys.argv[1]).write_text(yaml.safe_dump(out, allow_unicode=True, sort_keys=False), encoding="utf-8")


if __name__ == "__main__":
    main()
