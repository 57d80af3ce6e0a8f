"""TypeScript types of the cards, from their pydantic models' JSON schema.

.venv/bin/python -m tools.card_types FILE"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from credit.cards import card_schema

HEAD = "// Made by tools/card_types.py from credit/cards; not edited by hand.\n"
PLAIN = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}


def typescript(schema: dict[str, Any]) -> str:
    """One interface a model, then `Card`, the union of all kinds."""
    parts = [HEAD]
    for name, model in sorted(schema["$defs"].items()):
        parts.append(f"export {_model(name, model)}\n")
    union = " | ".join(_type(each) for each in schema["oneOf"])
    parts.append(f"export type Card = {union};\n")
    return "\n".join(parts)


def _model(name: str, model: dict[str, Any]) -> str:
    if "properties" not in model:
        return f"type {name} = {_type(model)};"
    # A card on its way out has every field, given or defaulted.
    fields = [f"  {field}: {_type(content)};" for field, content in model["properties"].items()]
    return "\n".join([f"interface {name} {{", *fields, "}"])


def _type(schema: dict[str, Any]) -> str:
    """Raises ValueError for a shape that no card has had so far."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return " | ".join(json.dumps(value) for value in schema["enum"])
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return " | ".join(_type(each) for each in schema[key])
    kind = schema.get("type")
    if kind == "array":
        return f"Array<{_type(schema['items'])}>"
    if kind == "object":
        values = schema.get("additionalProperties")
        return f"Record<string, {_type(values) if isinstance(values, dict) else 'unknown'}>"
    if isinstance(kind, str) and kind in PLAIN:
        return PLAIN[kind]
    raise ValueError(f"no TypeScript for {schema}")


def write(path: Path) -> None:
    """Leave the types at `path`; an unchanged file keeps its time."""
    text = typescript(card_schema())
    if not path.exists() or path.read_text("utf-8") != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
