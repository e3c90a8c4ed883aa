"""housephone.yaml from disk: parsed, overlaid by the environment, checked, with a place for every mistake."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

from desired.complaints import Grammar, explain, sentence
from desired.flaw import tellable
from desired.placed import Place
from desired.yamltext import Fields, Refused, parse
from reconciler.configuration.alerts import Alerts
from reconciler.configuration.deskusers import Desk
from reconciler.configuration.environment import PREFIX, given, overlay
from reconciler.configuration.lines import Sip
from reconciler.configuration.settings import Settings
from reconciler.errors import Misconfigured

LARGEST = 1 << 20
"""Bytes of the configuration; that of a hotel has a few thousand."""
MOST_MISTAKES = 100
"""Nobody reads on."""

_PATHS = ("desired", "state")

_CORRECT_IT = (
    "correct it there; `reconcile init` in an empty folder writes a file with every setting explained"
)


def load(path: Path | None, environment: Mapping[str, str]) -> Settings:
    """Read and check the configuration. Misconfigured if it is missing, unreadable or wrong."""
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
    _make_sure_it_is_text(environment)
    root, start = _root(text, path)
    try:
        settings = Settings.model_validate(overlay(root, environment))
    except ValidationError as error:
        raise Misconfigured(
            _first_of(_mistakes(error, root, start, path, environment)), _CORRECT_IT
        ) from None
    return _anchored(settings, path.resolve().parent)


def _make_sure_it_is_text(environment: Mapping[str, str]) -> None:
    for name, value in given(environment).items():
        try:
            (name + value).encode()
        except UnicodeEncodeError:
            raise Misconfigured(
                tellable(f"${name}: not UTF-8 text"), "give it as UTF-8, or set it in the file"
            ) from None


def _root(text: str, path: Path) -> tuple[object, Place]:
    try:
        parsed = parse(text)
    except Refused as refused:
        line, column = refused.flaw.place
        raise Misconfigured(f"{path}:{line}:{column}: {refused.flaw.message}", _CORRECT_IT) from None
    if parsed.duplicates:
        lines = [
            f"{path}:{p[0]}:{p[1]}: {tellable('.'.join(map(str, way)))}: stands twice"
            for way, p in parsed.duplicates
        ]
        raise Misconfigured(_first_of(lines), "leave one of them")
    if not parsed.roots or not isinstance(parsed.roots[0][0], Fields):
        message = f"{path}:1:1: expected settings such as property: {{name: …, timezone: …}}"
        raise Misconfigured(message, "`reconcile init` writes a file with every setting explained")
    return parsed.roots[0]


def _mistakes(
    error: ValidationError, root: object, start: Place, path: Path, environment: Mapping[str, str]
) -> list[str]:
    """One line a mistake: those of the environment by the variable's name, the others by their place in the file."""
    grammar = Grammar("setting", dict(_parts(Settings)))
    in_file, lines = [], []
    for detail in error.errors(include_url=False):
        variable = _variable(detail["loc"], root, environment)
        if variable is None:
            in_file.append(detail)
        else:
            lines.append(tellable(f"${variable}: {sentence(detail, detail['loc'], grammar)}"))
    for flaw in sorted(explain(in_file, root, start, grammar), key=lambda flaw: flaw.place):
        line, column = flaw.place
        lines.append(f"{path}:{line}:{column}: {flaw.message}")
    return lines


def _first_of(lines: list[str]) -> str:
    """The mistakes, the last ones in a number where there are many."""
    more = len(lines) - MOST_MISTAKES
    return "\n".join([*lines[:MOST_MISTAKES], *([f"… and {more} more"] if more > 0 else [])])


def _variable(loc: tuple[int | str, ...], root: object, environment: Mapping[str, str]) -> str | None:
    """The variable of the environment that gives this setting, or the part in which it is.

    Where the file does not have the setting, also one that gives something inside of it: a part that is misspelt.
    """
    names = [PREFIX + "__".join(map(str, loc[:depth])).upper() for depth in range(len(loc), 0, -1)]
    giving = next((name for name in names if name in environment), None)
    if giving is not None or not names or _stands_in(root, loc):
        return giving
    return next((name for name in sorted(given(environment)) if name.startswith(f"{names[0]}__")), None)


def _stands_in(root: object, loc: tuple[int | str, ...]) -> bool:
    """Tell whether the file has this setting."""
    value = root
    for step in loc:
        if not isinstance(value, Fields) or step not in value:
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


def _anchored(settings: Settings, folder: Path) -> Settings:
    """Relative paths start at the configuration file's folder."""
    update: dict[str, Any] = {name: folder / getattr(settings, name) for name in _PATHS}
    zoom = settings.zoom
    secrets = {"client_secret_file": zoom.client_secret_file, "event_secret_file": zoom.event_secret_file}
    whole = {name: folder / file for name, file in secrets.items() if file is not None}
    update["zoom"] = zoom.model_copy(update=whole)
    update["pms"] = [
        link.model_copy(update={"auth_key_file": folder / link.auth_key_file}) if link.auth_key_file else link
        for link in settings.pms
    ]
    if settings.sip:
        update["sip"] = _anchored_lines(settings.sip, folder)
    update["desk"] = _anchored_desk(settings.desk, folder)
    update["alerts"] = _anchored_alerts(settings.alerts, folder)
    if settings.report.folder:
        update["report"] = settings.report.model_copy(update={"folder": folder / settings.report.folder})
    if settings.voice and settings.voice.prompts:
        update["voice"] = settings.voice.model_copy(update={"prompts": folder / settings.voice.prompts})
    return settings.model_copy(update=update)


def _anchored_lines(sip: Sip, folder: Path) -> Sip:
    accounts = sip.accounts
    if isinstance(accounts, list):
        accounts = [
            each.model_copy(update={"password_file": folder / each.password_file})
            if each.password_file
            else each
            for each in accounts
        ]
    tls = sip.tls and sip.tls.model_copy(update={"ca_file": folder / sip.tls.ca_file})
    return sip.model_copy(update={"accounts": accounts, "tls": tls})


def _anchored_desk(desk: Desk, folder: Path) -> Desk:
    users = [
        each.model_copy(update={"password_hash_file": folder / each.password_hash_file})
        if each.password_hash_file
        else each
        for each in desk.users
    ]
    tokens = [
        each.model_copy(update={"token_file": folder / each.token_file}) if each.token_file else each
        for each in desk.tokens
    ]
    return desk.model_copy(update={"users": users, "tokens": tokens})


def _anchored_alerts(alerts: Alerts, folder: Path) -> Alerts:
    mail, hook = alerts.mail, alerts.webhook
    if mail is not None:
        files = {"password_file": mail.password_file, "ca_file": mail.ca_file}
        mail = mail.model_copy(update={name: folder / file for name, file in files.items() if file})
    if hook is not None and hook.secret_file:
        hook = hook.model_copy(update={"secret_file": folder / hook.secret_file})
    return alerts.model_copy(update={"mail": mail, "webhook": hook})
