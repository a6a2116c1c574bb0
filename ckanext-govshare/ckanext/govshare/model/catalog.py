"""Tables of the catalogue's review."""
from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from ckanext.govshare.model import metadata, one_of

entry = sa.Table(
    "govshare_entry", metadata,
    sa.Column("id", sa.Text, primary_key=True),  # the package's id; no foreign key: history outlives the package
    sa.Column("department", sa.Text, nullable=False, index=True),
    sa.Column("state", sa.Text, nullable=False, index=True),
    sa.Column("version", sa.Integer, nullable=False, server_default="0"),
    sa.Column("catalog_code", sa.Text, nullable=False, server_default=""),
    sa.Column("category_code", sa.Text, nullable=False, server_default=""),
    sa.Column("submitted_by", sa.Text, nullable=False, server_default=""),
    sa.Column("submitted_at", sa.DateTime(timezone=True)),
    sa.Column("narrowing_basis", sa.Text, nullable=False, server_default=""),
    sa.Column("reason", sa.Text, nullable=False, server_default=""),
    sa.Column("title", sa.Text, nullable=False, server_default=""),
    sa.Column("modified_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("draft", JSONB),  # the pending change of a published entry, as package_show would give it
    one_of("state", ["draft", "submitted", "returned", "approved", "discarded"]),
)

entry_version = sa.Table(
    "govshare_entry_version", metadata,
    sa.Column("entry_id", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("approved_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("content", JSONB, nullable=False),
)

code_sequence = sa.Table(
    "govshare_code_sequence", metadata,
    sa.Column("category_code", sa.Text, primary_key=True),
    sa.Column("last", sa.Integer, nullable=False),
)

assigned_code = sa.Table(
    "govshare_assigned_code", metadata,
    sa.Column("catalog_code", sa.Text, primary_key=True),
    sa.Column("entry_id", sa.Text, nullable=False),
)
