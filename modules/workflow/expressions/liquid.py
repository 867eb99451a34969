"""The environments in which texts are rendered: few tags, few filters, every limit set."""

from collections.abc import Callable, Iterator
from contextvars import ContextVar
from functools import cache, wraps
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from modules.workflow.expressions.errors import TooLarge

MOST_TURNS = 500
"""Of all loops of a text, one inside the other multiplied."""
DEEPEST = 8
LONGEST_OUTPUT = 20_000
MOST_ASSIGNED = 20_000
MOST_FILTERED = 500_000
"""So many characters may go through filters in one text."""

TAGS = ("content", "output", "illegal", "#", "comment", "if", "unless", "case", "for", "break", "continue", "assign")
FILTERS = ("upcase", "downcase", "capitalize", "strip", "truncate", "truncatewords", "default", "first", "last", "size",
           "newline_to_br", "plus", "minus")  # fmt: skip

_left: ContextVar[list[int]] = ContextVar("left")


@cache
def environment(*, html: bool) -> Any:
    """The environment for plain text or for HTML, where everything is escaped."""
    from liquid import Environment, StrictDefaultUndefined

    class Guarded(Environment):
        block_nesting_limit = DEEPEST
        context_depth_limit = DEEPEST * 2
        loop_iteration_limit = MOST_TURNS
        local_namespace_limit = MOST_ASSIGNED
        output_stream_limit = LONGEST_OUTPUT
        template_class = _template_class()

    made = Guarded(undefined=StrictDefaultUndefined, strict_filters=True, autoescape=html)
    made.tags = {name: made.tags[name] for name in TAGS}
    offered = {name: made.filters[name] for name in FILTERS} | {"join": _join, "date": _date, "time": _time}
    made.filters = {name: _counted(function) for name, function in offered.items()}
    return made


def _template_class() -> Any:
    from liquid import BoundTemplate

    class Counted(BoundTemplate):
        def render(self, *args: Any, **kwargs: Any) -> str:
            token = _left.set([MOST_FILTERED])
            try:
                return super().render(*args, **kwargs)
            finally:
                _left.reset(token)

    return Counted


def _counted(function: Callable[..., Any]) -> Callable[..., Any]:
    """A filter that pays for the characters it is given."""

    @wraps(function)
    def pays(value: Any, *args: Any, **kwargs: Any) -> Any:
        from liquid.exceptions import ResourceLimitError

        left = _left.get()
        left[0] -= 50 + sum(len(given) for given in (value, *args) if isinstance(given, str | list))
        if left[0] < 0:
            raise ResourceLimitError("too much is filtered", token=None)
        return function(value, *args, **kwargs)

    return pays


def _join(value: Any, between: Any = " ") -> str:
    """The entries of a list in a row. Nothing is put together that is longer than a text may be."""
    from liquid.exceptions import ResourceLimitError

    entries = [str(entry) for entry in value] if isinstance(value, list) else [str(value)]
    glue = str(between)
    if sum(map(len, entries)) + len(glue) * len(entries) > LONGEST_OUTPUT:
        raise ResourceLimitError("joined to more than a text may be", token=None)
    return glue.join(entries)


def _date(value: Any, *_more: Any) -> Any:
    """The day of a moment, as the reader writes it."""
    return date_format(timezone.localtime(value), "DATE_FORMAT") if hasattr(value, "astimezone") else value


def _time(value: Any, *_more: Any) -> Any:
    """The time of a moment, as the reader's clock shows it."""
    return date_format(timezone.localtime(value), "TIME_FORMAT") if hasattr(value, "astimezone") else value


def refuse_ranges(template: Any) -> None:
    """TooLarge for `(1..n)`, wherever it stands: it makes a list of any length."""
    from liquid.builtin.expressions.primitive import RangeLiteral

    for expression in _expressions(template):
        if isinstance(expression, RangeLiteral):
            raise TooLarge(
                _("Ranges such as (1..10) are not possible here."), column=expression.token.start_index + 1,
                mend=_("Go through a list of the record or its facts."),
            )  # fmt: skip


def _expressions(template: Any) -> Iterator[Any]:
    from liquid import RenderContext

    context = RenderContext(template)
    nodes = list(template.nodes)
    while nodes:
        node = nodes.pop()
        waiting = list(node.expressions())
        while waiting:
            expression = waiting.pop()
            yield expression
            waiting.extend(expression.children())
        nodes.extend(node.children(context, include_partials=False))
