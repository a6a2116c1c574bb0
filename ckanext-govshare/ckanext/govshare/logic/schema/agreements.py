"""Parameters of the actions on agreements and their templates."""
from __future__ import annotations

from ckan.lib.navl.validators import not_empty
from ckan.logic.validators import one_of
from ckan.types import Schema

from ckanext.govshare import signing
from ckanext.govshare.domain.agreement_texts import MAX_BODY, MAX_TITLE, Scope
from ckanext.govshare.domain.agreements import MAX_NAME
from ckanext.govshare.logic.schema.fields import FLAG, MAX_ID, parameters, required, text

MAX_GIVEN = 100_000  # characters of what a signer asks for: a signature with its certificates
_PLACE = {"scope": [not_empty, one_of([scope.value for scope in Scope])], "scope_id": text(200)}

agreement_verify = parameters(hash=required(200))
template_ref = parameters(**_PLACE)
template_update = parameters(**_PLACE, title=text(MAX_TITLE), body=text(MAX_BODY), sign_again=FLAG)


def agreement_sign() -> Schema:
    """What the signer in use asks for is among the parameters."""
    asked = {field: text(MAX_GIVEN) for field in signing.current().fields}
    return parameters(id=required(), signature_name=text(MAX_NAME), text_hash=text(MAX_ID), **asked)()
