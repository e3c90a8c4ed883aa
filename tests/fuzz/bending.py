"""Good inputs bent into awkward ones: bytes changed, cut and doubled, values of JSON put in each other's place."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Any, Final

WORDS: Final = (
    b"\x00", b"\xff", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xc0\xaf", b"\r\n", b"\n", b"\t", b" ", b'"', b"'", b"\\",
    b"{", b"}", b"[", b"]", b":", b",", b"-", b"0", b"-1", b"NaN", b"1e999", b"9" * 30, b"null", b"true", b"../",
    b"%00", b"%n", b"${x}", b"\x1b[2J", "\N{RIGHT-TO-LEFT OVERRIDE}".encode(), "Ñ".encode(), "😀".encode(),
)  # fmt: skip
"""What parsers of any kind may stumble over."""

VALUES: Final[tuple[Any, ...]] = (
    None, True, False, 0, -1, 1, 0.5, -0.0, 1e308, 2**31, 2**63, 2**64, 10**30, 10**400, float("nan"),
    float("inf"), float("-inf"), "", " ", "0", "-1", "NaN", "null", "x" * 70, "x" * 5_000, "\0", "a\nb", "\ud800",
    "\u202e", "\ufeff", "😀", "<script>", "${extension}", "../../etc/passwd", "9999-12-31T23:59:59Z",
    "0001-01-01T00:00:00+14:00", "2026-11-22", "on", "06:30", [], {}, [[]], [{}], {"": None}, {"a": {"b": []}},
)  # fmt: skip
"""What may stand where something else is due."""

LONGEST_TEXT: Final = 20_000


def bytes_of(samples: Sequence[bytes], words: Sequence[bytes] = ()) -> Callable[[random.Random], bytes]:
    """Samples with some of their bytes changed; ``words`` are what the language in question is made of."""
    known = (*WORDS, *words, *words)

    def make(chance: random.Random) -> bytes:
        data = bytearray(chance.choice(samples))
        for _ in range(chance.randint(1, 5)):
            at = chance.randrange(len(data) + 1)
            match chance.randrange(7):
                case 0:
                    data[at : at + 1] = bytes([chance.randrange(256)])
                case 1:
                    data[at:at] = chance.choice(known) * chance.choice((1, 1, 2, 60))
                case 2:
                    del data[at : at + chance.randint(1, 20)]
                case 3:
                    data[at:at] = data[at : at + chance.randint(1, 60)] * chance.choice((1, 1, 3, 40))
                case 4:
                    other = chance.choice(samples)
                    data[at:] = other[chance.randrange(len(other) + 1) :]
                case 5:
                    del data[at:]
                case _:
                    data[at : at + chance.randint(0, 12)] = chance.choice(known)
        return bytes(data)

    return make


def json_of(samples: Sequence[Any]) -> Callable[[random.Random], bytes]:
    """Samples with some of their values, keys and lists changed, as JSON in its widest sense."""

    def make(chance: random.Random) -> bytes:
        # NaN and halves of characters come out as they are, half of the time even without escapes.
        return json.dumps(bent(chance.choice(samples), chance), ensure_ascii=chance.randrange(2) == 0).encode(
            "utf-8", "surrogatepass"
        )

    return make


def bent(sample: Any, chance: random.Random) -> Any:
    """A copy of plain data in which one to four places are not as they should be."""
    root = [deepcopy(sample)]
    for _ in range(chance.randint(1, 4)):
        holder, key = chance.choice(_places(root))
        match chance.randrange(6):
            case 0 if isinstance(holder, dict):
                del holder[key]
            case 1 if isinstance(holder, dict):
                holder[chance.choice(("", "Id", key * 2, "unheard_of", "\x1b[2J", "__proto__"))] = holder.pop(
                    key
                )
            case 2:
                holder[key] = [holder[key]] * chance.choice((1, 2, 50))
            case 3:
                holder[key] = {"value": holder[key]}
            case 4 if isinstance(holder[key], str):
                text = holder[key]
                holder[key] = chance.choice(
                    (text * 50, text[:-1], text + "\0", text.swapcase(), f" {text} ")
                )[:LONGEST_TEXT]
            case _:
                holder[key] = deepcopy(chance.choice(VALUES))
    return root[0]


def either(*makers: Callable[[random.Random], bytes]) -> Callable[[random.Random], bytes]:
    """Now one, now another."""
    return lambda chance: chance.choice(makers)(chance)


def _places(root: list[Any]) -> list[tuple[Any, Any]]:
    """Every value of the data, by what holds it and under which key; the first is the whole."""
    found: list[tuple[Any, Any]] = []
    waiting: list[Any] = [root]
    while waiting:
        holder = waiting.pop()
        for key, value in holder.items() if isinstance(holder, dict) else enumerate(holder):
            found.append((holder, key))
            if isinstance(value, dict | list):
                waiting.append(value)
    return found
