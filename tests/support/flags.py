"""The switches of a page's appearance with their defaults, as the product declares them."""

import re
from dataclasses import fields

from domain.page.state import Appearance

FLAGS = {field.name: field.default for field in fields(Appearance) if field.type is bool}
FLAGS_ON_WIRE = {
    re.sub("_(.)", lambda found: found[1].upper(), name): default for name, default in FLAGS.items()
}
