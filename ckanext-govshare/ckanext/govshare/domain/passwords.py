"""Which passwords are too easy to guess, and why."""
from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pypinyin import lazy_pinyin
from zxcvbn import zxcvbn

from ckanext.govshare.domain.wording import Message

SHORTEST, LONGEST = 8, 256  # characters
JUDGED = 72  # characters; the time to judge grows with their square
# Powers of ten of guesses, for somebody who knows the usual passwords: as many as for eight characters by chance.
NEEDED = 8.0

# What people here begin with, and no list from abroad has.
LOCAL = (
    "mima", "woaini", "woai", "zhongguo", "woaizhongguo", "guanliyuan", "guanli", "zhengfu", "zhengwu", "gongkai", "kaifang",
    "shuju", "pingtai", "chenzhou", "hunan", "beijing", "shanghai", "changsha", "wuhan", "govshare", "nihao", "xiaoming",
    "zhangsan", "lisi", "wangwu", "gongan", "gongwuyuan", "admin", "root", "test", "user", "密码", "我爱你", "管理员", "郴州",
)
_OWN = "user_inputs"
_REASONS: Mapping[str, Message] = {
    "dictionary": Message("It is made of a common password or word, which is tried first"),
    "repeat": Message("It repeats itself"),
    "sequence": Message("It is a sequence, like abcd or 6543"),
    "spatial": Message("It follows the keys of the keyboard"),
    "date": Message("It is made of a date"),
    "regex": Message("It is made of a year"),
}
_ADVICE = Message("Take a longer one, of several words that do not belong together")
_WORDS = re.compile(r"[\s@._\-+]+")


def weakness(password: str, about: Iterable[str] = ()) -> Message | None:
    """Why `password` is refused, None if it is good. `about`: what is known of its owner, such as names and addresses."""
    if len(password) < SHORTEST:
        return Message("Your password must be {count} characters or longer", count=SHORTEST)
    if len(password) > LONGEST:
        return Message("Your password must have at most {count} characters", count=LONGEST)
    if "\0" in password:
        return Message("Your password holds a character that cannot be typed")
    if password.isdigit() or not password.strip():
        return _refused(Message("It is made of digits or blanks alone, like telephone and identity numbers"))
    judged = zxcvbn(password[:JUDGED], user_inputs=[*_own(about), *LOCAL])
    if float(judged["guesses_log10"]) >= NEEDED:
        return None
    return _refused(_why(judged["sequence"], set(_own(about))))


def _refused(reason: Message) -> Message:
    return Message("This password is too easy to guess. {reason}. {advice}.", reason=reason, advice=_ADVICE)


def _why(parts: Sequence[Mapping[str, Any]], own: set[str]) -> Message:
    """The reason that lies in the longest part of the password that somebody would guess."""
    guessable = [part for part in parts if part["pattern"] in _REASONS]
    if not guessable:
        return Message("It has too few different characters")
    longest = max(guessable, key=lambda part: len(part["token"]))
    if longest["pattern"] == "dictionary" and longest["dictionary_name"] == _OWN and longest["matched_word"] in own:
        return Message("It is made of your own name or address")
    return _REASONS[longest["pattern"]]


def _own(about: Iterable[str]) -> list[str]:
    """The words of names and addresses, whole and in parts, Chinese ones also as people type them."""
    found: list[str] = []
    for text in about:
        parts = [text, *_WORDS.split(text)]
        spelt = [lazy_pinyin(part) for part in parts]
        found += [*parts, *("".join(s) for s in spelt), *("".join(s[1:] + s[:1]) for s in spelt)]
    return [word.lower() for word in dict.fromkeys(found) if len(word) > 2]
