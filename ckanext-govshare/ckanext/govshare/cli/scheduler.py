"""The scheduler says when, the job worker does it.

A turn that was missed is caught up, since each job looks at rows, not at the clock (design principle 7).
"""
from __future__ import annotations

import logging
from collections.abc import Callable

import ckan.plugins.toolkit as tk
import click
from apscheduler.schedulers.blocking import BlockingScheduler
from redis.exceptions import RedisError

from ckanext.govshare import jobs

log = logging.getLogger(__name__)

_SCHEDULE: tuple[tuple[Callable[[], object], dict[str, int]], ...] = (
    (jobs.drain_outbox, {"seconds": 10}),
    (jobs.recompute_deadlines, {"hours": 1}),
    (jobs.warn_of_ending_regulations, {"hours": 24}),
)


def _enqueue(job: Callable[[], object]) -> None:
    try:
        tk.enqueue_job(job, title=job.__name__, rq_kwargs={"ttl": 60})
    except RedisError as error:
        log.error("Redis does not answer, %s is tried again at its next turn: %s", job.__name__, error)


@click.command()
def scheduler() -> None:
    """Run until stopped."""
    planned = BlockingScheduler(timezone="Asia/Shanghai")
    for job, every in _SCHEDULE:
        _enqueue(job)
        planned.add_job(_enqueue, "interval", args=[job], coalesce=True, max_instances=1, **every)
    planned.start()
