"""Customers and the products: lines, pay-later, loans, offers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from credit.kernel.database import UtcInstant

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = (
    "customers",
    "lines",
    "offers",
    "installment_plans",
    "line_changes",
    "loans",
    "paylater_standings",
    "statements",
    "installment_rows",
    "loan_rows",
    "purchases",
    "refunds",
)


def upgrade() -> None:
    op.create_table(
        "customers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("born_on", sa.Date(), nullable=False),
        sa.Column("is_student", sa.Boolean(), nullable=False),
        sa.Column("joined_on", sa.Date(), nullable=False),
        sa.Column("card_tail", sa.String(length=4), nullable=False),
        sa.Column("autopay", sa.Boolean(), nullable=False),
        sa.Column("pin_hash", sa.String(length=200), nullable=False),
        sa.Column("pin_failures", sa.BigInteger(), nullable=False),
        sa.Column("pin_locked_until", UtcInstant(), nullable=True),
        sa.Column("overdue_cured_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customers")),
    )
    op.create_table(
        "lines",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("product", sa.String(length=10), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("frozen_reason", sa.String(length=40), nullable=True),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("daily_rate_ppm", sa.BigInteger(), nullable=False),
        sa.Column("statement_day", sa.BigInteger(), nullable=True),
        sa.Column("due_day", sa.BigInteger(), nullable=True),
        sa.Column("limit_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("status IN ('open', 'frozen', 'closed')", name=op.f("ck_lines_status")),
        sa.CheckConstraint("limit_minor >= 0", name=op.f("ck_lines_limit")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_lines_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lines")),
        sa.UniqueConstraint("customer_id", "product", name="uq_lines_customer_product"),
    )
    op.create_index(op.f("ix_lines_customer_id"), "lines", ["customer_id"], unique=False)
    op.create_table(
        "offers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.String(length=100), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("params", sa.Text(), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("created_at", UtcInstant(), nullable=False),
        sa.Column("expires_at", UtcInstant(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("executed_at", UtcInstant(), nullable=True),
        sa.Column("journal_id", sa.Uuid(), nullable=True),
        sa.Column("receipt", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(status = 'executed') = (journal_id IS NOT NULL)", name=op.f("ck_offers_executed_has_journal")
        ),
        sa.CheckConstraint("status IN ('open', 'executed', 'declined')", name=op.f("ck_offers_status")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_offers_customer_id")),
        sa.ForeignKeyConstraint(["journal_id"], ["journals.id"], name=op.f("fk_offers_journal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offers")),
        sa.UniqueConstraint("journal_id", name=op.f("uq_offers_journal_id")),
        sa.UniqueConstraint("request_id", name=op.f("uq_offers_request_id")),
    )
    op.create_index(op.f("ix_offers_customer_id"), "offers", ["customer_id"], unique=False)
    op.create_table(
        "installment_plans",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("principal_minor", sa.BigInteger(), nullable=False),
        sa.Column("fee_rate_ppm", sa.BigInteger(), nullable=False),
        sa.Column("term", sa.BigInteger(), nullable=False),
        sa.Column("simple_yearly_ppm", sa.BigInteger(), nullable=False),
        sa.Column("compound_yearly_ppm", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["line_id"], ["lines.id"], name=op.f("fk_installment_plans_line_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installment_plans")),
    )
    op.create_index(op.f("ix_installment_plans_line_id"), "installment_plans", ["line_id"], unique=False)
    op.create_table(
        "line_changes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("before_minor", sa.BigInteger(), nullable=False),
        sa.Column("after_minor", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["line_id"], ["lines.id"], name=op.f("fk_line_changes_line_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_changes")),
    )
    op.create_index(op.f("ix_line_changes_line_id"), "line_changes", ["line_id"], unique=False)
    op.create_table(
        "loans",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("principal_minor", sa.BigInteger(), nullable=False),
        sa.Column("daily_rate_ppm", sa.BigInteger(), nullable=False),
        sa.Column("term", sa.BigInteger(), nullable=False),
        sa.Column("method", sa.String(length=20), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("simple_yearly_ppm", sa.BigInteger(), nullable=False),
        sa.Column("compound_yearly_ppm", sa.BigInteger(), nullable=False),
        sa.Column("settled_on", sa.Date(), nullable=True),
        sa.Column("interest_exact", sa.BigInteger(), nullable=False),
        sa.Column("interest_posted", sa.BigInteger(), nullable=False),
        sa.Column("penalty_exact", sa.BigInteger(), nullable=False),
        sa.Column("penalty_posted", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("principal_minor > 0", name=op.f("ck_loans_positive")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_loans_customer_id")),
        sa.ForeignKeyConstraint(["line_id"], ["lines.id"], name=op.f("fk_loans_line_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loans")),
    )
    op.create_index(op.f("ix_loans_customer_id"), "loans", ["customer_id"], unique=False)
    op.create_table(
        "paylater_standings",
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("past_due_minor", sa.BigInteger(), nullable=False),
        sa.Column("overdue_minor", sa.BigInteger(), nullable=False),
        sa.Column("overdue_principal_minor", sa.BigInteger(), nullable=False),
        sa.Column("overdue_since", sa.Date(), nullable=True),
        sa.Column("settled_minor", sa.BigInteger(), nullable=False),
        sa.Column("interest_exact", sa.BigInteger(), nullable=False),
        sa.Column("interest_posted", sa.BigInteger(), nullable=False),
        sa.Column("penalty_exact", sa.BigInteger(), nullable=False),
        sa.Column("penalty_posted", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["line_id"], ["lines.id"], name=op.f("fk_paylater_standings_line_id")),
        sa.PrimaryKeyConstraint("line_id", name=op.f("pk_paylater_standings")),
    )
    op.create_table(
        "statements",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("statement_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("previous_minor", sa.BigInteger(), nullable=False),
        sa.Column("purchases_minor", sa.BigInteger(), nullable=False),
        sa.Column("refunds_minor", sa.BigInteger(), nullable=False),
        sa.Column("installments_minor", sa.BigInteger(), nullable=False),
        sa.Column("interest_minor", sa.BigInteger(), nullable=False),
        sa.Column("fees_minor", sa.BigInteger(), nullable=False),
        sa.Column("penalty_minor", sa.BigInteger(), nullable=False),
        sa.Column("payments_minor", sa.BigInteger(), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("minimum_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("minimum_minor BETWEEN 0 AND total_minor", name=op.f("ck_statements_minimum")),
        sa.CheckConstraint(
            "total_minor = previous_minor + purchases_minor + refunds_minor + installments_minor + interest_minor + fees_minor + penalty_minor + payments_minor",
            name=op.f("ck_statements_composition"),
        ),
        sa.ForeignKeyConstraint(["line_id"], ["lines.id"], name=op.f("fk_statements_line_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statements")),
        sa.UniqueConstraint("line_id", "statement_on", name="uq_statements_line_day"),
    )
    op.create_table(
        "installment_rows",
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("statement_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("principal_minor", sa.BigInteger(), nullable=False),
        sa.Column("fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["plan_id"], ["installment_plans.id"], name=op.f("fk_installment_rows_plan_id")),
        sa.ForeignKeyConstraint(["statement_id"], ["statements.id"], name=op.f("fk_installment_rows_statement_id")),
        sa.PrimaryKeyConstraint("plan_id", "number", name=op.f("pk_installment_rows")),
    )
    op.create_table(
        "loan_rows",
        sa.Column("loan_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("principal_minor", sa.BigInteger(), nullable=False),
        sa.Column("interest_minor", sa.BigInteger(), nullable=False),
        sa.Column("principal_paid", sa.BigInteger(), nullable=False),
        sa.Column("interest_paid", sa.BigInteger(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.CheckConstraint("interest_paid BETWEEN 0 AND interest_minor", name=op.f("ck_loan_rows_interest_paid")),
        sa.CheckConstraint("principal_paid BETWEEN 0 AND principal_minor", name=op.f("ck_loan_rows_principal_paid")),
        sa.ForeignKeyConstraint(["loan_id"], ["loans.id"], name=op.f("fk_loan_rows_loan_id")),
        sa.PrimaryKeyConstraint("loan_id", "number", name=op.f("pk_loan_rows")),
    )
    op.create_table(
        "purchases",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("merchant", sa.String(length=200), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("refunded_minor", sa.BigInteger(), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=True),
        sa.Column("journal_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_purchases_positive")),
        sa.CheckConstraint("refunded_minor BETWEEN 0 AND amount_minor", name=op.f("ck_purchases_refund_within")),
        sa.ForeignKeyConstraint(["line_id"], ["lines.id"], name=op.f("fk_purchases_line_id")),
        sa.ForeignKeyConstraint(["statement_id"], ["statements.id"], name=op.f("fk_purchases_statement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchases")),
    )
    op.create_index(op.f("ix_purchases_line_id"), "purchases", ["line_id"], unique=False)
    op.create_table(
        "refunds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("purchase_id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("unbilled_minor", sa.BigInteger(), nullable=False),
        sa.Column("billed_minor", sa.BigInteger(), nullable=False),
        sa.Column("credit_minor", sa.BigInteger(), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=True),
        sa.Column("journal_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["line_id"], ["lines.id"], name=op.f("fk_refunds_line_id")),
        sa.ForeignKeyConstraint(["purchase_id"], ["purchases.id"], name=op.f("fk_refunds_purchase_id")),
        sa.ForeignKeyConstraint(["statement_id"], ["statements.id"], name=op.f("fk_refunds_statement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refunds")),
    )
    op.create_index(op.f("ix_refunds_line_id"), "refunds", ["line_id"], unique=False)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
