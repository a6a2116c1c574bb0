"""Parameters of the actions of appeals and of the competent department's board."""
from __future__ import annotations

from ckan.lib.navl.validators import not_empty
from ckan.logic.validators import one_of

from ckanext.govshare.domain.appeals import State
from ckanext.govshare.logic.schema.fields import FILTER, MAX_ID, listing, page, parameters, required, text

appeal_file = parameters(application_id=text(MAX_ID), grant_id=text(MAX_ID), reason=text())
appeal_decide = parameters(
    id=required(), outcome=[not_empty, one_of([State.UPHELD.value, State.OVERTURNED.value])], reason=text())
appeal_list = listing(("appellant", "department", "competent"), State)
board_list = parameters(organization=FILTER, **page())
