"""Subscribers while Postgres is away: nothing is accepted, and people read a sentence."""

import falcon.asgi
import pytest
from falcon.testing import TestClient

from domain.runtime.settings import Settings
from domain.store.postgres.engine import make_async_engine
from domain.store.redis.rate_limits.rate_counts import AttemptCounts
from web.api.subscribers.links import LinkPage
from web.api.subscribers.resource import PAGE_ID, PATH, Subscribers
from web.http.rate_limits import Attempts

NOWHERE = "127.0.0.1:1"  # nobody listens there


class OnAPage:
    """Every request comes to the host of a page."""

    async def process_request(self, req, resp):
        req.scope[PAGE_ID] = "p_1"


@pytest.fixture(scope="module")
def client():
    engine = make_async_engine(f"postgresql://{NOWHERE}/none")
    attempts = Attempts(AttemptCounts(f"redis://{NOWHERE}/0", is_on=False))
    app = falcon.asgi.App(middleware=[OnAPage()])
    app.add_route(PATH, Subscribers(engine, attempts, Settings(outbox=True)))
    links = LinkPage(engine, attempts, passwords=None, writes=None)  # no link is found to use them
    app.add_route("/s/{token}", links)
    return TestClient(app)


FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"}


def test_request_to_subscribe_is_503_when_postgres_is_away(client):
    by_form = client.simulate_post(PATH, body="address=vi@b.c", headers=FORM)
    for answer in (client.simulate_post(PATH, json={"address": "vi@b.c"}), by_form):
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) > 0
        assert "Nothing was accepted" in answer.text


def test_link_is_503_when_postgres_is_away(client):
    body = "List-Unsubscribe=One-Click"
    answers = client.simulate_get("/s/x"), client.simulate_post("/s/x", body=body, headers=FORM)
    for answer in answers:
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) > 0
        assert answer.headers["cache-control"] == "no-store"
