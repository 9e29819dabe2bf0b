"""An owner's pages and their settings."""

from typing import Annotated

from msgspec import Meta

from web.bodies.owner import NewPage
from web.bodies.settings import PageChange
from web.describe import Example, Given, Operation
from web.operations.places import PAGE
from web.views.account import AccountStatus
from web.views.pages import ChangedPage, CreatedPage, Page
from web.views.wire import Named

TAG = "Pages"
HOST = "acme.hep.gg"
NO_WORDS = dict.fromkeys(("operational", "maintenance", "degraded", "partial", "outage"))
CREATED = {"id": PAGE, "name": "Acme", "host": HOST, "url": f"https://{HOST}/"}
PAGE_DATA = {
    **CREATED,
    "description": None,
    "isPublic": True,
    "timeZone": "Europe/Berlin",
    "labels": NO_WORDS | {"outage": "Down"},
    "headlines": NO_WORDS,
    "theme": {"mode": "dark", "accent": None},
    "showUptime": True,
    "showFooter": True,
    "etag": "6bb1f0c7c2f0a9d4",
    "expiresAt": None,
    "createdAt": "2026-11-23T14:02:00.000Z",
    "logo": None,
    "suspended": False,
    "suspendedReason": None,
}
ONE_ETAG = Meta(extra_json_schema={"pattern": r'^("?[A-Za-z0-9_.+/=-]{1,64}"?|\*)$'})
IF_MATCH = Given(
    "If-Match",
    Annotated[str, ONE_ETAG],
    "The `etag` of the settings that you have seen: 409 if they changed meanwhile.",
    "*",
    "header",
)

ACCOUNT = {
    "tier": "free",
    "tierUntil": None,
    "capacity": 1,
    "balance": 0,
    "slots": [],
    "warnings": [],
    "pages": [PAGE_DATA],
}

LIST_PAGES = Operation(
    name="listPages",
    tag=TAG,
    summary="List the account's pages, oldest first, and what it pays for.",
    data=AccountStatus,
    examples=(Example("one page", data=ACCOUNT),),
)
CREATE_PAGE = Operation(
    name="createPage",
    tag=TAG,
    summary="Create a page, on a subdomain of the base if one is asked for.",
    note="It is hidden until it is made public. 409: the subdomain is taken or reserved.",
    body=NewPage,
    data=CreatedPage,
    status=201,
    refusals=("NO_FREE_SLOT", "CONFLICT"),
    examples=(Example("a page", body={"name": "Acme", "subdomain": "acme"}, data=CREATED),),
)
READ_PAGE = Operation(
    name="readPage",
    tag=TAG,
    summary="Tell a page's settings.",
    data=Page,
    examples=(Example("a page", data=PAGE_DATA),),
)
CHANGE_PAGE = Operation(
    name="changePage",
    tag=TAG,
    summary="Change settings; what is not given stays.",
    note="The answer tells what was given. 409: the settings are not those of `If-Match`.",
    body=PageChange,
    data=ChangedPage,
    given=(IF_MATCH,),
    refusals=("CONFLICT",),
    examples=(
        Example("make it public", body={"isPublic": True}, data={"id": PAGE, "isPublic": True}),
        Example(
            "look and words",
            body={
                "timeZone": "Europe/Berlin",
                "labels": {"outage": "Down"},
                "theme": {"mode": "dark"},
            },
            data={
                "id": PAGE,
                "timeZone": "Europe/Berlin",
                "labels": {"outage": "Down"},
                "theme": {"mode": "dark"},
            },
        ),
    ),
)
DELETE_PAGE = Operation(
    name="deletePage",
    tag=TAG,
    summary="Delete a page.",
    note="Its place and its hosts are free, its keys open nothing, its address answers 404.",
    data=Named,
    examples=(Example("a page", data={"id": PAGE}),),
)
