"""The scheduler says when, the job worker does it.

A turn that was missed is caught up, since each job looks at rows, not at the clock (design principle 7).
"""
from __future__ import annotations

import logging
from collections.abc import Callable

import ckan.plugins.toolkit as tk
import click
from apscheduler.schedulers.blocking import BlockingScheduler
from ckan import model
from redis.exceptions import RedisError

from ckanext.govshare import clock, jobs
from ckanext.govshare.logic.datafiles import reading_job
from ckanext.govshare.repository import failures, outbox

log = logging.getLogger(__name__)

_SCHEDULE: tuple[tuple[Callable[[], object], dict[str, int]], ...] = (
    (jobs.drain_outbox, {"seconds": 10}),
    (reading_job.enqueue_waiting, {"seconds": 10}),
    # In this order: what was deemed approved or has ended is not reminded of.
    (jobs.deem, {"minutes": 10}),
    (jobs.expire, {"minutes": 10}),
    (jobs.remind, {"minutes": 10}),
    (jobs.recompute_deadlines, {"hours": 1}),
    (jobs.sweep_files, {"hours": 6}),
    (jobs.warn_of_ending_regulations, {"hours": 24}),
)


def _enqueue(job: Callable[[], object]) -> None:
    try:
        if job is reading_job.enqueue_waiting:
            # It only looks for work and asks the other queue for it.
            job()
        elif job is not jobs.drain_outbox or _effects_wait():
            # A turn nobody took within a minute is dropped: the next one does its work.
            tk.enqueue_job(job, title=job.__name__, rq_kwargs={"ttl": 60})
    except (RedisError, failures.ANY) as error:
        log.error("%s is tried again at its next turn: %s", job.__name__, error)


def _effects_wait() -> bool:
    """Looked up here, because a job costs the worker a process."""
    try:
        return outbox.is_due(clock.now())
    finally:
        model.Session.remove()


@click.command()
def scheduler() -> None:
    """Run until stopped."""
    planned = BlockingScheduler(timezone="Asia/Shanghai")
    for job, every in _SCHEDULE:
        _enqueue(job)
        planned.add_job(_enqueue, "interval", args=[job], coalesce=True, misfire_grace_time=None, **every)
    planned.start()
