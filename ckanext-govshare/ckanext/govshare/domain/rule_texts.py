"""What people call the rules, provisions and topics of the regulations, and what an overdue limit means."""
from __future__ import annotations

from collections.abc import Mapping

from ckanext.govshare.domain.profiles import Overdue, Rule, Topic
from ckanext.govshare.domain.wording import Message

RULE_TITLES: Mapping[Rule, Message] = {
    Rule.CATALOG_UPDATE: Message("Update of the catalogue"),
    Rule.CATALOG_REVIEW: Message("Review of a catalogue entry"),
    Rule.APPEAL_DECISION: Message("Decision of an appeal"),
    Rule.APPLICATION_REPLY: Message("Reply to an application for conditionally open data"),
    Rule.SHARING_REPLY: Message("Reply to a sharing request between departments"),
    Rule.OUT_OF_CATALOG_REPLY: Message("Reply to a request for data that is not in the catalogue"),
    Rule.OBJECTION_VERIFICATION: Message("Verification after an objection"),
    Rule.VERIFICATION_ANSWER: Message("Answer to a reported doubt or error"),
    Rule.VERIFICATION_EXTENSION: Message("Extension of a verification"),
    Rule.ANNUAL_REPORT: Message("Yearly report"),
}

RULE_STARTS: Mapping[Rule, Message] = {
    Rule.CATALOG_UPDATE: Message("the day the law or the department's function changed"),
    Rule.CATALOG_REVIEW: Message("the day the entry was submitted"),
    Rule.APPEAL_DECISION: Message("the day the appeal was filed"),
    Rule.APPLICATION_REPLY: Message("the day the application was received"),
    Rule.SHARING_REPLY: Message("the day the request was received"),
    Rule.OUT_OF_CATALOG_REPLY: Message("the day the request was received"),
    Rule.OBJECTION_VERIFICATION: Message("the day the objection with its evidence was received"),
    Rule.VERIFICATION_ANSWER: Message("the day the doubt or error was reported"),
    Rule.VERIFICATION_EXTENSION: Message("the last day of the limit that is extended"),
    Rule.ANNUAL_REPORT: Message("any day; the next date named by the text follows"),
}

OVERDUE_TEXTS: Mapping[Overdue, Message] = {
    Overdue.REPORT: Message("The platform reports it to the competent department"),
    Overdue.DEEMED_CONSENT: Message("Counts as consent; the platform authorises the request itself"),
    Overdue.NONE: Message("Marked as overdue, without further effect"),
}

PROVISION_TITLES: Mapping[str, Message] = {
    "sharing_basis": Message("Basis of a restricted sharing attribute"),
    "objection_suspension": Message("Suspension of opening after an objection"),
    "yearly_maintenance": Message("Full maintenance of the catalogue"),
    "negative_list": Message("Negative list"),
    "base_libraries": Message("Base data"),
    "citizen_doubts_carried": Message("A citizen's doubt is carried to the provider by the using department"),
    "platform_pushes_doubts": Message("The platform pushes doubtful data to the provider"),
    "data_dispatch": Message("Data dispatch notices"),
}

TOPIC_TITLES: Mapping[Topic, Message] = {
    Topic.CATALOG_CONTENT: Message("What a catalogue entry states"),
    Topic.CATALOG_KINDS: Message("Kinds of catalogue"),
    Topic.CATALOG_REVIEW: Message("Review of the catalogue"),
    Topic.CATALOG_USE: Message("Scope of use and mode of sharing"),
    Topic.SINGLE_SOURCE: Message("One source for each resource"),
    Topic.SHARING_ATTRIBUTE: Message("Sharing attribute"),
    Topic.SHARING_CONDITION: Message("Sharing conditions"),
    Topic.OPEN_ATTRIBUTE: Message("Open attribute"),
    Topic.OPEN_GROUND: Message("Grounds for not opening"),
    Topic.OPEN_LIST: Message("Open list"),
    Topic.PROACTIVE_DISCLOSURE: Message("Proactively disclosed information"),
    Topic.MACHINE_READABLE: Message("Machine-readable publication"),
    Topic.PLATFORM_AUTHORISATION: Message("Authorisation of the platform"),
    Topic.CONDITIONAL_ACCESS: Message("Application for conditionally open data"),
    Topic.OBJECTION: Message("Objection"),
    Topic.VERIFICATION: Message("Service during verification"),
    Topic.TERMS_OF_USE: Message("Terms of use"),
    Topic.NARROWING: Message("Narrowing without review"),
    Topic.MISUSE: Message("Misuse"),
    Topic.DISPUTES: Message("Disputes"),
    Topic.TRACE: Message("Traceable use"),
}

# The values of a provision as people read them; a list of names is shown as the text has it.
VALUE_TEXTS: Mapping[str, Message] = {
    "conditional": Message("Shared conditionally"),
    "none": Message("Not shared"),
    "always": Message("At once, always"),
    "where_necessary": Message("At once, where the department finds it necessary"),
    "review": Message("Reviewed and confirmed"),
    "government": Message("Reviewed, approved by the government at that level, reported upward"),
}
