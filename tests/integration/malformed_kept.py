"""The table of refused requests, continued: what owners keep beside their incidents."""

from typing import Any

from tests.integration.malformed import PAGE, Row, ada, missing, refused, wrong

TEMPLATES = f"{PAGE}/templates"
ONE = f"{TEMPLATES}/<template>"


def template(what: str, field: str | None, **given: Any) -> Row:
    """A template that can't be added."""
    return ada(f"template {what}", "POST", TEMPLATES, {"title": "x", **given}, field)


def change(name: str, body: Any, field: str | None = None, **more: Any) -> Row:
    """A change of an incident's template that can't be made."""
    return ada(f"template change {name}", "PATCH", ONE, body, field, **more)


KEPT = (
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
    wrong("POST", "/api/v1/status/templates", "Ada"),
    wrong("PUT", TEMPLATES, "Ada"),
    wrong("GET", ONE, "Ada"),
)
