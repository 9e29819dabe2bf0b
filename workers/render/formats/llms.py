"""llms.txt: what a page is and where its content is, for programs that read it as text.

Source: docs/behaviour.md, "Public endpoints".
"""

from domain.store.postgres.engine import Connection
from workers.render.eager import RenderContext
from workers.render.html import render


def render_llms(_: Connection, context: RenderContext, _rest: str) -> bytes:
    """Return llms.txt."""
    return render("feed/llms.txt.j2", page=context.view).encode()
