"""Words that do not wait for a model: danger to the customer's life, fraud, abuse.

Which words lead where is in bot/lexicon/urgent.yml. A message that is sent on this way gets the full confidence, so no
threshold turns it into a question back, and none of these intents begins a money flow."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import (
    ENTITIES,
    INTENT,
    INTENT_NAME_KEY,
    INTENT_RANKING_KEY,
    PREDICTED_CONFIDENCE_KEY,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message

from bot.components.lexicon import lexicon, one_of
from bot.components.normal_text import normalise


@dataclass(frozen=True)
class Way:
    """Where a word leads, and how sure a model may be before it is left alone."""

    name: str
    intent: str
    words: re.Pattern[str]
    unless: re.Pattern[str] | None
    below: float

    def fits(self, text: str, confidence: float) -> bool:
        rest = self.unless.sub("", text) if self.unless else text
        return confidence < self.below and bool(self.words.search(rest))


def _way(name: str, said: dict[str, Any]) -> Way:
    unless = re.compile(one_of(said["unless"])) if said["unless"] else None
    return Way(name, said["intent"], re.compile(one_of(said["words"])), unless, said.get("below", float("inf")))


WAYS = [_way(name, said) for name, said in lexicon("urgent").items()]


def urgent_way(written: str, confidence: float) -> Way | None:
    """Where the words lead, given how sure the model is of its own intent; None where there are none."""
    text = normalise(written).text.replace(" ", "")
    return next((way for way in WAYS if way.fits(text, confidence)), None)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class UrgentWords(GraphComponent, IntentClassifier):
    """Stands last in the pipeline. The model's own candidates stay behind the intent that was set."""

    @classmethod
    def required_components(cls) -> list[type]:
        return [IntentClassifier]

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> UrgentWords:
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            known = message.get(INTENT) or {}
            way = urgent_way(message.get(TEXT) or "", known.get(PREDICTED_CONFIDENCE_KEY, 0.0))
            if way is not None:
                best = {INTENT_NAME_KEY: way.intent, PREDICTED_CONFIDENCE_KEY: 1.0}
                others = [one for one in message.get(INTENT_RANKING_KEY, []) if one[INTENT_NAME_KEY] != way.intent]
                # So that the answer can tell a wish for a person from danger to the customer's life.
                mark = {"entity": "urgent", "value": way.name, "start": 0, "end": 0}
                message.set(ENTITIES, [*message.get(ENTITIES, []), mark], add_to_output=True)
                message.set(INTENT, best, add_to_output=True)
                message.set(INTENT_RANKING_KEY, [best, *others], add_to_output=True)
        return messages
