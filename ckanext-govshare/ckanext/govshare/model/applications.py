"""Tables of applications for conditional data: what each entry asks, the cases, their attachments, canned replies."""
from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from ckanext.govshare.model import metadata, one_of

application = sa.Table(
    "govshare_application", metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("entry_id", sa.Text, nullable=False, index=True),
    sa.Column("department", sa.Text, nullable=False, index=True),
    sa.Column("applicant", sa.Text, nullable=False, index=True),  # the user's id
    sa.Column("state", sa.Text, nullable=False, index=True),
    sa.Column("form", JSONB, nullable=False),  # what the applicant filled in: domain.applications.Form
    sa.Column("submitted_form", JSONB, nullable=False, server_default="{}"),  # as it was last handed in
    sa.Column("terms", JSONB, nullable=False, server_default="{}"),  # fixed at the submission: domain.applications.Terms
    sa.Column("decision", JSONB, nullable=False, server_default="{}"),  # what was granted: domain.applications.Decision
    sa.Column("reason", sa.Text, nullable=False, server_default=""),  # of the last return, rejection or withdrawal
    sa.Column("renews", sa.Text, nullable=False, server_default=""),  # the grant that this one is to continue
    sa.Column("assignee", sa.Text, nullable=False, server_default=""),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("submitted_at", sa.DateTime(timezone=True)),
    sa.Column("decided_at", sa.DateTime(timezone=True)),
    sa.Column("modified_at", sa.DateTime(timezone=True), nullable=False),
    one_of("state", ["draft", "submitted", "under_review", "returned", "approved", "rejected", "deemed_approved",
                     "withdrawn"]),
)

attachment = sa.Table(
    "govshare_attachment", metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("case_kind", sa.Text, nullable=False),
    sa.Column("case_id", sa.Text, nullable=False, index=True),
    sa.Column("filename", sa.Text, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("added_by", sa.Text, nullable=False),
    sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
)

# What a department asks for one of its entries; the newest version is in force, older ones stay with their cases.
entry_form = sa.Table(
    "govshare_entry_form", metadata,
    sa.Column("entry_id", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("content", JSONB, nullable=False),  # domain.entry_forms.EntryForm
    sa.Column("added_by", sa.Text, nullable=False),
    sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
)

canned_reply = sa.Table(
    "govshare_canned_reply", metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("department", sa.Text, nullable=False, index=True),
    sa.Column("command", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    one_of("command", ["return", "approve", "reject", "suspend", "terminate"]),
)
