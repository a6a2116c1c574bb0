"""The demo's data and accounts, put in through the portal's own API by demo/seed.py."""
from __future__ import annotations

import json
import subprocess

from console import Failure, say, step
from instance import Instance


def seed(instance: Instance) -> None:
    """Fill the portal; what is there already stays as it is."""
    command = [str(instance.venv / "python"), "demo/seed.py", "--url", instance.web_url]
    command += ["--ini", str(instance.run / "portal.ini"), "--out", str(instance.run / "demo.json")]
    command += ["--data-dir", str(instance.run / "demo-data")]
    with step("Demo data"), instance.log("seed").open("wb") as log:
        process = subprocess.Popen(command, cwd=instance.root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        for line in process.stdout or ():
            log.write(line)
            say(f"      {line.decode(errors='replace').rstrip()}")
        if process.wait():
            raise Failure("The demo data could not be put in", instance.log("seed"))


def show_accounts(instance: Instance) -> None:
    """Print the portal's address and who can log in."""
    demo = json.loads((instance.run / "demo.json").read_text())
    say(f"\nThe portal serves {demo['base_url']}\n")
    for role, account in demo["accounts"].items():
        say(f"  {role:<16} {account['name']:<20} {account['password']}")
    say(f"\nThe same with API tokens: {instance.run / 'demo.json'}")
