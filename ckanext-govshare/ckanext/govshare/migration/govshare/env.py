"""Alembic environment; CKAN fills in `sqlalchemy.url` (`ckan db upgrade`)."""
from __future__ import annotations

from alembic import context
from sqlalchemy import engine_from_config, pool

from ckanext.govshare.model import (  # noqa: F401 - the modules register their tables
    agreements,
    appeals,
    applications,
    catalog,
    datafiles,
    grants,
    metadata,
    notices,
    trace,
)

_VERSION_TABLE = "govshare_alembic_version"


def _run() -> None:
    section = context.config.get_section(context.config.config_ini_section) or {}
    with engine_from_config(section, prefix="sqlalchemy.", poolclass=pool.NullPool).connect() as connection:
        context.configure(connection=connection, target_metadata=metadata, version_table=_VERSION_TABLE,
                          include_name=lambda name, kind, _: kind != "table" or str(name).startswith("govshare_"))
        with context.begin_transaction():
            context.run_migrations()


_run()
