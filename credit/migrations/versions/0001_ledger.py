"""The ledger: accounts, journals, postings, balances, holds, closed days, and the guards that keep them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from credit.kernel.database import UtcInstant
from credit.migrations.runner import install_guards, remove_guards

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    "accounts",
    "business_day",
    "closed_days",
    "journals",
    "postings",
    "account_closures",
    "balances",
    "control_totals",
    "holds",
    "rollups",
)


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("gl_class", sa.String(length=10), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("is_held", sa.Boolean(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "gl_class IN ('asset', 'liability', 'equity', 'income', 'expense', 'memo')",
            name=op.f("ck_accounts_gl_class"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("code", name=op.f("uq_accounts_code")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_accounts_customer_id"), "accounts", ["customer_id"], unique=False)
    op.create_table(
        "business_day",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_business_day")),
    )
    op.create_table(
        "closed_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("recorded_at", UtcInstant(), nullable=False),
        sa.Column("totals", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_closed_days")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "journals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.String(length=100), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", UtcInstant(), nullable=False),
        sa.Column("reverses", sa.Uuid(), nullable=True),
        sa.Column("hold_id", sa.Uuid(), nullable=True),
        sa.Column("hold_act", sa.String(length=8), nullable=True),
        sa.Column("hold_expires_on", sa.Date(), nullable=True),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("lines", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["reverses"], ["journals.id"], name=op.f("fk_journals_reverses")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journals")),
        sa.UniqueConstraint("request_id", name=op.f("uq_journals_request_id")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_journals_customer_day", "journals", ["customer_id", "effective_on"], unique=False)
    op.create_index(op.f("ix_journals_effective_on"), "journals", ["effective_on"], unique=False)
    op.create_index(
        "uq_journals_reverses",
        "journals",
        ["reverses"],
        unique=True,
        sqlite_where=sa.text("reverses IS NOT NULL"),
        postgresql_where=sa.text("reverses IS NOT NULL"),
    )
    op.create_table(
        "postings",
        sa.Column("journal_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("account_sequence", sa.BigInteger(), nullable=True),
        sa.Column("balance_after", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("amount_minor <> 0", name=op.f("ck_postings_amount_not_zero")),
        sa.PrimaryKeyConstraint("journal_id", "line", name=op.f("pk_postings")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_postings_account_day",
        "postings",
        ["account_id", "effective_on", "journal_id", "amount_minor"],
        unique=False,
    )
    op.create_index(
        "uq_postings_account_sequence",
        "postings",
        ["account_id", "account_sequence"],
        unique=True,
        sqlite_where=sa.text("account_sequence IS NOT NULL"),
        postgresql_where=sa.text("account_sequence IS NOT NULL"),
    )
    op.create_table(
        "account_closures",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("recorded_at", UtcInstant(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_account_closures_account_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_account_closures")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "balances",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("balance_minor", sa.BigInteger(), nullable=False),
        sa.Column("posting_count", sa.BigInteger(), nullable=False),
        sa.Column("floor_minor", sa.BigInteger(), nullable=True),
        sa.Column("ceiling_minor", sa.BigInteger(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "balance_minor BETWEEN -9007199254740991 AND 9007199254740991", name=op.f("ck_balances_exact_in_json")
        ),
        sa.CheckConstraint("ceiling_minor IS NULL OR balance_minor <= ceiling_minor", name=op.f("ck_balances_ceiling")),
        sa.CheckConstraint("floor_minor IS NULL OR balance_minor >= floor_minor", name=op.f("ck_balances_floor")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_balances_account_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_balances")),
        postgresql_with={"fillfactor": 60},
        sqlite_with_rowid=False,
    )
    op.create_table(
        "control_totals",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("gl_class", sa.String(length=10), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("moved_minor", sa.BigInteger(), nullable=False),
        sa.Column("balance_minor", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["day"], ["closed_days.day"], name=op.f("fk_control_totals_day")),
        sa.PrimaryKeyConstraint("day", "gl_class", "kind", "currency", name=op.f("pk_control_totals")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "holds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.String(length=100), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("from_account_id", sa.Uuid(), nullable=False),
        sa.Column("held_account_id", sa.Uuid(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("placed_by", sa.Uuid(), nullable=False),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("(state = 'pending') = (closed_by IS NULL)", name=op.f("ck_holds_closed")),
        sa.CheckConstraint("state IN ('pending', 'posted', 'released', 'expired')", name=op.f("ck_holds_state")),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_holds_amount")),
        sa.ForeignKeyConstraint(["closed_by"], ["journals.id"], name=op.f("fk_holds_closed_by")),
        sa.ForeignKeyConstraint(["from_account_id"], ["accounts.id"], name=op.f("fk_holds_from_account_id")),
        sa.ForeignKeyConstraint(["held_account_id"], ["accounts.id"], name=op.f("fk_holds_held_account_id")),
        sa.ForeignKeyConstraint(["placed_by"], ["journals.id"], name=op.f("fk_holds_placed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holds")),
        sa.UniqueConstraint("closed_by", name=op.f("uq_holds_closed_by")),
        sa.UniqueConstraint("placed_by", name=op.f("uq_holds_placed_by")),
        sa.UniqueConstraint("request_id", name=op.f("uq_holds_request_id")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_holds_customer_id"), "holds", ["customer_id"], unique=False)
    op.create_index(op.f("ix_holds_held_account_id"), "holds", ["held_account_id"], unique=False)
    op.create_index(
        "ix_holds_pending",
        "holds",
        ["expires_on"],
        unique=False,
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_table(
        "rollups",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("moved_minor", sa.BigInteger(), nullable=False),
        sa.Column("balance_minor", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_rollups_account_id")),
        sa.ForeignKeyConstraint(["day"], ["closed_days.day"], name=op.f("fk_rollups_day")),
        sa.PrimaryKeyConstraint("account_id", "day", name=op.f("pk_rollups")),
        sqlite_with_rowid=False,
    )
    install_guards(op.get_bind())


def downgrade() -> None:
    connection = op.get_bind()
    if connection.exec_driver_sql("SELECT EXISTS (SELECT 1 FROM journals)").scalar():
        raise RuntimeError("there are journals: taking the ledger down would lose them")
    remove_guards(connection)
    for table in reversed(TABLES):
        op.drop_table(table)
