"""Every error, finding and condition with its remedy, as the code gives them: ``python -m tests.guide.errors``.

Prints docs/errors.md. It reads the source, not what happens to be raised: whoever writes a message with a remedy has
written a line of that page. What is filled in when it is said (a room, a number, a file) stands as an ellipsis.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from drivers.zoom import auth
from reconciler import conditions
from reconciler.alarms.finding import manners
from reconciler.telephones.state import remedy as of_channels

ROOT: Final = Path(__file__).parents[2]
OPEN: Final = "…"
NEAR: Final = 12
"""Lines above a message in which its words may have been put together; further up is another function."""

_HEAD: Final = """# Errors and their remedies

Made from the program's own texts (`make errors`); a test sees that it is up to date. Search this page for some words
of what you saw. An ellipsis (…) stands for what is filled in: a room, a file, a number.

* [Alarms](#alarms): what calls a person
* [Conditions of a room](#conditions-of-a-room): what `show` and the page say of a telephone
* [Problems](#problems): codes in reports and on the page
* [What `check` finds](#what-check-finds)
* [What commands say](#what-commands-say): behind `remedy:`
* [What the page and its API refuse](#what-the-page-and-its-api-refuse)

[Exit codes](operations.md#exit-codes), [safety rules](operations.md#safety-rules) and
[what was odd](pms.md#what-is-odd) in the PMS's records have tables of their own."""

_OF_CONDITIONS: Final = {
    "Synced": "where it is False the reason says what holds it up; `reconcile explain ROOM` has Zoom's last answer",
    "NoExtension": "make the extension in Zoom, or correct `rooms:`",
    "Ambiguous": "give one of the two another extension in Zoom; nothing is written to either meanwhile",
    "PendingUser": "let the user accept Zoom's invitation",
    "NotListed": "add the room to `rooms:`, or take its document away",
    "NameRefused": "override the name in the room's document (`name:`), or correct it at the PMS",
    "Failing": "`reconcile explain ROOM` shows Zoom's last answer and the next try; `reconcile check`",
    "Contested": "find out which other program or person writes to Zoom (`reconcile explain ROOM`)",
    "Paused": "`reconcile resume ROOM` when it may be written to again",
}
_ANY_UNSUPPORTED: Final = "Unsupported"
_UNSUPPORTED: Final = (
    "`reconcile check` names the scope or the plan that is missing; else the message says why"
)

_WHY: Final = {
    "the certificate, or TLS": "certificate",
    "401, 403, 404 or 407": "401",
    "that something is not installed": "not installed",
    "anything else": "",
}
"""Why a channel is down: in words, and as the PBX or the library may say it."""

_CHECK: Final = "reconciler/app/doctor"
_ERRORS: Final = frozenset({"Fatal", "Misconfigured", "NoAccess", "Declined", "Undelivered", "Trouble"})
_PLACES: Final = ("desired", "drivers", "reconciler")


_WORD: Final = re.compile(r"\w{3}")


class Said(NamedTuple):
    """A message of the program, and what helps."""

    message: str
    remedy: str
    code: str = ""


def page() -> str:
    """The whole page."""
    parts = (
        _HEAD,
        "## Alarms\n\n[Alarms](alerts.md) says when each is raised and over.",
        _table(("alarm", "how soon", "what helps"), _alarms()),
        "## Conditions of a room",
        _table(("condition", "meaning", "what helps"), _conditions()),
        "## Problems\n\n[Operation](operations.md#problems) says what each code means; these are the sentences.",
        _table(("code", "it says"), _problems()),
        "## What `check` finds\n\nThe same stands on the page's *Check-up*, with a link into this guide.",
        _table(("it finds", "what helps"), ((each.message, each.remedy) for each in findings())),
        "## What commands say",
        _table(("it says", "what helps"), ((each.message, each.remedy) for each in errors())),
        "## What the page and its API refuse",
        _table(("code", "it says", "what helps"), ((f"`{a.code}`", a.message, a.remedy) for a in refusals())),
    )
    return "\n\n".join(parts) + "\n"


def findings() -> list[Said]:
    """What `check` can find that is not as it should be, with its fix."""
    channels = (
        Said(f"a channel is down, and the reason names {words}", of_channels(why))
        for words, why in _WHY.items()
    )
    return _sorted(
        *channels,
        *(
            Said(f"{_text(what, place)}: {_text(said, place)}", _text(fix, place))
            for place, call in _calls(frozenset({"Finding"}), _CHECK)
            if len(call.args) == len(("level", "what", "said", "fix"))
            for _, what, said, fix in [call.args]
        ),
    )


def errors() -> list[Said]:
    """What is raised with a remedy, as people at a command line read it."""
    return _sorted(
        *(Said(f"Zoom refuses the app: {text}", remedy) for text, remedy in auth._REMEDIES.values()),
        *(
            Said(_text(call.args[0], place), _text(remedy, place))
            for place, call in _calls(_ERRORS, *_PLACES)
            if call.args and (remedy := _remedy(call, 1)) is not None
        ),
    )


def refusals() -> list[Said]:
    """What the desk's page and API answer with a status that is none of success."""
    return _sorted(
        *(
            Said(_text(message, place), "" if remedy is None else _text(remedy, place), _text(code, place))
            for place, call in _calls(frozenset({"refused"}), "reconciler/desk")
            if len(call.args) >= len(("status", "code", "message"))
            for code, message in [call.args[1:3]]
            for remedy in [_remedy(call, 3)]
        ),
    )


def _alarms() -> Iterator[Sequence[str]]:
    for kind, manner in manners(timedelta()).items():
        yield f"`{kind.value}`", manner.severity.value, manner.remedy


def _conditions() -> Iterator[Sequence[str]]:
    told = dict(re.findall(r"^    (\S+) {2,}(.+)$", conditions.__doc__ or "", re.MULTILINE))
    for type_ in conditions.TYPES:
        if not type_.endswith(_ANY_UNSUPPORTED):
            yield f"`{type_}`", told[type_], _OF_CONDITIONS[type_]
    unsupported = (f"`{type_}`" for type_ in conditions.TYPES if type_.endswith(_ANY_UNSUPPORTED))
    meaning = told[f"…{_ANY_UNSUPPORTED}"].partition(":")[0]  # what follows are the same names
    yield ", ".join(unsupported), meaning, _UNSUPPORTED


def _problems() -> Iterator[Sequence[str]]:
    for code, messages in sorted(_messages().items()):
        written_out = {each for each in messages if _WORD.search(each)}
        yield f"`{code}`", "; or: ".join(sorted(written_out)) or "what is wrong, in words of the case"


def _messages() -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = {}
    for place, call in _calls(frozenset({"Problem", "Flaw"}), "desired", "reconciler"):
        named = {each.arg: each.value for each in call.keywords}
        code = call.args[0] if call.args else named.get("code")
        message = call.args[1] if len(call.args) > 1 else named.get("message")
        if isinstance(code, ast.Constant) and message is not None:
            found.setdefault(str(code.value), set()).add(_text(message, place))
    return found


def _sorted(*said: Said) -> list[Said]:
    """Each once, without those whose words are all filled in."""
    told = {
        each for each in said if _WORD.search(each.message) and (not each.remedy or _WORD.search(each.remedy))
    }
    return sorted(told, key=lambda each: (each.code, each))


def _table(head: Sequence[str], rows: Iterator[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def _cell(text: str) -> str:
    """A text as a cell: no line ends it, and nothing in it is taken for markup."""
    flat = re.sub(r"\s+", " ", text).strip()
    return "".join(
        part if position % 2 else re.sub(r"([|<>*_\[\]])", r"\\\1", part)
        for position, part in enumerate(re.split(r"(`[^`|]*`)", flat))
    ).replace("\\[…\\]", "…")


# Reading the source


def _calls(names: frozenset[str], *places: str) -> Iterator[tuple[Path, ast.Call]]:
    """Every call of these, with the file in which it stands."""
    for place in places:
        for path in sorted((ROOT / place).rglob("*.py")):
            # To parse takes time, and most files call none of these.
            if not any(f"{name}(" in _source(path) for name in names):
                continue
            for node in _nodes(path):
                if isinstance(node, ast.Call) and _called(node) in names:
                    yield path, node


def _called(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _remedy(call: ast.Call, position: int) -> ast.expr | None:
    """What stands at this position, or is called so; None if nothing does."""
    if len(call.args) > position:
        return call.args[position]
    return next((each.value for each in call.keywords if each.arg == "remedy"), None)


def _text(node: ast.expr, place: Path) -> str:
    """What an expression says, with an ellipsis for what is only known when it is said."""
    said = OPEN
    match node:
        case ast.Constant(value=str() as text):
            said = text
        case ast.JoinedStr(values=parts):
            said = "".join(_text(part, place) for part in parts)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            said = _text(left, place) + _text(right, place)
        case ast.IfExp(body=one, orelse=other):
            said = " / ".join(text for text in (_text(one, place), _text(other, place)) if text)
        case ast.FormattedValue(value=ast.Name(id=name)) | ast.Name(id=name) if name.strip("_").isupper():
            said = _constants(place).get(name, OPEN)
        case ast.Name(id=name):
            said = _assigned(place, name, node.lineno)
    return said


def _assigned(place: Path, name: str, line: int) -> str:
    """What a local name was given last just above this line of the file, where that is written out."""
    above = [node for node in _assignments(place).get(name, ()) if node.lineno <= line <= node.lineno + NEAR]
    last = max(above, key=lambda node: node.lineno, default=None)
    return OPEN if last is None or isinstance(last.value, ast.Name) else _text(last.value, place)


@cache
def _nodes(path: Path) -> Sequence[ast.AST]:
    """The calls and assignments of a file."""
    return [node for node in ast.walk(_tree(path)) if isinstance(node, ast.Call | ast.Assign)]


@cache
def _assignments(path: Path) -> Mapping[str, Sequence[ast.Assign]]:
    """The assignments of a file to single names."""
    found: dict[str, list[ast.Assign]] = {}
    for node in _nodes(path):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found.setdefault(node.targets[0].id, []).append(node)
    return found


@cache
def _source(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(_source(path))


@cache
def _constants(path: Path) -> Mapping[str, str]:
    """The texts that a file gives names to at its top, or imports by name."""
    found: dict[str, str] = {}
    for node in _tree(path).body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str() as text)):
                found[name] = text
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.Constant(value=str() as text)):
                found[name] = text
            case ast.ImportFrom(module=str() as module, names=names, level=0):
                source = ROOT / Path(*module.split(".")).with_suffix(".py")
                if source.is_file():
                    theirs = _constants(source)
                    found |= {
                        each.asname or each.name: theirs[each.name] for each in names if each.name in theirs
                    }
    return found


if __name__ == "__main__":
    sys.stdout.write(page())
