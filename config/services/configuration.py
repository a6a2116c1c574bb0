"""Renders the configuration templates: ``.run/portal.ini`` for the portal, ``.run/test.ini`` and its like for the tests."""
from __future__ import annotations

from collections.abc import Mapping
from string import Template

from instance import Instance, write_private

# Which database, Redis number and Solr core each site uses: never another's.
USES: Mapping[str, Mapping[str, str | int]] = {
    "portal": {"database": "govshare", "datastore": "datastore", "redis": 0, "core": "portal"},
    "test": {"database": "govshare_test", "datastore": "datastore_test", "redis": 1, "core": "test"},
    "test2": {"database": "govshare_test2", "datastore": "datastore_test2", "redis": 2, "core": "test2"},
}
# Tests run side by side, each process on a site of its own; whatever else needs one takes the first.
TESTS = ("test", "test2")


def render(instance: Instance) -> None:
    """Write a file for each site, readable by its owner only: passwords are in it."""
    folder = instance.root / "config"
    for name in USES:
        source = "test" if name in TESTS else name
        template = Template((folder / f"{source}.ini.template").read_text(encoding="utf-8"))
        write_private(instance.run / f"{name}.ini", template.substitute(values(instance, name)))
    for name in TESTS:
        write_private(instance.run / f"{name}-owner-url", owner_url(instance, name))


def values(instance: Instance, name: str) -> dict[str, str]:
    """What the template's placeholders stand for."""
    uses = USES[name]
    storage = instance.run / ("storage" if name == "portal" else f"{name}-storage")
    storage.mkdir(mode=0o700, exist_ok=True)
    return {
        "database_url": instance.database_url("app", str(uses["database"])),
        "datastore_write_url": instance.database_url("datastore_write", str(uses["datastore"])),
        "datastore_read_url": instance.database_url("datastore_read", str(uses["datastore"])),
        "redis_url": instance.redis_url(int(uses["redis"])),
        "solr_url": instance.solr_url(str(uses["core"])),
        "site_url": instance.web_url,
        "storage_path": str(storage),
        "mail_directory": str(instance.run / "mail"),
        "secret_key": instance.secrets["secret_key"],
    }


def owner_url(instance: Instance, name: str) -> str:
    """The URL for migrations, which run as the tables' owner."""
    return instance.database_url("owner", str(USES[name]["database"]))
