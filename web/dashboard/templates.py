"""The template view of a page, and the template choices of forms."""

from typing import TYPE_CHECKING

from falcon.asgi import Request

from domain.page.state import Template
from domain.status import Impact, IncidentKind
from domain.store.postgres.engine import run
from domain.store.postgres.load import load_items
from web.dashboard.screen import PageView, Values

if TYPE_CHECKING:
    from domain.store.postgres.engine import AsyncEngine


class Templates(PageView):
    """`GET /dashboard/pages/:pageID/templates`; `?edit=` opens the form of a template."""

    template = "templates"
    tab = "templates"

    async def values(self, req: Request, **params: str) -> Values:
        """Return the templates of the page."""
        page_context, frame = await self.fetch_page_context(req, params["page_id"])
        templates = await run(self.engine, load_items, page_context.page.id, "templates")
        return {
            **frame,
            "kept": list(templates.values()),
            "kinds": tuple(IncidentKind),
            "impacts": tuple(Impact),
        }


async def load_template_choices(
    engine: "AsyncEngine", page_id: str, kind: IncidentKind, req: Request
) -> Values:
    """Return the templates of a kind and the one selected by `?template=`."""
    templates = await run(engine, load_items, page_id, "templates")
    choices: list[Template] = [template for template in templates.values() if template.kind is kind]
    template_id = req.get_param("template")
    chosen = next((template for template in choices if template.id == template_id), None)
    return {"offered": choices, "chosen": chosen}


ROUTES = {"/dashboard/pages/{page_id}/templates": Templates}
