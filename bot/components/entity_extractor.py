"""The rules for entities and wishes as a component of Rasa.

Each entity has start and end in the customer's own text, the piece of text between them, and a canonical value:

    product   paylater, cashloan                     method  level_payment, level_principal, interest_first
    amount    "5000", "3500.5", "-500", too_large, all, minimum, half, rest
    currency  only a foreign one: USD, HKD, EUR …     term    months: "12"
    date      "2026-11-08", "11-08", "08", today …    period  this_month, last_month, next_month … or a month, "11"
    wish      explicit: the customer asks to have it done (see wish.py)
    remark, nth, source: what is said about the talk itself (see remarks.py)
    detail    what exactly a question is about (see details.py)

A message that is only 3, 6, 9 or 12 is an answer to a question that this component does not know, so it is given as an
amount and as a term. The form decides: its slot mappings take `amount` only while `requested_slot` is the amount, and
`term` only while it is the term (`conditions: [{active_loop: …, requested_slot: …}]`)."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.components.details import find_details
from bot.components.entity_rules import find_entities
from bot.components.normal_text import normalise
from bot.components.remarks import find_remarks
from bot.components.wish import is_wish

WISH, EXPLICIT = "wish", "explicit"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class RuleEntityExtractor(GraphComponent, EntityExtractorMixin):
    """Finds entities by rules; learns nothing."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> RuleEntityExtractor:
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            found = self.add_extractor_name(entities_of(message.get(TEXT) or ""))
            message.set(ENTITIES, message.get(ENTITIES, []) + found, add_to_output=True)
        return messages


def entities_of(written: str) -> list[dict[str, Any]]:
    """Entities of what a customer wrote, as Rasa wants them, without the extractor's name. Never raises."""
    normal = normalise(written)
    found = find_entities(normal.text)
    if normal.text:
        found += find_remarks(normal.text, found)
        found += find_details(normal.text)
    entities = [_entity(one.entity, one.value, *normal.span(one.start, one.end), written) for one in found]
    if normal.text and is_wish(normal.text, found):
        entities.append(_entity(WISH, EXPLICIT, *normal.span(0, len(normal.text)), written))
    return entities


def _entity(name: str, value: str, start: int, end: int, written: str) -> dict[str, Any]:
    return {
        "entity": name,
        "value": value,
        "start": start,
        "end": end,
        "text": written[start:end],
        "confidence_entity": 1.0,
    }
