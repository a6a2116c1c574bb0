"""Solr from Maven Central's jars, with one core for each site."""
from __future__ import annotations

import hashlib
import json
import shutil
import urllib.request
from pathlib import Path

import configuration
from console import Failure, step
from instance import Instance
from system import check_java, run_logged

CORES = tuple(str(uses["core"]) for uses in configuration.USES.values())


def fetch_jars(instance: Instance) -> None:
    """Fetch the jars that config/solr/pom.xml names, once for each version of that file."""
    pom = instance.root / "config" / "solr" / "pom.xml"
    digest = hashlib.sha256(pom.read_bytes()).hexdigest()
    _home(instance).parent.mkdir(mode=0o700, exist_ok=True)
    jars = _home(instance).parent / "jars"
    stamp = jars / ".complete"
    present = stamp.exists() and stamp.read_text() == digest
    check_java(need_maven=not present)
    if present:
        return
    with step("Solr's jars from Maven Central"):
        shutil.rmtree(jars, ignore_errors=True)
        command = ["mvn", "-B", "-q", "-f", str(pom), "dependency:copy-dependencies", f"-DoutputDirectory={jars}"]
        run_logged(instance, "maven", command, "Maven could not fetch Solr")
        stamp.write_text(digest)


def install_cores(instance: Instance) -> bool:
    """Copy the core directory for each core; tell whether anything changed."""
    home, source = _home(instance), instance.root / "config" / "solr"
    home.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source / "solr.xml", home / "solr.xml")
    digest = " ".join((*CORES, _digest(source / "core" / "conf")))
    stamp = home / ".conf"
    if stamp.exists() and stamp.read_text() == digest:
        return False
    for core in CORES:
        shutil.rmtree(home / core / "conf", ignore_errors=True)
        shutil.copytree(source / "core" / "conf", home / core / "conf")
        (home / core / "core.properties").write_text(f"name={core}\n")
    stamp.write_text(digest)
    return True


def server_command(instance: Instance) -> list[str]:
    source, home = instance.root / "config" / "solr", _home(instance)
    return [
        "java",
        "-Xms256m",
        "-Xmx512m",
        "-Dfile.encoding=UTF-8",
        f"-Dlog4j2.configurationFile={source / 'log4j2.xml'}",
        f"-Dsolr.log.dir={instance.logs}",
        "-cp",
        f"{home.parent / 'jars'}/*",
        str(source / "SolrServer.java"),
        str(instance.ports["solr"]),
        str(home),
    ]


def is_ready(instance: Instance) -> bool:
    """Whether every core answers; a core that cannot load is a Failure at once."""
    try:
        status = _get(instance, "/solr/admin/cores?action=STATUS&indexInfo=false&wt=json")
    except (OSError, ValueError):
        return False
    for core, why in status.get("initFailures", {}).items():
        raise Failure(f"Solr cannot load the core {core!r}: {str(why).splitlines()[0]}", instance.log("solr"))
    return set(CORES) <= set(status.get("status", {}))


def _get(instance: Instance, path: str) -> dict[str, dict[str, object]]:
    url = f"http://127.0.0.1:{instance.ports['solr']}{path}"
    with urllib.request.urlopen(url, timeout=30) as answer:
        return json.load(answer)


def _home(instance: Instance) -> Path:
    return instance.run / "solr" / "home"


def _digest(folder: Path) -> str:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    if not files:
        raise Failure(f"Solr's core directory {folder} is empty")
    digest = hashlib.sha256()
    for path in files:
        digest.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
