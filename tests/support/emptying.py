"""Emptying the test database, for whoever measures or tests on it."""
from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from ckan import model

LARGE = 2**21  # bytes of a table's rows, dead ones among them


def owner_engine(ini: Path) -> sa.Engine:
    """The tables' owner: the application's own role cannot remove history, which is the point."""
    return sa.create_engine(ini.with_name(f"{ini.stem}-owner-url").read_text().strip(), poolclass=sa.pool.NullPool)


def _tables(connection: sa.Connection) -> Sequence[str]:
    """All tables but those of the migrations; what others refer to comes first."""
    order = [table.name for table in model.meta.metadata.sorted_tables]
    tables: Sequence[str] = connection.execute(sa.text(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE '%alembic_version'",
    )).scalars().all()
    return sorted(tables, key=lambda table: order.index(table) if table in order else len(order))


def empty_tables(owner: sa.Engine) -> None:
    """Empty all tables but those of the migrations, and begin their numbers anew."""
    with owner.begin() as connection:
        tables = _tables(connection)
        sizes = dict(connection.execute(sa.text(
            "SELECT relname, pg_relation_size(oid) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace",
        )).tuples().all())
        # Truncating takes a tenth of a second however little there is; deleting leaves dead rows behind.
        truncating = any(sizes[table] > LARGE for table in tables)
        emptied = tables if truncating else [table for table in tables if sizes[table]]
        guarded = connection.execute(sa.text(
            "SELECT relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid WHERE tgname = 'append_only'"),
        ).scalars().all()
        opened = [table for table in guarded if table in emptied]
        emptying = ["TRUNCATE {}".format(", ".join(f'"{table}"' for table in emptied))] if truncating else [
            f'DELETE FROM "{table}"' for table in reversed(emptied)]  # noqa: S608 - names from the catalogue
        _at_once(connection, [
            *(f'ALTER TABLE "{table}" DISABLE TRIGGER append_only' for table in opened), *emptying,
            *(f'ALTER TABLE "{table}" ENABLE TRIGGER append_only' for table in opened),
            "SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace"])


def _at_once(connection: sa.Connection, statements: Sequence[str]) -> None:
    """Send statements in one message: before each test there are many, and each way there and back takes its time."""
    connection.exec_driver_sql(";\n".join(statements))


def empty_trace(owner: sa.Engine) -> None:
    """Forget what was recorded so far, in the history and in the trace."""
    model.Session.remove()
    with owner.begin() as connection:
        for table in ("govshare_event", "govshare_trace"):
            connection.execute(sa.text(f"ALTER TABLE {table} DISABLE TRIGGER append_only"))
            connection.execute(sa.text(f"DELETE FROM {table}"))  # noqa: S608 - names from the line above
            connection.execute(sa.text(f"ALTER TABLE {table} ENABLE TRIGGER append_only"))


class Snapshot:
    """What the tables hold now, to be put back into empty ones: quicker than making it again.

    name: of the schema that keeps it; two that are needed at the same time have different ones.
    """

    def __init__(self, owner: sa.Engine, name: str = "snapshot") -> None:
        self._owner, self._name = owner, name
        with owner.begin() as connection:
            connection.execute(sa.text(f"DROP SCHEMA IF EXISTS {name} CASCADE"))
            connection.execute(sa.text(f"CREATE SCHEMA {name}"))
            filled = [table for table in _tables(connection) if connection.execute(
                sa.text(f'SELECT EXISTS (SELECT FROM "{table}")')).scalar()]  # noqa: S608 - names from the catalogue
            for table in filled:
                connection.execute(sa.text(f'CREATE TABLE {name}."{table}" AS TABLE public."{table}"'))
            self._numbers = connection.execute(sa.text(
                "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' AND last_value > 0"),
            ).tuples().all()
        self._filled = filled

    def put_back(self) -> None:
        with self._owner.begin() as connection:
            _at_once(connection, [
                *(f'INSERT INTO public."{table}" SELECT * FROM {self._name}."{table}"'  # noqa: S608 - names from the catalogue
                  for table in self._filled),
                *(f"SELECT setval('public.\"{sequence}\"'::regclass, {last})" for sequence, last in self._numbers)])

    def forget(self) -> None:
        with self._owner.begin() as connection:
            connection.execute(sa.text(f"DROP SCHEMA {self._name} CASCADE"))


def remove_data_files() -> None:
    """Drop the tables of data files and delete their bytes, and those of attachments."""
    from ckanext.govshare.logic import attachment_files
    from ckanext.govshare.logic.datafiles import storage
    from ckanext.govshare.repository import table_loading

    for name in table_loading.tables():
        table_loading.drop(name)
    shutil.rmtree(storage.root(), ignore_errors=True)
    shutil.rmtree(attachment_files.root(), ignore_errors=True)


def forget_attempts() -> None:
    """Nobody has tried a password: tests come from one address."""
    from ckanext.govshare.security import store

    client: Any = store.client()
    for key in (*client.scan_iter(f"{store.key('throttle')}*"), *client.scan_iter(f"{store.key('known')}*")):
        client.delete(key)
