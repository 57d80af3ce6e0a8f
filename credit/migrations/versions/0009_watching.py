"""Scores over time, alerts and what was done about them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "customer_scores",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=True),
        sa.Column("default_ppm", sa.BigInteger(), nullable=True),
        sa.Column("bins", sa.Text(), nullable=False),
        sa.CheckConstraint("(points IS NULL) = (default_ppm IS NULL)", name=op.f("ck_customer_scores_scored")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_customer_scores_customer_id")),
        sa.PrimaryKeyConstraint("customer_id", "on", name=op.f("pk_customer_scores")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_customer_scores_on", "customer_scores", ["on"], unique=False)
    op.create_table(
        "alerts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("sign", sa.String(length=20), nullable=False),
        sa.Column("severity", sa.String(length=8), nullable=False),
        sa.Column("cure_days", sa.BigInteger(), nullable=False),
        sa.Column("policy_version", sa.String(length=64), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("gone_on", sa.Date(), nullable=True),
        sa.Column("released_on", sa.Date(), nullable=True),
        sa.CheckConstraint("released_on IS NULL OR gone_on IS NOT NULL", name=op.f("ck_alerts_released")),
        sa.CheckConstraint("severity IN ('info', 'warning', 'severe')", name=op.f("ck_alerts_severity")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_alerts_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
    )
    op.create_index("ix_alerts_customer", "alerts", ["customer_id", "opened_on"], unique=False)
    op.create_index("ix_alerts_opened_on", "alerts", ["opened_on"], unique=False)
    op.create_index(
        "uq_alerts_episode",
        "alerts",
        ["customer_id", "rule"],
        unique=True,
        sqlite_where=sa.text("released_on IS NULL"),
        postgresql_where=sa.text("released_on IS NULL"),
    )
    op.create_table(
        "alert_actions",
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("action", sa.String(length=6), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=True),
        sa.Column("to_ppm", sa.BigInteger(), nullable=True),
        sa.Column("restore", sa.Boolean(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("before_minor", sa.BigInteger(), nullable=True),
        sa.Column("after_minor", sa.BigInteger(), nullable=True),
        sa.Column("ticket_id", sa.Uuid(), nullable=True),
        sa.Column("undone_on", sa.Date(), nullable=True),
        sa.CheckConstraint("(action = 'cut') = (to_ppm IS NOT NULL)", name=op.f("ck_alert_actions_cut")),
        sa.CheckConstraint("(action = 'review') = (line_id IS NULL)", name=op.f("ck_alert_actions_line")),
        sa.CheckConstraint("action IN ('hold', 'freeze', 'cut', 'review')", name=op.f("ck_alert_actions_action")),
        sa.CheckConstraint("before_minor >= 0 AND after_minor >= 0", name=op.f("ck_alert_actions_not_negative")),
        sa.CheckConstraint("undone_on IS NULL OR done_on IS NOT NULL", name=op.f("ck_alert_actions_undone")),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name=op.f("fk_alert_actions_alert_id")),
        sa.ForeignKeyConstraint(["line_id"], ["lines.id"], name=op.f("fk_alert_actions_line_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_alert_actions_ticket_id")),
        sa.PrimaryKeyConstraint("alert_id", "number", name=op.f("pk_alert_actions")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_repayments_bounced",
        "repayments",
        ["customer_id"],
        unique=False,
        sqlite_where=sa.text("bounced_by IS NOT NULL"),
        postgresql_where=sa.text("bounced_by IS NOT NULL"),
    )
    op.create_index("ix_loans_opened_on", "loans", ["opened_on"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_loans_opened_on", table_name="loans")
    op.drop_index(
        "ix_repayments_bounced",
        table_name="repayments",
        sqlite_where=sa.text("bounced_by IS NOT NULL"),
        postgresql_where=sa.text("bounced_by IS NOT NULL"),
    )
    op.drop_table("alert_actions")
    op.drop_index(
        "uq_alerts_episode",
        table_name="alerts",
        sqlite_where=sa.text("released_on IS NULL"),
        postgresql_where=sa.text("released_on IS NULL"),
    )
    op.drop_index("ix_alerts_opened_on", table_name="alerts")
    op.drop_index("ix_alerts_customer", table_name="alerts")
    op.drop_table("alerts")
    op.drop_index("ix_customer_scores_on", table_name="customer_scores")
    op.drop_table("customer_scores")
