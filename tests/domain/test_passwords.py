"""Passwords that are easily guessed are refused, with the reason; others are not."""
from __future__ import annotations

import secrets

import pytest

from ckanext.govshare.domain.passwords import weakness
from ckanext.govshare.domain.wording import Message

OWNER = ("liming", "张伟", "liming@chenzhou.gov.cn")


@pytest.mark.parametrize("password", [
    "12345678", "password", "Passw0rd", "P@ssw0rd", "Password123", "abcd1234", "qwerty123", "1qaz2wsx", "1qaz@WSX", "admin123",
    "Admin@123", "admin888", "woaini1314", "woaini520", "woaizhongguo", "19900101", "Aa123456", "Aa123456.", "aaaaaaaa",
    "abcabcabc", "abcdefgh", "zxcvbnm,", "chenzhou2026", "Chenzhou@2026", "govshare2026", "88888888", "11223344", "mima123456",
    "13973512345", "430104199001011234", "密码密码密码密码", "        ", "short", "", "x" * 257, "ab\0cdefghijklmnop",
    "qazwsxedc",
    "zhangsan123", "147258369", "5201314520",
])
def test_what_is_easily_guessed_is_refused(password: str) -> None:
    assert weakness(password, OWNER)


@pytest.mark.parametrize("password", [
    "liming", "liming12", "LiMing2026", "zhangwei", "zhangwei88", "weizhang2026", "liming@chenzhou.gov.cn"])
def test_ones_own_name_is_refused(password: str) -> None:
    assert weakness(password, OWNER)


def test_the_reason_is_named() -> None:
    assert "own name" in str(weakness("liming2026", OWNER))
    assert "repeats" in str(weakness("aaaaaaaa"))
    assert "keyboard" in str(weakness("zxcvbnm,"))
    assert "common" in str(weakness("password"))
    assert "digits" in str(weakness("13973512345"))


@pytest.mark.parametrize("password", [
    "correct horse battery", "purple lantern over water", "x7Kq9mPz",
    "春江潮水连海平月",
    "山中相送罢，日暮掩柴扉", "Lw!83kd-Rt"])
def test_what_is_not_is_taken(password: str) -> None:
    assert weakness(password, OWNER) is None


def test_a_password_goes_to_its_edges() -> None:
    assert weakness("x7Kq9mPz") is None
    assert weakness("x7Kq9mP") == Message("Your password must be {count} characters or longer", count=8)
    longest = "correct horse battery " * 11 + "purple lantern"
    assert len(longest) == 256
    assert weakness(longest) is None
    assert weakness(longest + "s") == Message("Your password must have at most {count} characters", count=256)


def test_what_nobody_can_type_is_refused_however_hard_to_guess() -> None:
    assert weakness("purple lantern over water") is None
    assert "cannot be typed" in str(weakness("purple lantern\0over water"))


def test_a_name_of_three_letters_is_looked_for() -> None:
    assert weakness("qxv83kdr") is None
    assert "own name" in str(weakness("qxv83kdr", ["Qxv"]))


def test_made_passwords_are_taken() -> None:
    assert not any(weakness(secrets.token_urlsafe(15), OWNER) for _ in range(200))
