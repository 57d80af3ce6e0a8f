"""Money in and out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "demo_bank_moves",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("direction", sa.String(length=6), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("behaviour", sa.String(length=10), nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("asked", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("status IN ('paid', 'refused', 'waiting')", name=op.f("ck_demo_bank_moves_status")),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_demo_bank_moves")),
    )
    op.create_index(op.f("ix_demo_bank_moves_customer_id"), "demo_bank_moves", ["customer_id"], unique=False)
    op.create_table(
        "demo_bank_rules",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("direction", sa.String(length=6), nullable=False),
        sa.Column("behaviour", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "direction", name=op.f("pk_demo_bank_rules")),
    )
    op.create_table(
        "demo_bank_sources",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("balance_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("balance_minor >= 0", name=op.f("ck_demo_bank_sources_balance")),
        sa.PrimaryKeyConstraint("customer_id", "source", name=op.f("pk_demo_bank_sources")),
    )
    op.create_table(
        "autopay_attempts",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("nth", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.String(length=5), nullable=False),
        sa.Column("wanted_minor", sa.BigInteger(), nullable=False),
        sa.Column("paid_minor", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("tried", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('nothing', 'paid', 'partial', 'failed', 'waiting')", name=op.f("ck_autopay_attempts_outcome")
        ),
        sa.CheckConstraint("paid_minor BETWEEN 0 AND wanted_minor", name=op.f("ck_autopay_attempts_paid")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_autopay_attempts_customer_id")),
        sa.PrimaryKeyConstraint("customer_id", "on", "nth", name=op.f("pk_autopay_attempts")),
    )
    op.create_table(
        "repayments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.String(length=100), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=True),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("payer", sa.String(length=64), nullable=True),
        sa.Column("kind", sa.String(length=4), nullable=False),
        sa.Column("debt_id", sa.Uuid(), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("journal_id", sa.Uuid(), nullable=False),
        sa.Column("split", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("bounced_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("(kind = 'kept') = (debt_id IS NULL)", name=op.f("ck_repayments_debt")),
        sa.CheckConstraint("kind IN ('loan', 'bill', 'kept')", name=op.f("ck_repayments_kind")),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_repayments_amount")),
        sa.ForeignKeyConstraint(["bounced_by"], ["journals.id"], name=op.f("fk_repayments_bounced_by")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_repayments_customer_id")),
        sa.ForeignKeyConstraint(["journal_id"], ["journals.id"], name=op.f("fk_repayments_journal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_repayments")),
        sa.UniqueConstraint("request_id", name=op.f("uq_repayments_request_id")),
    )
    op.create_index(op.f("ix_repayments_customer_id"), "repayments", ["customer_id"], unique=False)
    op.create_index(op.f("ix_repayments_debt_id"), "repayments", ["debt_id"], unique=False)
    op.create_index(op.f("ix_repayments_reference"), "repayments", ["reference"], unique=False)
    op.create_table(
        "payment_orders",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.String(length=100), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("direction", sa.String(length=6), nullable=False),
        sa.Column("purpose", sa.String(length=10), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("offer_id", sa.Uuid(), nullable=True),
        sa.Column("hold_id", sa.Uuid(), nullable=True),
        sa.Column("ordered_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("settled_on", sa.Date(), nullable=True),
        sa.Column("reference", sa.String(length=64), nullable=True),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("journal_id", sa.Uuid(), nullable=True),
        sa.Column("loan_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("(state = 'sent') = (settled_on IS NULL)", name=op.f("ck_payment_orders_settled")),
        sa.CheckConstraint("direction IN ('payout', 'payin')", name=op.f("ck_payment_orders_direction")),
        sa.CheckConstraint(
            "state IN ('sent', 'done', 'failed', 'expired', 'replaced')", name=op.f("ck_payment_orders_state")
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_payment_orders_amount")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_payment_orders_customer_id")),
        sa.ForeignKeyConstraint(["journal_id"], ["journals.id"], name=op.f("fk_payment_orders_journal_id")),
        sa.ForeignKeyConstraint(["loan_id"], ["loans.id"], name=op.f("fk_payment_orders_loan_id")),
        sa.ForeignKeyConstraint(["offer_id"], ["offers.id"], name=op.f("fk_payment_orders_offer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_orders")),
        sa.UniqueConstraint("request_id", name=op.f("uq_payment_orders_request_id")),
    )
    op.create_index(op.f("ix_payment_orders_customer_id"), "payment_orders", ["customer_id"], unique=False)
    op.create_index(op.f("ix_payment_orders_offer_id"), "payment_orders", ["offer_id"], unique=False)
    op.create_index("ix_payment_orders_state", "payment_orders", ["state", "purpose"], unique=False)


def downgrade() -> None:

    op.drop_index("ix_payment_orders_state", table_name="payment_orders")
    op.drop_index(op.f("ix_payment_orders_offer_id"), table_name="payment_orders")
    op.drop_index(op.f("ix_payment_orders_customer_id"), table_name="payment_orders")
    op.drop_table("payment_orders")
    op.drop_index(op.f("ix_repayments_reference"), table_name="repayments")
    op.drop_index(op.f("ix_repayments_debt_id"), table_name="repayments")
    op.drop_index(op.f("ix_repayments_customer_id"), table_name="repayments")
    op.drop_table("repayments")
    op.drop_table("autopay_attempts")
    op.drop_table("demo_bank_sources")
    op.drop_table("demo_bank_rules")
    op.drop_index(op.f("ix_demo_bank_moves_customer_id"), table_name="demo_bank_moves")
    op.drop_table("demo_bank_moves")
