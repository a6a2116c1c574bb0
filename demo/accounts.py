"""The demonstration's accounts: six that people use, and a clerk for every other department.

The first administrator and its token come from the command line, all else from the public actions. Passwords are made
by `secrets`; a second run keeps those of the first as long as they are in the file that it wrote.
"""
from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import seed_data
from api import NotFound, Portal, SeedError

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
    _run_tokens: dict[str, str] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def admin(self) -> str:
        return self.known[ADMIN].token

    @property
    def authority(self) -> str:
        return self.known[AUTHORITY].token

    def compiler(self, department: str) -> str:
        """A token of whoever compiles for `department`; never the reviewer's."""
        name = compiler_name(department)
        if name in self.known:
            return self.known[name].token
        with self._lock:
            if name not in self._run_tokens:
                made = self.portal.call("api_token_create", self.admin, user=name, name=_RUN_TOKEN_NAME)
                self._run_tokens[name] = made["token"]
            return self._run_tokens[name]

    def forget_run_tokens(self) -> None:
        """Revoke the clerks' tokens, also those of a run that was killed: nobody needs them after the run."""
        for name in compilers():
            if name not in self.known:
                for token in self.portal.call("api_token_list", self.admin, user_id=name):
                    if token["name"] == _RUN_TOKEN_NAME:
                        self.portal.call("api_token_revoke", self.admin, jti=token["id"])
        self._run_tokens.clear()


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
    for role in FULL_NAMES:
        if role != ADMIN:
            accounts.known[role] = _person(portal, accounts.admin, role, earlier.get(role))
    existing = set(portal.call("user_list", accounts.admin, all_fields=False))
    for name, department in compilers().items():
        if name not in existing:
            _create(portal, accounts.admin, name, f"{_title(department)}编目员（示例）")
    return accounts


def _title(department: str) -> str:
    return next(str(d["title"]) for d in seed_data.departments() if d["name"] == department)


def _works(portal: Portal, account: Account | None) -> bool:
    return account is not None and portal.found("api_token_list", account.token, user_id=account.name) is not None


def _admin(portal: Portal, ini: Path, earlier: Account | None) -> Account:
    if earlier is not None and _works(portal, earlier):
        return earlier
    _ckan(ini, "sysadmin", "add", ADMIN, f"email={_email(ADMIN)}", f"password={_password()}",
          f"fullname={FULL_NAMES[ADMIN]}", "--create")
    token = _ckan(ini, "user", "token", "add", ADMIN, _TOKEN_NAME, "-q").splitlines()[-1].strip()
    account = Account(ADMIN, _password(), token)
    # Arguments of a command can be read by others on the machine: that password lived for this moment only.
    portal.call("user_patch", token, id=ADMIN, password=account.password)
    _revoke_older(portal, token, ADMIN)
    return account


def _ckan(ini: Path, *words: str) -> str:
    command = [str(Path(sys.executable).with_name("ckan")), "-c", str(ini), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = [line for line in (done.stdout + done.stderr).splitlines() if line.strip() not in ("", "Aborted!")]
        raise SeedError(f"`ckan {' '.join(words[:2])}` failed: {' '.join(said[-2:]) or 'no reason given'}")
    return done.stdout


def _person(portal: Portal, admin: str, role: str, earlier: Account | None) -> Account:
    """The account of a role; a lost password is replaced, since nobody can read it back."""
    if earlier is not None and _works(portal, earlier):
        return earlier
    try:
        portal.call("user_show", admin, id=role)
        password = _password()
        portal.call("user_patch", admin, id=role, password=password)
    except NotFound:
        password = _create(portal, admin, role, FULL_NAMES[role])
    token = portal.call("api_token_create", admin, user=role, name=_TOKEN_NAME)["token"]
    _revoke_older(portal, admin, role)
    return Account(role, password, token)


def _revoke_older(portal: Portal, admin: str, name: str) -> None:
    """The newest token replaces those that an earlier run made and lost; people's own tokens stay."""
    ours = [token for token in portal.call("api_token_list", admin, user_id=name) if token["name"] == _TOKEN_NAME]
    for token in sorted(ours, key=lambda one: str(one["created_at"]))[:-1]:
        portal.call("api_token_revoke", admin, jti=token["id"])


def _create(portal: Portal, admin: str, name: str, fullname: str) -> str:
    password = _password()
    portal.call("user_create", admin, name=name, fullname=fullname, email=_email(name), password=password)
    return password


def _email(name: str) -> str:
    return f"{name}@example.org"


def _password() -> str:
    return secrets.token_urlsafe(15)


def memberships() -> dict[str, list[dict[str, Any]]]:
    """The members of each department. The reviewer is an editor of the competent department beside its own compiler."""
    found: dict[str, list[dict[str, Any]]] = {
        department: [{"name": name, "capacity": "editor"}] for name, department in compilers().items()
    }
    found[seed_data.competent_department()].append({"name": AUTHORITY, "capacity": "editor"})
    return found
