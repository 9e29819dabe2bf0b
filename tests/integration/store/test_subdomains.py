"""Subdomains: kept for a while for who had them, and few anew for each account.

Source: docs/behaviour.md, "Mounting a host".
"""

from datetime import UTC, datetime, timedelta

import pytest

from domain.account.commands import (
    AddPage,
    DeleteAccount,
    MountHost,
    RemovePage,
    SetTier,
    UnmountHost,
)
from domain.account.domains import MountKind
from domain.page.state import Tier
from domain.results import Code
from domain.runtime.new_ids import new_id
from domain.store.postgres.accounts import create_account
from domain.store.postgres.engine import sync_engine
from domain.store.postgres.hosts import NEW_SUBDOMAINS, RESERVED_DAYS
from domain.store.postgres.receipts import receipt_at
from domain.store.postgres.retention import FREE_HOST_DAYS
from tests.support.drained_page import append_as, drain_all
from tests.support.statements import sql

pytestmark = pytest.mark.usefixtures("store")

DAY = timedelta(days=1)


def new_host():
    return f"{new_id('h').replace('_', '-')}.localhost"


class Owner:
    """An account on Prime, by its stream."""

    def __init__(self):
        self.id = new_id("a")
        with sync_engine().begin() as conn:
            create_account(conn, self.id, f"{self.id}@example.com", "hash")
        self.says(SetTier(Tier.PRIME))

    def says(self, *commands):
        """What became of commands that are drained at once."""
        seqs = [append_as("owner", self.id, self.id, command).seq for command in commands]
        drain_all(self.id)
        with sync_engine().connect() as conn:
            return [receipt_at(conn, self.id, seq) for seq in seqs]

    def page(self, host=None):
        page_id = new_id("p")
        assert self.says(AddPage(page_id, "Acme", host))[0].refusal is None
        return page_id

    def mount(self, page_id, host):
        """The refusal of a mount, or nothing, and the mount's id."""
        mount_id = new_id("m")
        command = MountHost(mount_id, page_id, host, MountKind.SUBDOMAIN, "")
        return self.says(command)[0].refusal, mount_id


@pytest.mark.parametrize("way", ["unmounted", "page removed", "account deleted"])
def test_subdomain_is_kept_for_its_account_when_it_was_freed(way):
    # given Ada, who gives a subdomain up
    ada, bo, host = Owner(), Owner(), new_host()
    mine, his = ada.page(), bo.page()
    _, mount_id = ada.mount(mine, host)
    freeing = {
        "unmounted": UnmountHost(mine, mount_id),
        "page removed": RemovePage(mine),
        "account deleted": DeleteAccount(),
    }
    ada.says(freeing[way])
    # when Bo asks for it, then he is told until when it is kept, by either way
    for refusal in (bo.mount(his, host)[0], bo.says(AddPage(new_id("p"), "x", host))[0].refusal):
        assert refusal.code is Code.CONFLICT
        day = datetime.now(UTC) + RESERVED_DAYS * DAY
        assert "reserved for 30 days" in refusal.error
        assert f"free from {day:%Y-%m-}" in refusal.error
    # while a page of Ada's has it at once
    if way != "account deleted":
        other = ada.page()
        found, mount_id = ada.mount(other, host)
        assert found is None
        ada.says(UnmountHost(other, mount_id))
    # and nobody keeps it longer than its row is there
    for age, is_free in (
        (RESERVED_DAYS * DAY - timedelta(minutes=1), False),
        (RESERVED_DAYS * DAY, True),
    ):
        sql("UPDATE hosts SET freed_at = now() - :age WHERE host = :host", age=age, host=host)
        assert (bo.mount(his, host)[0] is None) is is_free
    assert FREE_HOST_DAYS >= RESERVED_DAYS


def test_eleventh_new_subdomain_is_refused_when_ten_are_of_one_day():
    # given Ada, who takes ten, gives them up and takes them again, in one go
    ada, bo = Owner(), Owner()
    began_at = datetime.now(UTC).replace(microsecond=0)  # Postgres tells milliseconds
    first = ada.page(new_host())
    page_id = ada.page()
    for _ in range(NEW_SUBDOMAINS - 1):
        refusal, mount_id = ada.mount(page_id, new_host())
        assert refusal is None
        ada.says(UnmountHost(page_id, mount_id))
    # when she asks for more, many at once, then all are refused until the first is a day old
    ada.says(RemovePage(first))
    adding = [AddPage(new_id("p"), "x", new_host()) for _ in range(3)]
    mounting = MountHost(new_id("m"), page_id, new_host(), MountKind.SUBDOMAIN, "")
    for receipt in ada.says(*adding, mounting):
        assert receipt.refusal.code is Code.RATE_LIMITED
        assert began_at + DAY <= receipt.refusal.retry_at <= datetime.now(UTC) + DAY
    # and what was refused is free for others, and pages without one, and domains, are not counted
    assert bo.mount(bo.page(), mounting.host)[0] is None
    domain = MountHost(new_id("m"), page_id, "status.acme.example", MountKind.DOMAIN, "t")
    assert ada.says(domain)[0].refusal is None
    # and one more is hers once the first is a day old
    sql(
        "UPDATE accounts SET subdomains_at[1] = subdomains_at[1] - interval '1 day' WHERE id = :id",
        id=ada.id,
    )
    refusal, mount_id = ada.mount(page_id, new_host())
    assert refusal is None
    ada.says(UnmountHost(page_id, mount_id))
    assert ada.mount(page_id, new_host())[0].code is Code.RATE_LIMITED


def test_a_taken_subdomain_counts_for_nothing_when_it_is_asked_for():
    ada, bo, host = Owner(), Owner(), new_host()
    bo.page(host)
    page_id = ada.page()
    for _ in range(NEW_SUBDOMAINS + 1):
        assert ada.mount(page_id, host)[0].code is Code.CONFLICT
    assert ada.mount(page_id, new_host())[0] is None
