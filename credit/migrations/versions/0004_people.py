"""Tickets for people behind the chat."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from credit.kernel.database import UtcInstant

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

NOT_CLOSED = sa.text("state <> 'closed'")


def upgrade() -> None:
    op.create_table(
        "tickets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("opened_at", UtcInstant(timezone=True), nullable=False),
        sa.Column("staff", sa.String(length=60), nullable=True),
        sa.Column("taken_at", UtcInstant(timezone=True), nullable=True),
        sa.Column("closed_at", UtcInstant(timezone=True), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'taken', 'closed')", name="ck_tickets_state"),
        sa.CheckConstraint("state <> 'taken' OR staff IS NOT NULL", name="ck_tickets_taken_by_someone"),
        sa.CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="ck_tickets_closed"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_tickets_customer_id"),
        sa.PrimaryKeyConstraint("id", name="pk_tickets"),
    )
    op.create_index(
        "uq_tickets_customer_open",
        "tickets",
        ["customer_id"],
        unique=True,
        sqlite_where=NOT_CLOSED,
        postgresql_where=NOT_CLOSED,
    )
    op.create_index("ix_tickets_queue", "tickets", ["opened_at"], sqlite_where=NOT_CLOSED, postgresql_where=NOT_CLOSED)


def downgrade() -> None:
    op.drop_table("tickets")
