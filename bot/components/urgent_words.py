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
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, INTENT_RANKING_KEY, PREDICTED_CONFIDENCE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.components.lexicon import lexicon, one_of
from bot.components.normal_text import normalise


@dataclass(frozen=True)
class Way:
    """Where a word leads, and how sure a model may be before it is left alone."""

    intent: str
    words: re.Pattern[str]
    unless: re.Pattern[str] | None
    below: float

    def fits(self, text: str, confidence: float) -> bool:
        rest = self.unless.sub("", text) if self.unless else text
        return confidence < self.below and bool(self.words.search(rest))


def _way(said: dict[str, Any]) -> Way:
    unless = re.compile(one_of(said["unless"])) if said["unless"] else None
    return Way(said["intent"], re.compile(one_of(said["words"])), unless, said.get("below", float("inf")))


WAYS = [_way(said) for said in lexicon("urgent").values()]


def urgent_intent(written: str, confidence: float) -> str | None:
    """The intent that the words ask for, given how sure the model is of its own; None where there are none."""
    text = normalise(written).text.replace(" ", "")
    return next((way.intent for way in WAYS if way.fits(text, confidence)), None)


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
            intent = urgent_intent(message.get(TEXT) or "", known.get(PREDICTED_CONFIDENCE_KEY, 0.0))
            if intent is not None:
                best = {INTENT_NAME_KEY: intent, PREDICTED_CONFIDENCE_KEY: 1.0}
                others = [one for one in message.get(INTENT_RANKING_KEY, []) if one[INTENT_NAME_KEY] != intent]
                message.set(INTENT, best, add_to_output=True)
                message.set(INTENT_RANKING_KEY, [best, *others], add_to_output=True)
        return messages
