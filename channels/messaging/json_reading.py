"""JSON from a platform, read without trust: a part that is not there or not of its kind is an empty one."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import httpx

from channels.messaging.port import ChannelRefused, SendLater

ID = re.compile(r"[\x21-\x7e]{1,128}")
"""What the platforms' ids are made of. Anything else would get into keys, addresses and logs."""
MILLISECONDS = re.compile(r"[0-9]{12,14}", re.ASCII)

type Tree = Mapping[str, Any]


def parse(text: str | bytes) -> Tree:
    """A JSON object. Raises ChannelRefused shape for anything else."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise ChannelRefused("shape") from None
    if not isinstance(found, dict):
        raise ChannelRefused("shape")
    return found


def tree_at(tree: Tree, *path: str) -> Tree:
    """The object at the path, or an empty one."""
    found: Any = tree
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


def text_at(tree: Tree, *path: str) -> str:
    """The text at the path, or an empty one. A whole number counts: ids and times come either way."""
    found = tree_at(tree, *path[:-1]).get(path[-1])
    if type(found) is int:
        return str(found)
    return found if isinstance(found, str) else ""


def list_at(tree: Tree, *path: str) -> list[Any]:
    found = tree_at(tree, *path[:-1]).get(path[-1])
    return found if isinstance(found, list) else []


def id_at(tree: Tree, *path: str) -> str:
    """The id at the path. Raises ChannelRefused shape when it is missing or has signs no id has."""
    found = text_at(tree, *path)
    if not ID.fullmatch(found):
        raise ChannelRefused("shape")
    return found


def instant(milliseconds: str, otherwise: datetime) -> datetime:
    """The instant of a count of milliseconds since 1970; `otherwise` when it is none."""
    if not MILLISECONDS.fullmatch(milliseconds):
        return otherwise
    return datetime.fromtimestamp(int(milliseconds) / 1000, UTC)


def answered(reply: httpx.Response) -> Tree:
    """What an API call brought. Raises SendLater for 5xx and for what is no JSON object: a gateway's error page."""
    if reply.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
        raise SendLater(f"http_{reply.status_code}")
    try:
        return parse(reply.content)
    except ChannelRefused:
        raise SendLater(f"http_{reply.status_code}_no_json") from None
