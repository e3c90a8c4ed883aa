"""The tables. Every one carries ``property``; what is of a Zoom account also ``account`` and ``epoch``.

The epoch is that of the ownership under which a row was written (0: by a process that owned nothing, such as
the command line at the desk). A change here needs a migration; a test compares the two.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Dialect,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    false,
)

from reconciler.store import codec
from reconciler.store.rows import Json, WriteStatus


class Moment(TypeDecorator[datetime]):
    """An aware UTC datetime, stored as integer microseconds."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        """To microseconds."""
        return None if value is None else codec.micros(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """From microseconds."""
        return codec.optional_moment(value)


class PlainJson(TypeDecorator[Json]):
    """JSON as text; None is the JSON null, never an SQL NULL."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Json, dialect: Dialect) -> str:  # noqa: ARG002
        """To text."""
        return codec.to_text(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002
        """From text."""
        return None if value is None else codec.from_text(value)


class Status(TypeDecorator[WriteStatus]):
    """How far a write has come, stored as its word."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: WriteStatus | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """To its word."""
        return None if value is None else value.value

    def process_result_value(self, value: str | None, dialect: Dialect) -> WriteStatus | None:  # noqa: ARG002
        """From its word."""
        return None if value is None else WriteStatus(value)


metadata = MetaData(
    naming_convention={"pk": "pk_%(table_name)s", "ix": "ix_%(table_name)s_%(column_0_N_name)s"}
)


def _key(name: str) -> Column[str]:
    return Column(name, Text, primary_key=True)


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


def _json(name: str) -> Column[Json]:
    return Column(name, PlainJson, nullable=False)


def _moment(name: str, *, optional: bool = False) -> Column[datetime]:
    return Column(name, Moment, nullable=optional)


def _of_account(name: str, *columns: Column[Any]) -> Table:
    """A table of what belongs to one Zoom account."""
    epoch = Column("epoch", BigInteger, nullable=False)
    return Table(name, metadata, _key("account"), *columns, _text("property"), epoch)


# What people, the PMS and the telephones say, by property.
said = Table(
    "said",
    metadata,
    _key("property"),
    _key("room"),
    _key("source"),
    _key("field"),
    _json("value"),
    _text("where"),
    _moment("at"),
)
rooms = Table(
    "rooms",
    metadata,
    _key("property"),
    _key("room"),
    Column("occupied", Boolean),
    _moment("since", optional=True),
    Column("pause_reason", Text),
    _moment("pause_until", optional=True),
    Column("pause_by", Text),
)
notes = Table("notes", metadata, _key("property"), _key("name"), _json("value"))

# What the links to the PMS stand on, and what it is owed. A number is the place in the order of sending.
pms_rooms = Table(
    "pms_rooms", metadata, _key("property"), _key("room"), _text("link"), _text("name"), _moment("named_at")
)
pms_links = Table("pms_links", metadata, _key("property"), _key("link"), _json("memory"), _json("anomalies"))
stays = Table("stays", metadata, _key("property"), _key("name"), _json("value"))
pms_outbox = Table(
    "pms_outbox",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    _text("property"),
    _text("link"),
    _json("body"),
    _moment("created_at"),
    _moment("sent_at", optional=True),
    Index(None, "property", "link", "sent_at", "number"),
)

# Every wake-up call that anybody wanted, by its local time, and what became of it.
wakeups = Table(
    "wakeups",
    metadata,
    _key("property"),
    _key("room"),
    _key("at"),
    _moment("due"),
    _text("status"),
    _json("origins"),
    _text("link"),
    Column("attempts", Integer, nullable=False),
    _text("by"),
    _moment("changed_at"),
    Column("dropped", Boolean, nullable=False, server_default=false()),
    Column("outcomes", PlainJson, nullable=False, server_default="[]"),
    Column("again", Moment),
    Index(None, "property", "changed_at"),
)

# The messages that callers have left for guests; their sound is in files.
messages = Table(
    "messages",
    metadata,
    _key("property"),
    _key("id"),
    _text("room"),
    _text("stay"),
    _moment("at"),
    Column("seconds", Float, nullable=False),
    _text("caller"),
    Column("saved", Boolean, nullable=False),
    _moment("left_at", optional=True),
)

# What Zoom showed, by account.
extensions = _of_account(
    "extensions", _key("kind"), _key("id"), _json("body"), _moment("read_at", optional=True)
)
reads = _of_account("reads", _key("name"), _moment("at"))
dnd_leases = _of_account("dnd_leases", _key("user"), _moment("until", optional=True), _moment("written"))

# What we did to it.
writes = _of_account(
    "writes",
    _key("extension"),
    _key("field"),
    _json("before"),
    _json("after"),
    Column("status", Status, nullable=False),
    _moment("sent_at"),
    _moment("answered_at", optional=True),
)
confirmed = _of_account("confirmed", _key("extension"), _key("field"), _json("value"), _moment("at"))
attempts = _of_account(
    "attempts",
    _key("extension"),
    _key("operation"),
    Column("count", Integer, nullable=False),
    _moment("first_at"),
    _moment("next_at", optional=True),
    _text("code"),
    _text("message"),
    Column("permanent", Boolean, nullable=False),
)
contests = _of_account(
    "contests",
    _key("extension"),
    _key("field"),
    _text("wish"),
    _json("repairs"),
    Column("rests", Integer, nullable=False),
    _moment("until", optional=True),
    _moment("at"),
)
mailboxes = _of_account("mailboxes", _key("extension"), _moment("cleared"), _moment("verified_at"))
refused_names = _of_account("refused_names", _key("extension"), _key("digest"), _moment("at"))
conditions = _of_account(
    "conditions",
    _key("extension"),
    _key("type"),
    _text("status"),
    _text("reason"),
    _text("message"),
    _moment("since"),
)
history = Table(
    "history",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    _text("property"),
    _text("account"),
    Column("epoch", BigInteger, nullable=False),
    _moment("at"),
    Column("room", Text),
    Column("extension", Text),
    _text("field"),
    _json("before"),
    _json("after"),
    _text("cause"),
    _text("source"),
    _text("call"),
    _text("result"),
    # With cause and result, so that the changes of thirty days are counted without opening one.
    Index(None, "property", "at", "cause", "result"),
    Index(None, "property", "room", "at"),
)

# What happened beside changes; ``subject`` is a link, a channel, an alert's key.
happenings = Table(
    "happenings",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    _text("property"),
    _moment("at"),
    _text("kind"),
    _text("subject"),
    Column("room", Text),
    _text("who"),
    _json("body"),
    Index(None, "property", "at"),
)

# What the next run must know of our calls. The calls of the last minute are one document: they are only ever
# read and written together, about once a second.
day_counts = _of_account(
    "day_counts",
    Column("day", Date, primary_key=True),
    _key("family"),
    _key("group"),
    Column("calls", BigInteger, nullable=False),
)
recent_calls = _of_account("recent_calls", _json("calls"))
blocked = _of_account("blocked", _key("scope"), _moment("until"))

OF_ALL = frozenset({day_counts, recent_calls, blocked})
"""What all properties of an account have in common; of everything else each keeps only its own."""

# Who works on what. A released ownership keeps its row, because its epoch must go on growing.
owners = Table(
    "owners",
    metadata,
    _key("name"),
    _text("property"),
    _text("account"),
    _text("holder"),
    _text("host"),
    Column("pid", BigInteger, nullable=False),
    _text("address"),
    Column("epoch", BigInteger, nullable=False),
    _moment("until", optional=True),
)

# A hotel whose PMS and telephones are with a process at the property (``reconciler.branch``): what that one tells of
# rooms and of itself, each put under the next number, and what the centre has for it. On PostgreSQL alone.
branches = Table(
    "branches",
    metadata,
    _key("property"),
    Column("life", BigInteger, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    _moment("at"),
    _json("summary"),
)
told = Table(
    "told",
    metadata,
    _key("property"),
    _key("room"),
    Column("sequence", BigInteger, nullable=False),
    _text("digest"),
    _json("body"),
    Index(None, "property", "sequence"),
)
files = Table(
    "files",
    metadata,
    _key("property"),
    _key("path"),
    _text("digest"),
    Column("content", LargeBinary, nullable=False),
)
filed = Table(
    "filed", metadata, _key("property"), Column("generation", BigInteger, nullable=False), _moment("at")
)
errands = Table(
    "errands",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    _text("property"),
    _json("body"),
    _text("place"),
    _moment("deadline"),
    Column("life", BigInteger),
    Column("answer", PlainJson),
    Index(None, "property"),
)

BETWEEN = frozenset({branches, told, files, filed, errands})
"""What stands between a property and its centre: it stays behind when a hotel moves to another store."""
