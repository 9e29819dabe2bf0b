"""The table of refused requests, continued: what owners keep beside their incidents."""

from typing import Any

from tests.integration.malformed.table import PAGE, Row, ada, js, missing, refused, wrong

TEMPLATES = f"{PAGE}/templates"
ONE = f"{TEMPLATES}/<template>"


def template(what: str, field: str | None, **given: Any) -> Row:
    """A template that can't be added."""
    return ada(f"template {what}", "POST", TEMPLATES, {"title": "x", **given}, field)


def change(name: str, body: Any, field: str | None = None, **more: Any) -> Row:
    """A change of an incident's template that can't be made."""
    return ada(f"template change {name}", "PATCH", ONE, body, field, **more)


def logo(what: str, given: Any, **more: Any) -> Row:
    """A logo that is none."""
    return ada(f"logo {what}", "PATCH", PAGE, {"logo": given}, "logo", **more)


SVG = "data:image/svg+xml;base64,PHN2Zy8+"
GIF = "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
HUGE_PNG = "iVBORw0KGgoAAAANSUhEUgAAEAEAAAABCAYAAAAAAAAA"
EMPTY_PNG = "iVBORw0KGgoAAAANSUhEUgAAAAAAAAABCAYAAAAAAAAA"
LOGOS = (
    logo("a number", 7),
    logo("a list", ["x"]),
    logo("empty", ""),
    logo("blank", "  "),
    logo("of no base64", "x!"),
    logo("cut short", "iVBORw0KGgo"),
    logo("of other base64", "_-__"),
    logo("an address", "https://example.com/logo.png"),
    logo("a file", "file:///etc/passwd"),
    logo("an SVG", SVG),
    logo("a GIF", GIF),
    logo("an SVG that says PNG", SVG.replace("svg+xml", "png")),
    logo("too wide", HUGE_PNG),
    logo("of no width", EMPTY_PNG),
    logo("with NUL", "iVBO\0"),
    logo("too heavy", "iVBO" + "A" * 90_000),
    Row(
        "logo: body too large", "PATCH", PAGE, js({"logo": "A" * 120_000}), 413, "TOO_LARGE",
        who="Ada",
    ),
    ada("name of a body for logos", "POST", TEMPLATES, {"title": "A" * 70_000}, status=413,
        code="TOO_LARGE"),
)  # fmt: skip
KEPT = (
    *LOGOS,
    template("without title", "title", title=None),
    template("title blank", "title", title=" "),
    template("title too long", "title", title="x" * 201),
    template("name too long", "name", name="x" * 101),
    template("body too long", "body", body="x" * 10_001),
    template("body with NUL", "body", body="\0"),
    template("state unknown", "state", state="fixed"),
    template("state scheduled", "state", state="scheduled"),
    template("impact unknown", "impact", impact="huge"),
    template("kind unknown", "kind", kind="leaf"),
    template("kind a number", "kind", kind=7),
    template("maintenance with a state", "state", kind="maintenance", state="resolved"),
    template("maintenance with an impact", "impact", kind="maintenance", impact="none"),
    template("field unknown", "colour", colour="red"),
    template("of another page", "page", page="<bo_page>"),
    change("nothing", {}),
    change("nulls alone", {"title": None, "kind": None}),
    change("state scheduled", {"state": "scheduled"}, "state"),
    change("impact of a maintenance", {"kind": "maintenance", "impact": "none"}, "impact"),
    change("field unknown", {"id": "t_x"}, "id"),
    refused("change of an unknown template", f"{TEMPLATES}/t_x", {"title": "x"}, "Ada", "PATCH"),
    refused("deletion of an unknown template", f"{TEMPLATES}/t_x", None, "Ada", "DELETE"),
    missing("another's templates", "/api/v1/status/<bo_page>/templates", "Ada"),
    missing("templates of an account", "/api/v1/status/<account>/templates", "Ada"),
    *(
        ada(f"audit {name}", "GET", f"{PAGE}/audit?{query}", None, query.partition("=")[0])
        for name, query in (
            ("limit none", "limit=0"),
            ("limit too large", "limit=101"),
            ("limit a word", "limit=all"),
            ("cursor a word", "cursor=x"),
            ("cursor of an incident", "cursor=MjAyNi0wMS0wMSBpX3g="),
            ("cursor below zero", "cursor=LTEgLTE="),
            ("cursor beyond any", "cursor=" + "OTk5" * 16),
            ("cursor in Unicode", "cursor=%C3%A9"),
        )
    ),
    missing("another's audit", "/api/v1/status/<bo_page>/audit", "Ada"),
    missing("an account's audit", "/api/v1/status/<account>/audit", "Ada"),
    wrong("POST", f"{PAGE}/audit", "Ada"),
    missing("another's preview", "/api/v1/status/<bo_page>/preview", "Ada"),
    missing("an account's preview", "/api/v1/status/<account>/preview", "Ada"),
    missing("a logo of nobody", f"/logo/{'0' * 32}.png", "Ada"),
    wrong("DELETE", f"{PAGE}/preview", "Ada"),
    wrong("POST", "/api/v1/status/templates", "Ada"),
    wrong("PUT", TEMPLATES, "Ada"),
    wrong("GET", ONE, "Ada"),
)
