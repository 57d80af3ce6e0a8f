"""Evidence: sealed blocks, the lists of their journals, and the guards that keep them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from credit.migrations.runner import install_guards, remove_guards

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

GUARDS = "credit.evidence.guards"


def upgrade() -> None:
    op.create_table(
        "evidence_blocks",
        sa.Column("height", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("journal_count", sa.BigInteger(), nullable=False),
        sa.Column("head", sa.Text(), nullable=False),
        sa.Column("signature", sa.String(length=128), nullable=False),
        sa.PrimaryKeyConstraint("height", name=op.f("pk_evidence_blocks")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "evidence_leaves",
        sa.Column("journal_id", sa.Uuid(), nullable=False),
        sa.Column("height", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("journal_id", name=op.f("pk_evidence_leaves")),
        sa.UniqueConstraint("height", "position", name="uq_evidence_leaves_place"),
        sqlite_with_rowid=False,
    )
    install_guards(op.get_bind(), GUARDS)


def downgrade() -> None:
    connection = op.get_bind()
    if connection.exec_driver_sql("SELECT EXISTS (SELECT 1 FROM evidence_blocks)").scalar():
        raise RuntimeError("there are sealed blocks: taking the evidence down would lose them")
    remove_guards(connection, GUARDS)
    op.drop_table("evidence_leaves")
    op.drop_table("evidence_blocks")
