"""The keys of a page's monitors, and how a monitor uses one."""

import json
from shlex import quote

from falcon.asgi import Request

from domain.store.postgres.engine import run
from domain.store.postgres.owned import keys_of
from web.dashboard.screen import PageScreen, Values

# What stands in an example for the secret; templates/static/dashboard/secret.js puts that there.
PLACEHOLDER = "hyd_status_YOUR_KEY"
NO_LEAF = "c_YOUR_COMPONENT"


class Keys(PageScreen):
    """`GET /dashboard/pages/:pageID/keys`."""

    template = "keys"
    tab = "keys"

    async def values(self, req: Request, **named: str) -> Values:
        """Return the keys, and what one can do with them."""
        desk, frame = await self.desk(req, named["page_id"])
        leaf = desk.leaves[0].id if desk.leaves else NO_LEAF
        return {
            **frame,
            "keys": await run(self.engine, keys_of, desk.page.id),
            "examples": examples(f"{self.settings.base_url}/api/v1/status-api", leaf),
            "placeholder": PLACEHOLDER,
        }


def examples(api: str, leaf: str) -> list[tuple[str, str]]:
    """Return what a monitor does first, each as a command line for a shell."""
    affected = {"component": leaf, "status": "outage"}
    trouble = {"title": "API is down", "components": [affected]}
    return [
        ("Read what is shown", curl(f"{api}/status")),
        ("Set a component", curl(f"{api}/components/{leaf}/status", {"status": "degraded"})),
        ("Open an incident", curl(f"{api}/incidents", trouble)),
    ]


def curl(url: str, body: object = None) -> str:
    """Return a command line that asks `url`, or writes `body` there."""
    parts = [f"curl {quote(url)}", f"-H {quote(f'Authorization: Bearer {PLACEHOLDER}')}"]
    if body is not None:
        parts += ["-H 'Content-Type: application/json'", f"-d {quote(json.dumps(body))}"]
    return " \\\n  ".join(parts)
