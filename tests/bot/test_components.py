"""The components as Rasa runs them."""

from __future__ import annotations

from typing import Any

import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.entity_extractor import RuleEntityExtractor
from bot.components.intent_classifier import KernelIntentClassifier
from bot.components.money_guard import MoneyGuard
from bot.components.tokenizer import ChineseTokenizer

EXAMPLES = {
    "borrow": ["我要借钱", "借呗借钱", "帮我借点钱", "想借一笔钱"],
    "repay": ["我要还钱", "花呗还钱", "帮我还花呗", "怎么还款"],
    "greet": ["你好", "您好", "在吗", "早上好"],
}
WITHOUT_VECTORS = {"encoders": ["none"], "meaning_widths": [1.0], "meaning_weights": [1.0]}


@pytest.fixture
def context() -> ExecutionContext:
    return ExecutionContext(GraphSchema({}), node_name="classifier")


def message(text: str, intent: str | None = None, confidence: float = 0.0) -> Message:
    return Message({TEXT: text, INTENT: {"name": intent, "confidence": confidence}, INTENT_RANKING_KEY: []})


def test_a_trained_classifier_is_loaded_again(tmp_path: Any, context: ExecutionContext) -> None:
    config = {**KernelIntentClassifier.get_default_config(), **WITHOUT_VECTORS, "ranking_length": 2}
    storage, resource = LocalModelStorage(tmp_path), Resource("intents")
    examples = [Message.build(text, intent) for intent, texts in EXAMPLES.items() for text in texts]
    trained = KernelIntentClassifier.create(config, storage, resource, context)
    trained.train(TrainingData(examples))
    loaded = KernelIntentClassifier.load(config, storage, resource, context)
    for one in (trained, loaded):
        asked = message("白条怎么还钱")
        one.process([asked])
        assert asked.get(INTENT)["name"] == "repay"
        assert asked.get(INTENT_RANKING_KEY)[0] == asked.get(INTENT)
        assert len(asked.get(INTENT_RANKING_KEY)) == 2


def test_a_message_without_a_readable_character_has_no_intent(context: ExecutionContext, tmp_path: Any) -> None:
    config = {**KernelIntentClassifier.get_default_config(), **WITHOUT_VECTORS}
    classifier = KernelIntentClassifier.create(config, LocalModelStorage(tmp_path), Resource("intents"), context)
    asked = message("\u200b")
    classifier.process([asked])
    assert asked.get(INTENT) == {"name": None, "confidence": 0.0}


def test_tokens_never_cut_an_entity() -> None:
    written = "我要从huabei借5000.50元，分12期"
    tokenizer = ChineseTokenizer(ChineseTokenizer.get_default_config())
    tokens = tokenizer.tokenize(message(written), TEXT)
    assert [token.text for token in tokens[:5]] == ["我", "要", "从", "huabei", "借"]
    borders = {token.start for token in tokens} | {token.end for token in tokens}
    asked = message(written)
    RuleEntityExtractor().process([asked])
    for entity in asked.get(ENTITIES):
        assert {entity["start"], entity["end"]} <= borders
        assert entity["extractor"] == "RuleEntityExtractor"


@pytest.mark.parametrize(
    ("intent", "confidence", "decided"),
    [("borrow", 0.49, "nlu_fallback"), ("borrow", 0.5, "borrow"), ("greet", 0.31, "greet"), (None, 0.0, None)],
)
def test_a_money_flow_needs_more_confidence(intent: str | None, confidence: float, decided: str | None) -> None:
    asked = message("借", intent, confidence)
    MoneyGuard({"borrow": 0.5}).process([asked])
    assert asked.get(INTENT)["name"] == decided
    assert (asked.get(INTENT_RANKING_KEY) != []) == (decided == "nlu_fallback")
