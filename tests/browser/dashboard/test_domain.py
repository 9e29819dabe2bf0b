"""A domain of one's own, proven in real DNS while its owner looks on."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.dashboard.owner_at_screen import at_desk, of
from tests.support.actors import Actors, unique
from tests.support.name_server import name_server
from tests.support.stack import System

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

# What moves on the screen from now on, but for what somebody pressed for. What is shown already may
# not be drawn yet: it moved for what was asked for before, however late its answer came.
SHIFTS = """async () => {
  await new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  window.shifts = [];
  new PerformanceObserver(list => { for (const entry of list.getEntries())
    if (!entry.hadRecentInput) window.shifts.push(entry.value); })
    .observe({ type: 'layout-shift' });
}"""


@pytest.fixture(scope="module")
def zone():
    with name_server() as zone:
        yield zone


@pytest.fixture(scope="module")
def dns_system(tmp_path_factory, stack_template, zone):
    """The whole product, whose workers ask our name server, every half second at first."""
    env = {
        "DNS_SERVERS": "127.0.0.1",
        "DNS_PORT": str(zone.port),
        "DNS_TIMEOUT_S": "3",
        "MOUNT_CHECK_S": "0.5",
    }
    folder = tmp_path_factory.mktemp("domains")
    with System(folder, template=stack_template, env=env) as system:
        yield system.start_all()


@pytest.fixture
def desk(dns_system, tab):
    """Ada's page in a tab, on the screen of its hosts."""
    with Actors(dns_system) as cast:
        page = cast.page("API")
        look = at_desk(tab, dns_system, page.owner, of(page, "domain"))
        look.owned, look.cast = page, cast
        yield look


def mount(look, host):
    """Add a host; return what is shown of it."""
    look.page.get_by_label("Add a").fill(host)
    look.page.get_by_role("button", name="Add", exact=True).click()
    shown = look.page.locator("article").filter(has_text=host)
    expect(shown).to_be_visible()
    return shown


def test_a_domain_becomes_active_by_itself_when_its_record_is_made(desk, zone):
    # Given a domain that waits for its record, and says which
    host = f"{unique('status')}.acme.test"
    shown = mount(desk, host)
    expect(shown).to_contain_text("Waiting for DNS")
    expect(shown.locator(".reason")).to_contain_text(re.compile("record"))
    record = shown.locator(".records li").filter(has_text="CNAME")
    name, value = record.locator("code").all_text_contents()
    assert name == host

    # When that is made, and nobody does anything
    expect(shown.locator(".reason")).to_contain_text("found")
    desk.page.evaluate(SHIFTS)
    zone.put(name, "CNAME", value)
    expect(shown.get_by_role("status")).to_contain_text("Active")

    # Then it leads to the page, nothing has moved, and what was asked again and again is not
    assert desk.cast.caller(host).get("/status.json").status_code == 200
    assert sum(desk.page.evaluate("window.shifts")) < 0.01
    expect(desk.page.locator("[data-follows]")).to_have_count(0)

    # and it can be the page's own address
    shown.get_by_role("button", name="Make primary").click()
    expect(shown.get_by_role("status")).to_contain_text("Primary")
    desk.cast.visitor(desk.owned).wait_for(lambda told: host in told["page"]["url"], "its url")


def test_a_half_typed_host_stays_when_the_screen_asks_for_what_is_new(desk, zone):
    host = f"{unique('status')}.acme.test"
    shown = mount(desk, host)
    field = desk.page.get_by_label("Add a")
    field.fill("half.a.na")
    field.focus()
    zone.put(host, "CNAME", "elsewhere.example")
    shown.get_by_role("button", name="Verify now").click()
    field.focus()
    expect(shown.locator(".reason")).to_contain_text("found elsewhere.example instead")
    expect(field).to_have_value("half.a.na")
    expect(field).to_be_focused()


def test_a_host_leads_nowhere_when_it_was_unmounted(desk):
    look = desk
    shown = look.page.locator("article").filter(has_text=look.owned.host)
    shown.get_by_role("button", name="Remove domain").click()
    look.page.get_by_role("dialog").get_by_role("button", name="Remove domain").click()
    expect(look.page.locator("#empty")).to_be_visible()
    assert look.cast.visitor(look.owned).get("/").status_code == 404

    # and another address can be had, at once, but not one that is no host
    look.page.get_by_label("Add an address").fill("no host")
    look.page.get_by_role("button", name="Add", exact=True).click()
    expect(look.page.get_by_label("Add an address")).to_have_attribute("aria-invalid", "true")
    mount(look, f"{unique('other')}.localhost")
    expect(look.page.get_by_role("status").filter(has_text="Active")).to_be_visible()
