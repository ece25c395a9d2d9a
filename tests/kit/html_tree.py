"""A page of HTML as a tree."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser

NBSP = "\N{NO-BREAK SPACE}"


class Node:
    def __init__(self, tag: str, attributes: dict[str, str | None], parent: Node | None) -> None:
        self.tag, self.attributes, self.parent = tag, attributes, parent
        self.children: list[Node | str] = []

    def __getitem__(self, name: str) -> str:
        value = self.attributes[name]
        assert value is not None
        return value

    @property
    def text(self) -> str:
        return "".join(c if isinstance(c, str) else c.text for c in self.children)

    def all(self, tag: str, **wanted: str) -> list[Node]:
        return [
            node
            for node in self.inside()
            if node.tag == tag
            and all(
                node.attributes.get(key.rstrip("_").replace("_", "-")) == value
                for key, value in wanted.items()
            )
        ]

    def inside(self) -> Iterator[Node]:
        for child in self.children:
            if isinstance(child, Node):
                yield child
                yield from child.inside()


class Tree(HTMLParser):
    """Parse a page strictly: every element that is opened must be closed."""

    VOID = frozenset({"meta", "link", "br", "hr", "col", "input"})

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.root = self.at = Node("", {}, None)
        self.feed(text)
        self.close()
        assert self.at is self.root, f"<{self.at.tag}> is not closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs)
        node = Node(tag, dict(attrs), self.at)
        self.at.children.append(node)
        if tag not in self.VOID:
            self.at = node

    def handle_endtag(self, tag: str) -> None:
        assert tag == self.at.tag
        assert self.at.parent is not None
        self.at = self.at.parent

    def handle_data(self, data: str) -> None:
        self.at.children.append(data)


def read(text: str) -> Node:
    return Tree(text).root
