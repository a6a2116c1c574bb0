"""What a searcher may write: words are made harmless, all else is allowed or refused by name."""
from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from ckanext.govshare.domain import search
from ckanext.govshare.domain.errors import Invalid


@pytest.mark.parametrize(("written", "asked"), [
    ("空气质量", "空气质量"),
    ("  空气　 质量 ", "空气 质量"),
    ("空气 AND", "空气"),
    ("AND 空气 OR NOT", "空气"),
    ("空气 - && 公交", "空气 公交"),
    ("{!lucene}*:*", "lucene}*:*"),
    ('_query_:"{!term f=permission_labels}x"', ':" term f=permission_labels}x"'),
    ("\\_val_:1", ":1"),
    ("空气\\", "空气"),
    ("title\\:a", "title\\:a"),
    ("/.*/", "\\/.*\\/"),
    ("101/1", "101\\/1"),
    ("空气~ 质量^99", "空气 质量 99"),
    ("空\x00气\ud800", "空 气"),
    ("空气质量 OR 公交", '"空气质量" OR "公交"'),
    ('"公交 车" OR title:空气', '"公交 车" OR title:"空气"'),
    ("空气 or 公交", "空气 or 公交"),
])
def test_words_are_made_harmless_and_kept_otherwise(written: str, asked: str) -> None:
    assert search.clean_words(written) == asked


def test_words_are_cut_to_what_solr_can_take() -> None:
    assert len(search.clean_words("空" * 5000)) == search.LONGEST_QUERY


@pytest.mark.parametrize(("words", "mixed"), [
    ("5类", True), ("G网 空气", True), ("空气", False), ("5类水", False), ("ab", False)])
def test_a_character_beside_a_digit_or_letter_is_a_mixed_pair(words: str, mixed: bool) -> None:
    assert search.has_mixed_pair(words) is mixed


@pytest.mark.parametrize("text", [
    "", 'organization:"gongan"', '+organization:"a" -groups:b', ' open_type:"none" res_format:"CSV" +dataset_type:dataset',
    'tags: "水质"', 'groups:"x"tags:"y"', "(organization:a OR organization:b) AND NOT tags:c", "*:*", "+state:deleted",
    "metadata_modified:[NOW-7DAYS/DAY TO NOW]", "metadata_modified:[2024-02-29T00:00:00Z TO *]", "issued:*", "空气",
    'catalog_code:"3/07/01/001/1"', "creator_user_id:1b1d-22", "tags:ANDROID",
])
def test_plain_filters_pass(text: str) -> None:
    search.check_filter(text)


@pytest.mark.parametrize("text", [
    "permission_labels:public", 'permission_labels:"public"', "text:x", "validated_data_dict:x", "data_dict:*", "nofield:x",
    "{!lucene}x", "title:{!term TO x}", 'tags:"{!x}"', '_query_:"x"', 'tags:"_query_:x"', 'tags:"\\_val\\_:x"',
    'organization:"a', 'tags:"\\"', "organization:(a", "a)", "AND tags:a", "tags:a OR", "tags:a AND OR tags:b", "-", "tags:",
    "res_format:text/csv", "title:/.*/", "tags:a~", "tags:a^2", "issued:2024", 'issued:"x"', "issued:[x TO y]",
    "metadata_modified:[2023-02-29T00:00:00Z TO *]", "metadata_modified:[NOW+99999YEARS TO *]", "(" * 21 + "a" + ")" * 21,
    "a " * 1000, "tags:\x00", "tags:\ud800", "+site_id:x) OR (*:*",
])
def test_other_filters_are_refused_for_fq(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        search.check_filter(text)
    assert set(refused.value.errors) == {"fq"}


@pytest.mark.parametrize("sort", ["score desc, metadata_modified desc", "title_string asc", "name ASC", "view_recent desc"])
def test_sorting_by_public_fields_passes(sort: str) -> None:
    search.check_sort(sort)


@pytest.mark.parametrize("sort", ["permission_labels asc", "name", "name up", "", ",", "name asc,", "score desc;x",
                                  "termfreq(permission_labels,'x') desc", "query({!v=x}) asc", "random_1 asc"])
def test_other_sorting_is_refused_for_sort(sort: str) -> None:
    with pytest.raises(Invalid) as refused:
        search.check_sort(sort)
    assert set(refused.value.errors) == {"sort"}


def test_what_guards_the_index_can_be_neither_read_nor_counted_nor_filtered() -> None:
    guarded = {"permission_labels", "data_dict", "validated_data_dict", "text", "text_pairs", "res_url", "*", "score"}
    for allowed in (search.RETURNED, search.FACETS, search.FILTERED, search.SORTED - {"score"}):
        assert not allowed & guarded
    assert not search.FACETS & {"creator_user_id", "id", "name"}


@pytest.mark.parametrize(("given", "meant"), [
    (["a", "b"], ["a", "b"]), ([], []), ("a", ["a"]), ("", []), (" ", []), ('["a", "b"]', ["a", "b"]), (" []", []),
    ("[a TO b]", ["[a TO b]"]), ('{"a": 1}', ['{"a": 1}']), ("null", ["null"]), ("[" * 5000, ["[" * 5000]),
])
def test_a_list_is_a_list_or_its_json_or_one_text(given: object, meant: list[str]) -> None:
    assert search.texts("facet.field", given) == meant


@pytest.mark.parametrize("given", [1, True, {"a": 1}, [1], [None], [["a"]], "[1]", '["a", null]', "[NaN]", ["a"] * 101])
def test_what_is_no_list_of_texts_is_refused_by_its_name(given: object) -> None:
    with pytest.raises(Invalid) as refused:
        search.texts("fq_list", given)
    assert list(refused.value.errors) == ["fq_list"]


def _params(refuse: Callable[[], object]) -> dict[str, list[dict[str, object]]]:
    with pytest.raises(Invalid) as refused:
        refuse()
    return {name: [dict(message.params) for message in messages] for name, messages in refused.value.errors.items()}


def test_what_is_looked_for_goes_to_its_limits_and_no_further() -> None:
    assert search.clean_words("x" * 81) == search.clean_beginning("x" * 81) == "x" * 80
    assert search.texts("fl", ["a"] * 100) == ["a"] * 100
    assert _params(lambda: search.texts("fl", ["a"] * 101)) == {"fl": [{"count": 101, "limit": 100}]}
    search.check_filter("tags:" + "a" * 995)
    search.check_filter("(" * 20 + "a" + ")" * 20)
    for text in ("tags:" + "a" * 996, "(" * 21 + "a" + ")" * 21):
        assert _params(partial(search.check_filter, text)) == {"fq": [{"filter": text[:100]}]}


def test_a_refusal_names_the_parameter_and_the_beginning_of_what_was_sent() -> None:
    assert _params(lambda: search.check_filter("text:" + "x" * 100, "fq_list")) == {"fq_list": [{"filter": "text:" + "x" * 95}]}
    assert _params(lambda: search.check_sort("name asc, " + "x" * 51)) == {"sort": [{"part": "x" * 50}]}
    assert _params(lambda: search.check_names("fl", ["title", "y" * 51], search.RETURNED)) == {"fl": [{"name": "y" * 50}]}
    assert _params(lambda: search.check_names("fl", [5], search.RETURNED)) == {"fl": [{"name": "5"}]}
    search.check_names("fl", ["title", "id"], search.RETURNED)


@pytest.mark.parametrize(("typed", "kept"), [
    ("空气", "空气"), (" 空\\气 ", "空 气"), ("{!lucene}x", "lucene}x"), ("_query_:x", ":x"), ("_val_ :x", ":x"),
    ("a\x00b", "a b"),
    ("_query_x", "_query_x"), ('a"b~^/', 'a"b~^/'), ("a\u0378b", "a b")])
def test_what_was_typed_so_far_is_made_harmless(typed: str, kept: str) -> None:
    assert search.clean_beginning(typed) == kept


@pytest.mark.parametrize(("words", "named"), [
    ("tags:水质", True), ("水 tags:a", True), ("tags: 水", False), ("Tags:水", False), ("水tags:a", False), ("\\tags:a", False),
    ("12:30", False), ("水质", False)])
def test_a_field_is_named_in_small_letters_before_a_word(words: str, named: bool) -> None:
    assert search.names_a_field(words) is named


@pytest.mark.parametrize(("words", "joined"), [
    ("a OR b", True), ("OR", True), ("aOR b", False), ("a or b", False), ("ORB", False)])
def test_words_are_joined_by_or_in_capitals(words: str, joined: bool) -> None:
    assert search.has_alternatives(words) is joined


@pytest.mark.parametrize(("words", "mixed"), [
    ("类5", True), ("_类", False), ("类_", False), ("-类", False), ("類G x", True), ("水质", False)])
def test_a_pair_is_mixed_in_either_order(words: str, mixed: bool) -> None:
    assert search.has_mixed_pair(words) is mixed


@pytest.mark.parametrize("text", [
    "issued:[2024-01-01T00:00:00Z TO NOW]", "issued:{* TO NOW+1YEAR}", "issued:[2024-01-01T00:00:00.000Z/DAY TO NOW-12MONTHS]",
    "issued:[NOW/HOUR TO NOW+9999SECONDS]", "NOT tags:a", "tags:(a OR b)", 'title:"a \\" b"', "title:[a TO b}",
    'title:["a b" TO c]', "tags:a+b", "tags:a\\:b", "*:* AND tags:a", "name:ORANGE", "tags:TOTAL", "tags:NOTE"])
def test_the_small_language_has_these_forms(text: str) -> None:
    search.check_filter(text)


@pytest.mark.parametrize("text", [
    "issued:[2024-01-01 TO NOW]", "issued:[NOW TO]", "issued:NOW", "issued:[NOW+1FORTNIGHT TO *]",
    "issued:[2024-13-01T00:00:00Z TO *]", "OR", "NOT", "tags:OR", "tags:TO", "tags:+a", "title:[a b]", "title:[a TO b",
    'title:"a', "a OR OR b", "AND", "*:x", "tags:a\u3000)"])
def test_and_no_others(text: str) -> None:
    with pytest.raises(Invalid):
        search.check_filter(text)
