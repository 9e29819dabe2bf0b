"""Documentation of the page and settings operations."""

from dataclasses import fields

from domain.page.commands import ChangePage
from domain.page.settings import Appearance
from domain.status import Status
from web.api.audit_sentences import fixed_sentence, name_sentence
from web.api.domains.schemas import DOMAIN, MountView
from web.api.owner_resource import NewPage
from web.api.pages.answers import PLAIN, AccountStatus, CreatedPage, LatencyView, LogoView, Page
from web.api.pages.settings_schemas import BODY_BYTES, PageChange
from web.http.preconditions import ETAG_INPUT
from web.http.wire import Named
from web.openapi.describe import Example, Operation, Parameter, echo_of
from web.openapi.operations import PAGE, Names, Payload

TAG = "Pages"
HOST = "acme.hep.gg"
NO_WORDS = dict.fromkeys(map(str, Status))
WIRE_NAMES = dict(zip(Page.__struct_fields__, Page.__struct_encode_fields__, strict=True))
CREATED = {"id": PAGE, "name": "Acme", "host": HOST, "url": f"https://{HOST}/"}
PAGE_DATA = {
    **CREATED,
    "description": None,
    "isPublic": True,
    "timeZone": "Europe/Berlin",
    "labels": NO_WORDS | {"outage": "Down"},
    "headlines": NO_WORDS,
    "theme": {"mode": "dark", "accent": None, "header": None, "font": "system"},
    "links": [],
    **{WIRE_NAMES[name]: getattr(Appearance(), name) for name in PLAIN},
    "etag": "6bb1f0c7c2f0a9d4",
    "expiresAt": None,
    "createdAt": "2026-11-23T14:02:00.000Z",
    "logo": None,
    "suspended": False,
    "suspendedReason": None,
}
PIXEL = (  # a grey dot, 1 × 1
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mNoAAAAggCB2kUIOwAAAABJRU5ErkJggg=="
)
LOGO = {
    "url": f"https://{HOST}/logo/0123456789abcdef0123456789abcdef.png",
    "type": "image/png",
    "width": 1,
    "height": 1,
}
IF_MATCH = Parameter(
    "If-Match",
    ETAG_INPUT,
    "The `etag` of the settings that you have seen: 409 if they changed in the meantime.",
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
    note="It is hidden until it is made public. Without `timeZone` its days begin in UTC. 409: the"
    " subdomain is taken or reserved, or another account had it in the last 30 days. 429: an"
    " account's eleventh new subdomain within 24 hours.",
    body=NewPage,
    data=CreatedPage,
    status=201,
    refusals=("NO_FREE_SLOT", "EMAIL_UNVERIFIED", "CONFLICT"),
    examples=(Example("a page", body={"name": "Acme", "subdomain": "acme"}, data=CREATED),),
)
READ_PAGE = Operation(
    name="readPage",
    tag=TAG,
    summary="Read a page's settings.",
    data=Page,
    examples=(Example("a page", data=PAGE_DATA),),
)
CHANGE_PAGE = Operation(
    name="changePage",
    tag=TAG,
    summary="Change settings; absent fields stay.",
    note="The answer tells what was given; of a logo what `readPage` tells. `domain` goes alone"
    " and without `If-Match`: it is mounted, and primary once it is active. The body may have 112"
    " KiB here. 409: the settings are not those of `If-Match`, or the host can't be mounted.",
    body=PageChange,
    body_kib=BODY_BYTES // 1024,
    data=echo_of(PageChange, logo=LogoView | None, mount=MountView),
    parameters=(IF_MATCH,),
    refusals=("EMAIL_UNVERIFIED", "CONFLICT"),
    examples=(
        Example("make it public", body={"isPublic": True}, data={"id": PAGE, "isPublic": True}),
        Example(
            "look and labels",
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
        Example(
            "a logo",
            body={"logo": f"data:image/png;base64,{PIXEL}"},
            data={"id": PAGE, "logo": LOGO},
        ),
        Example(
            "a domain",
            body={"domain": "status.acme.com"},
            data={"id": PAGE, "domain": "status.acme.com", "mount": DOMAIN},
        ),
    ),
)
DELETE_PAGE = Operation(
    name="deletePage",
    tag=TAG,
    summary="Delete a page.",
    note="Its slot and its hosts are free, its keys stop working, its address answers 404.",
    data=Named,
    examples=(Example("a page", data={"id": PAGE}),),
)
READ_LATENCY = Operation(
    name="readLatency",
    tag=TAG,
    summary="Read how long writes of the last 30 days took from acknowledged to published.",
    note="Days are those of the page's zone that had writes; without any the figures are null. Of a"
    " page with more than 20,000 writes the last so many count; the clock's own do not.",
    data=LatencyView,
    examples=(
        Example(
            "one day",
            data={
                "p50Ms": 14,
                "p99Ms": 61,
                "count": 12,
                "days": [{"day": "2026-11-23", "p50Ms": 14, "p99Ms": 61, "count": 12}],
            },
        ),
    ),
)

COMMON_NAMES = {
    "name": "name", "description": "description", "time_zone": "time zone", "logo": "logo",
    "labels": "labels", "headlines": "headlines", "mode": "theme", "accent": "accent",
    "look": "look", "show_uptime": "uptime", "show_footer": "footer", "is_public": "visibility",
    "show_latency": "speed of updates", "noindex": "search engines", "show_checklist": "checklist",
}  # fmt: skip
# Any other setting is called by its field.
SETTING_NAMES = COMMON_NAMES | {
    field.name: field.name.replace("_", " ")
    for field in fields(ChangePage)
    if field.name not in {"etag", *COMMON_NAMES}
}


def settings_sentence(payload: Payload, _: Names) -> str:
    """Return the names of the settings in a change."""
    changes = [field for field in SETTING_NAMES if payload.get(field) is not None]
    if changes == ["is_public"]:
        return "Made the page public" if payload["is_public"] else "Hid the page"
    return f"Changed the settings: {', '.join(SETTING_NAMES[field] for field in changes)}"


SENTENCES = {
    "AddPage": name_sentence("Asked for the page", "name"),
    "RemovePage": fixed_sentence("Asked to delete the page"),
    "ChangePage": settings_sentence,
}
