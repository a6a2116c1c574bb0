"""What the pages of appeals and the board ask for: names of what is appealed against and of what became of it."""
from __future__ import annotations

from collections.abc import Mapping

import ckan.plugins.toolkit as tk

from ckanext.govshare.domain.appeals import AGAINST_NAMES, Against, Kind, Remedy
from ckanext.govshare.domain.wording import Message
from ckanext.govshare.logic import appeals
from ckanext.govshare.logic.wording import translate

REMEDIES: Mapping[Remedy, Message] = {
    Remedy.APPROVE: Message("The application was approved as it was asked for."),
    Remedy.RESUME: Message("The suspension was lifted; the data can be fetched again as agreed."),
    Remedy.REINSTATE: Message("The grant was restored as it was before the termination."),
    Remedy.NONE: Message("The decision no longer stood, or its period was over: nothing was left to undo."),
}


def gs_appeal_against(against: str) -> str:
    """What an appeal is against: rejection, suspension or termination."""
    return translate(AGAINST_NAMES[Against(against)])


def gs_appeal_remedy(remedy: str) -> str:
    """What overturning did to the case, in a sentence."""
    return translate(REMEDIES[Remedy(remedy)])


def gs_may_appeal(kind: str, case_id: str) -> bool:
    """Whether the caller may appeal now against the last decision in an application or grant."""
    return appeals.may_file({"user": tk.g.user, "auth_user_obj": tk.g.userobj}, Kind(kind), case_id)
