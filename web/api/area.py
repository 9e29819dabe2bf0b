"""The declaration of an area: addresses, path parameters and sentences of the audit log."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from web.api.sentences import Sentence
from web.openapi.describe import PathParameter


@dataclass(frozen=True, slots=True)
class Area:
    """An area of the API.

    `routes` are resources by address, `parameters` the path parameters of these addresses but for
    `page_id`, and `sentences` those of the commands that the area appends, by kind.
    """

    routes: Mapping[str, type]
    parameters: Mapping[str, PathParameter] = field(default_factory=dict)
    sentences: Mapping[str, Sentence] = field(default_factory=dict)
