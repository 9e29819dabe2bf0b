"""The settings of a page's appearance that stand alone, as the product declares them."""

from enum import StrEnum
from typing import Any

from domain.page.settings import Appearance
from web.api.pages.answers import PLAIN
from web.api.pages.docs import WIRE_NAMES


def other_value(value: Any) -> Any:
    """A value of the same kind that is another one; a text may have to be an address."""
    match value:
        case bool():
            return not value
        case StrEnum():
            return next(other for other in type(value) if other is not value)
        case int():
            return 1  # minutes and hours that the form offers, and no default
    return "https://example.com/other"


DEFAULTS = {name: getattr(Appearance(), name) for name in PLAIN}
OTHERS = {name: other_value(value) for name, value in DEFAULTS.items()}
DEFAULTS_ON_WIRE = {WIRE_NAMES[name]: value for name, value in DEFAULTS.items()}
OTHERS_ON_WIRE = {WIRE_NAMES[name]: value for name, value in OTHERS.items()}
