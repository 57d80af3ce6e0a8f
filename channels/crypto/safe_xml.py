"""XML from outside and to outside. A document type is refused, and with it every entity and every bomb made of them."""

from __future__ import annotations

import re
from xml.parsers.expat import ExpatError, ParserCreate

DEEPEST = 8
ENCODING = "utf-8"
# Letters that XML cannot hold, not even escaped.
IMPOSSIBLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

type Tree = dict[str, str | Tree | list[str | Tree]]
"""An element's children by name; text for a leaf, a list where a name comes more than once."""


class XmlRefusedError(ValueError):
    """Not well-formed, too deep, or with a document type. The text never quotes the document."""


class _Builder:
    """Builds the tree from expat's events: a stack instead of recursion, so that depth costs nothing."""

    def __init__(self) -> None:
        self.root: Tree = {}
        self._open: list[tuple[str, Tree, list[str]]] = [("", self.root, [])]

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        if len(self._open) > DEEPEST:
            raise XmlRefusedError("too deep")
        self._open.append((name, {}, []))

    def end(self, name: str) -> None:
        _, children, texts = self._open.pop()
        value = children or "".join(texts)
        parent = self._open[-1][1]
        if name not in parent:
            parent[name] = value
            return
        earlier = parent[name]
        parent[name] = [*earlier, value] if isinstance(earlier, list) else [earlier, value]

    def text(self, piece: str) -> None:
        self._open[-1][2].append(piece)

    def refuse(self, *_of_the_declaration: object) -> None:
        raise XmlRefusedError("a document type or an entity is declared")


def parse(document: str) -> Tree:
    """The content of the document's one root element. Raises XmlRefusedError.

    Text, not bytes: what encoding the document claims to have been in is over by now."""
    builder = _Builder()
    parser = ParserCreate(ENCODING)
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.text
    parser.StartDoctypeDeclHandler = builder.refuse
    parser.EntityDeclHandler = builder.refuse
    try:
        parser.Parse(document.encode(ENCODING, errors="replace"), True)
    except ExpatError as error:
        raise XmlRefusedError(f"not well-formed, code {error.code}") from None
    (content,) = builder.root.values()
    return content if isinstance(content, dict) else {}


def cdata(text: str) -> str:
    """Text as a CDATA section; `]]>` in it is split over two, and what no XML can hold is left out."""
    return "<![CDATA[" + IMPOSSIBLE.sub("", text).replace("]]>", "]]]]><![CDATA[>") + "]]>"
