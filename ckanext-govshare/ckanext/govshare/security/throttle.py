"""One throttle for all that is guessed by trying: passwords, wherever they are asked for, reset links, registrations (ADR 095).

Attempts are counted in Redis, for all processes alike, by account and address together, by account, and by address. Each count
has several limits of growing length, so that waits grow, to an hour at most. An account is known by what was typed for it, its
name or its e-mail address, and has a count for each: were there one for both, waiting for the one would tell whose the other
is. Existing and absent ones are answered alike (ADR 101).
"""
from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from ipaddress import ip_address
from typing import Any

from ckan.common import request
from flask import has_request_context
from limits import RateLimitItem, parse_many
from limits.storage import RedisStorage
from limits.strategies import FixedWindowRateLimiter
from redis.exceptions import RedisError

from ckanext.govshare import config
from ckanext.govshare.repository import logins
from ckanext.govshare.security import store
from ckanext.govshare.security.refusals import TooManyAttempts, Unavailable

PASSWORD, FORM = "password", "form"
KNOWN_SECONDS = 30 * 24 * 60 * 60

Counted = tuple[RateLimitItem, tuple[str, ...]]


@dataclass(frozen=True)
class Attempt:
    """One attempt at `account`, as `plain` writes what was typed, from `address`.

    `purpose`: PASSWORD, or FORM for what counts whether it succeeds or not.
    """

    purpose: str
    account: str
    address: str

    def begin(self) -> None:
        """Count it, before anything is looked at. Raises TooManyAttempts, and Unavailable where nothing can be counted."""
        try:
            if wait := max(map(_wait, self._all())):
                raise TooManyAttempts(wait)
            passed = [_limiter().hit(item, *names) for item, names in self._at_first()]
            if not all(passed):
                raise TooManyAttempts(max(map(_wait, self._all())))
        except RedisError as error:
            raise Unavailable from error

    def failed(self) -> None:
        """Count it against the address: whoever comes in is not held against those who share it."""
        try:
            for item, names in self._by_address():
                _limiter().hit(item, *names)
        except RedisError as error:
            raise Unavailable from error

    def succeeded(self) -> None:
        """Forget what was counted against the account, not against the address; here it is known from now on."""
        try:
            for item, names in (*self._by_both(), *self._by_account()):
                _limiter().clear(item, *names)
            store.client().set(self._known(), 1, ex=KNOWN_SECONDS)
        except RedisError as error:
            raise Unavailable from error

    def _all(self) -> Iterator[Counted]:
        """Where the account came in before, what others do to it elsewhere does not shut it out."""
        yield from self._by_both()
        yield from self._by_address()
        if not store.client().exists(self._known()):
            yield from self._by_account()

    def _at_first(self) -> Iterator[Counted]:
        """Counted before the password is looked at, so that many at once are no way around."""
        yield from self._by_both()
        if self.purpose == FORM:
            yield from self._by_address()
        if not store.client().exists(self._known()):
            yield from self._by_account()

    def _by_both(self) -> Iterator[Counted]:
        return self._counted("both", self.account, self.address)

    def _by_account(self) -> Iterator[Counted]:
        return self._counted("account", self.account)

    def _by_address(self) -> Iterator[Counted]:
        return self._counted("address", self.address)

    def _counted(self, scope: str, *names: str) -> Iterator[Counted]:
        for limit in parse_many(config.attempts(self.purpose, scope)):
            yield limit, (self.purpose, scope, store.digest(*names))

    def _known(self) -> str:
        return store.key("known", f"{self.purpose}\n{self.account}\n{self.address}")


def _wait(counted: Counted) -> float:
    """Seconds until one more is let pass; 0: at once."""
    item, names = counted
    if _limiter().test(item, *names):
        return 0
    return max(1.0, _limiter().get_window_stats(item, *names).reset_time - time.time())


def _limiter() -> FixedWindowRateLimiter:
    return _made(config.redis_url(), store.key("throttle"))


@cache
def _made(url: str, prefix: str) -> FixedWindowRateLimiter:
    pool: Any = store.client().connection_pool
    return FixedWindowRateLimiter(RedisStorage(url, connection_pool=pool, key_prefix=prefix.rstrip(":")))


def plain(name: Any) -> str:
    """What counts as the account that somebody typed: the text without what does not tell accounts apart."""
    return logins.plain(name)


def count(form: str, named: Any) -> None:
    """Count one more request of what anybody may ask for, by page or API; the server's own command line is not counted.

    :param form: what is asked for.
    :param named: for whom, as it was typed.
    :raises TooManyAttempts: and Unavailable, as an attempt does.
    """
    if has_request_context():
        Attempt(FORM, f"{form} {plain(named)}", address()).begin()


def address() -> str:
    """Where the caller is; of IPv6 the network, as one subscriber has 2^64 addresses. Empty for the command line."""
    given = (request.remote_addr or "") if has_request_context() else ""
    try:
        found = ip_address(given)
    except ValueError:
        return given
    return found.exploded[:19] if found.version == 6 else given


def verify() -> None:
    """Raise ValueError where a limit of the settings cannot be read."""
    for purpose, scope in config.ATTEMPTS:
        parse_many(config.attempts(purpose, scope))
