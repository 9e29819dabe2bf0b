"""A logo in the publication: kept by editions, back after a loss, gone with its page."""

from domain.account.commands import RemovePage
from domain.page.commands import ChangePage, SetStatus
from domain.status import Status
from domain.store.postgres.engine import sync_engine
from domain.store.postgres.load import load_page
from domain.store.postgres.logos import load_logo
from domain.store.redis.keys import page_key
from domain.store.redis.publisher import cache_redis
from tests.support.drained_page import DrainedPage, drain_all
from tests.support.pictures import picture, text_of
from workers import on_demand as cold
from workers.drain import drain_stream

CONTENT = picture("png", 60, 20)


def page_with_logo():
    page = DrainedPage("API")
    page.append(ChangePage(logo=text_of(CONTENT)))
    page.drain()
    return page, logo_of(page).name


def logo_of(page):
    with sync_engine().connect() as conn:
        return load_page(conn, page.id)[0].logo


def test_bytes_stay_in_the_hash_when_an_edition_follows_another(store):
    page, name = page_with_logo()
    assert name not in page.fields()
    cold.render(page.id, name)
    assert page.fields()[name] == CONTENT
    page.append(SetStatus("API", Status.OUTAGE))
    page.drain()
    assert page.fields()[name] == CONTENT
    # until there is another logo, or none
    page.append(ChangePage(logo=""))
    page.drain()
    assert name not in page.fields()


def test_logo_comes_back_when_redis_was_emptied(store):
    page, name = page_with_logo()
    cold.render(page.id, name)
    cache_redis().delete(page_key(page.id))
    drain_stream(page.id)
    assert name not in page.fields()
    cold.render(page.id, name)
    assert page.fields()[name] == CONTENT


def test_drain_does_not_read_the_bytes_when_it_loads_a_page(store):
    page, _ = page_with_logo()
    assert logo_of(page).content == b""


def test_bytes_are_gone_when_the_page_is(store):
    page, _ = page_with_logo()
    digest = logo_of(page).digest
    page.append_to_account(RemovePage(page.id))
    drain_all(page.account_id)
    drain_all(page.id)
    with sync_engine().connect() as conn:
        assert load_logo(conn, page.id, digest) is None
