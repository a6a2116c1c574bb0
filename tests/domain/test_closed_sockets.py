"""No test reaches beyond this machine, neither by itself nor by what it starts."""
from __future__ import annotations

import socket
import subprocess
import sys

import pytest
from pytest_socket import SocketConnectBlockedError

ELSEWHERE = "192.0.2.1"  # RFC 5737: nobody's
PROGRAMS = {
    "a connection": f"socket.create_connection(('{ELSEWHERE}', 80), 1)",
    "a connection that tells no fault": f"socket.socket().connect_ex(('{ELSEWHERE}', 80))",
    "a name": "socket.getaddrinfo('portal.example', 80)",
    "a message": f"socket.socket(type=socket.SOCK_DGRAM).sendto(b'?', ('{ELSEWHERE}', 53))",
}


@pytest.mark.filterwarnings("ignore:A test tried to use socket:UserWarning")
def test_a_test_reaches_no_other_machine() -> None:
    with pytest.raises(SocketConnectBlockedError):
        socket.create_connection((ELSEWHERE, 80), 1)


@pytest.mark.parametrize("words", PROGRAMS.values(), ids=PROGRAMS)
def test_what_a_test_starts_reaches_no_other_machine(words: str) -> None:
    ended = subprocess.run([sys.executable, "-c", f"import socket; {words}"], capture_output=True, text=True, check=False)
    assert "Beyond: A test asked for" in ended.stderr


def test_loopback_is_open_to_both() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        place = server.getsockname()
        with socket.create_connection(place, 5):
            pass
        subprocess.run([sys.executable, "-c", f"import socket; socket.create_connection({place!r}, 5).close()"], check=True)
