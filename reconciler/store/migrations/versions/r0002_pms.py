"""The link to the PMS: which rooms it has named, what is remembered of it, what it is owed, and the wake-up calls."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add what a hotel with a PMS needs."""
    _make_links()
    _make_outbox()
    _make_wakeups()


def _make_links() -> None:
    op.create_table(
        "pms_rooms",
        sa.Column("property", sa.Text(), nullable=False),
        sa.Column("room", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("named_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("property", "room", name="pk_pms_rooms"),
    )
    op.create_table(
        "pms_links",
        sa.Column("property", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("memory", sa.Text(), nullable=False),
        sa.Column("anomalies", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("property", "link", name="pk_pms_links"),
    )
    op.create_table(
        "stays",
        sa.Column("property", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("property", "name", name="pk_stays"),
    )


def _make_outbox() -> None:
    op.create_table(
        "pms_outbox",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("property", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("number", name="pk_pms_outbox"),
    )
    op.create_index(
        "ix_pms_outbox_property_link_sent_at_number", "pms_outbox", ["property", "link", "sent_at", "number"]
    )


def _make_wakeups() -> None:
    op.create_table(
        "wakeups",
        sa.Column("property", sa.Text(), nullable=False),
        sa.Column("room", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("origins", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("property", "room", "at", name="pk_wakeups"),
    )
    op.create_index("ix_wakeups_property_changed_at", "wakeups", ["property", "changed_at"])
