"""Applications, agreements, grants, appeals, and messages to people.

Revision ID: 5d2e8a4c9b10
Revises: b41d9e6f7c30
"""
from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "5d2e8a4c9b10"
down_revision = "b41d9e6f7c30"
branch_labels = None
depends_on = None

APPEND_ONLY = ("govshare_agreement_pdf", "govshare_agreement_template", "govshare_entry_form")


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, primary_key=True)


def _text(name: str, *, index: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, index=index)


def _later(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default="")


def _json(name: str, default: str | None = None) -> sa.Column[object]:
    return sa.Column(name, JSONB, nullable=False, server_default=default)


def _moment(name: str, *, index: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False, index=index)


def _moment_later(name: str) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True))


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False, server_default="0")


def _one_of(column: str, *values: str) -> sa.CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")


def upgrade() -> None:
    _applications()
    _agreements()
    _grants()
    _appeals()
    _messages()
    for table in APPEND_ONLY:
        _guard(table)


def _guard(table: str) -> None:
    """What was in force once stays as it was; only the owner, who never serves requests, could lift the guard."""
    op.execute(f"""
        CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION govshare_append_only()
    """)


def _applications() -> None:
    op.create_table(
        "govshare_application",
        _key("id"), _text("entry_id", index=True), _text("department", index=True), _text("applicant", index=True),
        _text("state", index=True), _json("form"), _json("submitted_form", "{}"), _json("terms", "{}"),
        _json("decision", "{}"), _later("reason"), _later("renews"), _later("assignee"), _moment("created_at"),
        _moment_later("submitted_at"), _moment_later("decided_at"), _moment("modified_at"),
        _one_of("state", "draft", "submitted", "under_review", "returned", "approved", "rejected", "deemed_approved",
                "withdrawn"),
    )
    op.create_table(
        "govshare_attachment",
        _key("id"), _text("case_kind"), _text("case_id", index=True), _text("filename"),
        sa.Column("size", sa.BigInteger, nullable=False), _text("sha256"), _text("added_by"), _moment("added_at"),
    )
    op.create_table(
        "govshare_entry_form",
        _key("entry_id"), sa.Column("version", sa.Integer, primary_key=True, autoincrement=False), _json("content"),
        _text("added_by"), _moment("added_at"),
    )
    op.create_table(
        "govshare_canned_reply",
        _key("id"), _text("department", index=True), _text("command"), _text("title"), _text("text"),
        _one_of("command", "return", "approve", "reject", "suspend", "terminate"),
    )


def _agreements() -> None:
    op.create_table(
        "govshare_agreement_template",
        _key("scope"), _key("scope_id"), sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        _text("title"), _text("body"), sa.Column("sign_again", sa.Boolean, nullable=False, server_default="false"),
        _text("added_by"), _moment("added_at"),
        _one_of("scope", "site", "department", "entry"),
    )
    op.create_table(
        "govshare_agreement",
        _key("id"), _text("application_id", index=True), _text("entry_id", index=True), _text("department", index=True),
        _text("applicant", index=True), _text("state", index=True), _json("template"), _text("title"), _text("text"),
        _text("text_hash", index=True), _json("signatures", "[]"), _moment("starts_at"), _moment("ends_at"),
        _later("replaces"), _later("reason"), _moment("offered_at"), _moment_later("in_force_at"), _moment_later("ended_at"),
        _one_of("state", "offered", "applicant_signed", "countersigned", "in_force", "lapsed", "terminated"),
    )
    op.create_table(
        "govshare_agreement_pdf",
        _key("sha256"), _text("agreement_id", index=True), _text("state"), _moment("issued_at"),
    )


def _grants() -> None:
    op.create_table(
        "govshare_grant",
        _key("id"), _text("application_id", index=True), _later("agreement_id"), _text("entry_id"),
        _text("department", index=True), _text("holder"), _text("state", index=True), _moment("starts_at"),
        _moment("ends_at", index=True), _json("limits", "{}"), _later("renews"), _later("reason"), _moment("created_at"),
        _moment("modified_at"), _moment_later("closed_out_at"), _later("closing_statement"),
        _one_of("state", "pending_agreement", "active", "suspended", "expired", "terminated", "surrendered"),
    )
    op.create_index("govshare_grant_of_holder", "govshare_grant", ["holder", "entry_id"])
    op.create_index("govshare_grant_of_entry", "govshare_grant", ["entry_id"])
    op.create_table(
        "govshare_grant_use",
        _key("grant_id"), sa.Column("day", sa.Date, primary_key=True), _count("calls"), _count("rows"), _count("downloads"),
        _count("night_calls"), _json("addresses", "[]"),
    )
    op.create_index("govshare_event_of_actor", "govshare_event", ["case_id", "actor", "seq"])


def _appeals() -> None:
    op.create_table(
        "govshare_appeal",
        _key("id"), _text("subject_kind"), _text("subject_id", index=True), _text("against"), _text("entry_id", index=True),
        _text("department", index=True), _text("appellant", index=True), _text("state", index=True), _text("reason"),
        _later("decision_reason"), _moment("filed_at"), _moment_later("decided_at"),
        _one_of("subject_kind", "application", "grant"),
        _one_of("against", "rejection", "suspension", "termination"),
        _one_of("state", "filed", "upheld", "overturned", "withdrawn"),
    )
    op.create_index("govshare_appeal_open", "govshare_appeal", ["subject_kind", "subject_id"], unique=True,
                    postgresql_where=sa.text("state = 'filed'"))


def _messages() -> None:
    op.create_table(
        "govshare_message",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True), _text("user_id", index=True), _text("kind"),
        _json("params"), _text("address"), _moment("created_at"), _moment_later("read_at"), _moment_later("mailed_at"),
    )
    op.create_table("govshare_notice", _key("case_kind"), _key("case_id"), _key("key"), _moment("given_at"))


def downgrade() -> None:
    op.drop_index("govshare_event_of_actor", "govshare_event")
    for name in ("notice", "message", "appeal", "grant_use", "grant", "agreement_pdf", "agreement",
                 "agreement_template", "canned_reply", "entry_form", "attachment", "application"):
        op.drop_table(f"govshare_{name}")
