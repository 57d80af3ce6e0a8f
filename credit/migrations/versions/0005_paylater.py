"""Pay-later in full: authorisations, own caps, temporary limits, consents, plans of purchases, refunds of plans."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from credit.kernel.database import UtcInstant

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "consents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("given_at", UtcInstant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_consents_customer_id"),
        sa.PrimaryKeyConstraint("id", name="pk_consents"),
    )
    op.create_index("ix_consents_customer_id", "consents", ["customer_id"])
    op.create_table(
        "spending_caps",
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("monthly_minor", sa.BigInteger(), nullable=True),
        sa.Column("payment_minor", sa.BigInteger(), nullable=True),
        sa.Column("set_on", sa.Date(), nullable=False),
        sa.CheckConstraint("monthly_minor >= 0 AND payment_minor >= 0", name="ck_spending_caps_not_negative"),
        sa.CheckConstraint("monthly_minor IS NOT NULL OR payment_minor IS NOT NULL", name="ck_spending_caps_something"),
        sa.ForeignKeyConstraint(["line_id"], ["lines.id"], name="fk_spending_caps_line_id"),
        sa.PrimaryKeyConstraint("line_id", name="pk_spending_caps"),
    )
    op.create_table(
        "temporary_limits",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.CheckConstraint("amount_minor > 0", name="ck_temporary_limits_positive"),
        sa.CheckConstraint("until_on >= from_on", name="ck_temporary_limits_order"),
        sa.ForeignKeyConstraint(["line_id"], ["lines.id"], name="fk_temporary_limits_line_id"),
        sa.PrimaryKeyConstraint("id", name="pk_temporary_limits"),
    )
    op.create_index("ix_temporary_limits_line_id", "temporary_limits", ["line_id"])
    op.create_table(
        "authorisations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("merchant", sa.String(length=200), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("hold_id", sa.Uuid(), nullable=False),
        sa.Column("purchase_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("amount_minor > 0", name="ck_authorisations_positive"),
        sa.ForeignKeyConstraint(["hold_id"], ["holds.id"], name="fk_authorisations_hold_id"),
        sa.ForeignKeyConstraint(["line_id"], ["lines.id"], name="fk_authorisations_line_id"),
        sa.ForeignKeyConstraint(["purchase_id"], ["purchases.id"], name="fk_authorisations_purchase_id"),
        sa.PrimaryKeyConstraint("id", name="pk_authorisations"),
        sa.UniqueConstraint("hold_id", name="uq_authorisations_hold_id"),
    )
    op.create_index("ix_authorisations_line_id", "authorisations", ["line_id"])
    # Rows that are there already: identity was checked when they joined, nothing was bought in installments. Columns are
    # added in place: SQLite could not replace a table that others refer to.
    op.add_column("customers", sa.Column("identity_checked", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("customers", sa.Column("is_blocked", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column(
        "installment_plans", sa.Column("seller_pays", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("installment_plans", sa.Column("settled_on", sa.Date(), nullable=True))
    op.add_column("refunds", sa.Column("plan_minor", sa.BigInteger(), nullable=False, server_default="0"))
    plan = sa.ForeignKey("installment_plans.id", name="fk_purchases_plan_id")
    op.add_column("purchases", sa.Column("plan_id", sa.Uuid(), plan, nullable=True), inline_references=True)


def downgrade() -> None:
    connection = op.get_bind()
    for table in ("authorisations", "temporary_limits", "consents"):
        if connection.exec_driver_sql(f"SELECT EXISTS (SELECT 1 FROM {table})").scalar():  # noqa: S608
            raise RuntimeError(f"there are rows in {table}: going down would lose what journals refer to")
    with op.batch_alter_table("purchases") as batch:
        batch.drop_column("plan_id")  # its reference goes with it
    op.drop_column("refunds", "plan_minor")
    op.drop_column("installment_plans", "settled_on")
    op.drop_column("installment_plans", "seller_pays")
    op.drop_column("customers", "is_blocked")
    op.drop_column("customers", "identity_checked")
    op.drop_table("authorisations")
    op.drop_table("temporary_limits")
    op.drop_table("spending_caps")
    op.drop_table("consents")
