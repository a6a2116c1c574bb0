"""The fixed sets of a catalogue entry: the one source of their values, for rules, schema and facets."""
from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Attribute(StrEnum):
    """The three types of sharing and of opening, from the widest to the narrowest (001 第二十一条, 第二十五条)."""

    UNCONDITIONAL = "unconditional"
    CONDITIONAL = "conditional"
    NONE = "none"


class CatalogKind(StrEnum):
    BASE = "base"
    THEME = "theme"
    DEPARTMENT = "department"


class FormatClass(StrEnum):
    ELECTRONIC_FILE = "electronic_file"
    SPREADSHEET = "spreadsheet"
    DATABASE = "database"
    IMAGE = "image"
    STREAMING = "streaming"
    SELF_DESCRIBING = "self_describing"
    SERVICE = "service"


class SharingMode(StrEnum):
    """Ways of sharing that the State Council encourages (国发〔2016〕51号 第十二条)."""

    SYSTEM_INTEGRATION = "system_integration"
    FRONT_END_EXCHANGE = "front_end_exchange"
    ONLINE_QUERY = "online_query"
    BATCH_DOWNLOAD = "batch_download"


class SharingPurpose(StrEnum):
    """Uses that the provider states (国发〔2016〕51号 第十二条)."""

    ADMINISTRATIVE_BASIS = "administrative_basis"
    REFERENCE = "reference"
    VERIFICATION = "verification"
    COLLABORATION = "collaboration"


class OpenGround(StrEnum):
    """The only grounds on which data is not opened (郴政发〔2022〕2号 第二十五条第四款)."""

    STATE_SECRET = "state_secret"  # noqa: S105 - a ground, not a password
    COMMERCIAL_SECRET = "commercial_secret"  # noqa: S105 - likewise a ground
    PRIVACY = "privacy"
    LAW = "law"


class UpdateFrequency(StrEnum):
    REALTIME = "realtime"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    HALF_YEARLY = "half_yearly"
    YEARLY = "yearly"
    IRREGULAR = "irregular"


class DataType(StrEnum):
    """Data types of the national guide for compiling catalogues."""

    CHARACTER = "C"
    NUMERIC = "N"
    CURRENCY = "Y"
    DATE = "D"
    DATETIME = "T"
    LOGICAL = "L"
    MEMO = "M"
    GENERAL = "G"
    DOUBLE = "B"
    INTEGER = "I"
    FLOAT = "F"


CHOICES: Mapping[str, type[StrEnum]] = {
    "catalog_kind": CatalogKind, "format_class": FormatClass, "update_frequency": UpdateFrequency,
    "sharing_type": Attribute, "open_type": Attribute, "open_ground": OpenGround,
}
LISTS: Mapping[str, type[StrEnum]] = {"sharing_modes": SharingMode, "sharing_purposes": SharingPurpose}
