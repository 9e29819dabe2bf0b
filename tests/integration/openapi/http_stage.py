"""Where a described call is made: its account, its page, and whatever its path names, all real."""

import json
from collections.abc import Callable
from functools import cache, cached_property, partial
from typing import Any
from urllib.parse import quote

import httpx

from domain.account.commands import GrantTokens, SetTier
from domain.page.state import Tier
from domain.store.postgres.engine import sync_engine
from domain.store.postgres.notifications.link_tokens import Purpose, create_link
from ops.cli.writes import write
from tests.support.actors import PASSWORD, Actors, Monitor, Owner, Page, unique
from tests.support.inside import inside
from tests.support.outbox import started_outbox
from tests.support.subscriptions import add_delivery
from web.api.accounts.docs import ADA, SESSION
from web.api.accounts.recovery_docs import LINK_TOKEN
from web.api.billing import SLOT
from web.api.components import CATEGORY, LEAF
from web.api.domains.schemas import MOUNT
from web.api.incidents.docs import INCIDENT, UPDATE
from web.api.keys import KEY
from web.api.previews.docs import PREVIEW
from web.api.receipts import RECEIPT
from web.api.subscribers.owner_docs import DELIVERY, SUBSCRIBER
from web.api.templates import TEMPLATE
from web.openapi.describe import Audience, Example
from web.openapi.operations import PAGE, PART, Call, calls
from web.routes import ROUTES

# The examples that make a thing, by its id in the description.
MAKERS = {
    example.data["id"]: (call, example)
    for call in calls(ROUTES)
    for example in call.operation.examples[:1]
    if call.method == "post" and call.operation.status == 201 and "id" in example.data
}
NEEDS_MAIL = {"forgotPassword"}  # answered well only where mail can be sent
UNKNOWN = "_00000000000000000000000000"


class Stage:
    """One owner with a page and its things, each made when it is first asked for.

    What stands for it in examples and paths is told by `things`: a new id in them needs a line
    there, unless an example of a call that is described makes it.
    """

    def __init__(self, actors: Actors) -> None:
        self.actors = actors
        self.owner: Owner = actors.owner()

    @cached_property
    def page(self) -> Page:
        return self.owner.page()

    @cached_property
    def leaf(self) -> str:
        return self.page.leaf("API")

    @cached_property
    def category(self) -> str:
        return self.page.leaf("Backend", kind="category")

    @cached_property
    def monitor(self) -> Monitor:
        return self.actors.monitor(self.page)

    @cached_property
    def opened(self) -> httpx.Response:
        down = [{"component": self.leaf, "status": "degraded"}]
        return self.monitor.open("Slow answers", body="We are looking.", components=down)

    @cached_property
    def incident(self) -> str:
        return self.opened.json()["data"]["id"]

    @cached_property
    def update(self) -> str:
        return self.owner.get(f"{self.page.path}/incidents/{self.incident}").json()["data"][
            "updates"
        ][0]["id"]

    @cached_property
    def key(self) -> dict[str, str]:
        return self.page.key("Prometheus")

    @cached_property
    def template(self) -> str:
        return self.page.template("The API is down", kind="incident")

    @cached_property
    def mount(self) -> str:
        """The mount of the subdomain that the page was made with."""
        return self.owner.get(f"{self.page.path}/mounts").json()["data"][0]["id"]

    @cached_property
    def tokens(self) -> int:
        """What the operator granted: enough for two trades."""
        with inside(self.actors.system):
            write(self.owner.id, GrantTokens(1000))
        return 1000

    @cached_property
    def slot(self) -> str:
        assert self.tokens
        return self.owner.post("/api/v1/status/purchases/trade", {}).json()["data"]["slot"]

    @cached_property
    def outlook(self) -> str:
        """A preview that was just made: it is there for a minute."""
        body = {
            "title": "Slow answers",
            "components": [{"component": self.leaf, "status": "outage"}],
        }
        told = self.page.preview("incidents", body).json()["data"]
        return told["page"].rpartition("/")[2]

    @cached_property
    def receipt(self) -> str:
        return self.opened.headers["location"].rpartition("/")[2]

    @cached_property
    def subscriber(self) -> str:
        body = {"channel": "webhook", "address": "https://93.184.215.14/hooks/status"}
        return self.owner.post(f"{self.page.path}/subscribers", body).json()["data"]["id"]

    @cached_property
    def delivery(self) -> str:
        """A delivery that failed."""
        with inside(self.actors.system):
            return add_delivery(self.page.id, self.incident, self.subscriber, "failed")

    @cached_property
    def prime(self) -> str:
        """The tier of an account whose imports need no mail."""
        with inside(self.actors.system):
            write(self.owner.id, SetTier(Tier.PRIME))
        return "prime"

    @cached_property
    def session(self) -> str:
        return self.owner.get("/api/v1/auth/sessions").json()["data"][0]["id"]

    @cached_property
    def link(self) -> str:
        """The token of a link for a new password."""
        with inside(self.actors.system), sync_engine().begin() as conn:
            owner = {"account_id": self.owner.id, "email": self.owner.email}
            return create_link(conn, Purpose.RESET, **owner).rpartition("/")[2]

    @cached_property
    def disabled_key(self) -> str:
        made = self.page.key()
        self.owner.patch(f"{self.page.path}/keys/{made['id']}", {"disabled": True})
        return made["key"]

    @cached_property
    def other(self) -> "Stage":
        """Another owner's."""
        return Stage(self.actors)

    @cached_property
    def things(self) -> dict[str, Callable[[], str]]:
        """What is really there, by what stands for it in examples."""
        told: dict[str, Callable[[], str]] = {
            PAGE: lambda: self.page.id,
            LEAF: lambda: self.leaf,
            CATEGORY: lambda: self.category,
            INCIDENT: lambda: self.incident,
            UPDATE: lambda: self.update,
            KEY: lambda: self.key["id"],
            TEMPLATE: lambda: self.template,
            MOUNT: lambda: self.mount,
            SLOT: lambda: self.slot,
            PREVIEW: lambda: self.outlook,
            SESSION: lambda: self.session,
            RECEIPT: lambda: self.receipt,
            LINK_TOKEN: lambda: self.link,
            SUBSCRIBER: lambda: self.subscriber,
            DELIVERY: lambda: self.delivery,
            # No test asks the real DNS.
            '"https://api.example.com/hooks/status"': lambda: (
                '"https://93.184.215.14/hooks/status"'
            ),
            '"acme"': lambda: f'"{unique("acme")}"',
        }
        makers = {published: cache(partial(self.make, published)) for published in MAKERS}
        return makers | told

    def make(self, published: str) -> str:
        """Send the example that makes what stands under this id in the description."""
        return self.send(*MAKERS[published]).json()["data"]["id"]

    def furnish(self, call: Call) -> None:
        """Make what a reading tells of, and the component that is named API."""
        if call.operation.name not in {"signUp", "createPage"}:
            assert self.leaf
        if call.operation.name == "trade":
            assert self.tokens
        if call.operation.name == "importSubscribers":
            assert self.prime
        if call.operation.name == "listDeliveries":
            assert self.delivery
        if call.operation.name == "listPurchases":
            assert self.slot
        if call.method == "get":
            assert self.incident
            assert self.key
            for published, (maker, _) in MAKERS.items():
                assert maker.path != call.path or self.things[published]()
            assert self.template  # last, for the audit begins with it

    def real(self, example: Any) -> Any:
        """An example with what is really there in place of its ids and names."""
        told = json.dumps(example)
        for published, real in self.things.items():
            if published in told:
                told = told.replace(published, real())
        return json.loads(told)

    def body(self, call: Call, example: Example) -> Any:
        """The body of an example."""
        if isinstance(example.body, dict) and "currentPassword" in example.body:
            email = {"email": f"{unique('new')}@example.com"} if "email" in example.body else {}
            return example.body | {"currentPassword": PASSWORD} | email
        if example.body != ADA:
            return self.real(example.body)
        email = (
            f"{unique('new')}@example.com" if call.operation.name == "signUp" else self.owner.email
        )
        return {"email": email, "password": PASSWORD}

    def path(self, call: Call, **instead: str) -> str:
        """The path of a call with real ids, or with others instead."""
        names = {
            part: instead.get(part) or self.real(parameter.example)
            for part, parameter in call.parts.items()
        }
        return PART.sub(lambda found: quote(names[found[1]], safe="%"), call.path)

    def credentials(self, call: Call) -> dict[str, str]:
        """The headers of whoever may make a call."""
        if call.operation.who is Audience.MONITOR:
            return {"Authorization": self.monitor.http.headers["Authorization"]}
        if call.operation.who is Audience.ANYBODY and call.operation.name != "logOut":
            return {}
        return {"Cookie": self.owner.http.headers["Cookie"]}

    def send(self, call: Call, example: Example | None = None, **other: Any) -> httpx.Response:
        """Make a call as its example does, but for what is said otherwise.

        `path`, `content` (bytes), `query`; `headers` are added to the credentials, None takes one
        away.
        """
        example = example or call.operation.examples[0]
        # What a path or a body names is made before the call, not by it.
        path = other.get("path") or self.path(call)
        content = other.get("content")
        if content is None and example.body is not None:
            content = json.dumps(self.body(call, example)).encode()
        headers = {**self.credentials(call), "Content-Type": "application/json"}
        headers |= other.get("headers", {})
        request = partial(
            httpx.Client.request,
            method=call.method.upper(),
            url=path,
            content=content,
            params=other.get("query", example.query),
            headers={name: value for name, value in headers.items() if value is not None},
        )
        if call.operation.name in NEEDS_MAIL and not other:
            with started_outbox(self.actors.system) as outbox:
                return request(outbox.anybody.http)
        return request(self.actors.caller().http)
