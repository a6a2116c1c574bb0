"""The agreed way of use, as far as the platform can hold somebody to it (ACC-3: 001 第二十七条 "按照协议约定的方式")."""
from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

_TUPLES = ("formats", "addresses")


@dataclass(frozen=True)
class Limits:
    """How data may be fetched under a grant. Zero and empty mean no limit.

    `formats`: some of entry_forms.FORMATS. `daily_calls` and `daily_rows`: in a day of Shanghai. `downloads`: files and exports
    in all, over the grant's whole life. `addresses`: networks in CIDR notation that requests may come from.
    """

    formats: tuple[str, ...] = ()
    daily_calls: int = 0
    daily_rows: int = 0
    downloads: int = 0
    addresses: tuple[str, ...] = ()

    @classmethod
    def of(cls, stated: Mapping[str, Any]) -> Limits:
        """The limits of a decision, which `entry_forms.check_limits` has checked."""
        known = {name: stated[name] for name in cls.__dataclass_fields__ if stated.get(name)}
        return cls(**known | {name: tuple(stated.get(name) or ()) for name in _TUPLES})

    def as_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}

    def permits_format(self, wanted: str) -> bool:
        """Whether data may leave in the format `wanted`, one of entry_forms.FORMATS."""
        return not self.formats or wanted in self.formats

    def permits_address(self, address: str) -> bool:
        """Whether a request may come from the IP `address`; where addresses are limited, what is none may not."""
        if not self.addresses:
            return True
        try:
            asking = ipaddress.ip_address(address)
        except ValueError:
            return False
        plain = getattr(asking, "ipv4_mapped", None) or asking
        return any(plain in ipaddress.ip_network(network) for network in self.addresses)
