"""How a signature beneath an agreement is made and checked: the built-in way, and the hook for others (ADR 081).

A signer is a class without parameters with the members of `Signer`. `govshare.signing_method` names the one by which new
signatures are made: `password`, or `package.module:Class` for SM2 certificates or an outside e-signature service. Old
signatures are checked by the signer whose method they bear.
"""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from ckan import model

from ckanext.govshare import config
from ckanext.govshare.domain.errors import Invalid
from ckanext.govshare.domain.wording import Message


class Signer(Protocol):
    """One way to sign. `method` stands beneath the text; `fields` are what a person is asked for, each a form field's name."""

    method: str
    fields: tuple[str, ...]

    def sign(self, text_hash: str, name: str, user: model.User, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """The proof, as JSON, that the holder of the account `user` signs the text of `text_hash` under `name`.

        given: the values of `fields`. Nothing of them that is secret enters the proof. Called outside a transaction. Raises
        Invalid with the field that is wrong.
        """

    def verify(self, text_hash: str, name: str, user_id: str, proof: Mapping[str, Any]) -> bool:
        """Whether `proof` was made by this signer for exactly these. Called by anybody's request: quick, without network."""


class Password:
    """The account's password, entered once more. It is checked and forgotten; what stays is that it was right."""

    method = "password"
    fields = ("password",)
    _PROOF = "account_password_entered"

    def sign(self, text_hash: str, name: str, user: model.User, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """Raises TooManyAttempts and Unavailable, as every question for a password (`security.passwords`)."""
        from ckanext.govshare.security import passwords  # here, because the security checks load the signers

        if not passwords.is_right(user.name, user, given.get("password")):
            raise Invalid({"password": [Message("This is not the password of your account")]})
        return {"checked": self._PROOF, "text_hash": text_hash}

    def verify(self, text_hash: str, name: str, user_id: str, proof: Mapping[str, Any]) -> bool:
        return proof == {"checked": self._PROOF, "text_hash": text_hash}


BUILT_IN = {Password.method: "ckanext.govshare.signing:Password"}


def current() -> Signer:
    """The signer that the settings name. Raises ValueError naming the setting where there is none."""
    return _load(config.signing_method())


def of(method: str) -> Signer | None:
    """The signer of an old signature; None where it is installed no more."""
    for name in {config.signing_method(), *BUILT_IN}:
        if (found := _load(name)).method == method:
            return found
    return None


def _load(name: str) -> Signer:
    made: Signer = config.instance("govshare.signing_method", BUILT_IN.get(name, name))
    return made
