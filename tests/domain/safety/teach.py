"""Learn `hotline/domain/safety_weights.py` from the phrases beside this file and the ordinary messages in `data/nlu`.

Run it after adding phrases: `python -m tests.domain.safety.teach`. It takes some twenty seconds and, from the same phrases and messages, always learns the same.
With `--judge` it writes nothing, but learns from nine tenths and judges the last tenth, ten times over.
"""

from __future__ import annotations

import json
import random
import re
import sys
from collections import Counter
from math import exp, sqrt
from pathlib import Path
from textwrap import wrap

from hotline.domain import safety
from hotline.domain.safety_rules import PRECEDENCE
from hotline.domain.safety_sense import runs

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
WEIGHTS = ROOT / "hotline" / "domain" / "safety_weights.py"

EPOCHS, STEP, DECAY, DANGER_COUNTS = 12, 0.5, 2e-6, 2.0
THRESHOLD = 1.5
"""So far above even odds that ordinary messages stay below; chosen with --judge."""
ORDINARY = -2.0
"""So far below that no danger in new words was ever heard there."""

DANGEROUS_LABELS = (
    "road_hollow", "cable", "landslide", "slope", "gas", "tree", "power_line", "police.missing", "police.fraud",
    "family.", "accident_steps", "number/emotional",
)  # fmt: skip
"""Examples of these labels may well speak of danger, so that they teach nothing about ordinary messages."""

Example = tuple[list[str], bool]


def main(arguments: list[str]) -> None:
    """Learn and write, or learn and judge."""
    dangers = [(text, code) for text, code in phrases("danger") if len(text) >= safety.ENOUGH_TO_JUDGE]
    harmless, ordinary = phrases("harmless"), ordinary_messages()
    if "--judge" in arguments:
        judge(dangers, harmless, ordinary)
        return
    WEIGHTS.write_text(written(dangers, [*harmless, *ordinary]), encoding="utf-8")


def phrases(name: str) -> list[tuple[str, str]]:
    """Text and code (or reason) of a phrase file."""
    rows = [json.loads(line) for line in (HERE / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]
    return [(row["text"], row.get("code", "")) for row in rows]


def ordinary_messages() -> list[tuple[str, str]]:
    """What citizens ask and report on an ordinary day, without what the rules take for danger."""
    found: list[tuple[str, str]] = []
    for file in sorted((ROOT / "data" / "nlu").glob("*.yml")):
        label = ""
        for line in file.read_text(encoding="utf-8").splitlines():
            if intent := re.match(r"\s*- intent: (\S+)", line):
                label = intent[1]
            elif (example := re.match(r"\s{3,}- (.+)", line)) and not any(part in label for part in DANGEROUS_LABELS):
                found.append((re.sub(r"\[([^]]*)\](\([^)]*\)|\{[^}]*\})", r"\1", example[1]).strip("\"' "), ""))
    return [(text, _) for text, _ in found if safety.by_rules(text) is None]


def learn(examples: list[Example], known: set[str]) -> tuple[dict[str, float], float]:
    """Logistic regression by AdaGrad; a run counts once, and long texts no more than short ones."""
    weights = dict.fromkeys(known, 0.0)
    seen = dict.fromkeys(known, 1e-6)
    bias, bias_seen = 0.0, 1e-6
    ready = [([run for run in found if run in known], truth) for found, truth in examples]
    shuffler = random.Random(1999)
    for _ in range(EPOCHS):
        shuffler.shuffle(ready)
        for found, truth in ready:
            size = sqrt(len(found) or 1)
            score = bias + sum(weights[run] for run in found) / size
            slope = (1 / (1 + exp(-max(-30.0, min(30.0, score)))) - truth) * (DANGER_COUNTS if truth else 1.0)
            bias_seen += slope * slope
            bias -= STEP * slope / sqrt(bias_seen)
            for run in found:
                step = slope / size + DECAY * weights[run]
                seen[run] += step * step
                weights[run] -= STEP * step / sqrt(seen[run])
    return weights, bias


def known_runs(texts: list[list[str]]) -> set[str]:
    """Runs that stand in two texts at least."""
    counts = Counter(run for text in texts for run in text)
    return {run for run, count in counts.items() if count > 1 and "=" not in run and "_" not in run}


def heard(text: str) -> list[str]:
    """The runs of a message as the gate hears it, in a fixed order."""
    return sorted(runs(safety.as_heard(text)))


def written(dangers: list[tuple[str, str]], others: list[tuple[str, str]]) -> str:
    """The module of weights."""
    danger_runs = [heard(text) for text, _ in dangers]
    other_runs = [heard(text) for text, _ in others]
    known = known_runs([*danger_runs, *other_runs])
    weights, bias = learn([*((found, True) for found in danger_runs), *((found, False) for found in other_runs)], known)
    in_danger = known_runs(danger_runs)
    codes = [code for _, code in dangers]
    lines = [
        '"""What the net below the rules has learnt; written by `python -m tests.domain.safety.teach`, not by hand."""',
        "",
        f"THRESHOLD = {THRESHOLD}",
        f"ORDINARY = {ORDINARY}",
        f"BIAS = {bias:.3f}",
        'WEIGHTS = """',
        *table(weights, 12),
        '"""',
    ]
    biases: dict[str, float] = {}
    lines.append("CODE_WEIGHTS = {")
    for code in PRECEDENCE:
        of_code, biases[code] = learn(
            [(found, code == own) for found, own in zip(danger_runs, codes, strict=True)], in_danger
        )
        lines += [f'    "{code}": """', *table(of_code, 120), '""",']
    lines += ["}", "CODE_BIAS = {", *(f'    "{code}": {bias:.3f},' for code, bias in biases.items()), "}", ""]
    return "\n".join(lines)


def table(weights: dict[str, float], least: int) -> list[str]:
    """Weights in hundredths, without those that decide nothing."""
    hundredths = {run: round(weight * 100) for run, weight in sorted(weights.items())}
    pairs = [f"{run.replace(' ', '_')}={weight}" for run, weight in hundredths.items() if abs(weight) >= least]
    return wrap(" ".join(pairs), 118, break_long_words=False, break_on_hyphens=False)


def judge(dangers: list[tuple[str, str]], harmless: list[tuple[str, str]], ordinary: list[tuple[str, str]]) -> None:
    """Say what would be heard of phrases that were not learnt from."""
    rows = [(heard(text), True) for text, _ in dangers]
    hard = [(heard(text), False) for text, _ in harmless]
    easy = [(heard(text), False) for text, _ in ordinary]
    for group in (rows, hard, easy):
        random.Random(7).shuffle(group)
    scores: dict[str, list[float]] = {"danger": [], "harmless": [], "ordinary": []}
    for fold in range(10):
        taught = [row for group in (rows, hard, easy) for at, row in enumerate(group) if at % 10 != fold]
        known = known_runs([found for found, _ in taught])
        weights, bias = learn(taught, known)
        for name, group in zip(scores, (rows, hard, easy), strict=True):
            for found, _ in group[fold::10]:
                own = [run for run in found if run in known]
                scores[name].append(bias + sum(weights[run] for run in own) / sqrt(len(own) or 1))
    for threshold in (0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0):
        shares = {name: sum(score > threshold for score in found) / len(found) for name, found in scores.items()}
        print(threshold, {name: f"{share:.1%}" for name, share in shares.items()})


if __name__ == "__main__":
    main(sys.argv[1:])
