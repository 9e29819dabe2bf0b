"""llms.txt: the purpose of a page and its addresses, as text for programs.

Source: docs/behaviour.md, "Public endpoints".
"""

from domain.store.postgres.engine import Connection
from workers.render.eager import RenderContext
from workers.render.html import render


def render_llms(_: Connection, context: RenderContext, _rest: str) -> bytes:
    """Return llms.txt."""
    return render("feed/llms.txt.j2", page=context.view).encode()
