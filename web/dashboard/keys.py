"""The key view of a page, with examples for monitors."""

import json
from shlex import quote

from falcon.asgi import Request

from domain.store.postgres.engine import run
from domain.store.postgres.owned import keys_of
from web.dashboard.screen import PageView, Values

# templates/static/dashboard/secret.js replaces this placeholder by the secret.
PLACEHOLDER = "hyd_status_YOUR_KEY"
NO_LEAF = "c_YOUR_COMPONENT"


class Keys(PageView):
    """`GET /dashboard/pages/:pageID/keys`."""

    template = "keys"
    tab = "keys"

    async def values(self, req: Request, **params: str) -> Values:
        """Return the keys and the examples."""
        page_context, frame = await self.fetch_page_context(req, params["page_id"])
        leaf = page_context.leaves[0].id if page_context.leaves else NO_LEAF
        return {
            **frame,
            "keys": await run(self.engine, keys_of, page_context.page.id),
            "examples": examples(f"{self.settings.base_url}/api/v1/status-api", leaf, frame["url"]),
            "placeholder": PLACEHOLDER,
        }


def examples(api: str, leaf: str, page_url: str | None) -> list[tuple[str, str]]:
    """Return examples of calls: a title and a shell command each."""
    component = {"component": leaf, "status": "outage"}
    incident = {"title": "API is down", "components": [component]}
    public = (
        [("Read what visitors see", f"curl {quote(page_url + 'status.json')}")] if page_url else []
    )
    return [
        ("Set a component status", curl(f"{api}/components/{leaf}/status", {"status": "degraded"})),
        ("Create an incident", curl(f"{api}/incidents", incident)),
        ("Read the current status", curl(f"{api}/status")),
        *public,
    ]


def curl(url: str, body: object = None) -> str:
    """Return a curl command that reads `url`, or posts `body` to it."""
    parts = [f"curl {quote(url)}", f"-H {quote(f'Authorization: Bearer {PLACEHOLDER}')}"]
    if body is not None:
        parts += ["-H 'Content-Type: application/json'", f"-d {quote(json.dumps(body))}"]
    return " \\\n  ".join(parts)


ROUTES = {"/dashboard/pages/{page_id}/keys": Keys}
