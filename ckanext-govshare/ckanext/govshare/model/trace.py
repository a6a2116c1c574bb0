"""Tables of the recorder: history of cases, the trace, the outbox; and the due dates that were given."""
from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from ckanext.govshare.model import metadata

event = sa.Table(
    "govshare_event", metadata,
    sa.Column("case_kind", sa.Text, primary_key=True),
    sa.Column("case_id", sa.Text, primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("effective_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("payload", JSONB, nullable=False),
    sa.Column("salt", sa.Text, nullable=False),
    sa.Column("trace_seq", sa.BigInteger, nullable=False, unique=True),
)
# What one person did in one case: a grant's holder among all who fetched an entry's data.
sa.Index("govshare_event_of_actor", event.c.case_id, event.c.actor, event.c.seq)

trace = sa.Table(
    "govshare_trace", metadata,
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("prev", sa.Text, nullable=False),
    sa.Column("hash", sa.Text, nullable=False),
)

outbox = sa.Table(
    "govshare_outbox", metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("payload", JSONB, nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("last_error", sa.Text, nullable=False, server_default=""),
)

deadline = sa.Table(
    "govshare_deadline", metadata,
    sa.Column("case_kind", sa.Text, primary_key=True),
    sa.Column("case_id", sa.Text, primary_key=True),
    sa.Column("rule", sa.Text, primary_key=True),
    sa.Column("due", sa.Date, nullable=False),
    sa.Column("provisional", sa.Boolean, nullable=False),
    sa.Column("computed", JSONB, nullable=False),  # profile, article, calendar version: how the date came about
    sa.Column("met_at", sa.DateTime(timezone=True)),
)
