"""How far a wake-up call has come: what its calls came to so far, and when it rings again."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Of calls that ring just now nothing is known."""
    outcomes: sa.Column[str] = sa.Column("outcomes", sa.Text(), nullable=False, server_default="[]")
    again: sa.Column[int] = sa.Column("again", sa.BigInteger(), nullable=True)
    op.add_column("wakeups", outcomes)
    op.add_column("wakeups", again)
