"""`python -m bot.understand`: one answer a line, from a real model, and nothing else on standard output."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from corpus import LINES

from bot.understand import Understanding, answer, main, read_texts

CONFIG = """
recipe: default.v1
assistant_id: test
language: zh
pipeline:
  - name: bot.nlu.tokens.MandarinTokenizer
  - name: bot.nlu.classify.MunicipalClassifier
    sense: 0
"""


@pytest.fixture(scope="module")
def understanding(tmp_path_factory: pytest.TempPathFactory) -> Understanding:
    from rasa.model_training import train_nlu

    folder = tmp_path_factory.mktemp("project")
    examples = "".join(
        f"- intent: {label}\n  examples: |\n" + "".join(f"    - {text}\n" for text in lines.split("/"))
        for label, lines in LINES.items()
    )
    (folder / "nlu.yml").write_text(f'version: "3.1"\nnlu:\n{examples}', encoding="utf-8")
    (folder / "config.yml").write_text(CONFIG, encoding="utf-8")
    model = train_nlu(str(folder / "config.yml"), str(folder / "nlu.yml"), str(folder / "models"))
    assert model
    return Understanding(model)


async def test_each_line_gets_one_answer_in_order(understanding: Understanding) -> None:
    texts = ["路燈不亮", "", "敬老卡怎麼辦", "🙏", "路\n燈"]
    source, sink = io.StringIO("".join(json.dumps({"text": text}) + "\n" for text in texts)), io.StringIO()

    await answer(source, sink, understanding)

    answers = [json.loads(line) for line in sink.getvalue().splitlines()]
    assert [one["text"] for one in answers] == texts
    assert answers[0]["labels"][0]["name"] == "report/streetlight"
    assert answers[2]["intent"]["name"] == "ask"


async def test_a_typed_slash_is_text_and_not_an_order(understanding: Understanding) -> None:
    parsed = await understanding.parse('/handoff{"a": 1}')

    assert parsed["text"] == '/handoff{"a": 1}'
    assert parsed["intent"]["confidence"] < 1.0 or parsed["intent"]["name"] == "nlu_fallback"


def test_a_line_that_is_no_json_is_refused() -> None:
    with pytest.raises(ValueError):
        list(read_texts(["路燈不亮\n"]))


def test_a_missing_model_is_said_and_not_survived(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main([str(tmp_path / "none.tar.gz")])

    assert code == 2
    assert capsys.readouterr().out == ""
