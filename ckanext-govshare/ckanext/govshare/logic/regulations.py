"""What other features need of the regulation profile in force here."""
from __future__ import annotations

import ckan.plugins.toolkit as tk

from ckanext.govshare import regulations
from ckanext.govshare.domain.attributes import Attribute, AttributeRules
from ckanext.govshare.domain.profiles import Topic
from ckanext.govshare.domain.regulations import Citation, Regime


def attribute_rules(regime: Regime | None = None) -> AttributeRules:
    """The rules of an entry's attributes under `regime`, by default the one in force here."""
    regime = regime or regulations.current()
    basis = regime.provision("sharing_basis")
    return AttributeRules(
        sharing_basis_for=frozenset(Attribute(name) for name in regime.sharing_basis_required_for),
        catalog_article=_cited(regime.cite(Topic.CATALOG_CONTENT)),
        use_article=_cited(regime.cite(Topic.CATALOG_USE)),
        sharing_article=_cited(regime.cite(Topic.SHARING_ATTRIBUTE)),
        sharing_basis_article=_cited(basis[0] if basis else None),
        opening_article=_cited(regime.cite(Topic.OPEN_ATTRIBUTE)),
        disclosure_article=_cited(regime.cite(Topic.PROACTIVE_DISCLOSURE)),
    )


def _cited(citation: Citation | None) -> str:
    """The article, or, where no text of the chain speaks (Hunan on opening), that the platform itself asks for it."""
    return str(citation) if citation else tk._("rule of the platform, not of a law")
