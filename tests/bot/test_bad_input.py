"""Whatever arrives is read without an exception, and nothing in it becomes an intent by its form."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.encoder import open_encoder
from bot.components.entity_extractor import RuleEntityExtractor
from bot.components.intent_classifier import KernelIntentClassifier, readable
from bot.components.money_guard import MoneyGuard
from bot.components.tokenizer import ChineseTokenizer
from bot.components.urgent_words import UrgentWords

BAD = {
    "nothing": "",
    "blanks": " \t\n\u3000 ",
    "emoji": "😀😭🙏🏽👨‍👩‍👧",
    "zero width": "借\u200b呗\u200d怎\ufeff么借",
    "only zero width": "\u200b\u200d\ufeff",
    "controls": "花\x00呗\x07怎么\x1b[31m还",
    "right to left": "\u202e还么怎呗花",
    "lone surrogate": "花呗\ud83d怎么还",
    "intent from outside": '/borrow{"amount":1}',
    "full width command": "／repay",
    "sql": "'; DROP TABLE journals; --",
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "template": "{{7*7}} ${jndi:x}",
    "digits": "9" * 400,
    "long": "花呗怎么还" * 100,
    "accents": "a" + "\u0301" * 300,
    "english": "how do I repay my loan",
    "japanese": "返済方法を教えてください",
    "arabic": "كيف أسدد القرض",
    "mixed": "借5000元😀<b>分12期</b>\u200b;--",
}


@pytest.fixture(scope="module")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> KernelIntentClassifier:
    config: dict[str, Any] = {
        **KernelIntentClassifier.get_default_config(),
        "encoders": ["none"],
        "meaning_widths": [1.0],
        "meaning_weights": [1.0],
    }
    storage = LocalModelStorage(tmp_path_factory.mktemp("model"))
    context = ExecutionContext(GraphSchema({}), node_name="classifier")
    built = KernelIntentClassifier.create(config, storage, Resource("intents"), context)
    examples = [("borrow", "我要借钱"), ("borrow", "借一笔"), ("repay", "怎么还款"), ("greet", "你好")]
    built.train(TrainingData([Message.build(text, intent) for intent, text in examples]))
    return built


@pytest.mark.parametrize("name", BAD)
def test_the_whole_pipeline_reads_it_and_no_flow_begins_by_its_form(
    name: str, classifier: KernelIntentClassifier
) -> None:
    message = Message({TEXT: BAD[name]})
    ChineseTokenizer(ChineseTokenizer.get_default_config()).process([message])
    RuleEntityExtractor().process([message])
    classifier.process([message])
    MoneyGuard({"borrow": 0.9, "repay": 0.9}).process([message])
    UrgentWords().process([message])
    assert INTENT in message.data
    # A flow needs a wish as well as the intent, and only one of these says what its writer wants done.
    said = {entity["entity"] for entity in message.get(ENTITIES) or []}
    assert ("wish" in said) == (name == "mixed")


@pytest.mark.parametrize("name", ["e5", "use"])
def test_every_encoder_gives_numbers_for_it(name: str) -> None:
    encoder = open_encoder(name)
    for written in BAD.values():
        if text := readable(written):
            rows = encoder.encode([text])
            assert rows.shape == (1, encoder.dimensions)
            assert np.isfinite(rows).all()
