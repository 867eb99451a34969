"""The package that checks and runs expressions, loaded by the first one."""

from types import ModuleType

from django.utils.translation import gettext as _

from modules.workflow.expressions.errors import NotHere


def cel() -> ModuleType:
    """The binding; NotHere on a machine for which nobody has built it (docs/decisions/0027)."""
    try:
        from cel_expr_python import cel as binding
    except ImportError:
        raise NotHere(
            _("Expressions cannot be used on this kind of machine."),
            mend=_("Run on Linux with an x86-64 processor or on a Mac with Apple's, or write the guard in code."),
        ) from None
    found: ModuleType = binding
    return found
