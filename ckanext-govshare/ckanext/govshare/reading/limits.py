"""Bounds that the operating system keeps for the process that reads hostile bytes.

`python -m ckanext.govshare.reading.limits '{"memory": …}' INPUT OUTDIR --name NAME` binds itself first, then reads as
`python -m ckanext.govshare.reading` does. What a reader gives up on ends in an exit code that says why.
"""
from __future__ import annotations

import ctypes
import errno
import json
import os
import resource
import runpy
import signal
import sys
from dataclasses import asdict, dataclass
from typing import NoReturn

READER = "ckanext.govshare.reading"
OUT_OF_MEMORY, TOO_BIG, NO_SPACE = 97, 98, 99  # exit codes
_FILES = 64
_PR_SET_PDEATHSIG = 1
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000


@dataclass(frozen=True)
class Limits:
    """`memory`: bytes of address space; `seconds`: of processor time; `written`: bytes of each file written;
    `parent`: the process with which this one ends.
    """

    memory: int
    seconds: int
    written: int
    parent: int

    def to_json(self) -> str:
        return json.dumps(asdict(self))


def bind(limits: Limits) -> None:
    """Put this process under `limits`, for good."""
    _leave_the_network()
    _end_with(limits.parent)  # after the above, which would make the kernel forget it
    bounds = {resource.RLIMIT_AS: limits.memory, resource.RLIMIT_FSIZE: limits.written, resource.RLIMIT_NOFILE: _FILES,
              resource.RLIMIT_CORE: 0}
    for which, value in bounds.items():
        resource.setrlimit(which, (value, value))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.seconds, limits.seconds + 1))
    os.nice(5)  # pages come first


def _end_with(parent: int) -> None:
    """Have the kernel kill this process when its parent ends, however that ends."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit("The worker has ended")


def _leave_the_network() -> None:
    """Enter an empty network of one's own where the system lets everybody do so; no reader asks for the network anyway."""
    ctypes.CDLL(None).unshare(_CLONE_NEWUSER | _CLONE_NEWNET)


def _end(code: int) -> NoReturn:
    """End at once: tidying up needs what has just run out."""
    os._exit(code)


def main() -> None:
    """Bind this process by the first argument and read by the others."""
    limits = Limits(**json.loads(sys.argv.pop(1)))
    bind(limits)
    try:
        runpy.run_module(READER, run_name="__main__", alter_sys=True)
    except MemoryError:
        _end(OUT_OF_MEMORY)
    except OSError as error:
        _end({errno.EFBIG: TOO_BIG, errno.ENOSPC: NO_SPACE, errno.ENOMEM: OUT_OF_MEMORY}.get(error.errno or 0, 1))


if __name__ == "__main__":
    main()
