"""All entities of a message, in the order in which the rules must look."""

from __future__ import annotations

import re

from bot.components.amount_rules import find_amounts, find_currencies, find_endless_numbers, find_whole_amounts
from bot.components.board import Board, Found
from bot.components.lexicon import lexicon, one_of
from bot.components.time_rules import find_times

_products = lexicon("products")
_PRODUCTS = {word: name for name, words in _products["products"].items() for word in words}
_METHODS = {word: name for name, words in _products["methods"].items() for word in words}
_PRODUCT, _METHOD = re.compile(one_of(_PRODUCTS)), re.compile(one_of(_METHODS))


def find_entities(text: str) -> list[Found]:
    """Entities of a text in normal form, by their place. Never raises on any text."""
    board = Board(text)
    find_endless_numbers(board)
    for match in board.each(_PRODUCT):
        board.add("product", _PRODUCTS[match[0]], *match.span())
    for match in board.each(_METHOD):
        board.add("method", _METHODS[match[0]], *match.span())
        board.blank(*match.span())
    find_times(board)
    find_amounts(board)
    find_currencies(board)
    find_whole_amounts(board)
    return sorted(board.found, key=lambda one: (one.start, one.entity))


def with_placeholders(text: str) -> str:
    """The text with every alias of a product replaced by one word, so that each brand trains every other."""
    return _PRODUCT.sub(lambda match: str(_products["placeholders"][_PRODUCTS[match[0]]]), text)
