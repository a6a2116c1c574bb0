"""Collects every message that a page of the portal may show, and keeps the catalogues in step with it.

One domain, `ckanext-govshare`, holds our own messages and those of CKAN and of the extensions it loads. CKAN merges
plugins' catalogues over its own: ours completes and corrects the Chinese of its wheel, and calls an organization
a department (部门) and a group a theme (主题) in both languages.

    python -m ckanext.govshare.i18n.catalogues    # after a change of msgids: rewrites the .pot, updates the .po files
"""
from __future__ import annotations

from copy import deepcopy
from importlib.util import find_spec
from pathlib import Path
from runpy import run_path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po
from werkzeug.exceptions import default_exceptions

HERE = Path(__file__).parent
ROOT = HERE.parents[3]
DOMAIN = "ckanext-govshare"
LOCALES = ("zh_Hans_CN", "en")
# `Message("…")` is how the domain, which knows no gettext, names a text for people.
KEYWORDS = {**DEFAULT_KEYWORDS, "Message": None}
# What of the wheels has texts for people; tests, libraries and templates of older versions have none.
UPSTREAM = {
    "ckan": ("tests/**", "**/tests/**", "**/vendor/**", "templates/development/**"),
    "ckanext.scheming": ("tests/**", "2.8_templates/**"),
}
UPSTREAM_METHODS = (("**.py", "python"), ("**.js", "javascript"), ("templates/**", "ckan"), ("**/templates/**", "ckan"))
# The HTTP errors that a browser can meet here and whose reason the error page shows.
SHOWN_ERRORS = frozenset({400, 405, 408, 413, 414, 415, 429, 431, 503})
# What is passed to gettext from a variable: states, names of fields in a summary of errors, reasons of error pages.
LOOKED_UP = (
    "active", "deleted", "draft", "pending",
    "organization not found or you have no permission to view it", "group not found or you have no permission to view it",
    "About", "Capacity", "Description", "Email", "Fullname", "Id", "Image URL", "Message", "Name", "Old password",
    "Owner org", "Password", "Password1", "Password2", "private", "Reset key", "Role", "State", "Title", "URL", "Username",
    "The CSRF token is missing.", "The CSRF session token is missing.", "The CSRF token has expired.",
    "The CSRF token is invalid.", "The CSRF tokens do not match.", "The referrer header is missing.",
    "The referrer does not match the host.",
    *(error.description for code, error in default_exceptions.items() if code in SHOWN_ERRORS and error.description),
)


def own_messages() -> Catalog:
    """The messages of our own sources, found as setup.py's `MESSAGE_EXTRACTORS` says."""
    catalog = Catalog(fuzzy=False)
    for root, methods in run_path(str(ROOT / "setup.py"))["MESSAGE_EXTRACTORS"].items():
        _extract(catalog, ROOT / root, root, [(pattern, method) for pattern, method, _ in methods])
    return catalog


def upstream_messages() -> Catalog:
    """The messages of CKAN and of the extensions loaded beside ours.

    CKAN's own template lacks a few messages of its sources, and scheming ships none: template and sources are read.
    """
    with (_package("ckan") / "i18n" / "ckan.pot").open("rb") as template:
        catalog = read_po(template)
    for package, ignored in UPSTREAM.items():
        methods = [*((pattern, "ignore") for pattern in ignored), *UPSTREAM_METHODS]
        _extract(catalog, _package(package), package.replace(".", "/"), methods)
    for text in LOOKED_UP:
        catalog.add(text, locations=[("ckan", 0)])
    return catalog


def template() -> Catalog:
    """Our messages, then those of upstream that are not also ours."""
    whole = Catalog(project=DOMAIN, fuzzy=False, version="0.1", copyright_holder="GovShare",
                    msgid_bugs_address="GovShare")
    for message in (*own_messages(), *upstream_messages()):
        if message.id:
            whole.add(message.id, locations=[(name, 0) for name, _ in message.locations], flags=message.flags,
                      context=message.context)
    return whole


def po_path(locale: str) -> Path:
    """Where the catalogue of `locale` lies."""
    return HERE / locale / "LC_MESSAGES" / f"{DOMAIN}.po"


def read(locale: str) -> Catalog:
    """The committed catalogue of `locale`."""
    with po_path(locale).open("rb") as file:
        return read_po(file, locale=locale, domain=DOMAIN)


def update() -> None:
    """Write the template, and bring every catalogue up to it: what is gone goes, what is new waits empty."""
    current = template()
    _write(HERE / f"{DOMAIN}.pot", current)
    for locale in LOCALES:
        catalog = read(locale)
        # A copy, since a catalogue takes the very objects of the template and writes its translations into them.
        catalog.update(deepcopy(current), no_fuzzy_matching=True)
        if locale == "en":
            _keep_overrides(catalog)
        _write(po_path(locale), catalog)


def _keep_overrides(catalog: Catalog) -> None:
    """English is the language of the msgids: its catalogue holds only what is said differently here."""
    for message in list(catalog):
        if message.id and not any(message.string or ()):
            catalog.delete(message.id, message.context)


def _extract(catalog: Catalog, directory: Path, name: str, methods: list[tuple[str, str]]) -> None:
    found = extract_from_dir(directory, method_map=methods, keywords=KEYWORDS, comment_tags=("Translators:",))
    for filename, line, message, comments, context in found:
        catalog.add(message, locations=[(f"{name}/{filename}", line)], auto_comments=comments, context=context)


def _package(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"{name} is not installed: its messages cannot be collected")
    return Path(spec.origin).parent


def _write(path: Path, catalog: Catalog) -> None:
    with path.open("wb") as file:
        write_po(file, catalog, width=120, ignore_obsolete=True, include_lineno=False)


if __name__ == "__main__":
    update()
