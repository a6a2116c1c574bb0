"""Emptying the test database, for whoever measures or tests on it."""
from __future__ import annotations

import shutil
from pathlib import Path

import sqlalchemy as sa


def owner_engine(ini: Path) -> sa.Engine:
    """The tables' owner: the application's own role cannot remove history, which is the point."""
    return sa.create_engine(ini.with_name(f"{ini.stem}-owner-url").read_text().strip(), poolclass=sa.pool.NullPool)


def empty_tables(owner: sa.Engine) -> None:
    """Empty all tables but those of the migrations."""
    with owner.begin() as connection:
        tables = connection.execute(sa.text(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE '%alembic_version'",
        )).scalars().all()
        guarded = connection.execute(sa.text(
            "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'append_only'")).scalars().all()
        for table in guarded:
            connection.execute(sa.text(f"ALTER TABLE {table} DISABLE TRIGGER append_only"))
        connection.execute(sa.text("TRUNCATE {} RESTART IDENTITY".format(", ".join(f'"{t}"' for t in tables))))
        for table in guarded:
            connection.execute(sa.text(f"ALTER TABLE {table} ENABLE TRIGGER append_only"))


def remove_data_files() -> None:
    """Drop the tables of data files and delete their bytes, and those of attachments."""
    from ckanext.govshare.logic import attachments
    from ckanext.govshare.logic.datafiles import loading, storage

    for name in loading.tables():
        loading.drop(name)
    shutil.rmtree(storage.root(), ignore_errors=True)
    shutil.rmtree(attachments.root(), ignore_errors=True)
