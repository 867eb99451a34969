"""Films, their genres, and the people who made them."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from modules.core.models import Record
from modules.films.choices import FilmStatus, Job

FIRST_YEAR, LAST_YEAR = 1870, 2200


SHOWN = Q(archived_at__isnull=True)
"""What customers see."""


class Genre(Record):
    """A genre with its name in each language, such as `{"en": "Comedy", "es": "Comedia"}`."""

    record_type = "films.genre"

    slug = models.SlugField(_("slug"), max_length=60, unique=True)
    name = models.JSONField(_("name"), default=dict)
    folded_name = models.CharField(
        _("name for comparison"),
        max_length=80,
        unique=True,
        editable=False,
        help_text=_("The name without capitals and accents, so that no genre stands twice."),
    )

    class Meta:
        verbose_name, verbose_name_plural = _("genre"), _("genres")
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """The name in the reader's language, else in English, else in any."""
        names: dict[str, str] = self.name
        language = (get_language() or "en").split("-")[0]
        return names.get(language) or names.get("en") or next(iter(names.values()), self.slug)


class Person(Record):
    """Somebody who works on films. Two people may share a name; their slugs differ."""

    record_type = "films.person"

    slug = models.SlugField(_("slug"), max_length=120, unique=True)
    name = models.CharField(_("name"), max_length=120)
    sort_name = models.CharField(
        _("sort name"), max_length=120, help_text=_("How the name is filed: “kubrick stanley”.")
    )

    class Meta:
        verbose_name, verbose_name_plural = _("person"), _("people")
        ordering = ["sort_name", "id"]
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="films_person_has_name")]
        indexes = [
            models.Index(fields=["sort_name", "id"], name="films_person_sorted"),
            models.Index(fields=["name"], name="films_person_name"),
        ]

    def __str__(self) -> str:
        return self.name


class FilmQuerySet(models.QuerySet["Film"]):
    """Films as the shop asks for them."""

    def shown(self) -> "FilmQuerySet":
        """Films that customers see."""
        return self.filter(SHOWN)


class Film(Record):
    """A film as a work: (title, year) is its identity; what is sold are its editions.

    `search_text` is derived by the services that write films (see `rules.catalogue.search_text`).
    """

    record_type = "films.film"

    slug = models.SlugField(_("slug"), max_length=140, unique=True)
    title = models.CharField(_("title"), max_length=200)
    sort_title = models.CharField(_("sort title"), max_length=200, help_text=_("How the title is filed: “matrix the”."))
    original_title = models.CharField(_("original title"), max_length=200, blank=True, default="")
    language = models.CharField(_("original language"), max_length=8, blank=True, default="")
    countries = models.JSONField(_("countries"), default=list, blank=True)
    year = models.PositiveSmallIntegerField(
        _("year"), validators=[MinValueValidator(FIRST_YEAR), MaxValueValidator(LAST_YEAR)]
    )
    runtime = models.PositiveSmallIntegerField(
        _("running time in minutes"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    tagline = models.CharField(_("tagline"), max_length=200, blank=True, default="")
    synopsis = models.TextField(_("synopsis"), blank=True, default="")
    status = models.CharField(_("status"), max_length=20, choices=FilmStatus, default=FilmStatus.RELEASED)
    genres = models.ManyToManyField(Genre, verbose_name=_("genres"), related_name="films", blank=True)
    external_ids = models.JSONField(_("ids elsewhere"), default=dict, blank=True)
    locked_fields = models.JSONField(_("locked fields"), default=list, blank=True)
    popularity = models.PositiveIntegerField(_("popularity"), default=0)
    archived_at = models.DateTimeField(_("archived"), null=True, blank=True)
    search_text = models.TextField(_("search text"), default="", editable=False)

    objects = FilmQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("film"), _("films")
        ordering = ["sort_title", "id"]
        permissions = [("import_films", _("Can import films"))]
        constraints = [
            models.UniqueConstraint(
                fields=["title", "year"],
                name="films_film_title_year_unique",
                violation_error_message=_("A film with this title and year is in the catalogue already."),
            ),
            models.CheckConstraint(condition=~Q(title=""), name="films_film_has_title"),
            models.CheckConstraint(condition=Q(status__in=FilmStatus.values), name="films_film_status_known"),
            models.CheckConstraint(
                condition=Q(year__gte=FIRST_YEAR, year__lte=LAST_YEAR), name="films_film_year_of_cinema"
            ),
            models.CheckConstraint(
                condition=Q(runtime__isnull=True) | Q(runtime__gt=0), name="films_film_runtime_positive"
            ),
        ]
        indexes = [
            models.Index(fields=["sort_title", "id"], name="films_film_sorted"),
            models.Index(fields=["-popularity", "id"], name="films_film_popular"),
            models.Index(fields=["-year", "id"], name="films_film_year"),
            models.Index(fields=["-year", "sort_title", "id"], name="films_film_newest", condition=SHOWN),
            models.Index(fields=["year", "sort_title", "id"], name="films_film_oldest", condition=SHOWN),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.year})"

    def get_absolute_url(self) -> str:
        return reverse("films:film_detail", args=[self.slug])

    @property
    def decade(self) -> int:
        return self.year - self.year % 10


class Credit(models.Model):
    """Who did what on a film; `position` orders the credits of one job."""

    film = models.ForeignKey(Film, models.CASCADE, related_name="credits", verbose_name=_("film"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="credits", verbose_name=_("person"))
    job = models.CharField(_("job"), max_length=20, choices=Job, default=Job.ACTOR)
    character = models.CharField(_("character"), max_length=120, blank=True, default="")
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name, verbose_name_plural = _("credit"), _("credits")
        ordering = ["film_id", "job", "position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["film", "person", "job", "character"], name="films_credit_once"),
            models.CheckConstraint(condition=Q(job__in=Job.values), name="films_credit_job_known"),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.get_job_display()}"


class Certification(models.Model):
    """The age rating of a film in one country, such as (US, PG-13)."""

    film = models.ForeignKey(Film, models.CASCADE, related_name="certifications", verbose_name=_("film"))
    country = models.CharField(_("country"), max_length=2)
    code = models.CharField(_("rating"), max_length=12)

    class Meta:
        verbose_name, verbose_name_plural = _("certification"), _("certifications")
        ordering = ["film_id", "country"]
        constraints = [
            models.UniqueConstraint(fields=["film", "country"], name="films_certification_one_a_country"),
            models.CheckConstraint(condition=~Q(code=""), name="films_certification_has_code"),
        ]

    def __str__(self) -> str:
        return f"{self.country}: {self.code}"
