"""Closing in steps, notices, classes of debts; accruals written many at a time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from credit.kernel.database import UtcInstant
from credit.migrations.runner import install_guards, remove_guards

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

GUARDS = "credit.closing.guards"
# As the ledger installed it. The two checks that were rewritten stay: they ask for the same.
ALL_JOURNALS = "CREATE OR REPLACE TRIGGER journals_spread AFTER INSERT ON journals FOR EACH ROW EXECUTE FUNCTION xz_journals_spread()"


def upgrade() -> None:
    op.create_table(
        "closing_steps",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.String(length=10), nullable=False),
        sa.Column("first_id", sa.Uuid(), nullable=True),
        sa.Column("last_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(length=5), nullable=False),
        sa.Column("done_at", UtcInstant(), nullable=True),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.CheckConstraint("(state = 'done') = (done_at IS NOT NULL)", name=op.f("ck_closing_steps_done")),
        sa.CheckConstraint(
            "(step = 'customers') = (first_id IS NOT NULL AND last_id IS NOT NULL)", name=op.f("ck_closing_steps_range")
        ),
        sa.CheckConstraint("state IN ('open', 'done')", name=op.f("ck_closing_steps_state")),
        sa.CheckConstraint("step IN ('customers', 'finish')", name=op.f("ck_closing_steps_step")),
        sa.PrimaryKeyConstraint("day", "number", name=op.f("pk_closing_steps")),
    )
    op.create_index(
        "ix_closing_steps_open",
        "closing_steps",
        ["day", "number"],
        unique=False,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "debt_classes",
        sa.Column("debt_id", sa.Uuid(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("product", sa.String(length=10), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("days_past_due", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.CheckConstraint("days_past_due >= 0", name=op.f("ck_debt_classes_days")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_debt_classes_customer_id")),
        sa.PrimaryKeyConstraint("debt_id", "on", name=op.f("pk_debt_classes")),
    )
    op.create_index(op.f("ix_debt_classes_customer_id"), "debt_classes", ["customer_id"], unique=False)
    op.create_index(
        "uq_debt_classes_present",
        "debt_classes",
        ["debt_id"],
        unique=True,
        sqlite_where=sa.text("until IS NULL"),
        postgresql_where=sa.text("until IS NULL"),
    )
    op.create_table(
        "notice_opt_outs",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_notice_opt_outs_customer_id")),
        sa.PrimaryKeyConstraint("customer_id", "kind", name=op.f("pk_notice_opt_outs")),
    )
    op.create_table(
        "notices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("dedupe_key", sa.String(length=100), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("due_at", UtcInstant(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("settled_at", UtcInstant(), nullable=True),
        sa.CheckConstraint("(state = 'pending') = (settled_at IS NULL)", name=op.f("ck_notices_settled")),
        sa.CheckConstraint("state IN ('pending', 'sent', 'withdrawn')", name=op.f("ck_notices_state")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_notices_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_notices_dedupe_key")),
    )
    op.create_index(op.f("ix_notices_customer_id"), "notices", ["customer_id"], unique=False)
    op.create_index(
        "ix_notices_pending",
        "notices",
        ["due_at", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_table(
        "write_off_candidates",
        sa.Column("debt_id", sa.Uuid(), nullable=False),
        sa.Column("listed_on", sa.Date(), nullable=False),
        sa.Column("product", sa.String(length=10), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("days_past_due", sa.BigInteger(), nullable=False),
        sa.Column("principal_minor", sa.BigInteger(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_write_off_candidates_customer_id")),
        sa.PrimaryKeyConstraint("debt_id", "listed_on", name=op.f("pk_write_off_candidates")),
    )
    op.create_index(op.f("ix_write_off_candidates_customer_id"), "write_off_candidates", ["customer_id"], unique=False)
    op.create_index(
        "uq_write_off_candidates_listed",
        "write_off_candidates",
        ["debt_id"],
        unique=True,
        sqlite_where=sa.text("withdrawn_on IS NULL"),
        postgresql_where=sa.text("withdrawn_on IS NULL"),
    )
    op.create_index(
        "ix_loan_rows_unpaid",
        "loan_rows",
        ["due_on"],
        unique=False,
        sqlite_where=sa.text("paid_on IS NULL"),
        postgresql_where=sa.text("paid_on IS NULL"),
    )
    op.create_index("ix_statements_due_on", "statements", ["due_on"], unique=False)
    install_guards(op.get_bind(), GUARDS)


def downgrade() -> None:
    connection = op.get_bind()
    remove_guards(connection, GUARDS)
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(ALL_JOURNALS)
    op.drop_index("ix_statements_due_on", table_name="statements")
    op.drop_index(
        "ix_loan_rows_unpaid",
        table_name="loan_rows",
        sqlite_where=sa.text("paid_on IS NULL"),
        postgresql_where=sa.text("paid_on IS NULL"),
    )
    op.drop_index(
        "uq_write_off_candidates_listed",
        table_name="write_off_candidates",
        sqlite_where=sa.text("withdrawn_on IS NULL"),
        postgresql_where=sa.text("withdrawn_on IS NULL"),
    )
    op.drop_index(op.f("ix_write_off_candidates_customer_id"), table_name="write_off_candidates")
    op.drop_table("write_off_candidates")
    op.drop_index(
        "ix_notices_pending",
        table_name="notices",
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.drop_index(op.f("ix_notices_customer_id"), table_name="notices")
    op.drop_table("notices")
    op.drop_table("notice_opt_outs")
    op.drop_index(
        "uq_debt_classes_present",
        table_name="debt_classes",
        sqlite_where=sa.text("until IS NULL"),
        postgresql_where=sa.text("until IS NULL"),
    )
    op.drop_index(op.f("ix_debt_classes_customer_id"), table_name="debt_classes")
    op.drop_table("debt_classes")
    op.drop_index(
        "ix_closing_steps_open",
        table_name="closing_steps",
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.drop_table("closing_steps")
