"""What breaks in the middle of an upload or a load: nothing is half published, a retry succeeds, the old data stays served.

The real worker in processes of its own, on real stores.
"""
from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from ckan import model
from ckan.lib import jobs
from ckan.lib import redis as ckan_redis
from ckanext.datastore.backend import postgres as datastore
from contents import look
from worker import PATIENCE, Redis, Worker, read_all, small_disk, until, working
from world import World, attachment

from ckanext.govshare.domain.datafiles import DataFile, FileState
from ckanext.govshare.logic.datafiles import reading_job, storage
from ckanext.govshare.repository import datafiles, table_loading
from ckanext.govshare.repository import trace as history

SMALL = "站点,说明\n东塔,旧\n".encode()
ROWS = 250_000
LARGE = ("站点,说明\n" + "".join(f"东塔{n},{'说' * 40}\n" for n in range(ROWS))).encode()

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="mounts a small disk, kills a process of PostgreSQL's user")


@pytest.fixture
def resource(world: World) -> Iterator[dict[str, Any]]:
    """The data file of a published entry, served with one row."""
    jobs.get_queue(reading_job.QUEUE).empty()
    found: dict[str, Any] = world.published(SMALL)["resources"][0]
    yield found
    jobs.get_queue(reading_job.QUEUE).empty()


@pytest.fixture
def replacement(world: World, resource: dict[str, Any]) -> DataFile:
    """A large file that is going to replace it, asked for in the queue."""
    world.upload({}, LARGE, "新.csv", id=resource["id"])
    model.Session.rollback()
    return datafiles.of_resource(resource["id"])[0]


def is_loading(file: DataFile) -> Callable[[], bool]:
    def half_way() -> bool:
        progress = look(file).progress
        return progress.get("step") == "loading" and 0 < progress["done"] < progress["total"]
    return half_way


def assert_old_data_is_served(world: World, resource: dict[str, Any], new: DataFile) -> None:
    assert look(new).state in (FileState.WAITING, FileState.READING)
    assert new.id not in table_loading.tables()
    assert history.events("datafiles", new.id) == []
    found = world.call("", "datastore_search", resource_id=resource["id"])
    assert (found["total"], found["records"][0]["说明"]) == (1, "旧")
    assert world.call("", "resource_show", id=resource["id"])["size"] == len(SMALL)


def assert_new_data_is_served(world: World, resource: dict[str, Any], new: DataFile) -> None:
    assert (look(new).state, look(new).number) == (FileState.CURRENT, 2)
    assert world.call("", "datastore_search", resource_id=resource["id"], limit=1)["total"] == ROWS
    assert world.call("", "resource_show", id=resource["id"])["size"] == len(LARGE)
    assert [event["name"] for event in history.events("datafiles", new.id)] == ["data_file_read", "data_file_published"]
    assert tk.get_action("govshare_trace_verify")({"ignore_auth": True}, {})["intact"]


class TestAKilledWorker:
    @pytest.mark.parametrize("kill", [Worker.kill, Worker.kill_horses], ids=["the whole worker", "its work horse"])
    def test_in_the_middle_of_a_load(self, world: World, resource: dict[str, Any], replacement: DataFile,
                                     kill: Callable[[Worker], None]) -> None:
        with working() as worker:
            until(is_loading(replacement))
            kill(worker)
            until(lambda: not _is_reserved(replacement))
        assert_old_data_is_served(world, resource, replacement)
        reading_job.enqueue_waiting()
        read_all()
        assert_new_data_is_served(world, resource, replacement)


def _is_reserved(file: DataFile) -> bool:
    with datafiles.reserved(file.id) as connection:
        return connection is None


class TestADatabaseThatGoesAway:
    """Every connection is cut by the server, as a restart of PostgreSQL cuts it, or PostgreSQL dies."""

    def test_the_datastore_in_the_middle_of_a_load(self, world: World, resource: dict[str, Any],
                                                   replacement: DataFile) -> None:
        with working():
            until(is_loading(replacement))
            _cut_others(datastore.get_write_engine())
            until(lambda: look(replacement).state is FileState.WAITING)
        postponed = look(replacement)
        assert (postponed.attempts, postponed.progress["step"]) == (0, "postponed")
        assert_old_data_is_served(world, resource, replacement)
        reading_job.enqueue(replacement.id)
        read_all()
        assert_new_data_is_served(world, resource, replacement)

    def test_all_of_postgresql_in_the_middle_of_a_load(self, world: World, resource: dict[str, Any],
                                                       replacement: DataFile) -> None:
        with working():
            until(is_loading(replacement))
            _cut_others(model.Session.get_bind())
            _cut_others(datastore.get_write_engine())
            until(lambda: not _is_reserved(replacement))
        assert_old_data_is_served(world, resource, replacement)
        reading_job.enqueue(replacement.id)
        read_all()
        assert_new_data_is_served(world, resource, replacement)

    @pytest.mark.alone
    @needs_root
    def test_a_crash_of_postgresql_in_the_middle_of_a_load(self, world: World, resource: dict[str, Any],
                                                           replacement: DataFile) -> None:
        with working():
            until(is_loading(replacement))
            os.kill(_loading_backend(), signal.SIGKILL)
            model.Session.remove()
            until(_postgresql_recovered)
            until(lambda: look(replacement).state is FileState.WAITING or not _is_reserved(replacement))
        assert_old_data_is_served(world, resource, replacement)
        reading_job.enqueue(replacement.id)
        read_all()
        assert_new_data_is_served(world, resource, replacement)


def _loading_backend() -> int:
    """The server's process that takes in the rows. PostgreSQL answers its violent death by recovering from the log."""
    with datastore.get_write_engine().connect() as connection:
        return int(connection.execute(sa.text(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'COPY %'")).scalar_one())


def _postgresql_recovered() -> bool:
    engines = (model.Session.get_bind(), datastore.get_write_engine(), datastore.get_read_engine())
    try:
        for engine in engines:
            engine.dispose()
            with engine.connect():
                pass
    except sa.exc.OperationalError:
        return False
    return True


def _cut_others(engine: Any) -> None:
    """End all of this role's connections to this database; ours, given back before, is a new one."""
    model.Session.remove()
    engine.dispose()
    with engine.connect() as connection:
        connection.execute(sa.text(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE usename = current_user AND datname = current_database() AND pid <> pg_backend_pid()"))


@needs_root
class TestAFullDisk:
    def test_an_upload_that_does_not_fit_leaves_everything_as_it_was(
            self, world: World, resource: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
        before = world.call(world.editor, "govshare_file_list", resource_id=resource["id"])
        with small_disk(1) as disk, monkeypatch.context() as full:
            full.setitem(tk.config, "ckan.storage_path", str(disk))
            with pytest.raises(tk.ValidationError):
                world.upload({}, LARGE, "新.csv", id=resource["id"])
            assert [path for path in disk.rglob("*") if path.is_file()] == []
        assert world.call(world.editor, "govshare_file_list", resource_id=resource["id"]) == before
        assert world.call("", "datastore_search", resource_id=resource["id"])["total"] == 1

    def test_a_reading_that_does_not_fit_is_taken_up_again_once_it_does(
            self, world: World, resource: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
        with small_disk(2 * len(LARGE) // 2**20 + 8) as disk, monkeypatch.context() as elsewhere:
            elsewhere.setitem(tk.config, "ckan.storage_path", str(disk))
            world.upload({}, LARGE, "新.csv", id=resource["id"])
            replacement = datafiles.of_resource(resource["id"])[0]
            filler = disk / "filler"
            filler.write_bytes(b"x" * (len(LARGE) // 2))
            reading_job.read_file(replacement.id)
            postponed = look(replacement)
            assert (postponed.attempts, postponed.progress["step"]) == (0, "postponed")
            assert not storage.reading_folder(replacement.id).exists()
            assert_old_data_is_served(world, resource, replacement)
            filler.unlink()
            reading_job.read_file(replacement.id)
            assert_new_data_is_served(world, resource, replacement)

    def test_a_load_that_does_not_fit_is_taken_up_again_once_it_does(
            self, world: World, resource: dict[str, Any], replacement: DataFile, monkeypatch: pytest.MonkeyPatch) -> None:
        with small_disk(4, owner="postgres") as disk, _tablespace(disk) as name:
            with monkeypatch.context() as full:
                full.setitem(tk.config, "ckan.datastore.write_url",
                             f"{tk.config['ckan.datastore.write_url']}&options=-c%20default_tablespace%3D{name}")
                reading_job.read_file(replacement.id)
            postponed = look(replacement)
            assert (postponed.attempts, postponed.progress["step"]) == (0, "postponed")
            assert_old_data_is_served(world, resource, replacement)
        reading_job.read_file(replacement.id)
        assert_new_data_is_served(world, resource, replacement)


@contextmanager
def _tablespace(folder: Path) -> Iterator[str]:
    """A place for tables on that folder."""
    secrets = json.loads(Path(tk.config["__file__"]).with_name("secrets.json").read_text())
    url = datastore.get_write_engine().url.set(username="govshare_super", password=secrets["postgres_password"])
    owner = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.pool.NullPool)
    with owner.connect() as connection:
        connection.execute(sa.text(f"CREATE TABLESPACE govshare_tiny LOCATION '{folder}'"))
        connection.execute(sa.text("GRANT CREATE ON TABLESPACE govshare_tiny TO govshare_datastore_write"))
        try:
            yield "govshare_tiny"
        finally:
            connection.execute(sa.text("DROP TABLESPACE govshare_tiny"))


@pytest.fixture
def redis_of_its_own(resource: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Iterator[Redis]:
    server = Redis()
    server.start()
    with monkeypatch.context() as instead:
        instead.setitem(tk.config, "ckan.redis.url", server.url)
        instead.setattr(ckan_redis, "_connection_pool", None)
        instead.setattr(jobs, "_queues", {})
        yield server
    server.kill()


class TestALostRedis:
    def test_in_the_middle_of_an_upload(self, world: World, resource: dict[str, Any], redis_of_its_own: Redis) -> None:
        redis_of_its_own.kill()
        world.upload({}, LARGE, "新.csv", id=resource["id"])
        new = datafiles.of_resource(resource["id"])[0]
        assert_old_data_is_served(world, resource, new)
        redis_of_its_own.start()
        reading_job.enqueue_waiting()
        with working({"ckan.redis.url": redis_of_its_own.url}, burst=True) as worker:
            assert worker.process.wait(PATIENCE) == 0
        assert_new_data_is_served(world, resource, new)

    def test_in_the_middle_of_a_load(self, world: World, resource: dict[str, Any], redis_of_its_own: Redis) -> None:
        world.upload({}, LARGE, "新.csv", id=resource["id"])
        new = datafiles.of_resource(resource["id"])[0]
        with working({"ckan.redis.url": redis_of_its_own.url}):
            until(is_loading(new))
            redis_of_its_own.kill()
            until(lambda: look(new).state is FileState.CURRENT)
        assert_new_data_is_served(world, resource, new)
        redis_of_its_own.start()


def test_a_transaction_that_fails_removes_the_bytes(world: World) -> None:
    with pytest.raises(tk.ValidationError):
        world.draft(resources=[{"name": "监测数据", "upload": attachment(SMALL)}], category_code="nothing")
    assert [path for path in storage.root().rglob("*") if path.is_file()] == []
