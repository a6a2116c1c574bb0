"""What CKAN's factories make up, of words that no test looks for: what one finds of them is that person's, or a leak."""
from __future__ import annotations

from ckan.tests.factories import fake
from faker.providers import BaseProvider
from faker.providers.lorem import la

LETTERS = "qxzkvwj"  # no word and no hash is of these


class Accounts(BaseProvider):
    """In place of faker's names, such as `amy`, which words and other names contain."""

    def user_name(self) -> str:
        return "renyuan-" + "".join(self.random_choices(LETTERS, length=10))


def install() -> None:
    """Let CKAN's factories take these names, and descriptions in Latin: English ones say `somebody`, `key` and `reason`."""
    fake.add_provider(Accounts)
    fake.add_provider(la.Provider)
