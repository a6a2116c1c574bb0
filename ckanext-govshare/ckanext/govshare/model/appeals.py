"""Table of appeals to the competent department."""
from __future__ import annotations

import sqlalchemy as sa

from ckanext.govshare.model import metadata, one_of

appeal = sa.Table(
    "govshare_appeal", metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("subject_kind", sa.Text, nullable=False),
    sa.Column("subject_id", sa.Text, nullable=False, index=True),  # of the application or grant
    sa.Column("against", sa.Text, nullable=False),  # what is appealed against
    sa.Column("entry_id", sa.Text, nullable=False, index=True),
    sa.Column("department", sa.Text, nullable=False, index=True),
    sa.Column("appellant", sa.Text, nullable=False, index=True),
    sa.Column("state", sa.Text, nullable=False, index=True),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("decision_reason", sa.Text, nullable=False, server_default=""),
    sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("decided_at", sa.DateTime(timezone=True)),
    one_of("subject_kind", ["application", "grant"]),
    one_of("against", ["rejection", "suspension", "termination"]),
    one_of("state", ["filed", "upheld", "overturned", "withdrawn"]),
)
sa.Index("govshare_appeal_open", appeal.c.subject_kind, appeal.c.subject_id, unique=True,
         postgresql_where=appeal.c.state == "filed")
