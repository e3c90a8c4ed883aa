"""housephone.yaml from disk: parsed, overlaid by the environment, checked, with a place for every mistake."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from desired.placed import Place
from desired.yamltext import Fields, Items, Refused, parse
from reconciler.errors import Fatal
from reconciler.settings import PREFIX, Settings, overlay

_PATHS = ("desired", "state")


class Misconfigured(Fatal):
    """The configuration cannot be used; the message lists every mistake, one a line, with its place."""


def load(path: Path | None, environment: Mapping[str, str]) -> Settings:
    """Read and check the configuration. Misconfigured if it is missing, unreadable or wrong."""
    if path is None:
        remedy = f"write one with `reconcile init`, or name it with --config or ${PREFIX}CONFIG"
        raise Misconfigured("no housephone.yaml found", remedy)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise Misconfigured(f"{path}: {error.strerror}", "check the path given with --config") from error
    except UnicodeDecodeError as error:
        raise Misconfigured(f"{path}: not UTF-8 text: {error.reason}") from error
    root, start = _root(text, path)
    try:
        settings = Settings.model_validate(overlay(root, environment))
    except ValidationError as error:
        raise Misconfigured(_mistakes(error, root, start, path, environment)) from None
    return _anchored(settings, path.resolve().parent)


def _root(text: str, path: Path) -> tuple[object, Place]:
    try:
        parsed = parse(text)
    except Refused as refused:
        line, column = refused.flaw.place
        raise Misconfigured(f"{path}:{line}:{column}: {refused.flaw.message}") from None
    if parsed.duplicates:
        lines = (
            f"{path}:{p[0]}:{p[1]}: {'.'.join(map(str, way))}: stands twice" for way, p in parsed.duplicates
        )
        raise Misconfigured("\n".join(lines))
    if not parsed.roots or not isinstance(parsed.roots[0][0], Fields):
        raise Misconfigured(f"{path}:1:1: expected settings such as property: {{name, timezone}}")
    return parsed.roots[0]


def _mistakes(
    error: ValidationError, root: object, start: Place, path: Path, environment: Mapping[str, str]
) -> str:
    lines = []
    for detail in error.errors(include_url=False, include_input=False):
        way, place = _find(root, detail["loc"], start, at_key=detail["type"] == "extra_forbidden")
        message = {"extra_forbidden": "unknown setting", "missing": "missing"}.get(
            detail["type"], detail["msg"]
        )
        message = message.removeprefix("Value error, ")
        variable = PREFIX + "__".join(map(str, detail["loc"])).upper()
        where = f"${variable}" if variable in environment else f"{path}:{place[0]}:{place[1]}"
        line = f"{where}: {way}: {message}" if way else f"{where}: {message}"
        if line not in lines:
            lines.append(line)
    return "\n".join(lines)


def _find(root: object, loc: tuple[int | str, ...], start: Place, *, at_key: bool) -> tuple[str, Place]:
    """The setting's name for people, and where it (or its nearest parent in the file) stands."""
    value, place, way = root, start, []
    for step in loc:
        if isinstance(value, Fields) and step in value:
            key, place = value.places[str(step)]
            value = value[str(step)]
            if at_key:
                place = key
        elif isinstance(value, Items) and isinstance(step, int) and step < len(value):
            place, value = value.places[step], value[step]
        elif not isinstance(value, Fields | Items):
            continue  # an alternative that the checker names in between
        way.append(str(step))
    return ".".join(way), place


def _anchored(settings: Settings, folder: Path) -> Settings:
    """Relative paths start at the configuration file's folder."""
    update: dict[str, Any] = {name: folder / getattr(settings, name) for name in _PATHS}
    secret_file = settings.zoom.client_secret_file
    if secret_file is not None:
        update["zoom"] = settings.zoom.model_copy(update={"client_secret_file": folder / secret_file})
    return settings.model_copy(update=update)
