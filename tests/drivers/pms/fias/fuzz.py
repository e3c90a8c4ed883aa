"""Mutated frames by the thousand: `python -m tests.fuzz pms-frames`."""

import random
import tracemalloc
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from desired.events import CheckedIn, Event
from drivers.pms.fias.frames import Framer, framed
from drivers.pms.fias.records import Codec, decode
from drivers.pms.fias.session import Manners, Now, Session
from drivers.pms.fias.translate import Translator, Voice

SAMPLES = tuple(
    text.encode("cp1252")
    for text in (
        "LS|DA261122|TI140000|", "LA|DA261122|TI140000|", "LE|DA261122|TI140000|", "LC|A115.0|",
        "GI|RN1207|G#84311|GSN|GNSouza|GFAna|GTMs|GLPO|GV2|GA261122|GD261125|CS2|DA261122|TI140311|",
        "GI|RN0305|G#84312|GSY|GNMüller, Jörg|SF|", "GC|RN1305|GSN|RO1207|GSY|G#84311|DA261122|TI150000|",
        "GO|RN1207|G#84311|GSN|DA261125|TI110000|", "GO|RN1208|SF|", "RE|RN1207|CS1|DNY|MLN|G#84311|RS3|",
        "WR|RN1207|DA261123|TI063000|", "WC|RN1207|DA|TI|", "DS|DA261122|TI140000|", "DE|DA261122|TI140100|",
        "NS|DA261123|TI030000|", "XL|RN1207|G#84311|MI12|MTHello\r\nthere|", "ZZ|foo|",
    )
)  # fmt: skip
ALPHABET = b"\x00\x02\x03\x06\x15|#+09AGINORZ\x7f\x80\x81\xa4\xe9\xff"
GOOD = b"GI|RN777|G#%d|"


@dataclass
class Outcome:
    """What became of a run: good records that were understood, and the most memory that one link took."""

    understood: int
    most_memory: int


def mutated(chance: random.Random) -> bytes:
    """A frame as nobody should send it."""
    data = bytearray(framed(chance.choice(SAMPLES)))
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(data) + 1)
        match chance.randrange(6):
            case 0:
                data[at : at + 1] = bytes([chance.choice(ALPHABET)])
            case 1:
                data[at:at] = bytes(chance.choices(ALPHABET, k=chance.randint(1, 8)))
            case 2:
                del data[at : at + chance.randint(1, 10)]
            case 3:
                data[at:at] = data[:at]
            case 4:
                data[at:at] = chance.randbytes(chance.randint(1, 40))
            case _:
                data[at:at] = b"X" * chance.choice((10, 1000, 9000))
    return bytes(data)


def run(
    count: int, seed: int, encodings: tuple[str, ...] = ("cp1252", "utf-8", "big5", "utf-8-then:cp850")
) -> Outcome:
    """Feed mutated frames in random pieces, a good record after each ten; AssertionError if one is not understood."""
    chance = random.Random(seed)  # noqa: S311 - repeatable
    codecs = [Codec.of(name) for name in encodings]
    framer, translator = Framer(), Translator(Voice("pms", ZoneInfo("America/New_York")))
    session = Session(Manners("0.1.0"))
    at = datetime(2026, 11, 22, 19, 0, tzinfo=UTC)
    now = Now(0.0, at.replace(tzinfo=None))
    session.connected(now)
    outcome = Outcome(0, 0)
    tracemalloc.start()
    for number in range(count // 10):
        stream = b"".join(mutated(chance) for _ in range(10)) + framed(GOOD % number)
        codec = chance.choice(codecs)
        events: list[Event] = []
        while stream:
            size = chance.randint(1, 4096)
            piece, stream = stream[:size], stream[size:]
            for frame in framer.feed(piece):
                record = decode(frame, codec)
                if record is None:
                    continue
                turn = session.received(record, now)
                if turn.record is not None:
                    events.extend(translator.heard(turn.record, at).events)
                if turn.close:
                    session.lost()
                    session.connected(now)
        assert events[-1:] == [CheckedIn("777", str(number) if number else None)], (seed, number)
        outcome.understood += 1
    outcome.most_memory = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return outcome
