"""Parameters of the actions about what waits for a department."""
from __future__ import annotations

from ckanext.govshare.logic.schema.fields import MAX_PAGE, number, parameters

task_show = parameters(limit=number(20, MAX_PAGE))
