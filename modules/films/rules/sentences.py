"""A list of films said in one sentence: “142 comedy films of the 1980s on Blu-ray”."""

from babel.numbers import format_decimal
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from modules.core.moments import babel_locale
from modules.films.choices import Format
from modules.films.selectors.ranking import Fit


def films_sentence(
    count: int,
    *,
    more: bool = False,
    genre: str = "",
    decade: int | None = None,
    kind: str = "",
    stock: bool = False,
    query: str = "",
) -> str:
    """`more`: there are more than are counted.

    Each part is a phrase of its own that follows the noun, so that languages can order words inside it.
    """
    if genre:
        noun = ngettext("%(count)s %(genre)s film", "%(count)s %(genre)s films", count)
    else:
        noun = ngettext("%(count)s film", "%(count)s films", count)
    parts = [noun % {"count": figure(count) + "+" * more, "genre": genre.lower()}]
    if decade:
        parts.append(pgettext("films …", "of the %(decade)ss") % {"decade": decade})
    if kind:
        parts.append(_on(Format(kind)))
    if stock:
        parts.append(pgettext("films …", "in stock"))
    if query:
        parts.append(pgettext("films …", "for “%(query)s”") % {"query": query})
    return " ".join(parts)


def figure(number: int) -> str:
    """A whole number with the marks of the reader's language: 1,399 or 1.399."""
    return str(format_decimal(number, locale=babel_locale()))


def fit_words(fit: Fit, query: str) -> str:
    """What to say when the films found do not hold just what was typed."""
    if fit is Fit.SIMILAR:
        return _("Nothing is spelt “%(query)s”; these come close.") % {"query": query}
    if fit is Fit.NEAR:
        return _("No film has all of “%(query)s”; these have some of it.") % {"query": query}
    return ""


def _on(kind: Format) -> str:
    phrases = {
        Format.DVD: pgettext("films …", "on DVD"),
        Format.BLURAY: pgettext("films …", "on Blu-ray"),
        Format.DIGITAL: pgettext("films …", "to watch digitally"),
    }
    return phrases.get(kind) or _("as %(format)s") % {"format": kind.label}
