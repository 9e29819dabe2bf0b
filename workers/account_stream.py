"""An account's side of the drain: what crosses pages is decided here, once, and handed on.

Hosts are claimed first, inside the transaction, and the result is handed to the decision as a
fact; a rejection undoes the claim. Follow-ups join the page streams in the same transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from domain.account.apply import apply_all
from domain.account.commands import AddPage
from domain.account.decide.domains import wanted_host
from domain.account.decide.table import decide
from domain.account.domain_commands import MountHost
from domain.account.domain_events import HostFreed
from domain.account.events import AccountDeleted, Event, PageRemoved
from domain.account.facts import Facts
from domain.account.follow_ups import follow_ups
from domain.account.state import Account
from domain.page.commands import Command, CreatePage, DeletePage
from domain.results import Code, Entry, Outcome, Rejection
from domain.runtime.new_ids import mint
from domain.store.broker import worker_doorbell
from domain.store.postgres import command_log
from domain.store.postgres.command_log import Authority, Draft, Settlement, Waiting
from domain.store.postgres.domains.custom_domains import save_mounts
from domain.store.postgres.domains.hosts import (
    claim_host,
    held_until,
    is_taken,
    release_host,
    release_hosts,
)
from domain.store.postgres.domains.new_subdomains import next_subdomain_at, note_new_subdomain
from domain.store.postgres.engine import Connection, sync_engine
from domain.store.postgres.load import load_account
from domain.store.postgres.publication import note_hosts
from domain.store.postgres.save import save_account
from domain.store.redis import publisher as artifacts
from domain.store.redis.announcements import Announcement, encode
from domain.store.redis.publisher import HostRow

UNKNOWN = Rejection(Code.NOT_FOUND, "This account does not exist (any more).")


class RefusedError(Exception):
    """Ends a step whose claims have to be undone."""

    def __init__(self, rejection: Rejection) -> None:
        """Carry the reason."""
        super().__init__(rejection.error)
        self.rejection = rejection


@dataclass(frozen=True, slots=True)
class Decided:
    """Events, and the hosts that were claimed for them."""

    events: Sequence[Event]
    hosts: list[HostRow]


@dataclass(frozen=True, slots=True)
class Taken:
    """What a step leaves behind once its savepoint holds."""

    account: Account
    hosts: list[HostRow]
    follow_ups: tuple[tuple[str, int], ...]


class AccountStream:
    """Holds an account between load and announcement."""

    def __init__(self, account_id: str) -> None:
        """Remember whose stream it is."""
        self.account_id = account_id
        self.account = self.before = Account(account_id)
        self.is_known = False
        self.applied_seq = 0
        self.hosts: list[HostRow] = []
        self.rung: list[str] = []

    def load(self, conn: Connection, rows: Sequence[Waiting]) -> None:  # noqa: ARG002 - read whole
        """Read the account."""
        loaded = load_account(conn, self.account_id)
        if loaded:
            (self.account, self.applied_seq), self.is_known = loaded, True
            self.before = self.account

    def step(self, conn: Connection, entry: Entry) -> Settlement:
        """Claim, decide, apply one command, and hand its consequences to the pages."""
        if not self.is_known:
            return Settlement(entry.seq, Outcome.REFUSED, UNKNOWN)
        try:
            with conn.begin_nested():
                taken = self.take_over(conn, entry, self.decide(conn, entry))
        except RefusedError as refused:
            return Settlement(entry.seq, Outcome.REFUSED, refused.rejection)
        self.account = taken.account
        self.hosts += taken.hosts
        self.rung += [page_id for page_id, _ in taken.follow_ups]
        return Settlement(entry.seq, Outcome.APPLIED, follow_ups=taken.follow_ups)

    def decide(self, conn: Connection, entry: Entry) -> Decided:
        """Claim the host that is asked for, then decide. Raises RefusedError: undo the claim."""
        wanted = self.wanted_host(entry.command)
        claimed = self.claim(conn, entry.command, *wanted) if wanted else None
        decision = decide(
            self.account, entry.command, entry.at, self.facts(conn, entry, wanted, claimed)
        )
        if isinstance(decision, Rejection):
            raise RefusedError(decision)
        if claimed and is_subdomain_asked(entry.command):
            note_new_subdomain(conn, self.account_id, entry.at)
        return Decided(decision, [claimed] if claimed else [])

    def claim(self, conn: Connection, command: object, host: str, page_id: str) -> HostRow | None:
        """Claim a host; a subdomain that another account freed is held for it for a while."""
        claimed_by = self.account_id if is_subdomain_asked(command) else None
        return claim_host(conn, host, page_id, claimed_by)

    def facts(
        self,
        conn: Connection,
        entry: Entry,
        wanted: tuple[str, str] | None,
        claimed: HostRow | None,
    ) -> Facts:
        """Return what only the store knows of the host that a command asks for."""
        facts = Facts(command_id=entry.id, seq=entry.seq, received_at=entry.received_at)
        if wanted is None:
            return replace(facts, host_is_ours=not is_asked_in_vain(conn, entry.command))
        if claimed is None:
            until = held_until(conn, wanted[0], self.account_id)
            return replace(facts, host_is_ours=False, held_until=until)
        if is_subdomain_asked(entry.command):
            return replace(facts, next_subdomain_at=next_subdomain_at(conn, self.account_id))
        return facts

    def wanted_host(self, command: object) -> tuple[str, str] | None:
        """Return (host, page id) that a command can only have if it is claimed first."""
        if isinstance(command, AddPage):
            return (command.host, command.page_id) if command.host else None
        return wanted_host(self.account, command)

    def take_over(self, conn: Connection, entry: Entry, decided: Decided) -> Taken:
        """Apply events, free the hosts of removed pages, append the follow-ups, close what ends."""
        account = apply_all(self.account, decided.events)
        hosts = list(decided.hosts)
        for event in decided.events:
            if isinstance(event, PageRemoved):
                hosts += release_hosts(conn, event.page_id, self.account_id)
            if isinstance(event, HostFreed):
                freed = release_host(conn, event.host, event.page_id, self.account_id)
                hosts += [freed] if freed else []
        pairs = follow_ups(account, decided.events)
        handed = tuple(self.hand_on(conn, entry, page_id, command) for page_id, command in pairs)
        if any(isinstance(event, AccountDeleted) for event in decided.events):
            command_log.close_stream(conn, self.account_id)
        return Taken(account, hosts, handed)

    def hand_on(
        self, conn: Connection, entry: Entry, page_id: str, command: Command
    ) -> tuple[str, int]:
        """Append one follow-up to a page's stream, opening or closing that as it says."""
        if isinstance(command, CreatePage):
            command_log.open_stream(conn, page_id, self.account_id)
        authority = Authority("system", f"account:{self.account_id}")
        draft = Draft(mint("r"), command, authority, page_id, cause=entry.id, due_at=entry.at)
        appended = command_log.append(conn, draft)
        if appended is None:
            raise LookupError(page_id)
        if isinstance(command, DeletePage):
            command_log.close_stream(conn, page_id)
        return page_id, appended.seq

    def save(self, conn: Connection, applied_seq: int) -> None:
        """Write what the commands changed."""
        if self.is_known:
            save_account(conn, self.before, self.account, applied_seq)
            save_mounts(conn, self.before, self.account)
        self.applied_seq = applied_seq

    def publish(self, announcement: Announcement | None, epoch: str) -> bool:
        """Publish host entries, ring the pages, note it, announce.

        False if the epoch has ended: the entries are left to the sweep, all else is done.
        """
        are_taken = artifacts.publish_hosts(self.hosts, epoch)
        for page_id in dict.fromkeys(self.rung):
            worker_doorbell().ring(page_id)
        with sync_engine().begin() as conn:
            note_hosts(conn, self.hosts, epoch)
            command_log.finish(conn, self.account_id, self.applied_seq)
        if announcement is not None:
            artifacts.announce(encode(announcement))
        return are_taken


def is_subdomain_asked(command: object) -> bool:
    """Tell whether a command that claims a host is about a subdomain: domains are proven in DNS."""
    return isinstance(command, AddPage | MountHost)


def is_asked_in_vain(conn: Connection, command: object) -> bool:
    """Tell whether a domain is asked for that is active on another page: a fact, not a claim."""
    return isinstance(command, MountHost) and is_taken(conn, command.host, command.page_id)
