"""The description of the owner's list of subscribers and of deliveries."""

from typing import Annotated

from msgspec import Meta

from domain.notifications.choices import Channel
from domain.store.postgres.notifications.delivery_report import DeliveryStatus
from web.api.incidents.docs import INCIDENT
from web.api.subscribers import owner_schemas as s
from web.http.wire import Id, Named
from web.openapi.describe import Example, Operation, Parameter, PathParameter
from web.openapi.operations import LIMIT_PARAMETER, TAIL, cursor_of

TAG = "Subscribers"
SUBSCRIBER = "b_" + TAIL.format("v")
DELIVERY = "d_" + TAIL.format("w")
IMPORT_KIB = 512
SEARCH_SHORTEST, SEARCH_LIMIT = 2, 254
PATH_PARAMETERS = {
    "sid": PathParameter("subscriberId", "A subscriber of the page.", SUBSCRIBER),
    "did": PathParameter("deliveryId", "A delivery of the page.", DELIVERY),
}
HOOK = {"channel": "webhook", "address": "https://api.example.com/hooks/status"}
LISTED = {
    "id": SUBSCRIBER,
    "channel": "webhook",
    "address": "api.example.com/…atus",
    "components": None,
    "incident": None,
    "kinds": "all",
    "impact": "none",
    "updates": "all",
    "source": "owner",
    "createdAt": "2026-11-23T14:02:00.000Z",
    "consentedAt": None,
    "confirmedAt": None,
    "quarantinedAt": None,
    "quarantineReason": None,
}
LIST_SUBSCRIBERS = Operation(
    name="listSubscribers",
    tag=TAG,
    summary="List the page's subscribers, newest first.",
    data=s.SubscriberList,
    parameters=(
        LIMIT_PARAMETER,
        cursor_of("cursor"),
        Parameter(
            "search",
            Annotated[str, Meta(min_length=SEARCH_SHORTEST, max_length=SEARCH_LIMIT)],
            "A part of an e-mail address, or of the host of a URL.",
            "ada@",
        ),
        Parameter("channel", Channel, "Subscribers of one channel only.", "email"),
    ),
    examples=(Example("a page of the list", data={"items": [LISTED], "nextCursor": None}),),
)
ADD_SUBSCRIBER = Operation(
    name="addSubscriber",
    tag=TAG,
    summary="Add a subscriber.",
    note="It is asked to confirm, by a mail or a test message. On Prime an e-mail address with a"
    " `consentDate` is active at once. A known subscriber stays as it is: 200.",
    body=s.NewSubscriber,
    data=s.AddedSubscriber,
    status=201,
    is_direct=True,
    skips_repeats=True,
    refusals=("CONFLICT",),
    examples=(Example("a webhook", body=HOOK, data={"id": SUBSCRIBER, "confirmed": False}),),
)
REMOVE_SUBSCRIBER = Operation(
    name="removeSubscriber",
    tag=TAG,
    summary="Remove a subscriber. Imports can't bring its address back.",
    data=Named,
    is_direct=True,
    examples=(Example("a subscriber", data={"id": SUBSCRIBER}),),
)
RELEASE_SUBSCRIBER = Operation(
    name="releaseSubscriber",
    tag=TAG,
    summary="End the quarantine of a subscriber: it gets messages again.",
    data=Named,
    is_direct=True,
    examples=(Example("a subscriber", data={"id": SUBSCRIBER}),),
)
IMPORT_SUBSCRIBERS = Operation(
    name="importSubscribers",
    tag=TAG,
    summary="Import e-mail addresses, with the day of their consent.",
    note="Send `addresses` or `csv`: the first column, or the one that is headed `email`. On Free"
    " each address is asked to confirm (100 a day), on Prime it is active at once (2,000 a day)."
    " Addresses that left are left out. 409: more than 5 % of the page's imported addresses"
    " bounced.",
    body=s.Import,
    body_kib=IMPORT_KIB,
    data=s.ImportResult,
    is_direct=True,
    refusals=("CONFLICT",),
    examples=(
        Example(
            "two lines, of which one is no address",
            body={"consentDate": "2026-11-23", "csv": "email\nada@example.com\nAda"},
            data={"added": 1, "known": 0, "left": 0, "invalid": 1, "invalidLines": [3]},
        ),
    ),
)
EXPORT_SUBSCRIBERS = Operation(
    name="exportSubscribers",
    tag=TAG,
    summary="Download all subscribers as a CSV file.",
    note="Cells that a spreadsheet could take for a formula begin with an apostrophe.",
    data=str,
    media="text/csv",
    examples=(Example("its first line", data="id,channel,address,components,incident,kinds,"),),
)
LIST_DELIVERIES = Operation(
    name="listDeliveries",
    tag=TAG,
    summary="List what was sent to whom, and what became of it, newest first.",
    note="They are there as long as their subscriber.",
    data=s.DeliveryList,
    parameters=(
        LIMIT_PARAMETER,
        cursor_of("cursor"),
        Parameter("incident", Id, "Deliveries of one incident only.", INCIDENT),
        Parameter("status", DeliveryStatus, "Deliveries with this status only.", "failed"),
    ),
    examples=(
        Example(
            "a failed one",
            data={
                "items": [
                    {
                        "id": DELIVERY,
                        "subscriber": SUBSCRIBER,
                        "channel": "webhook",
                        "address": "api.example.com/…atus",
                        "incident": INCIDENT,
                        "event": "opened",
                        "title": "Slow answers",
                        "status": "failed",
                        "reason": "The server answered 500.",
                        "attempts": 9,
                        "createdAt": "2026-11-23T14:02:00.000Z",
                        "settledAt": "2026-11-25T14:02:00.000Z",
                        "resentAt": None,
                    }
                ],
                "nextCursor": None,
            },
        ),
    ),
)
RESEND_DELIVERY = Operation(
    name="resendDelivery",
    tag=TAG,
    summary="Send a delivery again that failed or is in quarantine.",
    note="At most once an hour; it counts against the page's quota. A quarantine ends.",
    data=Named,
    is_direct=True,
    refusals=("CONFLICT",),
    examples=(Example("a delivery", data={"id": DELIVERY}),),
)
