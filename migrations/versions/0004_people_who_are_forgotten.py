"""People who are forgotten."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "forgotten_person",
        sa.Column("person", sa.LargeBinary(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_forgotten_person")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("forgotten_person")
