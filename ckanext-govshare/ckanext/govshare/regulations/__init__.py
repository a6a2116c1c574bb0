"""The regulations as the running site reads them: the profiles beside this file and the calendar.

Read once a process. A wrong file stops the start with its name and key, never a request later; a new calendar file
takes effect at the next start, and `ckan govshare profiles check --calendar-file` tells beforehand whether it is right.
"""
from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import yaml
from ckan.exceptions import CkanConfigurationException

from ckanext.govshare import clock, config
from ckanext.govshare.domain.calendar import Calendar, CalendarError, build_calendar, shanghai_date
from ckanext.govshare.domain.profiles import Profile, ProfileError, parse_defaults, parse_profile
from ckanext.govshare.domain.regulations import Regime, build_regimes, validity_warnings
from ckanext.govshare.domain.wording import Message

_DIRECTORY = Path(__file__).parent
_DEFAULTS = _DIRECTORY / "platform-defaults.yaml"


@cache
def regimes() -> dict[str, Regime]:
    """Each profile with its chain of texts, by id. Raises ProfileError naming the file and the key."""
    texts = [_profile(path) for path in sorted(_DIRECTORY.glob("*.yaml")) if path != _DEFAULTS]
    return build_regimes({text.id: text for text in texts}, parse_defaults(_read(_DEFAULTS), _DEFAULTS.name))


def current() -> Regime:
    """The profile in force on this site. Raises ProfileError where the setting names none of ours."""
    name, known = config.regulation_profile(), regimes()
    if name not in known:
        raise ProfileError(f"govshare.regulation_profile: there is no profile {name!r}; known are {', '.join(known)}")
    return known[name]


def calendar() -> Calendar:
    """The working-day calendar, with the site's calendar file where one is set. Raises CalendarError."""
    return read_calendar(config.calendar_file())


def warnings(today: date | None = None) -> list[Message]:
    """What the operator is told about the validity of the texts in force here; nothing where all is well."""
    return validity_warnings(current(), today or shanghai_date(clock.now()))


def verify() -> None:
    """Stop the start where a profile, the setting or the calendar file is wrong."""
    try:
        current()
        calendar()
    except (ProfileError, CalendarError) as error:
        raise CkanConfigurationException(str(error)) from error


@cache
def read_calendar(file: str) -> Calendar:
    """The calendar with the years of `file`, a path, or of the package alone where it is empty. Raises CalendarError."""
    if not file:
        return build_calendar()
    try:
        return build_calendar(_read(Path(file)), file)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise CalendarError(f"{file}: {error}") from error


def _profile(path: Path) -> Profile:
    profile = parse_profile(_read(path), path.name)
    if profile.id != path.stem:
        raise ProfileError(f"{path.name}: id: must be the file's name, {path.stem}")
    return profile


def _read(path: Path) -> object:
    return yaml.safe_load(path.read_text(encoding="utf-8"))
