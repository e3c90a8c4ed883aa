"""The configuration for somebody who helps: everything that matters for a fault, and no secret.

Shown is what the settings know. A value of an unknown key is a star, because a mistyped secret would be just that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, get_args
from urllib.parse import urlsplit

from pydantic import BaseModel, SecretStr

from reconciler.configuration.settings import Settings

STAR: Final = "*"

_PERSONAL: Final = frozenset({"by", "sender", "to"})
"""Settings that say who works in the hotel."""


def configuration_view(data: Any) -> Any:
    """The parsed file without secrets; also of a file that the settings do not take."""
    return _section(Settings, data)


def secrets_in(data: Any) -> Iterator[str]:
    """What the parsed file gives as secrets, to be looked for in everything else."""
    yield from _secrets(Settings, data)


def _section(model: type[BaseModel], data: Any) -> Any:
    if not isinstance(data, Mapping):
        return STAR
    return {str(key): _value(_annotation(model, str(key)), str(key), value) for key, value in data.items()}


def _value(annotation: Any, name: str, value: Any) -> Any:
    if value is None:
        return None
    if annotation is None or name in _PERSONAL or SecretStr in _types(annotation):
        return STAR
    if isinstance(value, list):
        return [_value(annotation, name, each) for each in value]
    sections = [each for each in _types(annotation) if _is_section(each)]
    if isinstance(value, Mapping):
        return _section(_best(sections, value), value) if sections else dict(value)
    if isinstance(value, bool | int | float):
        return value
    return _text(str(value))


def _text(value: str) -> str:
    """A text as it is, but of a web address only where it leads."""
    if "://" not in value:
        return value
    try:
        parts = urlsplit(value)
        return f"{parts.scheme}://{parts.hostname or STAR}" + (f":{parts.port}" if parts.port else "")
    except ValueError:
        return STAR


def _secrets(model: type[BaseModel], data: Any) -> Iterator[str]:
    if not isinstance(data, Mapping):
        return
    for key, value in data.items():
        types = _types(_annotation(model, str(key)))
        sections = [each for each in types if _is_section(each)]
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, Mapping) and sections:
                yield from _secrets(_best(sections, each), each)
            elif SecretStr in types and each is not None:
                yield str(each)


def _annotation(model: type[BaseModel], key: str) -> Any:
    """What a setting may be, by its name in the file; None for one that there is not."""
    for name, field in model.model_fields.items():
        if key in {name, field.alias}:
            return field.annotation
    return None


def _types(annotation: Any) -> list[Any]:
    """All types that an annotation mentions."""
    return [annotation, *(inner for each in get_args(annotation) for inner in _types(each))]


def _is_section(each: Any) -> bool:
    return isinstance(each, type) and issubclass(each, BaseModel)


def _best(sections: list[type[BaseModel]], value: Mapping[Any, Any]) -> type[BaseModel]:
    """Which of several sections is meant: the one that knows most of the keys."""
    return max(sections, key=lambda each: sum(1 for key in value if _annotation(each, str(key)) is not None))
