"""The history of applications and grants in plain words, for the people whose cases they are."""
from __future__ import annotations

from collections.abc import Mapping

from ckanext.govshare.domain.access import Channel
from ckanext.govshare.domain.application_forms import ApplicantKind
from ckanext.govshare.domain.grants import Standing
from ckanext.govshare.domain.wording import Message

# By the event's name. An event that does not stand here is not shown to people.
EVENT_TEXTS: Mapping[str, Message] = {
    "application_saved": Message("Draft saved"),
    "application_submitted": Message("Submitted to the department"),
    "application_taken": Message("The department began its examination"),
    "application_assigned": Message("The department assigned it to a member of its staff"),
    "application_returned": Message("Returned for supplement; the reply limit does not run until it is submitted again"),
    "application_approved": Message("Approved by the department"),
    "application_rejected": Message("Rejected by the department"),
    "application_withdrawn": Message("Withdrawn by the applicant"),
    "application_deemed_approved": Message("Deemed approved: the reply limit passed without a reply"),
    "application_overturned": Message("Approved, as the competent department overturned the rejection"),
    "attachment_added": Message("Attachment added"),
    "attachment_removed": Message("Attachment removed"),
    "deadline_missed": Message("The reply limit passed; reported to the competent department"),
    "deadline_recomputed": Message("Due date computed again"),
    "grant_opened": Message("Grant given"),
    "grant_activated": Message("Both sides have signed; the grant is in force"),
    "grant_agreement_replaced": Message("A new version of the agreement took the former one's place"),
    "grant_suspended": Message("Suspended by the department; reported to the competent department"),
    "grant_resumed": Message("Resumed"),
    "grant_terminated": Message("Terminated by the department; reported to the competent department"),
    "grant_reinstated": Message("Reinstated, as the competent department overturned the termination"),
    "grant_surrendered": Message("Given up by the holder"),
    "grant_expired": Message("The agreed period ended"),
    "grant_closed_out": Message("The holder stated what became of the data"),
    "agreement_offered": Message("The text was fixed and offered for signature"),
    "agreement_signed": Message("Signed by the applicant"),
    "agreement_countersigned": Message("Signed by the department"),
    "agreement_in_force": Message("Signed by both sides: in force"),
    "agreement_replaced": Message("A later version took its place"),
    "agreement_terminated": Message("Ended with the grant"),
    "agreement_reinstated": Message("Reinstated, as the competent department overturned the termination"),
    "agreement_lapsed": Message("The agreed period ended"),
    "appeal_filed": Message("Taken to the competent department"),
    "appeal_upheld": Message("The competent department upheld the decision"),
    "appeal_overturned": Message("The competent department overturned the decision"),
    "appeal_withdrawn": Message("Appeal withdrawn"),
}

APPLICANT_KINDS: Mapping[ApplicantKind, Message] = {
    ApplicantKind.NATURAL_PERSON: Message("Natural person"),
    ApplicantKind.LEGAL_ENTITY: Message("Legal entity"),
    ApplicantKind.OTHER_ORGANISATION: Message("Other organisation"),
}

FORMAT_NAMES: Mapping[str, Message] = {
    "csv": Message("CSV"), "json": Message("JSON"), "xlsx": Message("XLSX"), "xml": Message("XML"),
    "original": Message("Original"), "api": Message("API"),
}

# What a grant is worth now, in a word or two.
STANDING_NAMES: Mapping[Standing, Message] = {
    Standing.VALID: Message("In force"),
    Standing.PENDING_AGREEMENT: Message("Awaiting signature"),
    Standing.NOT_STARTED: Message("Not begun"),
    Standing.EXPIRED: Message("Expired"),
    Standing.SUSPENDED: Message("Suspended"),
    Standing.TERMINATED: Message("Terminated"),
    Standing.SURRENDERED: Message("Surrendered"),
    Standing.AGREEMENT_LAPSED: Message("Agreement lapsed"),
}

CHANNEL_NAMES: Mapping[Channel, Message] = {
    Channel.FILE: Message("Download"), Channel.EXPORT: Message("Export"), Channel.API: Message("API"),
    Channel.PREVIEW: Message("Preview"),
}
