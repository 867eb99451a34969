"""The query of a list: all that its address says beside the page."""

from collections.abc import Iterable, Mapping
from urllib.parse import parse_qs

from django.contrib.admin.options import IS_POPUP_VAR, TO_FIELD_VAR
from django.contrib.admin.views.main import ERROR_FLAG, PAGE_VAR
from django.utils.http import urlencode

VIEW, COLUMNS, SIZE, MONTH, FIND = "view", "columns", "size", "month", "find"
EVERYTHING = "all"
"""The value of `view` that opens the list as it is, for whoever has a view it opens with."""
OWN = (VIEW, COLUMNS, SIZE, MONTH, FIND)
NEVER_KEPT = frozenset({VIEW, MONTH, FIND, PAGE_VAR, ERROR_FLAG, IS_POPUP_VAR, TO_FIELD_VAR})
Query = dict[str, list[str]]


def kept(parameters: Mapping[str, Iterable[str]]) -> Query:
    """What a saved view keeps of an address: no page, no empty values, always in the same order."""
    found = {name: [str(value) for value in values if str(value)] for name, values in sorted(parameters.items())}
    return {name: values for name, values in found.items() if values and name not in NEVER_KEPT}


def read(text: str) -> Query:
    """The query that a form carried along as text."""
    return kept(parse_qs(text.lstrip("?"), max_num_fields=200))


def written(query: Mapping[str, Iterable[str]]) -> str:
    """The query as an address has it. An empty one says so, or a view the list opens with would come in its place."""
    text = urlencode([(name, value) for name, values in query.items() for value in values if value])
    return f"?{text}" if text else f"?{VIEW}={EVERYTHING}"
