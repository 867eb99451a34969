"""Business calendars: when a business works, and on which days it does not."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class BusinessCalendar(models.Model):
    """The hours in which a business works; holidays of its country are closed."""

    key = models.SlugField(_("key"), max_length=40, unique=True)
    title = models.CharField(_("title"), max_length=120)
    time_zone = models.CharField(_("time zone"), max_length=60, blank=True, default="")
    country = models.CharField(_("country"), max_length=2, blank=True, default="")
    region = models.CharField(_("region"), max_length=10, blank=True, default="")
    monday = models.CharField(_("Monday"), max_length=120, blank=True, default="")
    tuesday = models.CharField(_("Tuesday"), max_length=120, blank=True, default="")
    wednesday = models.CharField(_("Wednesday"), max_length=120, blank=True, default="")
    thursday = models.CharField(_("Thursday"), max_length=120, blank=True, default="")
    friday = models.CharField(_("Friday"), max_length=120, blank=True, default="")
    saturday = models.CharField(_("Saturday"), max_length=120, blank=True, default="")
    sunday = models.CharField(_("Sunday"), max_length=120, blank=True, default="")

    class Meta:
        verbose_name, verbose_name_plural = _("business calendar"), _("business calendars")
        constraints = [
            models.CheckConstraint(
                condition=~Q(monday="", tuesday="", wednesday="", thursday="", friday="", saturday="", sunday=""),
                name="workflow_calendar_is_open_sometimes",
            ),
        ]

    def __str__(self) -> str:
        """In the reader's language where the title is one that we gave it."""
        return gettext(self.title) if self.title else ""


class ClosedDay(models.Model):
    """A day on which a calendar departs from its week: closed, or open at other hours."""

    calendar = models.ForeignKey(
        BusinessCalendar, models.CASCADE, related_name="closed_days", verbose_name=_("business calendar")
    )
    day = models.DateField(_("day"))
    title = models.CharField(_("title"), max_length=120)
    hours = models.CharField(_("open at"), max_length=120, blank=True, default="")

    class Meta:
        verbose_name, verbose_name_plural = _("special day"), _("special days")
        constraints = [
            models.UniqueConstraint(fields=["calendar", "day"], name="workflow_special_day_once_a_calendar"),
        ]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} {self.title}"
