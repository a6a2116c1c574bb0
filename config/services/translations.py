"""The translations: committed as text, compiled before anything starts."""
from __future__ import annotations

import hashlib
import os
from pathlib import Path

from console import step
from instance import Instance
from system import run_logged


def compile_messages(instance: Instance) -> None:
    """Compile each .po whose .mo is missing or older."""
    for folder in sorted(instance.root.glob("*/ckanext/*/i18n")):
        sources = list(folder.rglob("*.po"))
        if all(_is_compiled(path.with_suffix(".mo"), path) for path in sources):
            continue
        for domain in sorted({path.stem for path in sources}):
            command = [str(instance.venv / "pybabel"), "compile", "-f", "-d", os.fspath(folder), "-D", domain]
            with step(f"Translations of {domain}"):
                run_logged(instance, "translations", command, "The translations could not be compiled")


def _is_compiled(compiled: os.PathLike[str], source: os.PathLike[str]) -> bool:
    try:
        return Path(compiled).stat().st_mtime >= Path(source).stat().st_mtime
    except FileNotFoundError:
        return False


def publish_scripts(instance: Instance, name: str) -> None:
    """Write the browser's translations for ``portal`` or ``test``, unless no .po changed since the last time."""
    sources = sorted(instance.root.glob("*/ckanext/*/i18n/**/*.po"))
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()
    stamp = instance.run / f".{name}.scripts"
    if stamp.exists() and stamp.read_text() == digest:
        return
    command = [str(instance.venv / "ckan"), "-c", str(instance.run / f"{name}.ini"), "translation", "js"]
    with step(f"Translations for the browser ({name})"):
        run_logged(instance, "translations", command, "The browser's translations could not be written")
    stamp.write_text(digest)
