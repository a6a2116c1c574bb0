"""Tables of data files: each row of `file` is one content that a resource had, has or may get."""
from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from ckanext.govshare.model import metadata, one_of

file = sa.Table(
    "govshare_file", metadata,
    sa.Column("id", sa.Text, primary_key=True),  # also the name of its table in the DataStore
    sa.Column("entry_id", sa.Text, nullable=False, index=True),
    sa.Column("resource_id", sa.Text, nullable=False, index=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False, index=True),
    sa.Column("refresh", sa.Boolean, nullable=False, server_default="false"),  # published once verified, without a review
    sa.Column("number", sa.Integer),  # version of the resource's data, given when it becomes the current one
    sa.Column("source", sa.Text, nullable=False, server_default=""),  # the address of a link; never leaves the server
    sa.Column("location", sa.Text, nullable=False, server_default=""),  # path below the storage directory
    sa.Column("filename", sa.Text, nullable=False, server_default=""),
    sa.Column("format", sa.Text, nullable=False, server_default=""),
    sa.Column("size", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("sha256", sa.Text, nullable=False, server_default=""),
    sa.Column("machine_readable", sa.Boolean, nullable=False, server_default="false"),
    sa.Column("columns", JSONB, nullable=False, server_default="[]"),  # empty: no table in the DataStore
    sa.Column("rows", sa.BigInteger),
    sa.Column("reading", JSONB, nullable=False, server_default="{}"),  # encoding, delimiter, sheet, header row
    sa.Column("findings", JSONB, nullable=False, server_default="[]"),
    sa.Column("progress", JSONB, nullable=False, server_default="{}"),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("created_by", sa.Text, nullable=False, server_default=""),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("read_at", sa.DateTime(timezone=True)),
    sa.Column("current_from", sa.DateTime(timezone=True)),
    sa.Column("current_until", sa.DateTime(timezone=True)),
    one_of("kind", ["upload", "link"]),
    one_of("state", ["waiting", "reading", "verified", "refused", "current", "superseded", "dropped"]),
    sa.Index("govshare_file_current", "resource_id", unique=True, postgresql_where=sa.text("state = 'current'")),
)

# How often a resource's data was fetched on a day and by what way; nothing says by whom.
fetch_count = sa.Table(
    "govshare_fetch_count", metadata,
    sa.Column("resource_id", sa.Text, primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("channel", sa.Text, primary_key=True),
    sa.Column("fetches", sa.BigInteger, nullable=False),
    sa.Column("rows", sa.BigInteger, nullable=False),
    sa.Column("bytes", sa.BigInteger, nullable=False),
    one_of("channel", ["file", "export", "api", "preview"]),
)
