"""Words that an owner keeps, to begin an incident or a maintenance with."""

from typing import TYPE_CHECKING

from falcon.asgi import Request

from domain.page.state import Template
from domain.status import Impact, IncidentKind
from domain.store.postgres.engine import run
from domain.store.postgres.templates import load_templates
from web.dashboard.screen import PageScreen, Values

if TYPE_CHECKING:
    from domain.store.postgres.engine import AsyncEngine


class Templates(PageScreen):
    """`GET /dashboard/pages/:pageID/templates`; `?edit=` names the one whose form is open."""

    template = "templates"
    tab = "templates"

    async def values(self, req: Request, **named: str) -> Values:
        """Return what is kept."""
        desk, frame = await self.desk(req, named["page_id"])
        kept = await run(self.engine, load_templates, desk.page.id)
        return {
            **frame,
            "kept": list(kept.values()),
            "kinds": tuple(IncidentKind),
            "impacts": tuple(Impact),
        }


async def offered(engine: "AsyncEngine", page_id: str, kind: IncidentKind, req: Request) -> Values:
    """Return the templates of a kind, and of `?template=` the one to begin with."""
    kept = await run(engine, load_templates, page_id)
    fitting: list[Template] = [template for template in kept.values() if template.kind is kind]
    wanted = req.get_param("template")
    chosen = next((template for template in fitting if template.id == wanted), None)
    return {"offered": fitting, "chosen": chosen}
