"""The portal's services: ``python3 config/services COMMAND``. The Makefile names the commands for people."""
from __future__ import annotations

import argparse
import sys

import commands
from console import Failure, fail

# These give what they do not know to pytest, to the measurements or to the portal's own command.
PASSING_ON = ("test", "bench", "mail", "mutants")


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 when all is well, 1 with one line when not."""
    parser = argparse.ArgumentParser(prog="config/services", description="Starts, stops and tests the portal.")
    choices = parser.add_subparsers(dest="command", required=True)
    for name, (_function, text) in commands.COMMANDS.items():
        chosen = choices.add_parser(name, help=text)
        if name == "reset":
            chosen.add_argument("--yes", action="store_true", help="do not ask")
    options, unknown = parser.parse_known_args(arguments)
    if unknown and options.command not in PASSING_ON:
        parser.error(f"unrecognized arguments: {' '.join(unknown)}")
    options.arguments = unknown
    function, _text = commands.COMMANDS[options.command]
    try:
        return function(options)
    except Failure as failure:
        return fail(failure)
    except KeyboardInterrupt:
        return fail(Failure("Interrupted"))


if __name__ == "__main__":
    sys.exit(main())
