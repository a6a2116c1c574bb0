"""Rules of rendering Markdown: as it always read, harmless, and in work that grows with the text and no faster."""
from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest
from bs4 import BeautifulSoup

from ckanext.govshare.domain.markdown import LONGEST, to_html, to_words


def _page(text: str, **options: Any) -> BeautifulSoup:
    return BeautifulSoup(to_html(text, **options), "html.parser")


@pytest.mark.parametrize(("text", "selector", "words"), [
    ("# 标题", "h1", "标题"), ("##标题\n正文", "h2", "标题"), ("标题\n---", "h2", "标题"),
    ("**注意：**请看", "strong", "注意："), ("按**“引用”**办", "strong", "“引用”"), ("（**重要**）后", "strong", "重要"),
    ("这是*强调*的", "em", "强调"), ("_a_ 与 a_b_c", "em", "a"), ("***三***", "em > strong", "三"),
    ("- 一\n- 二", "ul > li", "一"), ("3. 三\n4. 四", "ol[start='3'] > li", "三"), ("- 一\n    - 二", "li li", "二"),
    ("> 引", "blockquote > p", "引"), ("`a<b`", "code", "a<b"), ("    码", "pre > code", "码\n"),
    ("|a|b|\n|-|-|\n|c|d|", "tbody td", "c"), ("一  \n二", "br", ""), ("---", "hr", ""),
    ("[名](http://a.cn/b)", "a[href='http://a.cn/b']", "名"), ("[名](/dataset 't')", "a[href='/dataset'][title='t']", "名"),
    ("<http://a.cn>", "a[href='http://a.cn']", "http://a.cn"), ("<a@b.cn>", "a[href='mailto:a@b.cn']", "a@b.cn"),
    ("[名][1]\n\n[1]: http://a.cn", "a[href='http://a.cn']", "名"),
    ("见http://a.cn/b?x=1&y=2。后", "a[href='http://a.cn/b?x=1&y=2']", "http://a.cn/b?x=1&y=2"),
    ("(https://a.cn/b).", "a[href='https://a.cn/b']", "https://a.cn/b"),
])
def test_what_was_written_before_reads_as_before(text: str, selector: str, words: str) -> None:
    found = _page(text).select(selector)
    assert [tag.get_text() for tag in found][:1] == [words]


@pytest.mark.parametrize("text", [
    "[x](javascript:alert(1))", "[x](JaVaScRiPt:alert(1))", "[x](javascript&colon;alert(1))", "[x]( &#106;avascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)", "[x](vbscript:x)", "<javascript:alert(1)>", "[x][1]\n\n[1]: javascript:alert(1)",
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<a href='javascript:x' onclick=y>x</a>", "<iframe src=//e.cn>",
    "![x](http://e.cn/i.png)", "![x](/user/_logout)", "![x](data:image/png;base64,AAAA)", "[![x](//e.cn/i)](//e.cn)",
    'http://e.cn/" onmouseover=alert(1)', "http://e.cn/'><script>", "`<script>`", "<svg/onload=alert(1)>", "<!-- x --><b>x</b>",
    '[x](http://a.cn "t\\" onmouseover=alert(1)")', "# <b>x</b>", "|<b>|\n|-|\n|<i>|",
])
def test_nothing_runs_and_nothing_is_fetched(text: str) -> None:
    page = _page(text)
    assert not {tag.name for tag in page.find_all()} - {
        "p", "a", "code", "h1", "table", "thead", "tbody", "tr", "th", "td"}
    for tag in page.find_all():
        assert not set(tag.attrs) - {"href", "title", "rel"}
        assert str(tag.get("href", "/")).split(":")[0] in ("http", "https", "mailto", "/", "/user/_logout", "//e.cn/i", "//e.cn")


def test_html_is_shown_as_it_was_written() -> None:
    assert _page("<b>粗</b> & <script>").get_text().strip() == "<b>粗</b> & <script>"


def test_where_links_do_not_belong_their_words_stay_and_titles_begin_lower() -> None:
    page = _page("# 一\n\n[名](http://a.cn) 见http://b.cn", top_level=2, links=False)
    assert ([tag.name for tag in page.find_all()], page.p.get_text() if page.p else "") == (["h2", "p"], "名 见http://b.cn")


def test_an_extract_counts_characters_and_has_no_markup() -> None:
    assert to_words("# 题\n**粗** <i> &lt;") == "题 粗 <i> <"
    assert to_words("水" * 50, 10) == "水" * 9 + "…"
    assert to_words("水" * 10, 10) == "水" * 10


# What made other parsers slow. Each gives a text of about n characters.
AWKWARD: dict[str, Callable[[int], str]] = {
    "[": lambda n: "[" * n, "![": lambda n: "![" * (n // 2), "[[]]": lambda n: "[" * (n // 2) + "]" * (n // 2),
    "*a **a": lambda n: "*a **a " * (n // 7), "_a __a": lambda n: "_a __a " * (n // 7),
    "**…**": lambda n: "**a " * (n // 6) + "b**" * (n // 6),
    ">": lambda n: ">" * n, "> stairs": lambda n: "".join(">" * i + " a\n" for i in range(int((2 * n) ** .5))),
    "- - -": lambda n: "- " * (n // 2) + "a", "- stairs": lambda n: "".join(" " * 2 * i + "- a\n" for i in range(int(n ** .5))),
    "- a": lambda n: "- a\n" * (n // 4), "lazy": lambda n: "> a\nb\n" * (n // 6), "1.": lambda n: "1. a\n" * (n // 5),
    "` stairs": lambda n: "".join("`" * i + " " for i in range(1, int((2 * n) ** .5))), "`a": lambda n: "`a" * (n // 2),
    "<": lambda n: "<" * n, "<a ": lambda n: "<a " * (n // 3), "<!--": lambda n: "<!--" * (n // 4),
    "<?": lambda n: "<?" * (n // 2),
    "[a](<b": lambda n: "[a](<b" * (n // 6), "[a](": lambda n: "[a](" * (n // 4), '[a](b "': lambda n: '[a](b "' * (n // 7),
    "nested links": lambda n: "[" * (n // 6) + "a" + "](b)" * (n // 6),
    "definitions": lambda n: "".join(f"[a{i}]: /u\n" for i in range(n // 10)),
    "half a definition": lambda n: "[a]: b 'c\n" * (n // 10),
    "one long reference": lambda n: "[a]: " + "x" * (n // 2) + "\n\n" + "[a]" * (n // 6),
    "&": lambda n: "&" * n, "&#": lambda n: "&#" * (n // 2), "\\": lambda n: "\\" * n, "#": lambda n: "#a\n" * (n // 3),
    "= =": lambda n: "a\n=\n" * (n // 4), "table": lambda n: "|a|b|\n|-|-|\n" + "|c|d|\n" * (n // 6),
    "wide table": lambda n: "a|" * (n // 8) + "\n" + "-|" * (n // 8) + "\n" + "a\n" * (n // 4),
    "http://": lambda n: "http://" * (n // 7), "http://…": lambda n: "http://a" + "." * n, "tag:": lambda n: 'tag:"a ' * (n // 7),
}


def _work(text: str) -> int:
    """How many calls rendering makes, of Python and C functions, and characters that come out: the same on any machine."""
    calls = 0

    def count(_frame: FrameType, _event: str, _argument: object) -> None:
        nonlocal calls
        calls += 1

    sys.setprofile(count)
    try:
        rendered = to_html(text)
    finally:
        sys.setprofile(None)
    return calls + len(rendered)


@pytest.mark.parametrize("name", AWKWARD)
def test_twice_the_text_is_no_more_than_about_twice_the_work(name: str) -> None:
    once, twice = (_work(AWKWARD[name](size)) for size in (1000, 2000))
    assert twice <= 2.4 * once + 5000
    assert twice <= 500 * 2000


def test_what_an_older_portal_took_is_shown_up_to_a_bound() -> None:
    assert len(to_html("水" * (LONGEST + 1))) < LONGEST + 100


def test_a_link_lends_no_weight_to_its_page_and_tells_it_nothing() -> None:
    assert 'rel="nofollow noopener noreferrer"' in to_html("[名](http://a.cn)")
