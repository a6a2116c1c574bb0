"""The catalogues: complete, in standard simplified Chinese, with the words of the regulations (docs/glossary.md)."""
from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from opencc import OpenCC

from ckanext.govshare.i18n import catalogues

PLACEHOLDER = re.compile(r"%\([^)]*\)[-0-9.]*[sdifr]|%[sdifr]|\{[^{}<>]*\}")
ELEMENT = re.compile(r"</?[a-z][a-z0-9]*")
LINK = re.compile(r"href=\"[^\"]*\"|https?://[^\s\"<>（），。]*[\w/]")
# Words that official Chinese does not use for these things, and where the character pair is innocent.
FOREIGN_WORDS = ("组织", "群组", "机构", "组件", "登陆", "登出", "追随", "粉丝", "资料集", "用户组", "访问者权限")
INNOCENT = ("其他组织", "组织机构", "机构代码", "社会组织")
# What Chinese pages write as it is: names of formats and units, addresses, numbers, and texts of placeholders alone.
ALIKE = re.compile(r"[\W\d_]*|https?://\S+|(<q>)?\{\w+\}[a-zA-Z]?(</q>)?|\{\w+\} [KMGT]iB")
ALIKE_WORDS = frozenset({"API", "CKAN API", "CSV", "Facebook", "JSON", "Markdown", "Open ID", "URI", "X"})


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
    return message.id if isinstance(message.id, tuple) else (message.id,)


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
        for text in filter(None, translations(message)[-1:]):
            if sorted(pattern.findall(text)) != sorted(expected):
                differing.append(f"{texts(message)[-1]} → {text}")

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
        plain = re.sub(r"\{[^}]*\}|%\([^)]*\)|<[^>]*>|https?://\S+|other organi[sz]ations", "", said[-1])
        if word.search(plain):
            unlike_us.append(said[-1])

    # CKAN's text about itself speaks of the world's organizations, none of which is a department of ours.
    assert [text for text in unlike_us if "world’s leading" not in text] == []


@pytest.mark.parametrize("locale", catalogues.LOCALES)
def test_compiled_catalogues_are_not_committed(locale: str) -> None:
    ignored = (catalogues.ROOT / ".gitignore").read_text(encoding="utf-8").split()

    assert "*.mo" in ignored
    assert Path(catalogues.po_path(locale)).is_file()
