"""PostgreSQL, Redis and Solr killed and stopped under load: every request is answered, and nothing is lost or half done.

Real processes: the stores that these tests stand on, web workers, the job worker and the scheduler.
"""
from __future__ import annotations

import os
import re
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from http import HTTPStatus
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
import redis
import requests
import sqlalchemy as sa
from ckan import model
from ckan.lib import search
from ckan.tests import factories
from webserver import WebServer, serving
from worker import until, working
from world import World

from ckanext.govshare.repository import outbox

READERS, WRITERS = 4, 2
STOPPED_SECONDS = 1.5
AFTERWARDS = 1000
PASSWORD = "Shui-zhi-2026-jiance"


def backends() -> list[int]:
    """PostgreSQL's processes for others' connections to this database."""
    with model.Session.get_bind().connect() as connection:
        return list(connection.execute(sa.text(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")).scalars())


def postgresql() -> list[int]:
    """All processes of the cluster."""
    with model.Session.get_bind().connect() as connection:
        own = connection.execute(sa.text("SELECT pg_backend_pid()")).scalar_one()
    server = int(Path(f"/proc/{own}/stat").read_text().rpartition(")")[2].split()[1])
    return [server, *map(int, Path(f"/proc/{server}/task/{server}/children").read_text().split())]


def redis_server() -> list[int]:
    with redis.Redis.from_url(tk.config["ckan.redis.url"]) as client:
        return [int(client.info("server")["process_id"])]


def solr() -> list[int]:
    home = str(Path(tk.config["__file__"]).parent / "solr" / "home").encode()
    found = [path.parent.name for path in Path("/proc").glob("[0-9]*/cmdline") if home in _words(path)]
    assert found, "no Solr of this checkout runs"
    return [int(pid) for pid in found]


def _words(path: Path) -> list[bytes]:
    try:
        return path.read_bytes().split(b"\0")
    except OSError:
        return []


def kill_a_backend() -> None:
    os.kill(backends()[0], signal.SIGKILL)


def kill(pids: Callable[[], list[int]]) -> Callable[[], None]:
    def killing() -> None:
        for pid in pids():
            os.kill(pid, signal.SIGKILL)
    return killing


def stop(pids: Callable[[], list[int]]) -> Callable[[], None]:
    """Stand still for a while, as on a machine that is short of everything."""
    def stopping() -> None:
        stopped = pids()
        for pid in stopped:
            os.kill(pid, signal.SIGSTOP)
        threading.Event().wait(STOPPED_SECONDS)
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)
    return stopping


HARM: dict[str, Callable[[], None]] = {
    "a backend of PostgreSQL is killed": kill_a_backend, "another is killed": kill_a_backend,
    "PostgreSQL stands still": stop(postgresql),
    "Redis is killed": kill(redis_server), "Redis stands still": stop(redis_server),
    "Solr is killed": kill(solr), "Solr stands still": stop(solr),
    "one more backend is killed": kill_a_backend,
}


def log_in(reader: requests.Session, web: WebServer) -> None:
    form = reader.get(f"{web.url}/user/login", timeout=60).text
    found = re.search(r'name="_csrf_token" value="([^"]+)"', form)
    assert found, form
    answer = reader.post(f"{web.url}/user/login", timeout=60, allow_redirects=False, data={
        "_csrf_token": found[1], "login": factories.User(password=PASSWORD)["name"], "password": PASSWORD})
    assert answer.status_code == HTTPStatus.FOUND, answer.text


class Load:
    """People who read and clerks who write, without a pause, until `end`; `answers` counts what they were told."""

    def __init__(self, web: WebServer, addresses: list[str], tokens: dict[str, str], entries: list[dict[str, Any]]) -> None:
        self.web, self.addresses, self.tokens, self.entries = web, addresses, tokens, entries
        self.answers: Counter[int] = Counter()
        self.failures: list[str] = []
        self._over = threading.Event()
        self._lock = threading.Lock()

    def end(self) -> None:
        self._over.set()

    def read(self, number: int) -> None:
        """Of four readers two are nobody, one has a token, and one a session."""
        reader = requests.Session()
        if number % 4 == 1:
            reader.headers["Authorization"] = self.tokens["editor"]
        elif number % 4 == 3:
            log_in(reader, self.web)
        while not self._over.is_set():
            for path in self.addresses:
                self._count(reader.get(f"{self.web.url}{path}", timeout=60))

    def write(self, number: int) -> None:
        """A clerk changes an entry of his own and sends it in; the competent department approves it."""
        entry, times = self.entries[number], 0
        while not self._over.is_set():
            times += 1
            for action, who, fields in (("package_patch", "editor", {"notes": f"第{times}次说明"}),
                                        ("govshare_entry_submit", "editor", {}), ("govshare_entry_approve", "reviewer", {})):
                self._count(self.web.post(action, self.tokens[who], id=entry["id"], **fields))

    def _count(self, answer: requests.Response) -> None:
        with self._lock:
            self.answers[answer.status_code] += 1
            if answer.status_code == 500:
                self.failures.append(f"{answer.request.url}: {answer.text[:500]}")


@pytest.fixture
def web(world: World) -> Iterator[WebServer]:
    settings = {"govshare.competent_department": world.competent["name"]}
    with ExitStack() as running:
        server = running.enter_context(serving(2, settings))
        for words in (("jobs", "worker"), ("govshare", "scheduler")):
            running.enter_context(working(settings, words=words))
        yield server


@pytest.mark.alone
@pytest.mark.skipif(os.geteuid() != 0, reason="kills processes of PostgreSQL's user")
def test_kills_and_stops_under_load_leave_every_request_answered_and_nothing_half_done(world: World, web: WebServer) -> None:
    entries = [world.published() for _ in range(WRITERS)]
    clerks = {"editor": world.editor, "reviewer": world.reviewer}
    tokens = {who: factories.APIToken(user=user)["token"] for who, user in clerks.items()}
    resource = entries[0]["resources"][0]["id"]
    addresses = ["/", "/dataset/", f"/dataset/{entries[0]['name']}", "/api/3/action/package_search",
                 f"/api/3/action/datastore_search?resource_id={resource}",
                 f"/dataset/{entries[0]['name']}/resource/{resource}/download"]
    load = Load(web, addresses, tokens, entries)

    def all_is_well() -> bool:
        return all(requests.get(f"{web.url}{path}", timeout=60).status_code == 200 for path in addresses)

    with ThreadPoolExecutor(READERS + WRITERS) as people:
        doing = [*(people.submit(load.read, number) for number in range(READERS)),
                 *(people.submit(load.write, number) for number in range(WRITERS))]
        try:
            for harm in HARM.values():
                until(all_is_well)
                until(_harmed(harm))
            until(all_is_well)
        finally:
            load.end()
        for person in doing:
            # Nobody was left without an answer.
            person.result()
    # 409: the clerk's last command was carried out, though its answer said 503, or the other way round.
    assert load.failures == []
    assert set(load.answers) <= {200, 409, 503}, load.answers
    assert load.answers[503], "no harm was felt"

    with ThreadPoolExecutor(READERS) as people:
        asked = [addresses[number % len(addresses)] for number in range(AFTERWARDS)]
        statuses = Counter(people.map(lambda path: requests.get(f"{web.url}{path}", timeout=60).status_code, asked))
    assert statuses == {200: AFTERWARDS}
    until(_is_delivered)
    assert tk.get_action("govshare_trace_verify")({"ignore_auth": True}, {})["intact"] is True
    for entry in entries:
        assert _indexed(entry) == _stored(entry)


def _harmed(harm: Callable[[], None]) -> Callable[[], bool]:
    """Our own connections suffer too: what was harmed before may not be back to be asked for its processes."""
    def done() -> bool:
        try:
            harm()
        except (sa.exc.OperationalError, redis.exceptions.ConnectionError, ProcessLookupError, IndexError):
            model.Session.remove()
            return False
        return True
    return done


def _is_delivered() -> bool:
    """By the worker that the scheduler asks, which both went through all of it."""
    try:
        return outbox.pending() == []
    finally:
        model.Session.remove()


def _indexed(entry: dict[str, Any]) -> tuple[str, str]:
    found = search.query_for("package").run({"q": f'id:"{entry["id"]}"', "fl": "notes,capacity"}, permission_labels=None)
    return found["results"][0]["notes"], found["results"][0]["capacity"]


def _stored(entry: dict[str, Any]) -> tuple[str, str]:
    package = model.Package.get(entry["id"])
    return package.notes, "private" if package.private else "public"
