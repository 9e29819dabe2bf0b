"""The table of refused requests, continued: an owner's incidents, maintenances and updates."""

from base64 import urlsafe_b64encode
from typing import Any

from tests.integration.malformed.table import PAGE, Row, js
from web.api.pages.settings_schemas import BODY_BYTES

LISTED = f"{PAGE}/incidents"
ONE, WINDOW = f"{LISTED}/<incident>", f"{LISTED}/<window>"
SAY = f"{ONE}/updates"
WORDS = f"{LISTED}/<told_incident>/updates/<update>"
PLAN = {
    "kind": "maintenance",
    "title": "x",
    "scheduledStart": "2090-01-01T00:00:00Z",
    "scheduledEnd": "2090-01-02T00:00:00Z",
}
ROUTES = (("open", "POST", LISTED), ("change", "PATCH", ONE), ("say", "POST", SAY),
          ("words", "PATCH", WORDS), ("setting", "PATCH", PAGE))  # fmt: skip

NO_TEXT = (("a number", 7), ("true", True), ("a list", ["x"]), ("an object", {"x": "x"}),
           ("beyond any number", 10**400), ("with NUL", "a\0"))  # fmt: skip
NO_WORD = (*NO_TEXT, ("unknown", "huge"), ("blank", ""), ("with a blank", " major"))
NO_BOOL = (("a text", "true"), ("one", 1), ("zero", 0), ("a list", []), ("an object", {}))
NO_INSTANT = (
    *NO_TEXT,
    ("blank", ""),
    ("a word", "yesterday"),
    ("a day", "2026-01-01"),
    ("a clock's time", "12:00:00Z"),
    ("in seconds", "1767225600"),
    ("naive", "2026-01-01T00:00:00"),
    ("with a zone's name", "2026-01-01T00:00:00 Europe/Berlin"),
    ("of month 13", "2026-13-01T00:00:00Z"),
    ("of February 30", "2026-02-30T00:00:00Z"),
    ("of hour 25", "2026-01-01T25:00:00Z"),
    ("of minute 60", "2026-01-01T00:60:00Z"),
    ("of an offset of 99 hours", "2026-01-01T00:00:00+99:00"),
    ("of an offset of 99 minutes", "2026-01-01T00:00:00+00:99"),
    ("of year 0", "0000-01-01T00:00:00Z"),
    ("of year 1", "0001-01-01T00:00:00Z"),
    ("before year 1", "0001-01-01T00:00:00+23:59"),
    ("of year 1999", "1999-12-31T23:59:59.999Z"),
    ("of year 9999", "9999-12-31T23:59:59.999999Z"),
    ("after year 9999", "9999-12-31T23:59:59-23:59"),
    ("of year 10000", "10000-01-01T00:00:00Z"),
    ("before Christ", "-0001-01-01T00:00:00Z"),
)
SOME_INSTANT = NO_INSTANT[::4]  # the same decoder reads them all
NO_COMPONENTS = (
    ("a text", "API", "components"),
    ("a number", 7, "components"),
    ("an object", {"component": "API", "status": "outage"}, "components"),
    ("of null", [None], "components[0]"),
    ("of a number", [7], "components[0]"),
    ("of a list", [["API"]], "components[0]"),
    ("of NUL", ["A\0"], "components"),
    ("of a number's name", [{"component": 7}], "components[0].component"),
    ("of nothing", [{}], "components[0].component"),
    ("of a strange field", [{"component": "API", "colour": 1}], "components[0].colour"),
)
NO_STATUSES = (
    ("of a blank name", [{"component": " ", "status": "outage"}], "components[0].component"),
    ("of no name", [{"component": "\u200b", "status": "outage"}], "components[0].component"),
    ("a name alone", ["API"], "components[0]"),
    ("without status", [{"component": "API"}], "components[0].status"),
    ("of a status unknown", [{"component": "API", "status": "down"}], "components[0].status"),
    ("of a status null", [{"component": "API", "status": None}], "components[0].status"),
    ("of a status list", [{"component": "API", "status": []}], "components[0].status"),
    ("one too many", [{"component": "API", "status": "outage"}] * 501, "components"),
)


def row(name: str, method: str, path: str, body: Any, field: str | None, **more: Any) -> Row:
    given = body if isinstance(body, bytes) else js(body)
    return Row(f"case: {name}", method, path, given, field=field, **{"who": "Ada"} | more)


def each(name: str, method: str, path: str, rest: Any, field: str, wrong: Any) -> list[Row]:
    """A row for every value that a field can't have, beside a rest that is well."""
    return [
        row(f"{name} {field} {how}", method, path, {**rest, field: value}, field)
        for how, value in wrong
    ]


def lists(name: str, path: str, rest: Any, wrong: Any) -> list[Row]:
    return [
        row(f"{name} components {how}", "POST", path, {**rest, "components": value}, field)
        for how, value, field in wrong
    ]


def late(name: str, method: str, path: str, body: Any, field: str | None, **more: Any) -> Row:
    """What only the log can refuse, for it knows the page."""
    return row(name, method, path, body, field, logged=True, **more)


def nobody(name: str, method: str, path: str, body: Any) -> Row:
    return late(f"{name} there is none", method, path, body, None, status=404, code="NOT_FOUND")


OPENED = (
    *each("open", "POST", LISTED, {}, "title", (*NO_TEXT, ("null", None), ("blank", " \n"))),
    *each("open", "POST", LISTED, {"title": "x"}, "kind", (*NO_WORD[:-2], ("big", "Incident"))),
    *each("open", "POST", LISTED, {"title": "x"}, "body", (*NO_TEXT, ("too long", "é" * 10_001))),
    *each("open", "POST", LISTED, {"title": "x"}, "impact", NO_WORD),
    *each("open", "POST", LISTED, {"title": "x"}, "state", (*NO_WORD, ("planned", "scheduled"))),
    *each("open", "POST", LISTED, {"title": "x"}, "startedAt", NO_INSTANT),
    *lists("open", LISTED, {"title": "x"}, (*NO_STATUSES, *NO_COMPONENTS[:-1])),
    row("open title too long", "POST", LISTED, {"title": "x" * 201}, "title"),
    row("open kind too long", "POST", LISTED, {"title": "x", "kind": "x" * 5_000}, "kind"),
    *each("open", "POST", LISTED, {"title": "x"}, "scheduledStart", (("on it", "2090-01-01"),)),
    *each("open", "POST", LISTED, {"title": "x"}, "autoEnd", (("on it", True),)),
    *each("open", "POST", LISTED, {"title": "x"}, "id", (("of its own", "i_x"),)),
    late("open tomorrow", "POST", LISTED,
         {"title": "x", "startedAt": "2099-01-01T00:00:00Z"}, "startedAt"),
)  # fmt: skip
PLANNED = (
    *each("plan", "POST", LISTED, PLAN, "scheduledStart", (*NO_INSTANT, ("null", None))),
    *each("plan", "POST", LISTED, PLAN, "scheduledEnd", (*SOME_INSTANT, ("null", None))),
    *each("plan", "POST", LISTED, PLAN, "autoStart", NO_BOOL),
    *each("plan", "POST", LISTED, PLAN, "autoEnd", NO_BOOL),
    *each("plan", "POST", LISTED, PLAN, "title", (*NO_TEXT, ("null", None))),
    *each("plan", "POST", LISTED, PLAN, "body", NO_TEXT),
    *lists(
        "plan",
        LISTED,
        PLAN,
        (
            *NO_COMPONENTS,
            ("blank", [" "], "components[0]"),
            ("of what nobody sees", ["API", "\u200b"], "components[1]"),
            ("of a blank name", [{"component": " "}], "components[0]"),
        ),
    ),
    *each("plan", "POST", LISTED, PLAN, "impact", (("of its own", "minor"),)),
    *each("plan", "POST", LISTED, PLAN, "state", (("of its own", "scheduled"),)),
    *each("plan", "POST", LISTED, PLAN, "startedAt", (("of its own", "2026-01-01T00:00:00Z"),)),
    *(
        late(f"plan {name}", "POST", LISTED, {**PLAN, "scheduledEnd": end}, "scheduledEnd")
        for name, end in (
            ("of no time", PLAN["scheduledStart"]),
            ("backwards", "2089-12-31T23:59:59.999Z"),
            ("backwards by an offset", "2090-01-01T01:00:00+02:00"),
            ("of no millisecond", "2090-01-01T00:00:00.000999Z"),
        )
    ),
)
CHANGED = (
    *each("change", "PATCH", ONE, {}, "title", (*NO_TEXT, ("too long", "x" * 201))),
    *each("change", "PATCH", ONE, {}, "impact", NO_WORD),
    *each("change", "PATCH", ONE, {}, "startedAt", SOME_INSTANT),
    *each("change", "PATCH", WINDOW, {}, "scheduledStart", SOME_INSTANT),
    *each("change", "PATCH", WINDOW, {}, "scheduledEnd", SOME_INSTANT),
    *each("change", "PATCH", WINDOW, {}, "autoStart", NO_BOOL),
    *each("change", "PATCH", WINDOW, {}, "autoEnd", NO_BOOL),
    *each("change", "PATCH", WINDOW, {}, "state",
          (*NO_WORD, ("scheduled", "scheduled"), ("monitoring", "monitoring"))),
    *each("change", "PATCH", WINDOW, {"title": "x"}, "state", (("in company", "resolved"),)),
    *each("change", "PATCH", ONE, {}, "kind", (("to another", "maintenance"),)),
    *each("change", "PATCH", ONE, {}, "components", (("at all", []),)),
    *each("change", "PATCH", ONE, {}, "resolvedAt", (("at all", "2026-01-01T00:00:00Z"),)),
    row("change nothing", "PATCH", ONE, {}, None),
    row("change nulls alone", "PATCH", ONE, {"title": None, "state": None, "autoEnd": None}, None),
    row("change a title to nothing", "PATCH", ONE, {"title": " "}, None),
    late("change to tomorrow", "PATCH", ONE, {"startedAt": "2099-01-01T00:00:00Z"}, "startedAt"),
    late("change of no plan", "PATCH", ONE, {"scheduledEnd": "2090-01-01T00:00:00Z"},
         "scheduledEnd"),
    late("change of no clock", "PATCH", ONE, {"autoStart": False}, "autoStart"),
    late("change of a window's start", "PATCH", WINDOW, {"startedAt": "2026-01-01T00:00:00Z"},
         "startedAt"),
    late("change backwards", "PATCH", WINDOW, {"scheduledEnd": "2080-01-01T00:00:00Z"},
         "scheduledEnd"),
    late("change past its end", "PATCH", WINDOW, {"scheduledStart": "2098-01-01T00:00:00Z"},
         "scheduledEnd"),
    late("finish what waits", "PATCH", WINDOW, {"state": "resolved"}, None, status=409,
         code="CONFLICT"),
    nobody("change where", "PATCH", f"{LISTED}/i_nobody", {"title": "y"}),
    nobody("change on Bo's where", "PATCH", f"{LISTED}/<bo_incident>", {"title": "y"}),
    nobody("start where", "PATCH", f"{LISTED}/i_nobody", {"state": "in_progress"}),
    nobody("finish where", "PATCH", f"{LISTED}/i_nobody", {"state": "resolved"}),
    nobody("finish on Bo's where", "PATCH", f"{LISTED}/<bo_incident>", {"state": "resolved"}),
    late("start an incident", "PATCH", ONE, {"state": "in_progress"}, "state"),
    late("finish an incident", "PATCH", ONE, {"state": "resolved"}, "state"),
    nobody("delete where", "DELETE", f"{LISTED}/<bo_incident>", b""),
    row("NUL in an id", "PATCH", f"{LISTED}/i%00", {"title": "y"}, None),
)  # fmt: skip
SAID = (
    *each("say", "POST", SAY, {}, "state", (*NO_WORD, ("null", None))),
    *each("say", "POST", SAY, {"state": "monitoring"}, "body", (*NO_TEXT, ("long", "x" * 10_001))),
    *lists("say", SAY, {"state": "monitoring"}, (*NO_STATUSES, *NO_COMPONENTS)),
    *each("say", "POST", SAY, {"state": "monitoring"}, "occurredAt", (("at all", "2026-01-01"),)),
    row("say nothing", "POST", SAY, {}, "state"),
    late("say of an incident that it waits", "POST", SAY, {"state": "scheduled"}, "state"),
    late("say of what waits that it is down", "POST", f"{WINDOW}/updates",
         {"state": "scheduled", "components": [{"component": "API", "status": "outage"}]},
         "components"),
    nobody("say where", "POST", f"{LISTED}/i_nobody/updates", {"state": "resolved"}),
    nobody("say on Bo's where", "POST", f"{LISTED}/<bo_incident>/updates", {"state": "resolved"}),
    *each("words", "PATCH", WORDS, {}, "body",
          (*NO_TEXT, ("null", None), ("blank", " "), ("too long", "x" * 10_001))),
    *each("words", "PATCH", WORDS, {"body": "x"}, "state", (("as well", "resolved"),)),
    nobody("words where", "PATCH", f"{SAY}/u_nobody", {"body": "x"}),
    nobody("words of another's where", "PATCH", f"{SAY}/<update>", {"body": "x"}),
    nobody("words to delete where", "DELETE", f"{SAY}/<update>", b""),
)  # fmt: skip
SHAPES = tuple(
    row(f"{name} {how}", method, path, raw, None, **more)
    for name, method, path in ROUTES
    for how, raw, more in (
        *((f"top level {raw}", raw.encode(), {}) for raw in ("[]", '"x"', "1", "null", "true")),
        ("empty", b"", {}),
        ("cut short", b'{"title": "x"', {}),
        ("half a pair", rb'{"title": "\ud800", "body": "\ud800", "name": "\ud800"}', {}),
        ("half a pair as a field", rb'{"\udfff": 1}', {}),
        ("deep", b'{"a":' * 5_000 + b"1" + b"}" * 5_000, {}),
        ("deep lists", b'{"components":' + b"[" * 20_000 + b"]" * 20_000 + b"}", {}),
        ("beyond any number", b'{"title": 1e999, "body": 1e999}', {}),
        ("of a long number", b'{"extra": ' + b"9" * 20_000 + b"}", {}),
        ("too large", b" " * (BODY_BYTES + 1), {"status": 413, "code": "TOO_LARGE"}),
    )
)


def cursor(at: str, of: str = "i_x") -> str:
    return urlsafe_b64encode(f"{at} {of}".encode()).decode()


ASKED = tuple(
    Row(f"list: {name}", "GET", f"{LISTED}?{query}", b"", field=query.partition("=")[0], who="Ada")
    for name, query in (
        *((f"limit {n}", f"limit={n}") for n in ("", "0", "-1", "101", "1.5", "1e1", "%D9%A3")),
        ("limit of a million digits", "limit=" + "1" * 5_000),
        *((f"kind {word}", f"kind={word}") for word in ("", "Incident", "all", "%00")),
        ("cursor blank", "cursor="),
        ("cursor no base64", "cursor=%F0%9F%92%A9"),
        ("cursor of bytes", "cursor=_____w=="),
        ("cursor naive", f"cursor={cursor('2026-01-01T00:00:00')}"),
        ("cursor with NUL", f"cursor={cursor('2026-01-01T00:00:00+00:00', chr(0))}"),
        ("cursor of an offset of 23 hours", f"cursor={cursor('2026-01-01T00:00:00%2B23:59')}"),
    )
)
CASES = (*OPENED, *PLANNED, *CHANGED, *SAID, *SHAPES, *ASKED)
