"""Redis, for what decides who comes in: sessions and the count of attempts.

A connection of its own beside CKAN's: it gives up within seconds, where the library would try again for half a minute, and
what it raises ends in a 503. The keys tell nothing to whoever reads them.
"""
from __future__ import annotations

import hmac
from functools import cache

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from ckanext.govshare import config

SECONDS = 2  # for connecting, and for each answer


def client() -> Redis:
    """The connection of this process; it connects when it is used. Its methods raise RedisError."""
    return _client(config.redis_url())


@cache
def _client(url: str) -> Redis:
    # Tried twice: after a restart of Redis the connection that lies in the pool is a dead one.
    return Redis.from_url(url, socket_timeout=SECONDS, socket_connect_timeout=SECONDS, retry=Retry(NoBackoff(), 1))


def key(kind: str, secret: str = "") -> str:
    """The name under which something is kept; `secret` (a session's id, an account, an address) cannot be read from it."""
    return f"govshare:{config.site_id()}:{kind}:{digest(secret) if secret else ''}"


def digest(*texts: str) -> str:
    """Hexadecimal digits that nobody can compute, or check a guess against, without the site's secret."""
    return hmac.new(config.secret_key().encode(), "\n".join(texts).encode("utf8", "replace"), "sha256").hexdigest()
