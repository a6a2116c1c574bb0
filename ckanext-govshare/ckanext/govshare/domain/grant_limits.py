"""The agreed way of use, as far as the platform can hold somebody to it (ACC-3: 001 第二十七条 "按照协议约定的方式")."""
from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ckanext.govshare.domain.errors import Invalid
from ckanext.govshare.domain.messages import Message

# The ways of fetching that a limit may name: the exports, the file as it was handed in, and the API.
FORMATS = ("csv", "json", "xlsx", "xml", "original", "api")
LARGEST = 10**12
_MOST_ADDRESSES = 100
_NUMBERS = ("daily_calls", "daily_rows", "downloads")


@dataclass(frozen=True)
class Limits:
    """How data may be fetched under a grant. Zero and empty mean no limit.

    `formats`: some of FORMATS. `daily_calls` and `daily_rows`: in a day of Shanghai. `downloads`: files and exports in all,
    over the grant's whole life. `addresses`: networks in CIDR notation that requests may come from.
    """

    formats: tuple[str, ...] = ()
    daily_calls: int = 0
    daily_rows: int = 0
    downloads: int = 0
    addresses: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """As JSON, without what is not limited."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items() if value}

    def permits_format(self, wanted: str) -> bool:
        """Whether data may leave in the format `wanted`, one of FORMATS."""
        return not self.formats or wanted in self.formats

    def permits_address(self, address: str) -> bool:
        """Whether a request may come from the IP `address`; where addresses are limited, one that is none may not."""
        if not self.addresses:
            return True
        try:
            asking = ipaddress.ip_address(address)
        except ValueError:
            return False
        mapped = getattr(asking, "ipv4_mapped", None) or asking
        return any(mapped in ipaddress.ip_network(network) for network in self.addresses)


def read(given: Mapping[str, Any]) -> Limits:
    """The limits that JSON states. Raises Invalid with errors by field, `limits.<name>`."""
    errors: dict[str, list[Message]] = {
        f"limits.{name}": [Message("There is no such limit")] for name in given if name not in Limits.__dataclass_fields__}
    values: dict[str, Any] = {}
    for name in Limits.__dataclass_fields__:
        try:
            values[name] = _number(given.get(name)) if name in _NUMBERS else _READERS[name](_texts(given.get(name)))
        except ValueError as error:
            errors[f"limits.{name}"] = [error.args[0]]
    if errors:
        raise Invalid(errors)
    return Limits(**values)


def _number(value: object) -> int:
    if value in (None, ""):
        return 0
    text = str(value).strip()
    if isinstance(value, bool) or not (text.isascii() and text.isdigit()) or len(text) > 13 or int(text) > LARGEST:
        raise ValueError(Message("Expected a whole number from 0 to {most}", most=LARGEST))
    return int(text)


def _texts(value: object) -> list[str]:
    """A list of texts, which a form may give as one text, separated by blanks or commas."""
    if value is None:
        return []
    parts = value.replace(",", " ").replace("，", " ").split() if isinstance(value, str) else value
    if not isinstance(parts, Sequence) or not all(isinstance(part, str) for part in parts):
        raise ValueError(Message("Expected a list of texts"))
    return [part.strip() for part in parts if part.strip()]


def _formats(names: list[str]) -> tuple[str, ...]:
    if unknown := [name for name in names if name not in FORMATS]:
        raise ValueError(Message("There is no format “{name}”; choose from {formats}", name=unknown[0][:100],
                                 formats=", ".join(FORMATS)))
    return tuple(name for name in FORMATS if name in names)


def _addresses(networks: list[str]) -> tuple[str, ...]:
    if len(networks) > _MOST_ADDRESSES:
        raise ValueError(Message("At most {most} addresses", most=_MOST_ADDRESSES))
    return tuple(dict.fromkeys(_network(network) for network in networks))


def _network(text: str) -> str:
    try:
        return str(ipaddress.ip_network(text, strict=False))
    except ValueError:
        raise ValueError(Message("“{text}” is no address or network, such as 203.0.113.0/24", text=text[:100])) from None


_READERS = {"formats": _formats, "addresses": _addresses}
