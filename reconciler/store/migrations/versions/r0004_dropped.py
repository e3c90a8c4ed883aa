"""Wake-up calls that went with a stay, of which nobody has said yet whether they should ring all the same."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Mark them; what was cancelled before is not asked about any more."""
    column: sa.Column[bool] = sa.Column("dropped", sa.Boolean(), nullable=False, server_default=sa.false())
    op.add_column("wakeups", column)
