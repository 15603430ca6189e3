"""Open windows, findings about access, and the last look at each hub."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "access_finding",
        sa.Column("cluster", sa.Text(), nullable=False),
        sa.Column("namespace", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("head", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("first_seen", sa.BigInteger(), nullable=False),
        sa.Column("last_seen", sa.BigInteger(), nullable=False),
        sa.Column("looks", sa.Integer(), nullable=False),
        sa.Column("unseen", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("accepted_by", sa.Text(), nullable=True),
        sa.Column("accepted_until", sa.BigInteger(), nullable=True),
        sa.Column("accepted_why", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("cluster", "namespace", "kind", name=op.f("pk_access_finding")),
    )
    with op.batch_alter_table("access_finding", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_access_finding_closed_at"), ["closed_at"], unique=False)

    op.create_table(
        "access_sight",
        sa.Column("cluster", sa.Text(), nullable=False),
        sa.Column("namespace", sa.Text(), nullable=False),
        sa.Column("looked_at", sa.BigInteger(), nullable=False),
        sa.Column("authenticator", sa.Text(), nullable=False),
        sa.Column("was", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=True),
        sa.Column("admins", sa.Text(), nullable=True),
        sa.Column("observed", sa.Text(), nullable=False),
        sa.Column("sides", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("cluster", "namespace", name=op.f("pk_access_sight")),
    )
    op.create_table(
        "access_window",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("cluster", sa.Text(), nullable=False),
        sa.Column("namespace", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=True),
        sa.Column("expected_people", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_window")),
    )


def downgrade() -> None:
    op.drop_table("access_window")
    op.drop_table("access_sight")
    with op.batch_alter_table("access_finding", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_access_finding_closed_at"))

    op.drop_table("access_finding")
