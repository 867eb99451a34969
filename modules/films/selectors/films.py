"""One film with all that its page shows, and the films that go with it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Prefetch

from modules.films.choices import Job
from modules.films.models import Credit, Edition, Film, Genre
from modules.films.selectors.cards import Card, Offer, cards_of, offers_of

SIMILAR = 6
CLOSE_YEARS = 12


@dataclass(frozen=True)
class FilmPage:
    """A film, who made it, what of it is for sale, and what goes with it."""

    film: Film
    genres: Sequence[Genre]
    credits: Mapping[str, Sequence[Credit]]
    """By job, in the order of `Job`."""
    offers: Sequence[Offer]
    similar: Sequence[Card]

    @property
    def cover_genre(self) -> str:
        return self.genres[0].slug if self.genres else ""

    @property
    def byline(self) -> str:
        return ", ".join(credit.person.name for credit in self.directors[:2])

    @property
    def first_buyable(self) -> Edition | None:
        """The edition whose button is the page's primary one."""
        return next((offer.edition for offer in self.offers if offer.is_buyable), None)

    @property
    def directors(self) -> Sequence[Credit]:
        return self.credits.get(Job.DIRECTOR, [])

    @property
    def cast(self) -> Sequence[Credit]:
        return self.credits.get(Job.ACTOR, [])

    @property
    def others(self) -> list[tuple[str, Sequence[Credit]]]:
        """What else there is to tell of who did what, with the job's name."""
        return [
            (str(Job(job).label), rows) for job, rows in self.credits.items() if job not in (Job.DIRECTOR, Job.ACTOR)
        ]


def film_page(slug: str, today: date) -> FilmPage | None:
    """The film at an address, or None; thirteen queries, whatever is on it."""
    people = Credit.objects.select_related("person").order_by("position", "pk")
    film = (
        Film.objects.shown()
        .filter(slug=slug)
        .prefetch_related("genres", "certifications", Prefetch("credits", people, to_attr="everybody"))
        .first()
    )
    if film is None:
        return None
    everybody: list[Credit] = film.everybody
    by_job = {job: [credit for credit in everybody if credit.job == job] for job in Job.values}
    return FilmPage(
        film=film,
        genres=list(film.genres.all()),
        credits={job: rows for job, rows in by_job.items() if rows},
        offers=offers_of(list(Edition.objects.shown().filter(film=film)), today).get(film.pk, []),
        similar=cards_of(similar_ids(film, everybody), today),
    )


def similar_ids(film: Film, everybody: Sequence[Credit]) -> list[int]:
    """Films by the same people, and of the same genres and time: two queries, at most a few hundred rows each."""
    weights = {credit.person_id: 4 if credit.job == Job.DIRECTOR else 2 for credit in everybody}
    shared = Credit.objects.filter(person_id__in=weights, film__archived_at__isnull=True).exclude(film=film)
    scores: Counter[int] = Counter()
    for film_id, person_id in shared.order_by("film_id").values_list("film_id", "person_id").distinct()[:400]:
        scores[film_id] += weights[person_id]
    close = (
        Film.objects.shown()
        .filter(year__range=(film.year - CLOSE_YEARS, film.year + CLOSE_YEARS), genres__in=film.genres.all())
        .exclude(pk=film.pk)
        .annotate(shared=Count("genres"))
        .order_by("-shared", "pk")
    )
    for film_id, number, year in close.values_list("pk", "shared", "year")[:200]:
        scores[film_id] += number + (abs(year - film.year) <= CLOSE_YEARS // 2)
    return sorted(scores, key=lambda film_id: (-scores[film_id], film_id))[:SIMILAR]
