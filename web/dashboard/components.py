"""The tree of a page: every status at one click, every node movable."""

from falcon.asgi import Request

from domain.page import tree
from domain.page.limits import CATEGORY_LEVELS
from domain.page.state import Entitlement, Tier
from web.dashboard.screen import PageScreen, Values


class Components(PageScreen):
    """`GET /dashboard/pages/:pageID/components`; `?edit=` names the node whose form is open."""

    template = "components"
    tab = "components"

    async def values(self, req: Request, **named: str) -> Values:
        """Return the tree and the categories that can hold more."""
        desk, frame = await self.desk(req, named["page_id"])
        walked = list(tree.walk(desk.children))
        categories = [(node, path) for node, path in walked if not node.is_leaf]
        entitlement = Entitlement(Tier(desk.page.tier), desk.page.tier_until)
        return {
            **frame,
            "children": desk.children,
            "categories": categories,
            "levels": CATEGORY_LEVELS,
            "cap": entitlement.leaves_at(frame["now"]),
            "shown": lambda node: tree.shown_status(node, desk.children),
        }
