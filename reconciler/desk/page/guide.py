"""The guide, for who stands at the desk without internet: the pages of ``docs/`` as they were built."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from markdown_it import MarkdownIt
from markdown_it.token import Token

from reconciler.desk.errors import refused
from reconciler.desk.page.render import Pages

_HERE: Final = Path(__file__)
PACKED: Final = _HERE.with_name("guide")
"""Where a wheel has them; a checkout has ``docs/``."""
FOLDER: Final = PACKED if PACKED.is_dir() else _HERE.parents[3] / "docs"

FIRST: Final = "index"
"""The page that says which of them is for whom."""

_NAME: Final = re.compile(r"(?:decisions/)?[a-z0-9-]+")
_OF_THE_GUIDE: Final = re.compile(r"(?P<name>[a-z0-9/.-]+)\.md(?P<place>#.*)?")


@dataclass(frozen=True, slots=True)
class Leaf:
    """One page: its title, its HTML, the places in it that can be linked to, and where its links lead."""

    title: str
    html: str
    places: frozenset[str]
    links: tuple[str, ...]


def guide_pages(router: APIRouter, pages: Pages) -> None:
    """The list of all pages, and each of them."""

    @router.get("/guide")
    async def contents(request: Request) -> HTMLResponse:
        """What there is to read, and for whom."""
        titles = [(f"/guide/{name}", leaf_of(name).title) for name in names() if name != FIRST]
        return await pages.page(request, "guide.html", title="Guide", contents=titles, leaf=leaf_of(FIRST))

    @router.get("/guide/{name:path}")
    async def leaf(request: Request, name: str) -> HTMLResponse:
        """One page."""
        if _NAME.fullmatch(name) is None or not (FOLDER / f"{name}.md").is_file():
            raise refused(404, "unknown_page", "the guide has no such page", "see /guide for those it has")
        found = leaf_of(name)
        return await pages.page(request, "guide.html", title=found.title, contents=[], leaf=found)


def names() -> list[str]:
    """The pages, without those that tell builders why something is as it is."""
    return sorted(path.stem for path in FOLDER.glob("*.md"))


@cache
def leaf_of(name: str) -> Leaf:
    """A page by its name, such as ``pms``. FileNotFoundError if there is none."""
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = reader.parse((FOLDER / f"{name}.md").read_text("utf-8"))
    for table in (token for token in tokens if token.type == "table_open"):
        table.attrSet("tabindex", "0")  # a wide one is scrolled, also by keyboard
    title, places = name, set[str]()
    for heading, inline in _headings(tokens):
        place = _place(inline.content, places)
        heading.attrSet("id", place)
        places.add(place)
        title = inline.content if heading.tag == "h1" else title
    links = tuple(_links(tokens, name))
    return Leaf(title, reader.renderer.render(tokens, reader.options, {}), frozenset(places), links)


def _headings(tokens: Sequence[Token]) -> Iterator[tuple[Token, Token]]:
    for heading, inline in pairwise(tokens):
        if heading.type == "heading_open":
            yield heading, inline


def _place(heading: str, taken: set[str]) -> str:
    """The name by which a heading is linked to, as GitHub makes it from its words."""
    words = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
    number = next(number for number in range(1000) if (f"{words}-{number}" if number else words) not in taken)
    return f"{words}-{number}" if number else words


def _links(tokens: Sequence[Token], name: str) -> Iterator[str]:
    """Let links between files lead to pages; all of them."""
    for token in (each for block in tokens for each in block.children or ()):
        wanted = str(token.attrGet("href") or "")
        found = _OF_THE_GUIDE.fullmatch(wanted)
        if found is not None:
            folder = name.rpartition("/")[0]
            path = (Path("/guide") / folder / found["name"]).as_posix()
            token.attrSet("href", f"{_straight(path)}{found['place'] or ''}")
        if token.type == "link_open":
            yield str(token.attrGet("href"))


def _straight(path: str) -> str:
    """The path without ``..``."""
    return re.sub(r"/[^/]+/\.\.(?=/)", "", path)
