"""Counts the changes of thirty days from an index alone: a large hotel has a million of them."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

LONGEST = 500


def upgrade() -> None:
    """Put into the index by time what is counted; a result must fit there."""
    history = sa.table("history", sa.column("result", sa.Text()))
    op.execute(
        sa.update(history)
        .where(sa.func.length(history.c.result) > LONGEST)
        .values(result=sa.func.substr(history.c.result, 1, LONGEST))
    )
    op.create_index("ix_history_property_at_cause_result", "history", ["property", "at", "cause", "result"])
    op.drop_index("ix_history_property_at", "history")
