"""Actions that tell what the regulations say and count their days. Anyone may call them; nothing is changed."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import msgspec
from ckan.logic import validate

from ckanext.govshare import clock, regulations
from ckanext.govshare.domain.calendar import Day, compute, shanghai_date
from ckanext.govshare.domain.profiles import Profile, Provisions, Rule, Topic
from ckanext.govshare.domain.regulations import AppliedLimit, Citation, Regime, validity
from ckanext.govshare.domain.rule_texts import OVERDUE_TEXTS, PROVISION_TITLES, RULE_STARTS, RULE_TITLES, TOPIC_TITLES
from ckanext.govshare.logic.schema import regulations as schema
from ckanext.govshare.logic.wording import translate

__all__ = ["govshare_deadline_compute", "govshare_regulation_list", "govshare_regulation_show"]


@tk.side_effect_free
def govshare_regulation_list(context: dict[str, Any], data_dict: dict[str, Any]) -> list[dict[str, Any]]:
    """All profiles, without their limits; `in_force_here` marks the one that this site applies."""
    tk.check_access("govshare_regulation_list", context, data_dict)
    return [_profile(regime.profile) for regime in regulations.regimes().values()]


@tk.side_effect_free
@validate(schema.regulation_show)
def govshare_regulation_show(context: dict[str, Any], data_dict: dict[str, Any]) -> dict[str, Any]:
    """One profile: the text, its chain, limits, provisions and cited articles, each with the text that it comes from.

    profile: a profile's id (default: the one in force here). Raises ValidationError naming `profile`.
    """
    tk.check_access("govshare_regulation_show", context, data_dict)
    regime = _regime(data_dict.get("profile") or data_dict.get("id"))
    limits = {rule: regime.limit(rule) for rule in Rule}
    return _profile(regime.profile) | {
        "chain": [text.id for text in regime.chain],
        "limits": [_limit(limit) for limit in limits.values() if limit],
        "not_provided": [{"rule": rule.value, "title": translate(RULE_TITLES[rule])}
                         for rule, limit in limits.items() if limit is None],
        "provisions": list(filter(None, (_provision(regime, name) for name in Provisions.__struct_fields__))),
        "sharing_basis_required_for": sorted(regime.sharing_basis_required_for),
        "objection_suspends": regime.objection_suspends,
        "articles": list(filter(None, (_article(regime, topic) for topic in Topic))),
    }


@tk.side_effect_free
@validate(schema.deadline_compute)
def govshare_deadline_compute(context: dict[str, Any], data_dict: dict[str, Any]) -> dict[str, Any]:
    """When the limit of `rule` ends for an event on `start`, counted day by day.

    profile: a profile's id (default: the one in force here); rule: a rule id; start: an ISO date or time, whose date in
    Shanghai counts. `working_days` is None for a limit that names a date; `law` is false and `article` None for a
    platform default. Raises ValidationError naming the field.
    """
    tk.check_access("govshare_deadline_compute", context, data_dict)
    regime, rule = _regime(data_dict.get("profile")), data_dict["rule"]
    limit = regime.limit(rule)
    if limit is None:
        raise tk.ValidationError({"rule": [tk._("Neither this text nor those it falls back to provide for this rule")]})
    deadline = compute(limit, data_dict["start"], regulations.calendar())
    return _limit(limit) | deadline.as_dict() | {
        "ends_at": deadline.ends_at.isoformat(),
        "days": [_day(day) for day in deadline.days],
    }


def _regime(profile: str | None) -> Regime:
    return regulations.regimes()[profile] if profile else regulations.current()


def _profile(text: Profile) -> dict[str, Any]:
    return {
        "id": text.id, "title": text.title, "number": text.number, "document": text.document, "issuer": text.issuer,
        "in_force_from": text.in_force_from.isoformat(),
        "valid_until": text.valid_until.isoformat() if text.valid_until else None,
        "validity": validity(text, shanghai_date(clock.now())).value,
        "fallback": text.fallback, "opening_chapter": text.opening_chapter,
        "in_force_here": text.id == regulations.current().profile.id,
    }


def _limit(limit: AppliedLimit) -> dict[str, Any]:
    return {
        "profile": limit.profile, "rule": limit.rule.value, "title": translate(RULE_TITLES[limit.rule]),
        "starts": translate(RULE_STARTS[limit.rule]),
        "working_days": limit.working_days, "month_end": limit.month_end, "maximum": limit.maximum,
        "overdue": limit.overdue.value, "overdue_text": translate(OVERDUE_TEXTS[limit.overdue]),
        "law": limit.law, "analogy": limit.analogy, **_cited(limit.source),
    }


def _cited(source: Citation | None) -> dict[str, Any]:
    if source is None:
        return {"article": None, "quotation": None, "source": None}
    return {"article": str(source), "quotation": source.quotation, "source": source.profile}


def _provision(regime: Regime, name: str) -> dict[str, Any] | None:
    found = regime.provision(name)
    if not found:
        return None
    source, provision = found
    values = {k: v for k, v in msgspec.to_builtins(provision).items() if k not in ("article", "quotation")}
    return {"name": name, "title": translate(PROVISION_TITLES[name]), "values": values, **_cited(source)}


def _article(regime: Regime, topic: Topic) -> dict[str, Any] | None:
    source = regime.cite(topic)
    return {"topic": topic.value, "title": translate(TOPIC_TITLES[topic]), **_cited(source)} if source else None


def _day(day: Day) -> dict[str, Any]:
    return {
        "date": day.date.isoformat(), "kind": day.kind.value, "counted": day.number is not None, "number": day.number,
        "reason": translate(day.reason), "provisional": day.provisional,
    }
