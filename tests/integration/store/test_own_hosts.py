"""Hosts of pages, which no outgoing request goes to."""

import pytest

from domain.store.redis import keys
from domain.store.redis.publisher import cache_redis, is_active_host

pytestmark = pytest.mark.usefixtures("store")


@pytest.fixture
def complete():
    """All hosts are written; afterwards it is as it was."""
    before = cache_redis().getset(keys.HOSTS_COMPLETE, "x:y")
    yield
    if before:
        cache_redis().set(keys.HOSTS_COMPLETE, before)
    else:
        cache_redis().delete(keys.HOSTS_COMPLETE)


def test_a_host_is_a_pages_when_redis_says_so_and_unsure_while_it_lacks_hosts(complete):
    cache_redis().set(keys.host_key("status.own.example"), "3 p_1")
    cache_redis().set(keys.host_key("freed.own.example"), "4 ")
    hosts = ("status.own.example", "freed.own.example", "other.own.example")
    assert [is_active_host(host) for host in hosts] == [True, False, False]
    # when Redis was emptied, an entry that is missing means nothing
    cache_redis().delete(keys.HOSTS_COMPLETE)
    with pytest.raises(LookupError):
        is_active_host("other.own.example")
