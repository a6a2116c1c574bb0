"""Parameters of the actions on passwords and invitations."""
from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.logic import schema as core
from ckan.logic.schema import validator_args
from ckan.types import DataDict, Schema, Validator

# As long as an address of e-mail may be (RFC 5321).
LONGEST = 254


def asked(data_dict: DataDict) -> str:
    """The name or address that somebody typed. Raises ValidationError where there is none, or too long a one."""
    given = data_dict.get("user")
    # PostgreSQL has no U+0000, and no account has one.
    text = given.replace("\0", " ").strip() if isinstance(given, str) else ""
    if not text:
        raise tk.ValidationError({"user": [tk._("Give your e-mail address or the name of your account")]})
    if len(text) > LONGEST:
        raise tk.ValidationError({"user": [tk._("At most {limit} characters").format(limit=LONGEST)]})
    return text


def chosen() -> Schema:
    """CKAN's for a reset, whose key is not ours."""
    made: Schema = core.user_perform_reset_form_schema()
    made["reset_key"] = [tk.get_validator("ignore")]
    return made


@validator_args
def invitation(not_empty: Validator, unicode_safe: Validator, role_exists: Validator) -> Schema:
    """CKAN's, with the role looked at before an account is made for it."""
    made: Schema = core.default_user_invite_schema()
    made["group_id"] = [not_empty, unicode_safe]
    made["role"] = [not_empty, unicode_safe, role_exists]
    return made
