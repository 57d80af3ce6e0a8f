"""The intent model as a component of Rasa."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, fields
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, INTENT_RANKING_KEY, PREDICTED_CONFIDENCE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.encoder import Encoder, alone_on_a_core, encode_remembered, open_encoder
from bot.components.entity_rules import with_placeholders
from bot.components.intent_model import IntentModel, Settings, Vectors
from bot.components.normal_text import normalise

logger = logging.getLogger(__name__)


def readable(written: str) -> str:
    """What the model is given: the normal form, with one name for all brands of a product."""
    return with_placeholders(normalise(written).text)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class KernelIntentClassifier(GraphComponent, IntentClassifier):
    """Sets `intent` and `intent_ranking`; a message without any readable character gets no intent."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`encoders`: names (e5, use, none) or dotted paths to an Encoder. The rest: see intent_model.Settings."""
        return {"encoders": ["e5", "use"], "ranking_length": 10, **asdict(Settings())}

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        model: IntentModel | None = None,
    ) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._model = model
        self._encoders = {name: open_encoder(name) for name in config["encoders"]}
        self._side_by_side = ThreadPoolExecutor(max(1, len(self._encoders)), thread_name_prefix="encoder")

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> KernelIntentClassifier:
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> KernelIntentClassifier:
        # Encoders work side by side on one message; threads of BLAS that share a product this small mostly wait.
        alone_on_a_core()
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, IntentModel.load(folder))

    def train(self, training_data: TrainingData) -> Resource:
        examples = [one for one in training_data.intent_examples if one.get(TEXT)]
        settings = _settings(self._config)
        texts = [readable(one.get(TEXT)) for one in examples]
        self._model = IntentModel.fit(texts, [one.get(INTENT) for one in examples], self._encode_for_training, settings)
        with self._model_storage.write_to(self._resource) as folder:
            self._model.save(folder)
        return self._resource

    def _encode_for_training(self, texts: Sequence[str]) -> Vectors:
        return [encode_remembered(name, encoder, texts) for name, encoder in self._encoders.items()]

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            ranking = self._ranking(readable(message.get(TEXT) or ""))
            best = ranking[0] if ranking else {INTENT_NAME_KEY: None, PREDICTED_CONFIDENCE_KEY: 0.0}
            message.set(INTENT, best, add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Nothing after this component reads what the model says of its own examples."""
        return training_data

    def _ranking(self, text: str) -> list[dict[str, Any]]:
        if self._model is None or not text:
            return []
        shares = self._shares(self._model, text)
        best = np.argsort(-shares)[: self._config["ranking_length"]]
        return [
            {INTENT_NAME_KEY: self._model.labels[place], PREDICTED_CONFIDENCE_KEY: float(shares[place])}
            for place in best
        ]

    def _shares(self, model: IntentModel, text: str) -> np.ndarray:
        """A probability for each of the model's labels."""

        def meaning(place: int, encoder: Encoder) -> np.ndarray:
            return model.meaning_scores(place, encoder.encode([text]))

        meanings = self._side_by_side.map(meaning, range(len(self._encoders)), self._encoders.values())
        # They are at work already; spelling is read in the meantime.
        shares: np.ndarray = model.probabilities(sum(meanings, start=model.spelling_scores([text])))[0]
        return shares


def _settings(config: Mapping[str, Any]) -> Settings:
    """YAML has lists where the settings want tuples."""
    said = {field.name: config[field.name] for field in fields(Settings)}
    return Settings(**{name: tuple(it) if isinstance(it, (list, tuple)) else it for name, it in said.items()})
