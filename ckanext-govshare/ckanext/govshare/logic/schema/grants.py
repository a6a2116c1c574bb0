"""Parameters of the actions on grants."""
from __future__ import annotations

from ckanext.govshare.domain.grants import State
from ckanext.govshare.logic.schema.fields import FLAG, listing, number, page, parameters, required, text

MAX_DAYS = 400

grant_statement = parameters(id=required(), statement=text())
grant_usage = parameters(id=required(), days=number(30, MAX_DAYS), **page(50))
grant_list = listing(("holder", "department", "competent"), State, unusual=FLAG)
