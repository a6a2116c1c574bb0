"""Signers: the one that the settings name, and those of old signatures."""
from __future__ import annotations

from typing import Any, ClassVar

import ckan.plugins.toolkit as tk
import pytest
from ckan.exceptions import CkanConfigurationException

from ckanext.govshare import config, security, signing


class Card:
    """A signer of somebody else's package."""

    method: ClassVar[str] = "sm2"
    fields: ClassVar[tuple[str, ...]] = ("certificate",)

    def sign(self, text_hash: str, name: str, user: Any, given: Any) -> dict[str, Any]:
        return {"of": text_hash}

    def verify(self, text_hash: str, name: str, user_id: str, proof: Any) -> bool:
        return bool(proof == {"of": text_hash})


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch) -> Any:
    return lambda name: monkeypatch.setattr(config, "signing_method", lambda: name)


def test_the_settings_name_the_signer_of_new_signatures(named: Any) -> None:
    named(f"{__name__}:Card")
    assert (signing.current().method, signing.current().fields) == ("sm2", ("certificate",))


def test_old_signatures_are_verified_by_the_signer_that_made_them(named: Any) -> None:
    named(f"{__name__}:Card")
    password, card = signing.of("password"), signing.of("sm2")
    assert password is not None
    assert card is not None
    assert password.verify("a", "王芳", "u", {"checked": "account_password_entered", "text_hash": "a"})
    assert not password.verify("b", "王芳", "u", {"checked": "account_password_entered", "text_hash": "a"})
    assert signing.of("fax") is None


@pytest.mark.parametrize("name", ["", "sm2", "no.such.module:Card", f"{__name__}:Chip"])
def test_without_the_signer_that_is_named_the_portal_does_not_start(named: Any, name: str) -> None:
    named(name)
    with pytest.raises(CkanConfigurationException, match="signing_method"):
        security.verify(tk.config)
