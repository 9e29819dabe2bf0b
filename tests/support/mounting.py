"""Owners of pages who mount hosts straight in the store, and what came of it."""

from domain.account.commands import (
    AddPage,
    MountHost,
)
from domain.account.domains import Mount, MountKind
from domain.runtime.new_ids import new_id, new_mount_token
from domain.store.postgres.accounts import create_account
from domain.store.postgres.command_log import head_seq
from domain.store.postgres.custom_domains import find_mount, mounts_of_page
from domain.store.postgres.engine import sync_engine
from domain.store.postgres.receipts import receipt_at
from domain.store.redis import keys
from domain.store.redis import publisher as artifacts
from tests.support.drained_page import append_as, drain_all
from tests.support.statements import sql
from workers import domains as lookups


def new_domain() -> str:
    return f"{new_id('d').replace('_', '-')}.acme.test"


class Owned:
    """A page of an account of its own, and what it is told."""

    def __init__(self, host: str | None = None) -> None:
        self.account_id, self.id = new_id("a"), new_id("p")
        with sync_engine().begin() as conn:
            create_account(conn, self.account_id, f"{self.account_id}@example.com", "hash")
        assert self.tell(AddPage(self.id, "Acme", host)) is None

    def append(self, command):
        return append_as("owner", self.account_id, self.account_id, command).seq

    def tell(self, command):
        """Append and drain; return the refusal, if it is one."""
        seq = self.append(command)
        drain_all(self.account_id)
        return self.refusal(seq)

    def refusal(self, seq):
        with sync_engine().connect() as conn:
            found = receipt_at(conn, self.account_id, seq)
        assert found.outcome is not None
        return found.refusal

    def mount(self, host, kind=MountKind.DOMAIN) -> str:
        """Mount a host; return the mount's id."""
        command = MountHost(new_id("m"), self.id, host, kind, new_mount_token())
        assert self.tell(command) is None
        return command.mount_id

    def __getitem__(self, mount_id) -> Mount:
        with sync_engine().connect() as conn:
            return find_mount(conn, mount_id).mount

    def mounts(self):
        with sync_engine().connect() as conn:
            return [owned.mount for owned in mounts_of_page(conn, self.account_id, self.id)]

    def look_up(self, mount_id) -> Mount:
        """Look a mount up as a worker does, and drain what that leads to."""
        lookups.check(mount_id)
        drain_all(self.account_id)
        return self[mount_id]

    def activated(self, zone, host) -> str:
        """Mount a domain and prove it by CNAME."""
        mount_id = self.mount(host)
        zone.put(host, "CNAME", f"{self[mount_id].token}.cname.localhost")
        assert self.look_up(mount_id).is_active
        return mount_id

    def head(self) -> int:
        with sync_engine().connect() as conn:
            return head_seq(conn, self.account_id)


def owner_of(host):
    found = sql("SELECT page_id FROM hosts WHERE host = :host", host=host)
    return found[0].page_id if found else None


def entry(host):
    found = artifacts.cache_redis().get(keys.host_key(host))
    return found.decode() if found else None


def checks(mount_id):
    (row,) = sql("SELECT * FROM mount_checks WHERE mount_id = :id", id=mount_id)
    return row
