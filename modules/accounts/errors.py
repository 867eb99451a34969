"""What the accounts refuse, in words."""

from django.utils.translation import gettext_lazy as _

from modules.core.errors import NotAllowed, Refusal


class LastOwner(Refusal):
    """Somebody must be able to do everything."""

    code = "last_owner"
    words = _("This is the last owner. Make somebody else an owner first.")


class BeyondOwnRights(NotAllowed):
    """Nobody gives, takes or reaches more than they hold."""

    code = "beyond_own_rights"
    words = _("This takes rights that you do not have yourself.")


class NotYourself(Refusal):
    """A way to lock oneself out by mistake."""

    code = "not_yourself"
    words = _("You cannot do this to your own account. Somebody else must.")


class AlreadyDone(Refusal):
    """A second press, or somebody was quicker."""

    code = "already_done"
    words = _("This was done already.")


class PersonRemoved(Refusal):
    """A person whose data were removed does not come back."""

    code = "person_removed"
    words = _("The personal data of this account were removed. Invite the person again instead.")


class AlreadyInvited(Refusal):
    """One open invitation an address."""

    code = "already_invited"
    words = _("This address is invited already. Send that invitation again if it was lost.")


class AddressTaken(Refusal):
    """There is an account; it needs roles, not an invitation."""

    code = "address_taken"
    words = _("There is already an account with this e-mail address. Give it roles on its page.")


class InvitationClosed(Refusal):
    """The link was used, withdrawn, replaced or is too old; the same words for all, as for a link that never was."""

    code = "invitation_closed"
    words = _("This invitation no longer holds. Ask whoever invited you for a new one.")


class InvitationEnded(Refusal):
    """It was accepted or withdrawn meanwhile."""

    code = "invitation_ended"
    words = _("This invitation was accepted or withdrawn already.")


class CannotViewAs(NotAllowed):
    """Whose pages nobody else opens."""

    code = "cannot_view_as"
    words = _("You cannot open the pages of this person: they may do more than you, or their account is not active.")
