"""A reception in a process of its own, for tests that kill it: it says on its output what it has done so far."""

import sys
from itertools import count
from pathlib import Path

import anyio
import structlog

from desired.said import Source
from reconciler.stays.owed import MessagesOwed
from tests.reconciler.lodge import Lodge, souza, wake


def say(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


async def hear(lodge: Lodge) -> None:
    """Take batch after batch, each a check-in, a wake-up call set by telephone, and something odd."""
    for number in count():
        room = f"12{number % 10 + 1:02}"
        await lodge.hear(souza(room, str(number)), anomalies=("unknown_field",))
        at = lodge.clock.now().replace(tzinfo=None, microsecond=number)
        await lodge.desk(wake(room, at), source=Source.PHONE, owed=[MessagesOwed(room, number, 0)])
        say(number)


async def send(lodge: Lodge) -> None:
    """Send one owed thing after the other; what is said is on the wire."""
    while True:
        dispatch = await lodge.reception.outbox.next("pms")
        say(dispatch.number)
        await lodge.reception.outbox.sent(dispatch)


if __name__ == "__main__":
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    anyio.run({"hear": hear, "send": send}[sys.argv[1]], Lodge(Path(sys.argv[2])))
