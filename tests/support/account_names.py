"""Names of accounts that chance writes nowhere else: a test that looks for one finds that person, or a leak."""
from __future__ import annotations

from ckan.tests.factories import fake
from faker.providers import BaseProvider

LETTERS = "qxzkvwj"  # no word and no hash is of these


class Accounts(BaseProvider):
    """In place of faker's names, such as `amy`, which words and other names contain."""

    def user_name(self) -> str:
        return "renyuan-" + "".join(self.random_choices(LETTERS, length=10))


def install() -> None:
    """Let CKAN's factories take these names."""
    fake.add_provider(Accounts)
