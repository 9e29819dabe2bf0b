"""The component view: the tree of a page with statuses and forms."""

from falcon.asgi import Request

from domain.page import tree
from domain.page.limits import CATEGORY_LEVELS
from domain.page.state import Entitlement, Tier
from web.dashboard.screen import PageView, Values


class Components(PageView):
    """`GET /dashboard/pages/:pageID/components`; `?edit=` opens the form of a node."""

    template = "components"
    tab = "components"

    async def values(self, req: Request, **params: str) -> Values:
        """Return the tree, its categories and its limits."""
        page_context, frame = await self.fetch_page_context(req, params["page_id"])
        nodes = list(tree.walk(page_context.children))
        categories = [(node, path) for node, path in nodes if not node.is_leaf]
        entitlement = Entitlement(Tier(page_context.page.tier), page_context.page.tier_until)
        return {
            **frame,
            "children": page_context.children,
            "categories": categories,
            "levels": CATEGORY_LEVELS,
            "cap": entitlement.leaves_at(frame["now"]),
            "shown": lambda node: tree.shown_status(node, page_context.children),
        }


ROUTES = {"/dashboard/pages/{page_id}/components": Components}
