"""Stored decisions with the rules they were made by, reviews by people, consent to data sources, pay-ins."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from credit.kernel.database import UtcInstant
from credit.migrations.runner import install_guards, remove_guards

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

GUARDS = "credit.scoring.guards"


def upgrade() -> None:
    _rules_and_decisions()
    op.create_table(
        "decision_reviews",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("decision_id", sa.Uuid(), nullable=True),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("asked_at", UtcInstant(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_decision_reviews_customer_id")),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name=op.f("fk_decision_reviews_decision_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_decision_reviews_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_reviews")),
        sa.UniqueConstraint("ticket_id", name=op.f("uq_decision_reviews_ticket_id")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_decision_reviews_customer_id"), "decision_reviews", ["customer_id"], unique=False)
    op.create_table(
        "data_consents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("recorded_at", UtcInstant(), nullable=False),
        sa.CheckConstraint("source IN ('income', 'transfers')", name=op.f("ck_data_consents_source")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_data_consents_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_consents")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_data_consents_customer", "data_consents", ["customer_id", "source", "id"], unique=False)
    op.create_table(
        "pay_ins",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_pay_ins_amount")),
        sa.CheckConstraint("source IN ('income', 'transfers')", name=op.f("ck_pay_ins_source")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_pay_ins_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pay_ins")),
        sa.UniqueConstraint("reference", name=op.f("uq_pay_ins_reference")),
    )
    op.create_index("ix_pay_ins_customer_day", "pay_ins", ["customer_id", "on"], unique=False)
    install_guards(op.get_bind(), GUARDS)


def _rules_and_decisions() -> None:
    op.create_table(
        "decision_rules",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=6), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("kept_at", UtcInstant(), nullable=False),
        sa.CheckConstraint("kind IN ('policy', 'card')", name=op.f("ck_decision_rules_kind")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_decision_rules")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "decisions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.String(length=100), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(length=9), nullable=False),
        sa.Column("product", sa.String(length=10), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("decided_at", UtcInstant(), nullable=False),
        sa.Column("policy_digest", sa.String(length=64), nullable=False),
        sa.Column("policy_version", sa.String(length=64), nullable=False),
        sa.Column("card_digest", sa.String(length=64), nullable=False),
        sa.Column("card_version", sa.String(length=64), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=True),
        sa.Column("default_ppm", sa.BigInteger(), nullable=True),
        sa.Column("band", sa.String(length=20), nullable=True),
        sa.Column("outcome", sa.String(length=8), nullable=False),
        sa.Column("limit_minor", sa.BigInteger(), nullable=True),
        sa.Column("daily_rate_ppm", sa.BigInteger(), nullable=True),
        sa.Column("inputs", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.CheckConstraint("purpose IN ('open', 'raise', 'temporary', 'watch')", name=op.f("ck_decisions_purpose")),
        sa.CheckConstraint("outcome IN ('approved', 'refused', 'review')", name=op.f("ck_decisions_outcome")),
        sa.CheckConstraint("(outcome = 'approved') = (limit_minor IS NOT NULL)", name=op.f("ck_decisions_limit")),
        sa.CheckConstraint("limit_minor >= 0", name=op.f("ck_decisions_not_negative")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_decisions_customer_id")),
        sa.ForeignKeyConstraint(["policy_digest"], ["decision_rules.digest"], name=op.f("fk_decisions_policy_digest")),
        sa.ForeignKeyConstraint(["card_digest"], ["decision_rules.digest"], name=op.f("fk_decisions_card_digest")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
        sa.UniqueConstraint("request_id", name=op.f("uq_decisions_request_id")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_decisions_customer", "decisions", ["customer_id", "decided_on"], unique=False)
    op.create_index("ix_decisions_day", "decisions", ["decided_on"], unique=False)


def downgrade() -> None:
    connection = op.get_bind()
    if connection.exec_driver_sql("SELECT EXISTS (SELECT 1 FROM decisions)").scalar():
        raise RuntimeError("there are decisions: taking their tables down would lose them")
    remove_guards(connection, GUARDS)
    for table in ("pay_ins", "data_consents", "decision_reviews", "decisions", "decision_rules"):
        op.drop_table(table)
