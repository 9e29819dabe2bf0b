"""An upgrade program by program: what was handed in last runs beside the code of this checkout.

Both have a web tier on one stack; a worker of one drains what both were told, then one of the
other.
"""

import subprocess
import sys

import pytest
from psutil import Process

from domain.account.commands import GrantTokens
from ops.cli.writes import write
from ops.local.programs import CHECKOUT
from tests.support.actors import PASSWORD, Actors, unique
from tests.support.faults.breaking import SOON_S, Behind
from tests.support.faults.history import code_before, last_handed_in
from tests.support.inside import inside
from tests.support.stack import System, wait_until

pytestmark = [pytest.mark.system, pytest.mark.slow, pytest.mark.timeout(400)]

OLD, NEW = 0, 1  # the web tiers
TRADE, ME = "/api/v1/status/purchases/trade", "/api/v1/auth/me"
OPEN = "/api/v1/status-api/incidents"
# What neither an owner nor a monitor asks for: the operator, the clock and DNS do.
OF_OTHERS = {
    "SetEntitlement", "SuspendPage", "UnsuspendPage", "ImportContent", "ActivateMount",
    "NoteMountCheck", "LapseMount", "SetTier", "ExpireSlot", "EndPrime", "Probe",
}  # fmt: skip


@pytest.fixture(scope="module")
def mixed(tmp_path_factory, stack_template):
    """A stack with a web tier of each version, which still start, and no worker yet."""
    folder = tmp_path_factory.mktemp("versions")
    old = code_before(folder / "before", last_handed_in)
    with System(folder / "system", template=stack_template) as system:
        system.migrate()
        for checkout in (old, CHECKOUT):
            system.checkout = checkout
            system.launch_web()
        yield system, {"old": old, "new": CHECKOUT}


def start_worker_of(system, checkout):
    """Leave all background work to one version, and wait until all programs are at work."""
    for child in system.children[:]:
        if not child.name.startswith("web"):
            child.stop()
            system.children.remove(child)
    system.checkout = checkout
    system.start_worker()
    system.start_beat()
    for web in system.webs:
        web.wait()
    system.wait_until_drained()
    system.wait_until_swept()


@pytest.mark.parametrize("worker", ["old", "new"])
def test_every_write_is_published_when_web_and_worker_are_of_two_versions(mixed, worker):
    # given a worker of one version
    system, checkouts = mixed
    start_worker_of(system, checkouts[worker])
    folders = [Process(web.child.pid).cwd() for web in system.webs]
    assert folders == [str(checkout) for checkout in checkouts.values()]
    with Actors(system) as actors, system.logs_of_failures():
        for web in (OLD, NEW):
            # when everything is asked for that owners and monitors can ask for
            page = write_everything(actors, web)
            # then visitors see it, whichever version they ask
            for vi in (actors.visitor(page, OLD), actors.visitor(page, NEW)):
                vi.wait_for(lambda told: told["page"]["name"] == "Ours", "the settings show")
                assert vi.statuses() == {"Core": "partial"}
                assert "All is lost" in vi.get("/").text
        assert_written_once(actors)
    # and nothing of it waits or failed
    behind = Behind(system)
    unsettled = "SELECT kind FROM commands WHERE published_at IS NULL OR outcome <> 'applied'"
    wait_until(lambda: not behind.sql(unsettled), "all is applied", SOON_S)
    kinds = {row.kind for row in behind.sql("SELECT DISTINCT kind FROM commands")}
    assert kinds_of(checkouts["old"]) - OF_OTHERS <= kinds
    assert all(child.is_running for child in system.children)


def kinds_of(checkout):
    """The kinds of commands that the code of a checkout knows."""
    modules = "from domain.account import commands as a; from domain.page import commands as p"
    program = [sys.executable, "-c", f"{modules}; print(*a.COMMANDS, *p.COMMANDS)"]
    return set(subprocess.check_output(program, cwd=checkout, text=True).split())


def write_everything(actors, web):
    """Ask a web tier for every kind of write; return the page that is left."""
    owner = actors.owner(web=web)
    with inside(actors.system):
        write(owner.id, GrantTokens(1000))
    slot = owner.done(owner.post(TRADE, {}))["slot"]
    owner.done(owner.post(TRADE, {"slot": slot}))
    page = owner.page()
    write_settings(owner, page)
    leaf = write_components(owner, page)
    write_incidents(owner, page)
    write_maintenances(owner, page)
    write_as_monitor(actors, page, leaf, web)
    other = owner.page("Another")
    [host] = owner.get(f"{other.path}/mounts").json()["data"]
    owner.done(owner.delete(f"{other.path}/mounts/{host['id']}"), 200)
    owner.done(owner.delete(other.path), 200)
    gone = actors.owner(web=web)
    gone.done(gone.http.request("DELETE", ME, json={"currentPassword": PASSWORD}), 200)
    return page


def write_settings(owner, page):
    owner.done(owner.patch(page.path, {"name": "Ours", "labels": {"outage": "Down"}}), 200)
    template = f"{page.path}/templates/{page.template('Words')}"
    owner.done(owner.patch(template, {"title": "Other words"}), 200)
    owner.done(owner.delete(template), 200)
    key = f"{page.path}/keys/{page.key()['id']}"
    owner.done(owner.patch(key, {"disabled": True}), 200)
    owner.done(owner.delete(key), 200)
    [first] = owner.get(f"{page.path}/mounts").json()["data"]
    owner.done(owner.patch(f"{page.path}/mounts/{first['id']}", {"primary": True}), 200)
    host = {"host": f"{unique('status')}.acme.test"}
    mount = f"{page.path}/mounts/{owner.done(owner.post(f'{page.path}/mount', host))['id']}"
    owner.done(owner.post(f"{mount}/verify"), 200)
    owner.done(owner.delete(mount), 200)


def write_components(owner, page):
    """Leave one leaf."""
    category, leaf = page.leaf("Site", kind="category"), page.leaf("API")
    core = {"name": "Core", "parent": category, "status": "degraded"}
    owner.done(owner.patch(f"{page.path}/components/{leaf}", core), 200)
    owner.done(owner.delete(f"{page.path}/components/{category}"), 200)
    return leaf


def write_incidents(owner, page):
    listed = f"{page.path}/incidents"
    one = f"{listed}/{owner.done(owner.post(listed, {'title': 'Trouble'}))['id']}"
    owner.done(owner.patch(one, {"title": "Great trouble"}), 200)
    said = owner.done(owner.post(f"{one}/updates", {"state": "resolved", "body": "It is over."}))
    owner.done(owner.patch(f"{one}/updates/{said['id']}", {"body": "All over."}), 200)
    owner.done(owner.delete(f"{one}/updates/{said['id']}"), 200)
    owner.done(owner.delete(one), 200)


def write_maintenances(owner, page):
    listed = f"{page.path}/incidents"
    plan = {"scheduledStart": "2090-01-01T00:00:00Z", "scheduledEnd": "2090-01-02T00:00:00Z"}
    window = {"kind": "maintenance", "title": "Disks", **plan}
    one = f"{listed}/{owner.done(owner.post(listed, window))['id']}"
    for state in ("in_progress", "resolved"):
        owner.done(owner.patch(one, {"state": state}), 200)


def write_as_monitor(actors, page, leaf, web):
    mon = actors.monitor(page, web)
    down = [{"component": "Core", "status": "outage"}]
    opened = mon.done(mon.open("All is lost", body="We look.", components=down))["id"]
    mon.done(mon.update(opened, "identified", body="It is the disk."))
    mon.done(mon.toggle(leaf, "partial"), 200)


def assert_written_once(actors):
    """What was written through the old version is found by its key through the new one."""
    page, once = actors.owner(web=OLD).page(), {"Idempotency-Key": "once"}
    secret = f"Bearer {page.key()['key']}"
    told = []
    for web in (OLD, NEW):
        mon = actors.caller(web=web, Authorization=secret)
        answer = mon.post(OPEN, {"title": "Once"}, headers=once)
        told.append((mon.done(answer)["id"], answer.headers["location"]))
    assert told[0] == told[1]
    vi = actors.visitor(page, NEW)
    vi.wait_for(lambda shown: len(shown["incidents"]) == 1, "the incident shows")
