"""Everything an account does at once: purchases, tiers, pages, the clock, and hosts that strangers
want as well.

All that holds of an account that pays (test_account_machine.py) goes on holding; besides, one host
leads to one page, and every page keeps to the number of its hosts.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from domain.account import commands as c
from domain.account import commands as m
from domain.account import events as e
from domain.account.apply import apply_all
from domain.account.decide.domains import host_to_claim
from domain.account.decide.table import decide
from domain.account.domains import DOMAINS_A_PAGE, Mount, MountKind, mounts_of
from domain.account.events import HostFreed
from domain.account.state import Facts
from domain.results import Code, Rejection
from tests.property.account.test_account_machine import Paying, numbers

STRANGER = "p_stranger"
domains = st.integers(1, 7).map("d{}.acme.com".format)
subdomains = st.integers(1, 3).map("s{}.hep.gg".format)


class OwningAll(Paying):
    """An account that pays and mounts; `hosts` stands for the table of hosts."""

    def __init__(self) -> None:
        self.hosts: dict[str, str] = {}
        super().__init__()

    def told(self, command: c.Command, at: datetime | None = None) -> Code | None:
        """What a drain does: claim, decide, apply, free what is freed."""
        self.count += 1
        if isinstance(command, c.AddPage) and self.count % 2:
            command = replace(command, host=f"first{self.count}.hep.gg")
        wanted = self.wanted(command)
        facts = Facts(self.is_ours(command, wanted), f"r_{self.count}", self.count, self.model.now)
        decision = decide(self.account, command, at or self.model.now, facts)
        if isinstance(decision, Rejection):
            return decision.code
        self.move_hosts(wanted, decision)
        self.account = apply_all(self.account, decision)
        if not isinstance(command, m.MountCommand):
            self.model.acted()
        return None

    def wanted(self, command: c.Command) -> tuple[str, str] | None:
        if isinstance(command, c.AddPage):
            return (command.host, command.page_id) if command.host else None
        return host_to_claim(self.account, command)

    def is_ours(self, command: c.Command, wanted: tuple[str, str] | None) -> bool:
        if wanted:
            return wanted[0] not in self.hosts
        asks = isinstance(command, m.MountHost)
        return not asks or self.hosts.get(command.host, command.page_id) == command.page_id

    def move_hosts(self, wanted: tuple[str, str] | None, events: tuple[e.Event, ...]) -> None:
        if wanted:
            self.hosts.setdefault(*wanted)
        for event in events:
            match event:
                case HostFreed(host=host, page_id=page_id):
                    assert self.hosts.pop(host) == page_id
                case e.PageRemoved(page_id=page_id):
                    self.hosts = {h: owner for h, owner in self.hosts.items() if owner != page_id}

    def a_mount(self, number: int) -> Mount | None:
        return self.account.mounts.get(self.one_of(self.account.mounts, number))

    @rule(host=domains | subdomains)
    def stranger_takes_or_leaves(self, host: str) -> None:
        if self.hosts.get(host) == STRANGER:
            del self.hosts[host]
        else:
            self.hosts.setdefault(host, STRANGER)

    @rule(number=numbers, host=domains, wants=st.booleans())
    def domain_is_mounted(self, number: int, host: str, wants: bool) -> None:  # noqa: FBT001
        page_id = self.one_of(self.model.pages, number)
        mount_id = f"m_{self.count}"
        self.told(m.MountHost(mount_id, page_id, host, MountKind.DOMAIN, "t", wants))

    @rule(number=numbers, host=subdomains)
    def subdomain_is_mounted(self, number: int, host: str) -> None:
        page_id = self.one_of(self.model.pages, number)
        self.told(m.MountHost(f"m_{self.count}", page_id, host, MountKind.SUBDOMAIN))

    @rule(number=numbers, kind=st.sampled_from([m.VerifyMount, m.UnmountHost, m.SetPrimary]))
    def owner_asks(self, number: int, kind: type) -> None:
        if mount := self.a_mount(number):
            self.told(kind(mount.page_id, mount.id))

    @rule(number=numbers, kind=st.sampled_from([m.ActivateMount, m.NoteMountCheck, m.LapseMount]),
          late_d=st.integers(0, 1))  # fmt: skip
    def worker_looks(self, number: int, kind: type, late_d: int) -> None:
        if mount := self.a_mount(number):
            self.told(kind(mount.id, mount.asked_at - timedelta(days=late_d)))

    @invariant()
    def one_host_leads_to_one_page(self) -> None:
        active = [(x.host, x.page_id) for x in self.account.mounts.values() if x.is_active]
        ours = {host: owner for host, owner in self.hosts.items() if owner != STRANGER}
        assert len(active) == len(dict(active))
        assert dict(active) == ours

    @invariant()
    def pages_keep_to_the_number_of_their_hosts(self) -> None:
        assert {x.page_id for x in self.account.mounts.values()} <= set(self.model.pages)
        for page_id in self.model.pages:
            kinds = [x.kind for x in mounts_of(self.account.mounts, page_id)]
            assert kinds.count(MountKind.SUBDOMAIN) <= 1
            assert kinds.count(MountKind.DOMAIN) <= DOMAINS_A_PAGE


TestOwningAll = OwningAll.TestCase
TestOwningAll.settings = settings(max_examples=100, stateful_step_count=50)
