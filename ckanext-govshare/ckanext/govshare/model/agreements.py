"""Tables of data-use agreements and of the templates that they are made from."""
from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from ckanext.govshare.model import metadata, one_of

template = sa.Table(
    "govshare_agreement_template", metadata,
    sa.Column("scope", sa.Text, primary_key=True),
    sa.Column("scope_id", sa.Text, primary_key=True),  # empty for the site, a department's id, an entry's id
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),  # Markdown with {named_fields}
    sa.Column("sign_again", sa.Boolean, nullable=False, server_default="false"),
    sa.Column("added_by", sa.Text, nullable=False),
    sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
    one_of("scope", ["site", "department", "entry"]),
)

agreement = sa.Table(
    "govshare_agreement", metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("application_id", sa.Text, nullable=False, index=True),
    sa.Column("entry_id", sa.Text, nullable=False, index=True),
    sa.Column("department", sa.Text, nullable=False, index=True),
    sa.Column("applicant", sa.Text, nullable=False, index=True),
    sa.Column("state", sa.Text, nullable=False, index=True),
    sa.Column("template", JSONB, nullable=False),  # {scope, scope_id, version}
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),  # as offered, fixed
    sa.Column("text_hash", sa.Text, nullable=False, index=True),  # SHA-256 of the text's UTF-8
    sa.Column("signatures", JSONB, nullable=False, server_default="[]"),  # domain.agreements.Signature each
    sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),  # lapses at this moment
    sa.Column("replaces", sa.Text, nullable=False, server_default=""),
    sa.Column("reason", sa.Text, nullable=False, server_default=""),
    sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("in_force_at", sa.DateTime(timezone=True)),
    sa.Column("ended_at", sa.DateTime(timezone=True)),
    one_of("state", ["offered", "applicant_signed", "countersigned", "in_force", "lapsed", "terminated"]),
)

# The copies that the platform gave out: whoever holds one can check that it is unaltered, though none is kept (ADR 082).
issued_pdf = sa.Table(
    "govshare_agreement_pdf", metadata,
    sa.Column("sha256", sa.Text, primary_key=True),
    sa.Column("agreement_id", sa.Text, nullable=False, index=True),
    sa.Column("state", sa.Text, nullable=False),  # of the agreement when it was given out
    sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
)
