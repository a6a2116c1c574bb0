"""The PostgreSQL cluster: made once in ``.run/postgres``, owned by a user that is not root, on loopback alone."""
from __future__ import annotations

import os
import pwd
import subprocess
import tempfile
from pathlib import Path

import configuration
from console import Failure
from instance import Instance
from system import POSTGRES_BIN
from unprivileged import as_user

SUPERUSER = "govshare_super"
SYSTEM_USER = "postgres"
ROLES = ("owner", "app", "datastore_write", "datastore_read")


def data_directory(instance: Instance) -> Path:
    return instance.run / "postgres"


def as_server_user(instance: Instance, command: list[str]) -> list[str]:
    """Wrap a command so that it runs as the user who owns the data: PostgreSQL refuses root."""
    return as_user(SYSTEM_USER, data_directory(instance), command)


def create_cluster(instance: Instance) -> None:
    """Make the cluster when there is none."""
    data = data_directory(instance)
    if (data / "PG_VERSION").exists():
        return
    data.mkdir(mode=0o700, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", prefix="govshare-") as password:
        password.write(instance.secrets["postgres_password"])
        password.flush()
        if os.geteuid() == 0:
            user = pwd.getpwnam(SYSTEM_USER)
            os.chown(data, user.pw_uid, user.pw_gid)
            os.chown(password.name, user.pw_uid, user.pw_gid)
        command = [str(POSTGRES_BIN / "initdb"), "-D", str(data), f"--username={SUPERUSER}", "--auth=scram-sha-256"]
        command += [f"--pwfile={password.name}", "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums"]
        log = instance.log("initdb")
        with log.open("ab") as stream:
            done = subprocess.run(
                as_server_user(instance, command), cwd="/", stdout=stream, stderr=subprocess.STDOUT, check=False,
            )
    if done.returncode:
        raise Failure("PostgreSQL's initdb failed", log)


def server_command(instance: Instance) -> list[str]:
    """The server in the foreground; no UNIX socket, whose path may be too long in a deep directory."""
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": str(instance.ports["postgres"]),
        "unix_socket_directories": "",
        "max_connections": "100",
        "shared_buffers": "256MB",
        "timezone": "UTC",
        "log_timezone": "UTC",
    }
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    server = [str(POSTGRES_BIN / "postgres"), "-D", str(data_directory(instance)), *options]
    # Changing the user forgets which signal to get when the supervisor dies: asked for again after it.
    return as_server_user(instance, ["setpriv", "--pdeathsig", "INT", *server])


def is_ready(instance: Instance) -> bool:
    """Whether the server answers our superuser."""
    return _psql(instance, "postgres", "SELECT 1").returncode == 0


def execute(instance: Instance, database: str, sql: str) -> str:
    """Run a script as the superuser; raise Failure with what PostgreSQL said."""
    done = _psql(instance, database, sql)
    if done.returncode:
        with instance.log("sql").open("a") as log:
            log.write(done.stderr)
        raise Failure(f"PostgreSQL refused a script on {database}", instance.log("sql"))
    return done.stdout


def _psql(instance: Instance, database: str, sql: str) -> subprocess.CompletedProcess[str]:
    command = ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1"]
    command += ["-p", str(instance.ports["postgres"]), "-U", SUPERUSER, "-d", database]
    environ = {**os.environ, "PGPASSWORD": instance.secrets["postgres_password"], "PGCONNECT_TIMEOUT": "5"}
    return subprocess.run(command, input=sql, env=environ, capture_output=True, text=True, check=False)


def provision(instance: Instance) -> None:
    """Create the roles and databases that are missing. Safe to repeat."""
    execute(instance, "postgres", "".join(_role_sql(instance, role) for role in ROLES))
    have = execute(instance, "postgres", "SELECT datname FROM pg_database").split()
    for site, uses in configuration.USES.items():
        portal, datastore = str(uses["database"]), str(uses["datastore"])
        for name, owner in ((portal, "govshare_owner"), (datastore, "govshare_datastore_write")):
            if name not in have:
                execute(instance, "postgres", f'CREATE DATABASE "{name}" OWNER {owner} TEMPLATE template0;')
        execute(instance, portal, _portal_rights(portal))
        execute(instance, datastore, _datastore_rights(datastore))
        if site in configuration.TESTS:
            # Nobody mourns a test's last second, and the tests commit thousands of times.
            off = (f'ALTER DATABASE "{name}" SET synchronous_commit = off;' for name in (portal, datastore))
            execute(instance, "postgres", "".join(off))


def _role_sql(instance: Instance, role: str) -> str:
    name, password = f"govshare_{role}", instance.secrets[f"{role}_password"]
    return f"""
    DO $$ BEGIN
      IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{name}') THEN CREATE ROLE {name} LOGIN; END IF;
    END $$;
    ALTER ROLE {name} WITH LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD '{password}';
    """


def _portal_rights(database: str) -> str:
    """The owner migrates; the application reads and writes rows, and cannot change or truncate a table."""
    return f"""
    REVOKE ALL ON DATABASE "{database}" FROM PUBLIC;
    GRANT CONNECT ON DATABASE "{database}" TO govshare_app;
    ALTER SCHEMA public OWNER TO govshare_owner;
    REVOKE ALL ON SCHEMA public FROM PUBLIC;
    GRANT USAGE ON SCHEMA public TO govshare_app;
    ALTER DEFAULT PRIVILEGES FOR ROLE govshare_owner IN SCHEMA public
      GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO govshare_app;
    ALTER DEFAULT PRIVILEGES FOR ROLE govshare_owner IN SCHEMA public
      GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO govshare_app;
    """


def _datastore_rights(database: str) -> str:
    return f"""
    REVOKE ALL ON DATABASE "{database}" FROM PUBLIC;
    GRANT CONNECT ON DATABASE "{database}" TO govshare_datastore_read;
    ALTER SCHEMA public OWNER TO govshare_datastore_write;
    """
