"""The share view of a page: badges, embed, feeds and JSON, ready to copy."""

from html import escape
from shlex import quote

from falcon.asgi import Request

from domain.artifacts import THEMES
from domain.page import tree
from domain.runtime.badge import STYLES, clean_text
from web.dashboard.document import FRAMED
from web.dashboard.screen import PageView, Values

FRAME_HEIGHT = 68  # pixels: two lines, as on a phone
FEEDS = (
    ("Atom", "history.atom"),
    ("RSS", "history.rss"),
    ("JSON Feed", "feed.json"),
    ("Calendar of maintenances", "calendar.ics"),
)
DOCUMENTS = (
    ("Status of the page and its components", "status.json"),
    ("Statuspage summary, version 2", "api/v2/summary.json"),
)


class Share(PageView):
    """`GET /dashboard/pages/:pageID/share`."""

    template = "share"
    tab = "share"

    async def values(self, req: Request, **params: str) -> Values:
        """Return the addresses of all that others can read or show."""
        page_context, frame = await self.fetch_page_context(req, params["page_id"])
        page, url, nodes = page_context.page, frame["url"], tree.walk(page_context.children)
        is_served = page.is_public and not page.is_suspended and not frame["is_dark"]
        return {
            **frame,
            FRAMED: url,
            "is_served": is_served,
            "nodes": [(node, tree.group_of(path)) for node, path in nodes],
            "styles": STYLES,
            "themes": THEMES,
            "feeds": FEEDS,
            "frame_height": FRAME_HEIGHT,
            **(snippets(url, page.name) if url else {}),
        }


def snippets(url: str, name: str) -> Values:
    """Return the texts to copy: for the embed, and a command for each document."""
    return {
        "embed": embed_snippet(url, f"{clean_text(name)} status"),
        "script": HEIGHT_SCRIPT % {"address": f"{url}embed"},
        "calls": [(title, f"curl {quote(url + path)}") for title, path in DOCUMENTS],
    }


def embed_snippet(url: str, title: str) -> str:
    """Return the HTML of an iframe with the embed."""
    return (
        f'<iframe src="{url}embed" title="{escape(title)}" height="{FRAME_HEIGHT}" loading="lazy"'
        ' style="width:100%;border:0;border-radius:10px"></iframe>'
    )


# The message holds a height only; whose it is says its source.
HEIGHT_SCRIPT = """<script>
addEventListener("message", ({ data, source }) => {
  if (data?.type !== "hepstatus:height") return;
  for (const frame of document.querySelectorAll('iframe[src^="%(address)s"]'))
    if (frame.contentWindow === source) frame.height = Math.min(+data.height || 0, 400);
});
</script>"""

ROUTES = {"/dashboard/pages/{page_id}/share": Share}
