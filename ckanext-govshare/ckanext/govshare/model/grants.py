"""Tables of grants: who may fetch which conditional data from when until when, and how much was fetched by each."""
from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from ckanext.govshare.model import metadata, one_of

grant = sa.Table(
    "govshare_grant", metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("application_id", sa.Text, nullable=False, index=True),
    sa.Column("agreement_id", sa.Text, nullable=False, server_default=""),  # empty where none is required
    sa.Column("entry_id", sa.Text, nullable=False),
    sa.Column("department", sa.Text, nullable=False, index=True),
    sa.Column("holder", sa.Text, nullable=False),  # the user's id
    sa.Column("state", sa.Text, nullable=False, index=True),
    sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False, index=True),  # the first moment without access
    sa.Column("limits", JSONB, nullable=False, server_default="{}"),  # domain.grants.Limits
    sa.Column("renews", sa.Text, nullable=False, server_default=""),
    sa.Column("reason", sa.Text, nullable=False, server_default=""),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("modified_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("closed_out_at", sa.DateTime(timezone=True)),  # when the holder stated that the data was deleted
    sa.Column("closing_statement", sa.Text, nullable=False, server_default=""),
    one_of("state", ["pending_agreement", "active", "suspended", "expired", "terminated", "surrendered"]),
)
sa.Index("govshare_grant_of_holder", grant.c.holder, grant.c.entry_id)
sa.Index("govshare_grant_of_entry", grant.c.entry_id)

grant_use = sa.Table(
    "govshare_grant_use", metadata,
    sa.Column("grant_id", sa.Text, primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),  # Shanghai's
    sa.Column("calls", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("rows", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("downloads", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("night_calls", sa.BigInteger, nullable=False, server_default="0"),  # of the calls, those of domain.unusual's night
    sa.Column("addresses", JSONB, nullable=False, server_default="[]"),  # distinct ones that asked, as many as tell something
)
