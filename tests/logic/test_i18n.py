"""The catalogues: complete, in standard simplified Chinese, with the words of the regulations (docs/glossary.md)."""
from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
import yaml
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from ckan.lib.i18n import build_js_translations
from opencc import OpenCC

from ckanext.govshare.i18n import catalogues

PLACEHOLDER = re.compile(r"%\([^)]*\)[-0-9.]*[sdifr]|%[sdifr]|\{[^{}<>]*\}")
ELEMENT = re.compile(r"</?[a-z][a-z0-9]*")
LINK = re.compile(r"href=\"[^\"]*\"|https?://[^\s\"<>（），。]*[\w/]")
# Words that official Chinese does not use for these things, and where the character pair is innocent.
FOREIGN_WORDS = ("组织", "群组", "机构", "组件", "登陆", "登出", "追随", "粉丝", "资料集", "用户组", "访问者权限")
INNOCENT = ("其他组织", "非法人组织", "组织机构", "机构代码", "社会组织")
# What Chinese pages write as it is: names of formats and units, addresses, numbers, and texts of placeholders alone.
ALIKE = re.compile(r"[\W\d_]*|https?://\S+|(<q>)?\{\w+\}[a-zA-Z]?(</q>)?|\{\w+\} [KMGT]iB")
ALIKE_WORDS = frozenset({"API", "CKAN API", "CSV", "Facebook", "JSON", "Markdown", "Open ID", "URI", "X", "XLSX", "XML"})


@cache
def template() -> Catalog:
    return catalogues.template()


@cache
def chinese() -> Catalog:
    return catalogues.read("zh_Hans_CN")


@cache
def english() -> Catalog:
    return catalogues.read("en")


def texts(message: Message) -> tuple[str, ...]:
    """The msgid, and the plural msgid where there is one."""
    return tuple(message.id) if isinstance(message.id, (tuple, list)) else (message.id,)


def translations(message: Message) -> tuple[str, ...]:
    return tuple(message.string) if isinstance(message.string, (tuple, list)) else (message.string or "",)


def translated(catalog: Catalog) -> list[Message]:
    return [message for message in catalog if message.id]


def listed(found: list[str]) -> str:
    return "\n" + "\n".join(found)


def test_every_message_of_our_sources_and_of_ckan_has_a_chinese_text() -> None:
    missing = [texts(m)[0] for m in template() if m.id and not (
        (entry := chinese().get(m.id)) and all(translations(entry)))]

    assert not missing, listed(missing)


def test_the_template_is_that_of_the_sources() -> None:
    with (catalogues.HERE / f"{catalogues.DOMAIN}.pot").open("rb") as file:
        committed = {texts(m) for m in read_po(file) if m.id}

    assert committed == {texts(m) for m in template() if m.id}


def test_no_message_is_left_in_english() -> None:
    same = [texts(m)[0] for m in translated(chinese()) if translations(m)[0] == texts(m)[0]
            and texts(m)[0] not in ALIKE_WORDS and not ALIKE.fullmatch(texts(m)[0])]

    assert not same, listed(same)


def test_chinese_is_written_in_simplified_characters() -> None:
    to_simplified = OpenCC("t2s").convert
    traditional = [text for m in translated(chinese()) for text in translations(m) if to_simplified(text) != text]

    assert not traditional, listed(traditional)


def test_no_translation_waits_for_a_check() -> None:
    fuzzy = [texts(m)[0] for locale in (chinese(), english()) for m in locale if m.id and m.fuzzy]

    assert not fuzzy, listed(fuzzy)


@pytest.mark.parametrize("locale", catalogues.LOCALES)
@pytest.mark.parametrize("pattern", [PLACEHOLDER, ELEMENT, LINK], ids=["placeholders", "elements", "links"])
def test_a_translation_keeps_what_the_program_fills_in(locale: str, pattern: re.Pattern[str]) -> None:
    differing = []
    for message in translated(catalogues.read(locale)):
        # Of two msgids the plural has the number; the singular may spell it out.
        expected = pattern.findall(texts(message)[-1])
        differing += [f"{texts(message)[-1]} → {text}" for text in filter(None, translations(message)[-1:])
                      if sorted(pattern.findall(text)) != sorted(expected)]

    assert not differing, listed(differing)


@pytest.mark.parametrize("locale", catalogues.LOCALES)
def test_unnamed_placeholders_keep_their_order(locale: str) -> None:
    unnamed = re.compile(r"%[sdifr]|\{\}")
    differing = [text for m in translated(catalogues.read(locale)) for text in translations(m)[-1:]
                 if unnamed.findall(text) != unnamed.findall(texts(m)[-1])]

    assert not differing, listed(differing)


def test_chinese_uses_the_words_of_the_glossary() -> None:
    found = []
    for message in translated(chinese()):
        for text in translations(message):
            plain = text
            for innocent in INNOCENT:
                plain = plain.replace(innocent, "")
            found += [f"{word}: {text}" for word in FOREIGN_WORDS if word in plain]

    assert not found, listed(found)


@pytest.mark.parametrize(("msgid", "text"), [
    ("Organization", "部门"), ("Groups", "主题"), ("Dataset", "数据集"), ("Tags", "标签"), ("Resources", "数据文件"),
    ("Value", "值"), ("Social", "分享"), ("Editor", "编目员"), ("Log in", "登录"), ("Sysadmins", "平台管理员"),
])
def test_a_wrong_or_foreign_word_of_ckan_is_corrected(msgid: str, text: str) -> None:
    assert chinese()[msgid].string == text


def test_english_says_department_and_theme_wherever_ckan_says_organization_and_group() -> None:
    word = re.compile(r"\b(organi[sz]ation|group)", re.IGNORECASE)
    unlike_us = []
    for message in translated(template()):
        entry = english().get(message.id)
        said = translations(entry) if entry else texts(message)
        plain = re.sub(r"\{[^}]*\}|%\([^)]*\)|<[^>]*>|https?://\S+|(?i:(an)?other organi[sz]ations?)", "", said[-1])
        if word.search(plain):
            unlike_us.append(said[-1])

    # CKAN's text about itself speaks of the world's organizations, none of which is a department of ours.
    assert [text for text in unlike_us if "world’s leading" not in text] == []


def _bilingual(node: Any) -> Iterator[dict[str, str]]:
    if isinstance(node, dict) and {"en", "zh_Hans_CN"} & node.keys():
        yield node
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _bilingual(child)


@pytest.mark.parametrize("schema", ["dataset", "organization"])
def test_every_text_of_a_schema_is_in_both_languages(schema: str) -> None:
    file = catalogues.HERE.parent / "schemas" / f"{schema}.yaml"
    found = list(_bilingual(yaml.safe_load(file.read_text(encoding="utf-8"))))
    incomplete = [text for text in found if not (text.get("en") and text.get("zh_Hans_CN"))]
    traditional = [text for text in found if OpenCC("t2s").convert(text["zh_Hans_CN"]) != text["zh_Hans_CN"]]

    assert found
    assert (incomplete, traditional) == ([], [])


class TestPages:
    """What CKAN's pages make of the catalogues, in the running application."""

    @pytest.fixture(params=catalogues.LOCALES)
    def locale(self, app: Any, request: pytest.FixtureRequest) -> Iterator[str]:
        with app.flask_app.test_request_context("/", environ_overrides={"CKAN_LANG": request.param}):
            yield request.param

    def test_our_words_stand_over_those_of_ckan(self, locale: str) -> None:
        said = {"zh_Hans_CN": ["部门", "主题", "找到 2 个部门"], "en": ["Departments", "Themes", "2 departments found"]}

        assert [tk._("Organizations"), tk._("Groups"),
                tk.ungettext("{number} organization found", "{number} organizations found", 2).format(number=2),
                ] == said[locale]

    def test_one_of_something_has_the_singular_where_the_language_has_one(self, locale: str) -> None:
        text = tk.ungettext("{number} group found", "{number} groups found", 1).format(number=1)

        assert text == {"zh_Hans_CN": "找到 1 个主题", "en": "1 theme found"}[locale]

    def test_dates_are_written_as_the_language_writes_them(self, locale: str) -> None:
        # The last evening of a year: CKAN's own pattern prints the year of the week, and the month before the year.
        moment = datetime(2026, 12, 31, 1, 5, tzinfo=UTC)

        assert tk.h.render_datetime(moment) == {"zh_Hans_CN": "2026年12月31日", "en": "December 31, 2026"}[locale]
        assert tk.h.render_datetime(moment, with_hours=True) == {
            "zh_Hans_CN": "2026年12月31日 09:05", "en": "December 31, 2026 09:05"}[locale]

    def test_a_text_that_is_no_date_is_no_error(self, locale: str) -> None:
        assert tk.h.render_datetime("yesterday", with_hours=True) == ""

    def test_the_browser_gets_every_message_of_its_scripts_in_chinese(
        self, app: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setitem(tk.config, "ckan.storage_path", str(tmp_path))
        build_js_translations()
        built = json.loads((tmp_path / "i18n" / "js" / "zh_Hans_CN.js").read_text(encoding="utf-8"))
        missing = [text for m in translated(template()) for text in texts(m)[:1]
                   if any(name.endswith(".js") for name, _ in m.locations) and text not in built]

        assert not missing, listed(missing)
        assert built["Searching..."] == [None, "正在搜索……"]
