"""How long pages and calls take on both sites, and how much a page transfers."""
from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote, urljoin, urlsplit

import requests
from bs4 import BeautifulSoup
from webserver import WebServer

WARM_UP = 8
COMMON_WORD, TAG = quote("空气"), quote("大气")


@dataclass
class Row:
    """Seconds of each request to the portal and to stock CKAN."""

    what: str
    ours: list[float] = field(default_factory=list)
    stock: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Size:
    """Bytes of a page: its HTML, and all that a browser fetches at once to show it, in how many requests."""

    html: int
    total: int
    requests: int


def _kinds(names: Sequence[str]) -> dict[str, Callable[[int], str]]:
    def fixed(address: str) -> Callable[[int], str]:
        return lambda _number: address

    def entry(prefix: str) -> Callable[[int], str]:
        return lambda number: prefix + names[number * 7 % len(names)]
    api = "/api/3/action/"
    return {
        "home `/`": fixed("/"),
        "list `/dataset/`": fixed("/dataset/"),
        "search `/dataset/?q=空气` ¹": fixed(f"/dataset/?q={COMMON_WORD}"),
        "search `/dataset/?q=大气`": fixed(f"/dataset/?q={TAG}"),
        "dataset page": entry("/dataset/"),
        "`package_search` rows=20": fixed(f"{api}package_search?rows=20"),
        "`package_search` q=空气 ¹": fixed(f"{api}package_search?rows=20&q={COMMON_WORD}"),
        "`package_search` q=大气": fixed(f"{api}package_search?rows=20&q={TAG}"),
        "`package_show`": entry(f"{api}package_show?id="),
    }


def measure(ours: WebServer, stock: WebServer, names: Sequence[str], repeat: int) -> list[Row]:
    """Ask both in turn, the one that is asked first changing each time."""
    rows = []
    for what, address in _kinds(names).items():
        row = Row(what)
        pairs = [(ours.url, row.ours), (stock.url, row.stock)]
        for number in range(WARM_UP + repeat):
            for url, seconds in pairs if number % 2 else reversed(pairs):
                seconds.append(_timed(url + address(number)))
        row.ours, row.stock = row.ours[WARM_UP:], row.stock[WARM_UP:]
        rows.append(row)
    return rows


def _timed(url: str) -> float:
    began = time.perf_counter()
    answer = requests.get(url, timeout=60)
    took = time.perf_counter() - began
    answer.raise_for_status()
    return took


def found(site: WebServer, words: str) -> int:
    """How many entries a site finds for `words`."""
    answer = requests.get(f"{site.url}/api/3/action/package_search", {"q": words, "rows": "0"}, timeout=60)
    return int(answer.json()["result"]["count"])


def sizes(ours: WebServer, stock: WebServer, name: str) -> dict[str, tuple[Size, Size]]:
    addresses = {"home": "/", "list": "/dataset/", "dataset page": f"/dataset/{name}"}
    return {what: (_size(ours.url, address), _size(stock.url, address)) for what, address in addresses.items()}


def _size(url: str, address: str) -> Size:
    """The page and its style sheets, scripts and pictures; not the fonts that a style sheet names."""
    html = requests.get(url + address, timeout=60).content
    soup = BeautifulSoup(html, "html.parser")
    named = [tag.get("href") for tag in soup.select("link[rel=stylesheet], link[rel~=icon], link[rel=preload]")]
    named += [tag.get("src") for tag in soup.select("script[src], img[src]")]
    parts = {urlsplit(urljoin(address, str(part))).path for part in named if part}
    total = sum(len(requests.get(url + part, timeout=60).content) for part in parts)
    return Size(len(html), len(html) + total, 1 + len(parts))
