"""housephone.yaml from disk: parsed, overlaid by the environment, checked, with a place for every mistake."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError

from desired.complaints import Grammar, explain, sentence
from desired.flaw import tellable
from desired.yamltext import Fields, Refused, parse
from reconciler.configuration.anchored import anchored
from reconciler.configuration.environment import PREFIX, given, overlay
from reconciler.configuration.layers import Layers, Said
from reconciler.configuration.settings import Settings
from reconciler.errors import Misconfigured

LARGEST = 1 << 20
"""Bytes of the configuration; that of a hotel has a few thousand."""
MOST_MISTAKES = 100
"""Nobody reads on."""

Part = TypeVar("Part", bound=BaseModel)

CORRECT_IT = (
    "correct it there; `reconcile init` in an empty folder writes a file with every setting explained"
)


def load(path: Path | None, environment: Mapping[str, str]) -> Settings:
    """Read and check the configuration of one hotel. Misconfigured if it is missing, unreadable or wrong."""
    return checked(Layers((read(path),)), environment)


def read(path: Path | None) -> Said:
    """A file as it stands, not checked yet. Misconfigured if it is missing, unreadable or no settings at all."""
    if path is None:
        remedy = f"write one with `reconcile init`, or name it with --config or ${PREFIX}CONFIG"
        raise Misconfigured("no housephone.yaml found", remedy)
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
        text = data.decode("utf-8-sig")
    except OSError as error:
        remedy = f"name the right file with --config or ${PREFIX}CONFIG, or write one with `reconcile init`"
        raise Misconfigured(f"{path}: {error.strerror}", remedy) from error
    except UnicodeDecodeError:
        raise Misconfigured(f"{path}: not UTF-8 text", "save it as UTF-8") from None
    if len(data) > LARGEST:
        raise Misconfigured(f"{path}: larger than {LARGEST >> 20} MiB", "name the right file with --config")
    return _parsed(text, path)


def checked(layers: Layers, environment: Mapping[str, str]) -> Settings:
    """What the files say, with whole paths. Misconfigured, with every mistake's place, if it cannot be used."""
    return anchored(validated(Settings, layers, environment), layers.folder)


def validated(model: type[Part], layers: Layers, environment: Mapping[str, str]) -> Part:
    """What the files say, as this model has it. Misconfigured, with every mistake's place."""
    _make_sure_it_is_text(environment)
    root = layers.merged()
    try:
        return model.model_validate(overlay(root, environment))
    except ValidationError as error:
        raise Misconfigured(first_of(_mistakes(error, root, layers, environment)), CORRECT_IT) from None


def _make_sure_it_is_text(environment: Mapping[str, str]) -> None:
    for name, value in given(environment).items():
        try:
            (name + value).encode()
        except UnicodeEncodeError:
            raise Misconfigured(
                tellable(f"${name}: not UTF-8 text"), "give it as UTF-8, or set it in the file"
            ) from None


def _parsed(text: str, path: Path) -> Said:
    try:
        parsed = parse(text)
    except Refused as refused:
        line, column = refused.flaw.place
        raise Misconfigured(f"{path}:{line}:{column}: {refused.flaw.message}", CORRECT_IT) from None
    if parsed.duplicates:
        lines = [
            f"{path}:{p[0]}:{p[1]}: {tellable('.'.join(map(str, way)))}: stands twice"
            for way, p in parsed.duplicates
        ]
        raise Misconfigured(first_of(lines), "leave one of them")
    root, start = parsed.roots[0] if parsed.roots else (None, (1, 1))
    if not isinstance(root, Fields):
        message = f"{path}:1:1: expected settings such as property: {{name: …, timezone: …}}"
        raise Misconfigured(message, "`reconcile init` writes a file with every setting explained")
    return Said(path, root, start)


def _mistakes(
    error: ValidationError, root: object, layers: Layers, environment: Mapping[str, str]
) -> list[str]:
    """One line a mistake: those of the environment by the variable's name, the others by their place in a file."""
    grammar = Grammar("setting", dict(_parts(Settings)))
    in_files: dict[Path, list[Any]] = {each.path: [] for each in reversed(layers.files)}
    lines = []
    for detail in error.errors(include_url=False):
        variable = _variable(detail["loc"], root, environment)
        if variable is None:
            in_files[layers.teller(detail["loc"]).path].append(detail)
        else:
            lines.append(tellable(f"${variable}: {sentence(detail, detail['loc'], grammar)}"))
    for said in reversed(layers.files):
        flaws = explain(in_files[said.path], said.root, said.start, grammar)
        for flaw in sorted(flaws, key=lambda flaw: flaw.place):
            line, column = flaw.place
            lines.append(f"{said.path}:{line}:{column}: {flaw.message}")
    return lines


def first_of(lines: Sequence[str]) -> str:
    """The mistakes, the last ones in a number where there are many."""
    more = len(lines) - MOST_MISTAKES
    return "\n".join([*lines[:MOST_MISTAKES], *([f"… and {more} more"] if more > 0 else [])])


def _variable(loc: tuple[int | str, ...], root: object, environment: Mapping[str, str]) -> str | None:
    """The variable of the environment that gives this setting, or the part in which it is.

    Where the files do not have the setting, also one that gives something inside of it: a part that is misspelt.
    """
    names = [PREFIX + "__".join(map(str, loc[:depth])).upper() for depth in range(len(loc), 0, -1)]
    giving = next((name for name in names if name in environment), None)
    if giving is not None or not names or _stands_in(root, loc):
        return giving
    return next((name for name in sorted(given(environment)) if name.startswith(f"{names[0]}__")), None)


def _stands_in(root: object, loc: tuple[int | str, ...]) -> bool:
    """Tell whether the files have this setting."""
    value = root
    for step in loc:
        if not isinstance(value, dict) or step not in value:
            return False
        value = value[str(step)]
    return True


def _parts(model: type[BaseModel], way: str = "") -> Iterator[tuple[str, Sequence[str]]]:
    """The settings of each part of the configuration, by its path."""
    yield way, tuple(model.model_fields)
    for name, field in model.model_fields.items():
        for inner, part in _sections(field.annotation, f"{way}.{name}".lstrip(".")):
            yield from _parts(part, inner)


def _sections(annotation: Any, way: str) -> Iterator[tuple[str, type[BaseModel]]]:
    """The parts that a setting may hold, each with its path."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield way, annotation
    inner = f"{way}.*" if get_origin(annotation) is list else way
    for each in get_args(annotation):
        yield from _sections(each, inner)
