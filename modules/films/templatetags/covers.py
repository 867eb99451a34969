"""`{% film_cover title=film.title year=film.year genre="drama" byline="…" size="small" %}`"""

from django import template
from django.utils.safestring import SafeString, mark_safe

from modules.films.rules.cover import cover_svg

register = template.Library()


@register.simple_tag
def film_cover(*, title: str, year: int | None, genre: str = "", byline: str = "", size: str = "large") -> SafeString:
    """The drawn cover; `genre` is a genre's key, `size` large (with byline) or small."""
    svg = cover_svg(title=title, year=year, genre=genre, byline=byline, small=size == "small")
    return mark_safe(svg)  # noqa: S308 - the renderer escapes all that comes from the film
