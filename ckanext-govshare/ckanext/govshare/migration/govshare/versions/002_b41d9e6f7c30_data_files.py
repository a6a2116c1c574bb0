"""Data files with their versions and findings, and counts of fetches.

Revision ID: b41d9e6f7c30
Revises: 7a1c0f3e2b54
"""
from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "b41d9e6f7c30"
down_revision = "7a1c0f3e2b54"
branch_labels = None
depends_on = None


def _text(name: str, *, index: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default="", index=index)


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean, nullable=False, server_default="false")


def _json(name: str, default: str) -> sa.Column[object]:
    return sa.Column(name, JSONB, nullable=False, server_default=default)


def _moment(name: str, nullable: bool = True) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "govshare_file",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("entry_id", sa.Text, nullable=False, index=True),
        sa.Column("resource_id", sa.Text, nullable=False, index=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False, index=True),
        _flag("refresh"),
        sa.Column("number", sa.Integer),
        _text("source"), _text("location"), _text("filename"), _text("format"),
        sa.Column("size", sa.BigInteger, nullable=False, server_default="0"),
        _text("sha256"), _flag("machine_readable"), _json("columns", "[]"),
        sa.Column("rows", sa.BigInteger),
        _json("reading", "{}"), _json("findings", "[]"), _json("progress", "{}"),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        _text("created_by"), _moment("created_at", nullable=False), _moment("read_at"),
        _moment("current_from"), _moment("current_until"),
        sa.CheckConstraint("kind IN ('upload', 'link')", name="kind_known"),
        sa.CheckConstraint("state IN ('waiting', 'reading', 'verified', 'refused', 'current', 'superseded', 'dropped')",
                           name="state_known"),
    )
    op.create_index("govshare_file_current", "govshare_file", ["resource_id"], unique=True,
                    postgresql_where=sa.text("state = 'current'"))
    op.create_table(
        "govshare_fetch_count",
        sa.Column("resource_id", sa.Text, primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("channel", sa.Text, primary_key=True),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("fetches", "rows", "bytes")),
        sa.CheckConstraint("channel IN ('file', 'export', 'api', 'preview')", name="channel_known"),
    )


def downgrade() -> None:
    op.drop_table("govshare_fetch_count")
    op.drop_table("govshare_file")
