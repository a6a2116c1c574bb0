"""Tables of messages to people: the in-site inbox, and which notices of the clock were given already."""
from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from ckanext.govshare.model import metadata

message = sa.Table(
    "govshare_message", metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("user_id", sa.Text, nullable=False, index=True),
    sa.Column("kind", sa.Text, nullable=False),  # of domain.notices.KINDS; texts are made when they are read
    sa.Column("params", JSONB, nullable=False),
    sa.Column("address", sa.Text, nullable=False),  # path of the page where something is to be done
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("read_at", sa.DateTime(timezone=True)),
    sa.Column("mailed_at", sa.DateTime(timezone=True)),
)

# Given once, however often the clock looks, and caught up after a pause.
notice = sa.Table(
    "govshare_notice", metadata,
    sa.Column("case_kind", sa.Text, primary_key=True),
    sa.Column("case_id", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),  # such as due_in_3, overdue, ends_in_30: with the date it speaks of
    sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
)
