"""Tables of GovShare: columns and constraints, no rules. The only SQL is in `ckanext.govshare.repository`."""
from __future__ import annotations

import sqlalchemy as sa

# Apart from CKAN's metadata: CKAN drops and empties what is in its own, and history must outlive that.
metadata = sa.MetaData()


def one_of(column: str, values: list[str]) -> sa.CheckConstraint:
    """Fixed sets are text with a CHECK (design principle 9)."""
    listed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")
