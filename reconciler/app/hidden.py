"""What a hotel gives to nobody, as far as it is known: guests' names, and secrets. So it can be searched for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from string import Template
from typing import Any

from desired.said import Field
from reconciler import control
from reconciler.app.secretfiles import secret_files
from reconciler.app.stored import Remembered
from reconciler.configuration.settings import Settings


def names_in(seen: Remembered) -> Iterator[str]:
    """Names of guests in the house and of the telephones, the staff's as well."""
    for room in {*seen.hotel.roster.known_rooms(), *seen.hotel.said}:
        for guest in seen.hotel.wish(room).get(Field.GUESTS) or ():
            yield from (each for each in (guest.first, guest.last) if each)
    for extension in seen.hotel.observed:
        shown = (extension.first_name, extension.last_name, extension.display_name)
        yield from (each for each in shown if isinstance(each, str))


def plain_words(settings: Settings) -> set[str]:
    """Words of the templates, which are on every telephone."""
    names, words = settings.names, settings.department_words
    texts = [
        *names.vip.values(),
        words.occupied,
        words.vacant,
        settings.property.tenant,
        settings.property.site,
    ]
    for parts in (names.occupied, names.vacant):
        texts += [parts.first, parts.last, parts.display]
    if names.device is not None:
        texts += [names.device.occupied, names.device.vacant]
    plain = (Template.pattern.sub(" ", text) for text in texts)
    return {word for text in plain for word in text.split()}


def secrets_of(settings: Settings) -> Iterator[str]:
    """The contents of all files of secrets, and the password in a database's address."""
    for file in (
        *secret_files(settings),
        settings.state / control.FILE,
        *sorted((settings.state / "secrets").glob("*")),
    ):
        try:
            text = file.read_text(encoding="utf-8-sig").strip()
        except (OSError, UnicodeDecodeError):
            continue
        yield text
        if file.suffix == ".json":
            yield from _strings(json.loads(text))
    for address in filter(None, (settings.database, settings.centre)):
        _, _, rest = address.get_secret_value().partition("://")
        login, at, _ = rest.rpartition("@")
        if at:
            yield login.partition(":")[2]


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key in {"token", "password"} and isinstance(inner, str):
                yield inner
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)
