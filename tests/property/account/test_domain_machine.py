"""Whatever owners and lookups do, in any order: one host leads to one page, within the limits.

Two accounts with two pages each share a registry of hosts, which stands for the table of hosts.
"""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from domain.account import commands as c
from domain.account.allocations import follow_ups
from domain.account.apply import apply_all
from domain.account.commands import AddPage, RemovePage
from domain.account.decide.domains import host_to_claim
from domain.account.decide.table import Facts, decide
from domain.account.domains import DOMAINS_A_PAGE, MountKind, MountState, mounts_of
from domain.account.events import HostFreed
from domain.account.state import Account
from domain.page.commands import CreatePage, SetHosts
from domain.page.state import Tier
from domain.results import Rejection

PAGES = {"p_1": 0, "p_2": 0, "p_3": 1, "p_4": 1}
pages = st.sampled_from(sorted(PAGES))
domains = st.integers(1, 7).map("d{}.acme.com".format)
subdomains = st.integers(1, 3).map("s{}.hep.gg".format)
picks = st.integers(0, 50)


class Mounts(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.accounts = [Account("a_0", Tier.PRIME), Account("a_1", Tier.PRIME)]
        self.owners: dict[str, str] = {}
        self.canonical: dict[str, str | None] = {}
        self.at = datetime(2026, 3, 1, tzinfo=UTC)
        self.minted = 0
        for number, page_id in enumerate(PAGES):
            host = f"first{number}.hep.gg" if number % 2 else None
            self.tell(PAGES[page_id], AddPage(page_id, "Acme", host))

    def tell(self, number, command):
        """What an account's drain does: claim, decide, apply, free what is freed."""
        self.at += timedelta(seconds=1)
        account = self.accounts[number]
        adds = isinstance(command, AddPage) and command.host is not None
        wanted = (command.host, command.page_id) if adds else host_to_claim(account, command)
        decision = decide(account, command, self.at, Facts(self.is_ours(command, wanted)))
        if isinstance(decision, Rejection):
            return
        if wanted and wanted[0] not in self.owners:
            self.owners[wanted[0]] = wanted[1]
        for event in decision:
            if isinstance(event, HostFreed):
                assert self.owners.pop(event.host) == event.page_id
        after = self.accounts[number] = apply_all(account, decision)
        for page_id, told in follow_ups(after, decision):
            if isinstance(told, SetHosts | CreatePage):
                self.canonical[page_id] = told.host

    def is_ours(self, command, wanted):
        if wanted:
            return wanted[0] not in self.owners
        asks = isinstance(command, c.MountHost)
        return not asks or self.owners.get(command.host, command.page_id) == command.page_id

    def a_mount(self, pick):
        found = [(n, m) for n, account in enumerate(self.accounts) for m in account.mounts.values()]
        return found[pick % len(found)] if found else (0, None)

    @rule(page_id=pages, host=domains, wants=st.booleans())
    def mount_domain(self, page_id, host, wants):
        self.minted += 1
        command = c.MountHost(f"m_d{self.minted}", page_id, host, MountKind.DOMAIN, "t", wants)
        self.tell(PAGES[page_id], command)

    @rule(page_id=pages, host=subdomains)
    def mount_subdomain(self, page_id, host):
        self.minted += 1
        command = c.MountHost(f"m_s{self.minted}", page_id, host, MountKind.SUBDOMAIN)
        self.tell(PAGES[page_id], command)

    @rule(pick=picks, what=st.sampled_from(["verify", "unmount", "primary"]))
    def ask(self, pick, what):
        kinds = {"verify": c.VerifyMount, "unmount": c.UnmountHost, "primary": c.SetPrimary}
        number, mount = self.a_mount(pick)
        if mount:
            self.tell(number, kinds[what](mount.page_id, mount.id))

    @rule(pick=picks, late=st.booleans(), what=st.sampled_from(["proven", "new", "fail", "lapse"]))
    def look_up(self, pick, late, what):
        number, mount = self.a_mount(pick)
        if mount is None:
            return
        asked_at = mount.asked_at - timedelta(days=late)
        command = {
            "proven": c.ActivateMount(mount.id, asked_at),
            "new": c.NoteMountCheck(mount.id, asked_at, "found x instead"),
            "fail": c.NoteMountCheck(mount.id, asked_at, "none found", has_failed=True),
            "lapse": c.LapseMount(mount.id, asked_at, "none found"),
        }[what]
        self.tell(number, command)

    @rule(page_id=st.sampled_from(["p_2", "p_4"]))
    def remove_page(self, page_id):
        self.tell(PAGES[page_id], RemovePage(page_id))
        self.owners = {h: owner for h, owner in self.owners.items() if owner != page_id}
        self.canonical.pop(page_id, None)

    @invariant()
    def one_host_leads_to_one_page(self):
        active = [
            (mount.host, mount.page_id)
            for account in self.accounts
            for mount in account.mounts.values()
            if mount.is_active
        ]
        assert len(active) == len(dict(active))
        assert dict(active) == self.owners

    @invariant()
    def pages_keep_to_their_limits(self):
        for account in self.accounts:
            for page_id in account.places:
                mounts = mounts_of(account.mounts, page_id)
                kinds = [mount.kind for mount in mounts]
                assert kinds.count(MountKind.SUBDOMAIN) <= 1
                assert kinds.count(MountKind.DOMAIN) <= DOMAINS_A_PAGE
                assert len({mount.host for mount in mounts}) == len(mounts)

    @invariant()
    def page_is_told_its_primary_host(self):
        for account in self.accounts:
            for page_id in account.places:
                mounts = mounts_of(account.mounts, page_id)
                primary = [mount.host for mount in mounts if mount.is_primary]
                assert primary == ([self.canonical[page_id]] if self.canonical[page_id] else [])
                assert bool(primary) == any(mount.is_active for mount in mounts)
                assert all(mount.is_active for mount in mounts if mount.is_primary)

    @invariant()
    def whoever_waits_or_failed_says_why(self):
        for account in self.accounts:
            for mount in account.mounts.values():
                assert mount.page_id in account.places
                assert mount.reason or mount.state is MountState.ACTIVE


TestMounts = Mounts.TestCase
