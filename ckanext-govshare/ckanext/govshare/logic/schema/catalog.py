"""Parameters of the catalogue's actions."""
from __future__ import annotations

from ckanext.govshare.domain.catalog import State
from ckanext.govshare.logic.schema.fields import listing, parameters, required, text

entry_submit = parameters(id=required(), narrowing_basis=text())
entry_list = listing((), State)
