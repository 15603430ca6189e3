"""What is kept about hubs for years: subjects, measures, buckets, numbers, people."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "measure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("means", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measure")),
        sa.UniqueConstraint("name", name=op.f("uq_measure_name")),
    )
    op.create_table(
        "people_key",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_people_key_only")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people_key")),
    )
    op.create_table(
        "subject",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("cluster", sa.Text(), nullable=False),
        sa.Column("namespace", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("community", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("ephemeral", sa.Boolean(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("gone_at", sa.BigInteger()),
        sa.CheckConstraint("kind IN ('hub', 'cluster', 'community', 'fleet')", name=op.f("ck_subject_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subject")),
        sa.UniqueConstraint("kind", "key", name=op.f("uq_subject_kind_key")),
    )
    op.create_table(
        "bucket",
        sa.Column("subject", sa.Integer(), nullable=False),
        sa.Column("resolution", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("end", sa.BigInteger(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("seen", sa.BigInteger(), nullable=False),
        sa.Column("expected", sa.BigInteger(), nullable=False),
        sa.Column("catalogue", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("computed_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("resolution IN ('1h', '1d', '1w', '1mo')", name=op.f("ck_bucket_resolution")),
        sa.ForeignKeyConstraint(["subject"], ["subject.id"], name=op.f("fk_bucket_subject")),
        sa.PrimaryKeyConstraint("subject", "resolution", "number", name=op.f("pk_bucket")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "person_day",
        sa.Column("subject", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("person", sa.LargeBinary(), nullable=False),
        sa.Column("via", sa.Integer(), nullable=False),
        sa.Column("definition", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["subject"], ["subject.id"], name=op.f("fk_person_day_subject")),
        sa.PrimaryKeyConstraint("subject", "number", "person", "via", name=op.f("pk_person_day")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_person_day_person", "person_day", ["person"])
    op.create_table(
        "rollup",
        sa.Column("measure", sa.Integer(), nullable=False),
        sa.Column("resolution", sa.Text(), nullable=False),
        sa.Column("subject", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("end", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["measure"], ["measure.id"], name=op.f("fk_rollup_measure")),
        sa.ForeignKeyConstraint(["subject"], ["subject.id"], name=op.f("fk_rollup_subject")),
        sa.PrimaryKeyConstraint("measure", "resolution", "subject", "number", name=op.f("pk_rollup")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "rollup_series",
        sa.Column("measure", sa.Integer(), nullable=False),
        sa.Column("resolution", sa.Text(), nullable=False),
        sa.Column("subject", sa.Integer(), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["measure"], ["measure.id"], name=op.f("fk_rollup_series_measure")),
        sa.ForeignKeyConstraint(["subject"], ["subject.id"], name=op.f("fk_rollup_series_subject")),
        sa.PrimaryKeyConstraint("measure", "resolution", "subject", name=op.f("pk_rollup_series")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("rollup_series")
    op.drop_table("rollup")
    op.drop_table("person_day")
    op.drop_table("bucket")
    op.drop_table("subject")
    op.drop_table("people_key")
    op.drop_table("measure")
