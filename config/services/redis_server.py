"""Redis: job queue, with a password, on loopback alone."""
from __future__ import annotations

import socket

from instance import Instance, write_private


def write_configuration(instance: Instance) -> None:
    """Write redis.conf; the password is in it, so only its owner may read it."""
    data = instance.run / "redis"
    data.mkdir(mode=0o700, exist_ok=True)
    lines = [
        "bind 127.0.0.1",
        f"port {instance.ports['redis']}",
        "protected-mode yes",
        f"requirepass {instance.secrets['redis_password']}",
        f'dir "{data}"',
        "appendonly yes",
        "daemonize no",
        "maxmemory-policy noeviction",
    ]
    write_private(data / "redis.conf", "\n".join(lines) + "\n")


def server_command(instance: Instance) -> list[str]:
    return ["redis-server", str(instance.run / "redis" / "redis.conf")]


def is_ready(instance: Instance) -> bool:
    """Whether the server answers with our password."""
    hello = f"AUTH {instance.secrets['redis_password']}\r\nPING\r\n".encode()
    try:
        with socket.create_connection(("127.0.0.1", instance.ports["redis"]), timeout=2) as connection:
            connection.sendall(hello)
            answer = b""
            while answer.count(b"\r\n") < 2:
                part = connection.recv(128)
                if not part:
                    return False
                answer += part
    except OSError:
        return False
    return answer == b"+OK\r\n+PONG\r\n"
