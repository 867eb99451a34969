"""Forms as Stripe's libraries write them, and what nobody should send."""

from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stripe._encode import _api_encode

from modules.billing.sandbox.encoding import decode
from modules.billing.sandbox.errors import ApiError
from modules.billing.sandbox.parameters import check, classes_of, package_folder

WORDS = st.text("abcdefg_", min_size=1, max_size=6)
TEXTS = st.text(st.characters(exclude_categories=["C", "Z"]) | st.just(" "), max_size=8)
TREES = st.recursive(
    TEXTS,
    lambda inner: st.lists(inner, min_size=1, max_size=3) | st.dictionaries(WORDS, inner, min_size=1, max_size=3),
    max_leaves=8,
)


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(WORDS, TREES, max_size=4))
def test_what_the_library_writes_is_read_back(params: dict[str, Any]) -> None:
    assert decode(urlencode(list(_api_encode(params)))) == params


def test_both_ways_of_writing_a_list_are_read() -> None:
    assert decode("expand[]=a&expand[]=b") == {"expand": ["a", "b"]} == decode("expand[1]=b&expand[0]=a")
    assert decode("") == {}


@pytest.mark.parametrize(
    "text", ["a&b", "a=1&a[b]=2", "a[b]=2&a=1", "a[b=1", "[a]=1", "a" + "[b]" * 20 + "=1", "a=%ff"]
)
def test_what_is_no_such_form_is_refused(text: str) -> None:
    with pytest.raises(ApiError) as caught:
        decode(text)
    assert caught.value.status == 400


def test_every_typed_request_of_the_package_can_be_read() -> None:
    names = [path.stem for path in (package_folder() / "params").glob("_*_params.py")]
    assert len(names) > 300
    assert all(classes_of.__wrapped__(name) for name in names[::20])


def test_metadata_with_numbered_keys_stays_a_map() -> None:
    assert check(decode("metadata[0]=a&metadata[1]=b"), "_customer_create_params") == {"metadata": {"0": "a", "1": "b"}}
