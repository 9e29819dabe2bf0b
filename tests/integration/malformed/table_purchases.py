"""The table of refused requests, continued: trades and the ledger."""

from tests.integration.malformed.table import Row, ada, refused, wrong

LEDGER = "/api/v1/status/purchases"
TRADE = f"{LEDGER}/trade"


def trade(name: str, body: object, field: str | None = "slot", **more: object) -> Row:
    return ada(f"trade of {name}", "POST", TRADE, body, field, **more)


def ledger(name: str, query: str, field: str) -> Row:
    return Row(f"ledger: {name}", "GET", f"{LEDGER}?{query}", b"", field=field, who="Ada")


PURCHASES = (
    trade("a number", {"slot": 7}),
    trade("a list", {"slot": ["s_1"]}),
    trade("a blank", {"slot": " \t"}),
    trade("NUL", {"slot": "s_\0"}),
    trade("a very long id", {"slot": "s" * 65}),
    trade("one field more", {"tokens": 480}, "tokens"),
    trade("a text", "s_1", None),
    trade("nothing in the account", {}, None, status=402, code="INSUFFICIENT_TOKENS", logged=True),
    Row("trade: no body", "POST", TRADE, b"", who="Ada"),
    Row("trade: nobody", "POST", TRADE, b"{}", 401, "NO_SESSION", who="nobody"),
    Row("trade: a key", "POST", TRADE, b"{}", 401, "NO_SESSION", who="Mon"),
    refused("renewal of an unknown slot", TRADE, {"slot": "s_nobody"}, "Ada"),
    refused("renewal of a page", TRADE, {"slot": "<page>"}, "Ada"),
    ledger("limit of a word", "limit=all", "limit"),
    ledger("limit of nothing", "limit=0", "limit"),
    ledger("limit too high", "limit=101", "limit"),
    ledger("cursor of a word", "cursor=nowhere", "cursor"),
    ledger("cursor of no number", "cursor=YWJj", "cursor"),
    ledger("cursor beyond any", "cursor=" + "OTk5" * 8, "cursor"),
    ledger("cursor of other digits", "cursor=2aHZog==", "cursor"),
    Row("ledger: nobody", "GET", LEDGER, b"", 401, "NO_SESSION", who="nobody"),
    wrong("DELETE", LEDGER, "Ada"),
    wrong("GET", TRADE, "Ada"),
)
