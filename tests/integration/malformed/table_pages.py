"""The table of refused requests, continued: settings of a page, and changes of its tree."""

from typing import Any

from tests.integration.malformed.table import PAGE, Row, ada, refused
from tests.integration.malformed.table_incidents import NO_BOOL, NO_TEXT, each


def setting(name: str, body: Any, field: str | None = None, **more: Any) -> Row:
    """Settings that can't be taken over."""
    return ada(f"setting {name}", "PATCH", PAGE, body, field, **more)


def move(name: str, body: Any, field: str | None = None, of: str = "<leaf>", **more: Any) -> Row:
    """A change of a component that can't be made."""
    return ada(f"move {name}", "PATCH", f"{PAGE}/components/{of}", body, field, **more)


PAGES = (
    setting("null alone", {"timeZone": None}),
    setting("an empty theme", {"theme": {}}),
    setting("a zone that is none", {"timeZone": "Mars/Base"}, "timeZone"),
    setting("a zone in small letters", {"timeZone": "europe/berlin"}, "timeZone"),
    setting("a zone upwards", {"timeZone": "../../etc/passwd"}, "timeZone"),
    setting("description too long", {"description": "x" * 1001}, "description"),
    setting("labels a list", {"labels": []}, "labels"),
    setting("label of nothing", {"labels": {"down": "x"}}, "labels.down"),
    setting("label too long", {"labels": {"outage": "x" * 41}}, "labels.outage"),
    setting("label a number", {"labels": {"outage": 7}}, "labels.outage"),
    setting("label with NUL", {"labels": {"outage": "\0"}}, "labels"),
    setting("headline too long", {"headlines": {"outage": "x" * 81}}, "headlines.outage"),
    setting("mode unknown", {"theme": {"mode": "pink"}}, "theme.mode"),
    setting("accent a name", {"theme": {"accent": "red"}}, "theme.accent"),
    setting("accent with a newline", {"theme": {"accent": "#00000\n"}}, "theme.accent"),
    setting("accent of other digits", {"theme": {"accent": "#" + "\u0660" * 6}}, "theme.accent"),
    setting("accent a number", {"theme": {"accent": 0}}, "theme.accent"),
    setting("theme of one field more", {"theme": {"font": "x"}}, "theme.font"),
    setting("showFooter a text", {"showFooter": "no"}, "showFooter"),
    setting("showLatency a text", {"showLatency": "no"}, "showLatency"),
    setting("for a list of etags", {"name": "x"}, headers=(("If-Match", '"a", "b"'),)),
    setting("for a weak etag", {"name": "x"}, headers=(("If-Match", 'W/"a"'),)),
    setting(
        "for other settings",
        {"name": "x"},
        headers=(("If-Match", '"a"'),),
        status=409,
        code="CONFLICT",
        logged=True,
    ),
    move("nothing", {}),
    move("nulls alone", {"name": None, "position": None}),
    move("name too long", {"name": "x" * 101}, "name"),
    move("position below zero", {"position": -1}, "position"),
    move("kind", {"kind": "category"}, "kind"),
    move("status unknown", {"status": "up"}, "status"),
    move("no status", {"status": None}, "status", logged=True),
    move("parent a number", {"parent": 7}, "parent"),
    move("parent a leaf", {"parent": "<leaf>"}, "parent", logged=True),
    move("parent unknown", {"parent": "c_nobody"}, "parent", logged=True),
    move("parent on another page", {"parent": "<bo_category>"}, "parent", logged=True),
    move("parent itself", {"parent": "<category>"}, "parent", "<category>", logged=True),
    setting("for an empty etag", {"name": "x"}, headers=(("If-Match", ""),)),
    refused("move of an unknown node", f"{PAGE}/components/c_x", {"name": "x"}, "Ada", "PATCH"),
    refused("move of another's", f"{PAGE}/components/<bo_leaf>", {"name": "x"}, "Ada", "PATCH"),
    refused("deletion of another's", f"{PAGE}/components/<bo_leaf>", None, "Ada", "DELETE"),
)
NO_OBJECT = (("a number", 7), ("a text", "x"), ("true", True), ("a list", [{}]))
LEAF = f"{PAGE}/components/<leaf>"
TYPES = (
    *(
        row
        for fields, wrong in (
            (("name", "description", "timeZone"), NO_TEXT),
            (("isPublic", "showUptime", "showFooter", "showLatency"), NO_BOOL),
            (("labels", "headlines", "theme"), NO_OBJECT),
        )
        for field in fields
        for row in each("setting", "PATCH", PAGE, {}, field, wrong)
    ),
    *(
        row
        for field in ("name", "description", "parent", "status")
        for row in each("move", "PATCH", LEAF, {}, field, NO_TEXT)
    ),
    *each("move", "PATCH", LEAF, {}, "showUptime", NO_BOOL),
    *each(
        "move", "PATCH", LEAF, {}, "position", (("huge", 10**400), ("a text", "1"), ("1.5", 1.5))
    ),
)
