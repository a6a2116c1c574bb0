"""Review of catalogue entries, history, trace, outbox and due dates.

Revision ID: 7a1c0f3e2b54
Revises:
"""
from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "7a1c0f3e2b54"
down_revision = None
branch_labels = None
depends_on = None

APPEND_ONLY = ("govshare_event", "govshare_trace", "govshare_entry_version", "govshare_assigned_code")


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default="")


def _moment(name: str, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _create_catalog() -> None:
    op.create_table(
        "govshare_entry",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("department", sa.Text, nullable=False, index=True),
        sa.Column("state", sa.Text, nullable=False, index=True),
        sa.Column("version", sa.Integer, nullable=False, server_default="0"),
        _text("catalog_code"), _text("category_code"), _text("submitted_by"), _moment("submitted_at", nullable=True),
        _text("narrowing_basis"), _text("reason"), _text("title"), _moment("modified_at"),
        sa.Column("draft", JSONB),
        sa.CheckConstraint("state IN ('draft', 'submitted', 'returned', 'approved', 'discarded')", name="state_known"),
    )
    op.create_table(
        "govshare_entry_version",
        sa.Column("entry_id", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        _moment("approved_at"),
        sa.Column("content", JSONB, nullable=False),
    )
    op.create_table(
        "govshare_code_sequence",
        sa.Column("category_code", sa.Text, primary_key=True),
        sa.Column("last", sa.Integer, nullable=False),
    )
    op.create_table(
        "govshare_assigned_code",
        sa.Column("catalog_code", sa.Text, primary_key=True),
        sa.Column("entry_id", sa.Text, nullable=False),
    )


def _create_recorder() -> None:
    op.create_table(
        "govshare_event",
        sa.Column("case_kind", sa.Text, primary_key=True),
        sa.Column("case_id", sa.Text, primary_key=True),
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        _moment("effective_at"), _moment("recorded_at"),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("payload", JSONB, nullable=False),
        sa.Column("salt", sa.Text, nullable=False),
        sa.Column("trace_seq", sa.BigInteger, nullable=False, unique=True),
    )
    op.create_table(
        "govshare_trace",
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("prev", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
    )
    op.create_table(
        "govshare_outbox",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("payload", JSONB, nullable=False),
        _moment("created_at"), _moment("next_attempt_at"),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        _text("last_error"),
    )
    op.create_table(
        "govshare_deadline",
        sa.Column("case_kind", sa.Text, primary_key=True),
        sa.Column("case_id", sa.Text, primary_key=True),
        sa.Column("rule", sa.Text, primary_key=True),
        sa.Column("due", sa.Date, nullable=False),
        sa.Column("provisional", sa.Boolean, nullable=False),
        sa.Column("computed", JSONB, nullable=False),
        _moment("met_at", nullable=True),
    )


def upgrade() -> None:
    _create_catalog()
    _create_recorder()
    op.execute("""
        CREATE FUNCTION govshare_append_only() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = '42501'; END $$
    """)
    for table in APPEND_ONLY:
        op.execute(f"""
            CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION govshare_append_only()
        """)
        # Every role but the owner, who never serves requests, loses what default privileges gave it.
        op.execute(f"""
            DO $$ DECLARE grantee_name text; BEGIN
                FOR grantee_name IN
                    SELECT DISTINCT a.grantee::regrole::text FROM pg_class c, aclexplode(c.relacl) a
                    WHERE c.oid = '{table}'::regclass AND a.grantee NOT IN (0, c.relowner)
                LOOP
                    EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM %s', grantee_name);
                END LOOP;
                REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM PUBLIC;
            END $$
        """)  # noqa: S608 - the names of our own tables


def downgrade() -> None:
    for table in ("deadline", "outbox", "trace", "event", "assigned_code", "code_sequence", "entry_version", "entry"):
        op.drop_table(f"govshare_{table}")
    op.execute("DROP FUNCTION govshare_append_only()")
