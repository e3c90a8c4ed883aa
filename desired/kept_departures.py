"""The memory of the last 20 seconds as plain JSON values, each entry by a name of its own.

In a busy hour there are many entries, and few of them change with one record; so the store keeps them one by one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from desired.belongings import Party
from desired.departures import Departures, Gathering, Leaver, Vacancy
from desired.kept import (
    moment_to_json,
    origin_from_json,
    origin_to_json,
    value_from_json,
    value_to_json,
    words_from_json,
    words_to_json,
)
from desired.rack import Key
from desired.said import Field

Json = dict[str, Any]


def entries(departures: Departures, changed: set[str | Key]) -> dict[str, Json | None]:
    """What is to be kept of these stays and rooms now; None where nothing is."""
    kept: dict[str, Json | None] = {}
    for each in changed:
        if isinstance(each, str):
            vacancy, gathering = departures.vacancy(each), departures.gathering(each)
            kept[f"vacant {each}"] = None if vacancy is None else _vacancy_to_json(each, vacancy)
            kept[f"gathered {each}"] = None if gathering is None else _gathering_to_json(each, gathering)
        else:
            leaver = departures.leaver(each)
            kept[f"left {each[1]} {each[0]}"] = None if leaver is None else _leaver_to_json(each, leaver)
    return kept


def load(memory: Mapping[str, Any]) -> Departures:
    """The departures again, from everything that was kept, in its old order."""
    departures = Departures()
    for name, plain in sorted(memory.items(), key=lambda entry: str(entry[1].get("at", ""))):
        kind = name.partition(" ")[0]
        if kind == "left":
            link, number = plain["key"]
            departures.leave((link, number), _leaver_from_json(plain))
        elif kind == "vacant":
            departures.vacate(plain["room"], _vacancy_from_json(plain))
        elif kind == "gathered":
            departures.gather(plain["room"], _gathering_from_json(plain))
    departures.changed.clear()
    return departures


def _leaver_to_json(key: Key, leaver: Leaver) -> Json:
    return {
        "key": list(key),
        "room": leaver.room,
        "at": moment_to_json(leaver.at),
        "of": leaver.of and moment_to_json(leaver.of),
        "moment": moment_to_json(leaver.moment),
        "origin": origin_to_json(leaver.origin),
        "order": list(leaver.order),
        "luggage": None if leaver.luggage is None else words_to_json(leaver.luggage),
        "heir": leaver.heir and list(leaver.heir),
    }


def _leaver_from_json(plain: Mapping[str, Any]) -> Leaver:
    return Leaver(
        room=plain["room"],
        at=datetime.fromisoformat(plain["at"]),
        of=datetime.fromisoformat(plain["of"]) if plain["of"] else None,
        moment=datetime.fromisoformat(plain["moment"]),
        origin=origin_from_json(plain["origin"]),
        order=tuple(plain["order"]),
        luggage=None if plain["luggage"] is None else words_from_json(plain["luggage"]),
        heir=(plain["heir"][0], plain["heir"][1]) if plain["heir"] else None,
    )


def _vacancy_to_json(room: str, vacancy: Vacancy) -> Json:
    return {
        "room": room,
        "leavers": sorted(vacancy.leavers),
        "at": moment_to_json(vacancy.at),
        "moment": moment_to_json(vacancy.moment),
        "origin": origin_to_json(vacancy.origin),
    }


def _vacancy_from_json(plain: Mapping[str, Any]) -> Vacancy:
    return Vacancy(
        frozenset(plain["leavers"]),
        datetime.fromisoformat(plain["at"]),
        datetime.fromisoformat(plain["moment"]),
        origin_from_json(plain["origin"]),
    )


def _gathering_to_json(room: str, gathering: Gathering) -> Json:
    parties = [_party_to_json(party) for party in gathering.parties]
    aside = value_to_json(Field.GUESTS, [gathering.aside] if gathering.aside else [])
    return {"room": room, "at": gathering.at.isoformat(), "parties": parties, "aside": aside}


def _gathering_from_json(plain: Mapping[str, Any]) -> Gathering:
    parties = [_party_from_json(party) for party in plain["parties"]]
    aside = value_from_json(Field.GUESTS, plain.get("aside", []))  # an older housephone kept none
    return Gathering(parties, datetime.fromisoformat(plain["at"]), *aside)


def _party_to_json(party: Party) -> Json:
    return {
        "owners": list(party.owners),
        "words": words_to_json(party.words),
        "came_from": party.came_from,
        "whole": party.whole,
        "assumed": party.assumed and origin_to_json(party.assumed),
        "gone": list(party.gone),
    }


def _party_from_json(plain: Mapping[str, Any]) -> Party:
    return Party(
        owners=list(plain["owners"]),
        words=words_from_json(plain["words"]),
        came_from=plain["came_from"],
        whole=plain["whole"],
        assumed=origin_from_json(plain["assumed"]) if plain["assumed"] else None,
        gone=list(plain["gone"]),
    )
