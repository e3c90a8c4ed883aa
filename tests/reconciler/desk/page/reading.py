"""Reads a page as a person does: what stands under a heading, and what may be pressed there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

_ALONE = frozenset({"input", "meta", "link", "br", "use", "path", "img", "hr"})


@dataclass
class Element:
    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    inside: list[Element | str] = field(default_factory=list)

    def walk(self) -> Iterator[Element]:
        yield self
        for each in self.inside:
            if isinstance(each, Element):
                yield from each.walk()

    def find(self, tag: str = "", **attributes: str) -> list[Element]:
        """All elements inside of this kind, with these attributes."""
        wanted = {name.replace("_", "-").strip("-"): value for name, value in attributes.items()}
        return [
            each
            for each in self.walk()
            if tag in {"", each.tag} and wanted.items() <= each.attributes.items()
        ]

    def one(self, tag: str = "", **attributes: str) -> Element:
        (found,) = self.find(tag, **attributes)
        return found

    @property
    def text(self) -> str:
        """What a person reads, words apart by one blank."""
        return " ".join("".join(self._texts()).split())

    def _texts(self) -> Iterator[str]:
        if self.attributes.get("class") == "hidden" or self.tag == "title":
            return
        for each in self.inside:
            yield from [each] if isinstance(each, str) else each._texts()
        yield " "

    @property
    def lines(self) -> list[str]:
        """The lines of its tables and lists."""
        return [each.text for each in self.walk() if each.tag in {"tr", "li"}]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Element("page")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].inside.append(element)
        if tag not in _ALONE:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].inside.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if tag not in _ALONE:
            assert self.open[-1].tag == tag, f"</{tag}> inside <{self.open[-1].tag}>"
            self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].inside.append(data)


def read(html: str) -> Element:
    """The page; it must be well formed."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert len(reader.open) == 1, f"<{reader.open[-1].tag}> is not closed"
    return reader.open[0]
