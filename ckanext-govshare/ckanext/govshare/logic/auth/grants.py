"""Who looks at grants, beside what the table `domain.grants.TRANSITIONS` says of commands."""
from __future__ import annotations

from ckanext.govshare.logic import grants
from ckanext.govshare.logic.auth import commands

__all__ = ["govshare_grant_list", "govshare_grant_usage"]

govshare_grant_list = commands.of_list("govshare_grant_list", overseen=False)
# Use is visible to those between whom it was agreed (TRC-1).
govshare_grant_usage = commands.of(grants.MACHINE)["govshare_grant_show"]
