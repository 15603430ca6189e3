"""Hours of servers by image."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "image_hours",
        sa.Column("subject", sa.Integer(), nullable=False),
        sa.Column("resolution", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("image", sa.Text(), nullable=False),
        sa.Column("end", sa.BigInteger(), nullable=False),
        sa.Column("hours", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["subject"], ["subject.id"], name=op.f("fk_image_hours_subject")),
        sa.PrimaryKeyConstraint("subject", "resolution", "number", "image", name=op.f("pk_image_hours")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("image_hours")
