"""supervisord: keeps the services running, and is asked over loopback with a password that only we know."""
from __future__ import annotations

import http.client
import os
import shlex
import signal
import subprocess
import time
import xmlrpc.client
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from console import Failure
from instance import Instance, write_private

DOWN = ("STOPPED", "EXITED", "FATAL", "UNKNOWN")


@dataclass(frozen=True)
class Program:
    """One supervised service. ``port`` names the port it takes, ``ready`` asks whether it serves, ``settle`` is how
    many seconds it must stay up to count as started, ``patience`` how many it may take to serve.
    """

    name: str
    command: Sequence[str]
    directory: Path
    environ: Mapping[str, str] = field(default_factory=dict)
    ready: Callable[[Instance], bool] | None = None
    port: str | None = None
    stop_signal: str = "TERM"
    settle: int = 1
    patience: int = 60


def write_configuration(instance: Instance, programs: Sequence[Program]) -> None:
    """Write supervisord.conf; programs are started by us, in order, and not by supervisord itself."""
    head = f"""[supervisord]
identifier={_identifier(instance)}
pidfile={_escaped(_pid_file(instance))}
logfile={_escaped(instance.log("supervisord"))}
logfile_maxbytes=5MB
childlogdir={_escaped(instance.logs)}
{"user=root" if os.geteuid() == 0 else ""}

[inet_http_server]
port=127.0.0.1:{instance.ports["supervisor"]}
username=govshare
password={instance.secrets["supervisor_password"]}

[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
"""
    write_private(_configuration(instance), head + "".join(_section(instance, program) for program in programs))


def _section(instance: Instance, program: Program) -> str:
    environ = ",".join(f'{name}="{_escaped(value)}"' for name, value in program.environ.items())
    # A service whose supervisor is killed ends too: it would hold its port and its data against the next start.
    command = ["setpriv", "--pdeathsig", program.stop_signal, *program.command]
    return f"""
[program:{program.name}]
command={_escaped(shlex.join(command))}
directory={_escaped(program.directory)}
environment={environ}
autostart=false
autorestart=true
startsecs={program.settle}
startretries=100
stopsignal={program.stop_signal}
stopwaitsecs=30
killasgroup=true
redirect_stderr=true
stdout_logfile={_escaped(instance.log(program.name))}
stdout_logfile_maxbytes=10MB
stdout_logfile_backups=2
"""


def _escaped(value: object) -> str:
    """Supervisord expands %(…)s everywhere in its configuration."""
    return str(value).replace("%", "%%")


def is_running(instance: Instance) -> bool:
    """Whether the supervisord of this checkout answers; another program on the port is not it."""
    try:
        return _call(instance, "getIdentification") == _identifier(instance)
    except (OSError, http.client.HTTPException, xmlrpc.client.Error):
        return False


def start_daemon(instance: Instance) -> None:
    """Start supervisord and wait until it answers."""
    command = [str(instance.venv / "supervisord"), "-c", str(_configuration(instance))]
    with instance.log("supervisord").open("ab") as stream:
        done = subprocess.run(command, cwd=instance.root, stdout=stream, stderr=subprocess.STDOUT, check=False)
    if done.returncode or not _within(15, lambda: is_running(instance)):
        raise Failure("supervisord did not come up", instance.log("supervisord"))


def reread(instance: Instance) -> None:
    """Bring a running supervisord to its configuration file; a program whose command changed is stopped."""
    added, changed, removed = _call(instance, "reloadConfig")[0]
    for name in (*changed, *removed):
        _call(instance, "stopProcessGroup", name, True)
        _call(instance, "removeProcessGroup", name)
    for name in (*added, *changed):
        _call(instance, "addProcessGroup", name)


def states(instance: Instance) -> dict[str, str]:
    """The state of every program, by name."""
    return {info["name"]: info["statename"] for info in _call(instance, "getAllProcessInfo")}


def launch(instance: Instance, program: Program) -> None:
    """Start a program unless it runs, without waiting for it."""
    if states(instance).get(program.name) in DOWN:
        try:
            _call(instance, "startProcess", program.name, False)
        except xmlrpc.client.Fault as fault:
            raise Failure(f"{program.name} could not be started: {fault.faultString}", instance.log(program.name)) from fault


def wait(instance: Instance, program: Program) -> None:
    """Wait until a launched program serves; raise Failure with its log when it does not."""
    if not _within(program.patience, lambda: _serves(instance, program)):
        raise Failure(f"{program.name} did not come up in {program.patience} s", instance.log(program.name))


def _serves(instance: Instance, program: Program) -> bool:
    state = states(instance).get(program.name)
    if state in ("FATAL", "EXITED", "BACKOFF"):
        raise Failure(f"{program.name} ended as it started", instance.log(program.name))
    return state == "RUNNING" and (program.ready is None or program.ready(instance))


def stop(instance: Instance, names: Sequence[str]) -> None:
    """Stop programs and wait until they have ended."""
    running = states(instance)
    for name in names:
        if running.get(name, "STOPPED") not in DOWN:
            _call(instance, "stopProcess", name, True)


def stop_daemon(instance: Instance) -> None:
    """End supervisord and all it runs. Only a process that is provably ours is ever signalled."""
    pid = daemon_pid(instance)
    if is_running(instance):
        _call(instance, "shutdown")
    elif pid:
        os.kill(pid, signal.SIGTERM)
    if not _within(90, lambda: daemon_pid(instance) is None):
        raise Failure("supervisord did not end", instance.log("supervisord"))


def daemon_pid(instance: Instance) -> int | None:
    """The process id of our supervisord: the one of the pid file if it still runs on our configuration."""
    try:
        pid = int(_pid_file(instance).read_text())
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (OSError, ValueError):
        return None
    return pid if os.fsencode(_configuration(instance)) in words else None


def _call(instance: Instance, method: str, *arguments: object) -> Any:
    password = instance.secrets["supervisor_password"]
    address = f"http://govshare:{password}@127.0.0.1:{instance.ports['supervisor']}/RPC2"
    with xmlrpc.client.ServerProxy(address, allow_none=True) as server:
        return getattr(server.supervisor, method)(*arguments)


def _within(seconds: float, done: Callable[[], bool]) -> bool:
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            return False
        time.sleep(0.2)
    return True


def _identifier(instance: Instance) -> str:
    return f"govshare:{instance.secrets['supervisor_password'][:12]}"


def _configuration(instance: Instance) -> Path:
    return instance.run / "supervisord.conf"


def _pid_file(instance: Instance) -> Path:
    return instance.run / "supervisord.pid"
