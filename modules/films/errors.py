"""Expected refusals of the film shop."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from modules.core.errors import Refusal, Words


class NotEnoughStock(Refusal):
    """Less is available than asked for. `missing` says by edition id how many there are now."""

    code = "not_enough_stock"
    words = _("There is not enough left of what you want: {titles}.")

    def __init__(self, *, available: Mapping[int, int], titles: str) -> None:
        self.available = available
        super().__init__(titles=titles)


class NothingToAdjust(Refusal):
    """An adjustment that changes nothing."""

    code = "nothing_to_adjust"
    words = _("This changes nothing: enter how many are more or fewer.")


class ReasonMissing(Refusal):
    """A correction of stock or price without a word why."""

    code = "reason_missing"
    words = _("Say why, so that others understand it later.")


class WouldGoBelowZero(Refusal):
    """An adjustment takes away more than is free."""

    code = "stock_below_zero"
    words = _("Only {available} are free here; {allocated} are set aside for orders.")


class HasNoStock(Refusal):
    """A digital edition is not kept on shelves."""

    code = "has_no_stock"
    words = _("A digital film has no stock.")


class QuantityNotPositive(Refusal):
    """Goods received, demanded or consumed in no or a negative quantity."""

    code = "quantity_not_positive"
    words = _("Enter a quantity of one or more.")


class FilmKnown(Refusal):
    """Another film bears this title and year."""

    code = "film_known"
    words = _("A film called “{title}” of {year} is in the catalogue already.")


class GenreKnown(Refusal):
    """Another genre has this name, whatever its capitals and accents."""

    code = "genre_known"
    words = _("A genre called “{name}” exists already.")


class GenreInUse(Refusal):
    """A genre that films carry is not removed."""

    code = "genre_in_use"
    words = _("{count} films carry this genre. Give them another one first.")


class PriceChanged(Refusal):
    """Prices are not those that the customer has seen; nothing is ordered until they are confirmed."""

    code = "price_changed"
    words = _("Prices have changed since you put these into the basket: {titles}. Look at them and confirm.")


class BasketEmpty(Refusal):
    """There is nothing to order."""

    code = "basket_empty"
    words = _("Your basket is empty.")


class NotForSale(Refusal):
    """An edition is not sold, or not yet."""

    code = "not_for_sale"
    words = _("{titles} cannot be bought at present.")


class AccountNeeded(Refusal):
    """Digital films belong to an account."""

    code = "account_needed"
    words = _("Digital films are kept in your library: sign in or make an account first.")


class AddressNeeded(Refusal):
    """Something is shipped and nobody said where to."""

    code = "address_needed"
    words = _("Say where the films shall go.")


class PackedAlready(Refusal):
    """A shipment was packed before its order could be cancelled."""

    code = "packed_already"
    words = _("{who} packed {number} at {time}. Send it back when it arrives.")


class TooManyCancelled(Refusal):
    """More is to be cancelled than waits to be packed."""

    code = "too_many_cancelled"
    words = _("Only {left} of it are not packed yet.")


class AlreadyShipped(Refusal):
    """More would be shipped than was ordered."""

    code = "already_shipped"
    words = _("“{title}” has been shipped or cancelled already.")


class PackedElsewhere(Refusal):
    """Nothing was found for this parcel, so there is nothing to take back."""

    code = "packed_elsewhere"
    words = _("Nothing lies in {number}: what was missing is another shipment now.")


class TooLateToChange(Refusal):
    """Something of the order has been sent."""

    code = "too_late_to_change"
    words = _("Something of this order has been sent: its address and e-mail stay as they are.")


class StaysAsItIs(Refusal):
    """Something that an import did cannot be taken back."""

    code = "stays_as_it_is"


class RowRefused(Refusal):
    """A row of a price list cannot be written; `field` says what of it."""

    code = "row_refused"

    def __init__(self, field: str, words: Words, **facts: object) -> None:
        self.field = field
        super().__init__(words, **facts)
