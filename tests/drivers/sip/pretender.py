"""A worker process that only pretends: ``python -m tests.drivers.sip.pretender MANNER FD``. It speaks no SIP."""

import socket
import sys

from drivers.sip.wire import (
    Alive,
    Answer,
    Dial,
    Established,
    HangUp,
    Incoming,
    Key,
    Message,
    Over,
    Played,
    Registered,
    Reject,
    Sound,
    Start,
    Transfer,
    Unpacker,
    packed,
)


class Pretender:
    """Answers whatever is dialled, at once; its manner says what goes wrong."""

    def __init__(self, manner: str, wire: socket.socket) -> None:
        self.manner = manner
        self.wire = wire
        self.ends: dict[int, str] = {}

    def say(self, *messages: Message | Sound) -> None:
        self.wire.sendall(b"".join(map(packed, messages)))

    def take(self, what: Message | Sound) -> None:
        match what:
            case Start(setup):
                self.begin([account.user for account in setup.accounts])
            case Dial(call, _, "666", _):
                sys.exit(call)
            case Dial(call, _, "667", _):
                self.wire.sendall(b"no frame at all")
            case Dial(call, _, "486", _):
                self.say(Over(call, "busy", 486))
            case Dial(call, _, "998" | "999" as extension, _):
                self.ends[call] = "unreachable" if extension == "998" else "ours"
            case Dial(call) | Answer(call):
                self.say(Established(call, f"{call}@pretender"), Key(call, "1"))
            case HangUp(call) | Transfer(call) | Reject(call):
                self.say(Over(call, self.ends.get(call, "ours"), 0))
            case Played():
                self.say(what)

    def begin(self, users: list[str]) -> None:
        if self.manner == "refuses":
            self.say(*(Registered(user, ok=False, why="the port is in use") for user in users))
            sys.exit(1)
        self.say(Alive(), *(Registered(user, ok=True, why="") for user in users))
        if self.manner == "rings":
            self.say(*(Incoming(2 * n + 2, users[0], f"{n}@pretender", (("From", "a"),)) for n in range(2)))


def main() -> None:
    wire = socket.socket(fileno=int(sys.argv[2]))
    pretender, unpacker = Pretender(sys.argv[1], wire), Unpacker()
    while data := wire.recv(65536):
        for what in unpacker.feed(data):
            pretender.take(what)


if __name__ == "__main__":
    main()
