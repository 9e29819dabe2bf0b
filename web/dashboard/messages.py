"""The messages of a screen as HTML, within a bound of work."""

from typing import Final

from markupsafe import Markup

from domain.artifacts import MIB
from domain.runtime.markdown_rules import MARK
from domain.runtime.messages import RenderedMessages, render_plain_text

RENDERED_CACHE_BYTES: Final = MIB  # a web process; its texts do not depend on a build
# For all messages of a screen, in marks, of which each costs the parser 5 to 50 µs. A usual
# message costs 30 to 60, so that the newest fifty or more are rendered.
WORK_MAX: Final = 3_000
WORK_OF_ONE: Final = 20
CHARACTERS_OF_ONE: Final = 100

_MESSAGES: Final = RenderedMessages(RENDERED_CACHE_BYTES)


class MessageRenderer:
    """Renders the messages of one screen; those beyond its work are shown as text."""

    def __init__(self) -> None:
        """Begin with all of a screen's work."""
        self._left = WORK_MAX

    def render(self, text: str) -> Markup:
        """Return a message as HTML, by the page's own renderer."""
        if self._left > 0:
            self._left -= work_of(text)
        return _MESSAGES.of(text, "") if self._left > 0 else render_plain_text(text)


def work_of(text: str) -> int:
    """Return the work of a message, in marks."""
    return WORK_OF_ONE + len(text) // CHARACTERS_OF_ONE + sum(1 for _ in MARK.finditer(text))
