"""An account's stream: it decides commands that concern several pages.

Hosts are claimed first, inside the transaction, and the result is a fact for the decision; a
rejection undoes the claim. Follow-ups are appended to the page streams in the same transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from domain.account.allocations import follow_ups
from domain.account.apply import apply_all
from domain.account.commands import AddPage, MountHost
from domain.account.decide.domains import host_to_claim
from domain.account.decide.table import decide
from domain.account.events import AccountDeleted, Event, HostFreed, PageRemoved
from domain.account.state import Account, Facts
from domain.page.commands import Command, CreatePage, DeletePage
from domain.results import Code, Entry, Outcome, Rejection
from domain.runtime.new_ids import new_id
from domain.store.broker import worker_task_sender
from domain.store.postgres import command_log
from domain.store.postgres.command_log import Authority, Draft, Pending, Settlement
from domain.store.postgres.custom_domains import save_mounts
from domain.store.postgres.engine import Connection, sync_engine
from domain.store.postgres.hosts import (
    claim_host,
    held_until,
    is_taken,
    next_subdomain_at,
    note_new_subdomain,
    release_host,
    release_hosts,
)
from domain.store.postgres.load import load_account
from domain.store.postgres.publication import note_hosts
from domain.store.postgres.save import save_account
from domain.store.redis import publisher as artifacts
from domain.store.redis.publisher import HostRow
from domain.store.redis.subscriber import Announcement, encode

UNKNOWN = Rejection(Code.NOT_FOUND, "This account does not exist (any more).")


class StepRejectedError(Exception):
    """A rejection that ends a step and undoes its claims."""

    def __init__(self, rejection: Rejection) -> None:
        """Carry the rejection."""
        super().__init__(rejection.error)
        self.rejection = rejection


@dataclass(frozen=True, slots=True)
class Decision:
    """The events of a command, and the hosts claimed for them."""

    events: Sequence[Event]
    hosts: list[HostRow]


@dataclass(frozen=True, slots=True)
class StepResult:
    """The result of a step, valid once its savepoint is released."""

    account: Account
    hosts: list[HostRow]
    follow_ups: tuple[tuple[str, int], ...]


class AccountStream:
    """The state of an account between load and announcement."""

    def __init__(self, account_id: str) -> None:
        """Set the account id; nothing is read."""
        self.account_id = account_id
        self.account = self.before = Account(account_id)
        self.is_known = False
        self.applied_seq = 0
        self.hosts: list[HostRow] = []
        self.streams_to_ring: list[str] = []

    def load(self, conn: Connection, rows: Sequence[Pending]) -> None:  # noqa: ARG002 - all is read
        """Read the account."""
        loaded = load_account(conn, self.account_id)
        if loaded:
            (self.account, self.applied_seq), self.is_known = loaded, True
            self.before = self.account

    def step(self, conn: Connection, entry: Entry) -> Settlement:
        """Claim, decide and apply one command, and append its follow-ups."""
        if not self.is_known:
            return Settlement(entry.seq, Outcome.REFUSED, UNKNOWN)
        try:
            with conn.begin_nested():
                result = self.apply_decision(conn, entry, self.decide(conn, entry))
        except StepRejectedError as error:
            return Settlement(entry.seq, Outcome.REFUSED, error.rejection)
        self.account = result.account
        self.hosts += result.hosts
        self.streams_to_ring += [page_id for page_id, _ in result.follow_ups]
        return Settlement(entry.seq, Outcome.APPLIED, follow_ups=result.follow_ups)

    def decide(self, conn: Connection, entry: Entry) -> Decision:
        """Claim the host of a command, then decide.

        Raises StepRejectedError, which undoes the claim.
        """
        target = self.host_to_claim(entry.command)
        row = self.claim(conn, entry.command, *target) if target else None
        outcome = decide(
            self.account, entry.command, entry.at, self.load_facts(conn, entry, target, row)
        )
        if isinstance(outcome, Rejection):
            raise StepRejectedError(outcome)
        if row and is_subdomain_command(entry.command):
            note_new_subdomain(conn, self.account_id, entry.at)
        return Decision(outcome, [row] if row else [])

    def claim(self, conn: Connection, command: object, host: str, page_id: str) -> HostRow | None:
        """Claim a host; None if it is taken.

        A subdomain that another account freed stays reserved for that account for a while.
        """
        claimed_by = self.account_id if is_subdomain_command(command) else None
        return claim_host(conn, host, page_id, claimed_by)

    def load_facts(
        self,
        conn: Connection,
        entry: Entry,
        target: tuple[str, str] | None,
        row: HostRow | None,
    ) -> Facts:
        """Return the facts about a command's host that only the store knows."""
        facts = Facts(command_id=entry.id, seq=entry.seq, received_at=entry.received_at)
        if target is None:
            return replace(facts, host_is_ours=not is_domain_in_use(conn, entry.command))
        if row is None:
            until = held_until(conn, target[0], self.account_id)
            return replace(facts, host_is_ours=False, held_until=until)
        if is_subdomain_command(entry.command):
            return replace(facts, next_subdomain_at=next_subdomain_at(conn, self.account_id))
        return facts

    def host_to_claim(self, command: object) -> tuple[str, str] | None:
        """Return (host, page id) that a command has to claim first."""
        if isinstance(command, AddPage):
            return (command.host, command.page_id) if command.host else None
        return host_to_claim(self.account, command)

    def apply_decision(self, conn: Connection, entry: Entry, decision: Decision) -> StepResult:
        """Apply events, free hosts of removed pages, append follow-ups, close streams."""
        account = apply_all(self.account, decision.events)
        hosts = list(decision.hosts)
        for event in decision.events:
            if isinstance(event, PageRemoved):
                hosts += release_hosts(conn, event.page_id, self.account_id)
            if isinstance(event, HostFreed):
                row = release_host(conn, event.host, event.page_id, self.account_id)
                hosts += [row] if row else []
        pairs = follow_ups(account, decision.events)
        appended_follow_ups = tuple(
            self.append_follow_up(conn, entry, page_id, command) for page_id, command in pairs
        )
        if any(isinstance(event, AccountDeleted) for event in decision.events):
            command_log.close_stream(conn, self.account_id)
        return StepResult(account, hosts, appended_follow_ups)

    def append_follow_up(
        self, conn: Connection, entry: Entry, page_id: str, command: Command
    ) -> tuple[str, int]:
        """Append a follow-up to a page's stream; open or close that stream."""
        if isinstance(command, CreatePage):
            command_log.open_stream(conn, page_id, self.account_id)
        authority = Authority("system", f"account:{self.account_id}")
        draft = Draft(new_id("r"), command, authority, page_id, cause=entry.id, due_at=entry.at)
        appended = command_log.append(conn, draft)
        if appended is None:
            raise LookupError(page_id)
        if isinstance(command, DeletePage):
            command_log.close_stream(conn, page_id)
        return page_id, appended.seq

    def save(self, conn: Connection, applied_seq: int) -> None:
        """Write the changes of the commands."""
        if self.is_known:
            save_account(conn, self.before, self.account, applied_seq)
            save_mounts(conn, self.before, self.account)
        self.applied_seq = applied_seq

    def publish(self, announcement: Announcement | None, epoch: str) -> bool:
        """Publish host entries, ring the pages, record the publication, announce.

        False if the epoch has ended: the sweep publishes the entries, everything else is done.
        """
        are_stored = artifacts.publish_hosts(self.hosts, epoch)
        for page_id in dict.fromkeys(self.streams_to_ring):
            worker_task_sender().request_drain(page_id)
        with sync_engine().begin() as conn:
            note_hosts(conn, self.hosts, epoch)
            command_log.mark_published(conn, self.account_id, self.applied_seq)
        if announcement is not None:
            artifacts.announce(encode(announcement))
        return are_stored


def is_subdomain_command(command: object) -> bool:
    """Return whether a command that claims a host concerns a subdomain.

    Custom domains are proven in DNS instead.
    """
    return isinstance(command, AddPage | MountHost)


def is_domain_in_use(conn: Connection, command: object) -> bool:
    """Return whether a command names a domain active on another page.

    This is a fact, not a claim.
    """
    return isinstance(command, MountHost) and is_taken(conn, command.host, command.page_id)
