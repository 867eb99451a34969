"""Changing people and roles, inviting, and looking at pages as somebody else."""

from modules.accounts.services.closing import deactivate_user, pseudonymise_user, reactivate_user, reset_mfa
from modules.accounts.services.invitations import accept_invitation, invite, join, resend_invitation, revoke_invitation
from modules.accounts.services.people import change_user, check_owner_stays, edit_user, enrol, move_address, set_roles
from modules.accounts.services.roles import (
    change_rights,
    create_role,
    remove_role,
    rename_role,
    reset_right,
    set_role_permissions,
)
from modules.accounts.services.viewing import end_view_as, start_view_as

__all__ = [
    "accept_invitation",
    "change_rights",
    "change_user",
    "check_owner_stays",
    "create_role",
    "deactivate_user",
    "edit_user",
    "end_view_as",
    "enrol",
    "invite",
    "join",
    "move_address",
    "pseudonymise_user",
    "reactivate_user",
    "remove_role",
    "rename_role",
    "resend_invitation",
    "reset_mfa",
    "reset_right",
    "revoke_invitation",
    "set_role_permissions",
    "set_roles",
    "start_view_as",
]
