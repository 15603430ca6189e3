"""Alerts may also be about reports that were missed."""

from alembic import op

revision = "0007"
down_revision = "0006"

BEFORE, AFTER = (f"source IN ('rule', 'outage', 'access'{more})" for more in ("", ", 'report'"))


def upgrade() -> None:
    _allow(AFTER)


def downgrade() -> None:
    op.execute("DELETE FROM alert WHERE source = 'report'")
    _allow(BEFORE)


def _allow(sources: str) -> None:
    with op.batch_alter_table("alert", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_alert_source"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_alert_source"), sources)
