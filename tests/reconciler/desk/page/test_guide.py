"""The guide can be read at the desk without internet, and whatever leads into it leads somewhere."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from reconciler.desk.page.doctor import PLACES, guide_to
from reconciler.desk.page.guide import FOLDER, PACKED, leaf_of
from tests.reconciler.desk.conftest import Lobby
from tests.reconciler.desk.page.reading import read

ROOT = Path(__file__).parents[4]


def leads_somewhere(address: str, here: str) -> bool:
    """Whether there is such a page of the guide, with such a place in it."""
    path, _, place = address.partition("#")
    name = path.removeprefix("/guide/") if path else here
    return (FOLDER / f"{name}.md").is_file() and (not place or place in leaf_of(name).places)


@pytest.mark.parametrize(
    "name", [path.relative_to(FOLDER).with_suffix("").as_posix() for path in sorted(FOLDER.rglob("*.md"))]
)
def test_every_link_of_the_guide_leads_to_a_place_in_it_or_to_the_world(name: str) -> None:
    links = [link for link in leaf_of(name).links if not link.startswith(("https://", "http://"))]
    assert [link for link in links if not leads_somewhere(link, name)] == []


def test_every_page_of_the_guide_has_its_place_in_the_site() -> None:
    site = tomllib.loads((ROOT / "zensical.toml").read_text("utf-8"))
    placed = set(re.findall(r"[\w/-]+\.md", str(site["project"]["nav"])))
    assert placed == {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.md")}


def test_whatever_the_check_up_finds_leads_to_a_place_in_the_guide() -> None:
    assert [address for address in PLACES if not leads_somewhere(address, "")] == []


@pytest.mark.parametrize(
    ("what", "address"),
    [
        ("PMS link pms", "/guide/pms"),
        ("scope phone:write:admin", "/guide/zoom"),
        ("ring time", "/guide/telephones"),
        ("forwarding", "/guide/zoom-setup#8-"),
        ("desk", "/guide/desk-access"),
        ("alarms by mail", "/guide/alerts"),
        ("clock", "/guide/operations"),
        ("something new", "/guide/configuration"),
    ],
)
def test_a_finding_leads_to_the_page_that_tells_more(what: str, address: str) -> None:
    assert guide_to(what).startswith(address)


def test_an_installed_housephone_has_the_guide_where_it_looks_for_it() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    included = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert {ROOT / source: ROOT / place for source, place in included.items()} == {ROOT / "docs": PACKED}


@pytest.mark.anyio
async def test_the_guide_is_read_at_the_desk(lobby: Lobby) -> None:
    contents = read(await lobby.page("/guide"))
    assert contents.one("h1").text == "The guide"
    assert "Alarms" in contents.one("ul", class_="guide").text
    page = read(await lobby.page("/guide/alerts"))
    article = page.one("article", class_="guide")
    assert article.one("h2", id="by-mail").text == "By mail"
    assert article.find("a", href="/guide/configuration#alerts")
    assert "wakeup_failed" in article.one("table").text


@pytest.mark.anyio
@pytest.mark.parametrize(
    "name", ["nothing", "../pyproject", "..%2f..%2fpyproject", "decisions/../../SECURITY", ""]
)
async def test_there_is_nothing_else_to_read(lobby: Lobby, name: str) -> None:
    answer = await lobby.client.get(f"/guide/{name}")
    assert answer.status_code == 404 or answer.has_redirect_location
