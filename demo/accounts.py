"""The demonstration's accounts: six that people use, and a clerk for every other department.

They come from the server's command line: through the public actions nobody sets a password or makes a token for somebody
else. Passwords are made by `secrets`; a second run keeps those of the first as long as they are in the file that it wrote.
"""
from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import seed_data
from api import Portal, SeedError

ADMIN, AUTHORITY = "admin", "authority"
EDITORS = {"shengtai-huanjingju": "editor", "jiaotong-yunshuju": "other_editor"}
FULL_NAMES = {
    ADMIN: "平台管理员（示例）", AUTHORITY: "目录审核员（示例）", "editor": "环境数据编目员（示例）",
    "other_editor": "交通数据编目员（示例）", "applicant": "市民甲（示例）", "other_applicant": "研究机构乙（示例）",
}
_TOKEN_NAME, _RUN_TOKEN_NAME = "demo", "seed-run"


@dataclass
class Account:
    """Who may log in, and with what."""

    name: str
    password: str
    token: str

    def as_dict(self) -> dict[str, str]:
        return {"name": self.name, "password": self.password, "token": self.token}


@dataclass
class Accounts:
    """All accounts of a run. `known` holds the six by role; clerks get a token for the run alone."""

    portal: Portal
    known: dict[str, Account] = field(default_factory=dict)
    run_tokens: dict[str, str] = field(default_factory=dict)

    @property
    def admin(self) -> str:
        return self.known[ADMIN].token

    @property
    def authority(self) -> str:
        return self.known[AUTHORITY].token

    def compiler(self, department: str) -> str:
        """A token of whoever compiles for `department`; never the reviewer's."""
        name = compiler_name(department)
        return self.known[name].token if name in self.known else self.run_tokens[name]

    def forget_run_tokens(self) -> None:
        """Revoke the clerks' tokens, also those of a run that was killed: nobody needs them after the run."""
        for name in compilers():
            if name not in self.known:
                for token in self.portal.call("api_token_list", self.admin, user_id=name):
                    if token["name"] == _RUN_TOKEN_NAME:
                        self.portal.call("api_token_revoke", self.admin, jti=token["id"])
        self.run_tokens.clear()


def compiler_name(department: str) -> str:
    """The account that compiles for a department: one of the six, or its clerk."""
    return EDITORS.get(department, f"clerk-{department}")


def compilers() -> dict[str, str]:
    """Account names with the department that each compiles for."""
    return {compiler_name(d["name"]): d["name"] for d in seed_data.departments()}


def load(path: Path) -> dict[str, Account]:
    """The accounts that an earlier run wrote; none where the file is missing or was spoilt."""
    try:
        written = json.loads(path.read_text(encoding="utf-8"))["accounts"]
        return {role: Account(**written[role]) for role in FULL_NAMES if role in written}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def save(path: Path, url: str, accounts: Accounts) -> None:
    """Write what design.md fixes, readable by its owner alone."""
    written = {"base_url": url, "accounts": {role: accounts.known[role].as_dict() for role in FULL_NAMES}}
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as target:
        json.dump(written, target, ensure_ascii=False, indent=2)
    new.rename(path)


def prepare(portal: Portal, ini: Path, earlier: dict[str, Account]) -> Accounts:
    """Everybody's account with a password and a token that work."""
    accounts = Accounts(portal)
    accounts.known[ADMIN] = _admin(portal, ini, earlier.get(ADMIN))
    accounts.known |= {role: account for role, account in earlier.items() if role != ADMIN and _works(portal, account)}
    existing = set(portal.call("user_list", accounts.admin, all_fields=False))
    lost = {role: _password() for role in FULL_NAMES if role not in accounts.known}
    clerks = [name for name in compilers() if name not in FULL_NAMES]
    people = [{**_person(role, FULL_NAMES[role]), "password": password, "token": _TOKEN_NAME} for role, password in lost.items()]
    for name in clerks:
        new = {} if name in existing else {"password": _password()}
        people.append({**_clerk(name), **new, "token": _RUN_TOKEN_NAME})
    made = _provision(ini, people)
    for role, password in lost.items():
        accounts.known[role] = Account(role, password, made[role])
        _revoke_older(portal, accounts.admin, role)
    accounts.run_tokens = {name: made[name] for name in clerks}
    return accounts


def _person(name: str, fullname: str) -> dict[str, str]:
    return {"name": name, "fullname": fullname, "email": f"{name}@example.org"}


def _clerk(name: str) -> dict[str, str]:
    return _person(name, f"{_title(compilers()[name])}编目员（示例）")


def _title(department: str) -> str:
    return next(str(d["title"]) for d in seed_data.departments() if d["name"] == department)


def _works(portal: Portal, account: Account | None) -> bool:
    return account is not None and portal.found("api_token_list", account.token, user_id=account.name) is not None


def _admin(portal: Portal, ini: Path, earlier: Account | None) -> Account:
    if earlier is not None and _works(portal, earlier):
        return earlier
    password = _password()
    made = _provision(ini, [{**_person(ADMIN, FULL_NAMES[ADMIN]), "password": password, "token": _TOKEN_NAME}])
    _ckan(ini, "sysadmin", "add", ADMIN)
    _revoke_older(portal, made[ADMIN], ADMIN)
    return Account(ADMIN, password, made[ADMIN])


def _provision(ini: Path, wanted: list[dict[str, str]]) -> dict[str, str]:
    """API tokens by account; what is asked for goes over standard input, as others can read the arguments of a command."""
    if not wanted:
        return {}
    said = _ckan(ini, "govshare", "accounts", "provision", given=json.dumps(wanted))
    tokens: dict[str, str] = json.loads(said.splitlines()[-1])
    return tokens


def _ckan(ini: Path, *words: str, given: str = "") -> str:
    command = [str(Path(sys.executable).with_name("ckan")), "-c", str(ini), *words]
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=False)
    if done.returncode:
        said = [line for line in (done.stdout + done.stderr).splitlines() if line.strip() not in ("", "Aborted!")]
        raise SeedError(f"`ckan {' '.join(words[:2])}` failed: {' '.join(said[-2:]) or 'no reason given'}")
    return done.stdout


def _revoke_older(portal: Portal, admin: str, name: str) -> None:
    """The newest token replaces those that an earlier run made and lost; people's own tokens stay."""
    ours = [token for token in portal.call("api_token_list", admin, user_id=name) if token["name"] == _TOKEN_NAME]
    for token in sorted(ours, key=lambda one: str(one["created_at"]))[:-1]:
        portal.call("api_token_revoke", admin, jti=token["id"])


def _password() -> str:
    return secrets.token_urlsafe(15)


def memberships() -> dict[str, list[dict[str, Any]]]:
    """The members of each department. The reviewer is an editor of the competent department beside its own compiler."""
    found: dict[str, list[dict[str, Any]]] = {
        department: [{"name": name, "capacity": "editor"}] for name, department in compilers().items()
    }
    found[seed_data.competent_department()].append({"name": AUTHORITY, "capacity": "editor"})
    return found
