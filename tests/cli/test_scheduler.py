"""The scheduler asks for work only where there is some, and outlives its stores."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from ckan.lib import jobs as ckan_jobs
from redis.exceptions import ConnectionError as RedisIsGone
from world import World, attachment

from ckanext.govshare import clock, jobs
from ckanext.govshare.cli.scheduler import _enqueue
from ckanext.govshare.logic.datafiles import reading_job
from ckanext.govshare.repository import datafiles, outbox


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], object]]:
    """The jobs that the scheduler asks for."""
    found: list[Callable[[], object]] = []
    monkeypatch.setattr(tk, "enqueue_job", lambda job, **_: found.append(job))
    return found


def test_an_empty_outbox_costs_no_job(world: World, asked: list[Any]) -> None:
    world.draft()
    _enqueue(jobs.drain_outbox)
    assert asked == []


def test_a_waiting_effect_gets_a_job(world: World, asked: list[Any]) -> None:
    outbox.put(model.Session, "index", {"package_id": "nothing"}, clock.now())
    model.Session.commit()
    _enqueue(jobs.drain_outbox)
    assert asked == [jobs.drain_outbox]


def test_a_file_that_waits_gets_a_job_in_the_readers_own_queue(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.draft(resources=[{"name": "监测数据", "upload": attachment()}])
    asked_for: list[tuple[str, list[str]]] = []
    monkeypatch.setattr(tk, "enqueue_job", lambda job, args, queue, **_: asked_for.append((queue, args)))
    ckan_jobs.get_queue("files").empty()
    _enqueue(reading_job.enqueue_waiting)
    assert asked_for == [("files", list(datafiles.waiting()))]


def test_without_redis_the_scheduler_goes_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise RedisIsGone

    monkeypatch.setattr(tk, "enqueue_job", refuse)
    _enqueue(jobs.recompute_deadlines)
