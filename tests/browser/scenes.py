"""Pages in memory for pictures: one for each kind of day, size and script."""

from dataclasses import replace
from datetime import timedelta

from domain.page.settings import Appearance, Font, Link, Place
from domain.page.state import Incident, Page, Update
from domain.status import IncidentState
from tests.support.small_page import (
    DAY,
    NOW,
    category,
    claim,
    incident,
    leaf,
    maintenance,
    page_of,
)

MINUTE = timedelta(minutes=1)
GROUPS = {"Edge": 6, "Compute": 5, "Storage": 8, "Messaging": 5}
MESSAGES = (
    "We see errors on more than half of the requests to the API in Europe and are looking into it.",
    "The errors come from the gateways in Dublin. Other regions answer as usual.",
    "Engineers of the network provider are on the call. **No data was lost.**",
    "A bad configuration reached the EU gateways at 13:51. We are rolling it back.",
)
STATES = (*[IncidentState.INVESTIGATING] * 2, *[IncidentState.IDENTIFIED] * 9)
RUNNING = (IncidentState.IN_PROGRESS,)


def said(name: str, minutes: int, *messages: str, states=STATES) -> tuple[Update, ...]:
    """Updates that begin so many minutes ago, four minutes apart."""
    times = [NOW - (minutes - 4 * number) * MINUTE for number in range(len(messages))]
    return tuple(
        Update(f"u_{name}{number}", state, body, at, at)
        for number, (state, body, at) in enumerate(zip(states, messages, times, strict=False))
    )


def cloud(**statuses: str) -> list:
    """A cloud of 24 components in four groups; statuses by name, blanks as underscores."""
    parts = [
        category(group, position=number) if group != "Search" else leaf(group)
        for number, group in enumerate(GROUPS)
    ]
    names = {"Edge": ["API", "Webhooks", "Dashboard", "DNS", "Gateway EU", "Gateway US"]}
    for group, count in GROUPS.items():
        for number in range(count):
            name = names.get(group, [])[number] if group in names else f"{group} {number + 1}"
            more = {"description": "REST and GraphQL"} if name == "API" else {}
            age = {"created_at": NOW - 66 * DAY} if name == "Dashboard" else {}
            status = statuses.get(name.replace(" ", "_"), "operational")
            parts.append(leaf(name, status, f"c_{group}", position=number, **more, **age))
    return parts


def past() -> list[Incident]:
    """Incidents of the last 90 days, two of them of the last 14."""
    told = said("m", 100, "We look.", "A queue was stuck behind one large mailing; we split it.")
    days = [
        ("API", "degraded", 78), ("API", "degraded", 77), ("API", "maintenance", 48),
        ("Dashboard", "maintenance", 48), ("API", "partial", 23), ("Webhooks", "degraded", 59),
        ("Webhooks", "outage", 19), ("Storage 2", "outage", 40), ("Messaging 1", "partial", 33),
    ]  # fmt: skip
    return [
        incident("Delayed e-mail in Europe", "minor", 3, 2.97, updates=told,
                 claims=(claim("Messaging 2", "degraded", 3, 2.97),)),
        incident("Uploads fail", "critical", 9, 8.9, updates=said("f", 10, "Uploads work again.")),
        *(
            incident(f"Trouble {number}", "major", ago, ago - 0.05,
                     claims=(claim(name, status, ago, ago - 0.05),))
            for number, (name, status, ago) in enumerate(days)
        ),
    ]  # fmt: skip


def upcoming() -> Incident:
    """A maintenance in five days."""
    window = {"scheduled_start": NOW + 5 * DAY, "scheduled_end": NOW + 5 * DAY + 120 * MINUTE}
    words = said("d", 9, "Writes to EU volumes pause for two minutes.")
    return maintenance("Moving Dublin to new disks", state=IncidentState.SCHEDULED,
                       leaves=("c_Storage 1",), updates=words, **window)  # fmt: skip


def opened(name: str, impact: str, minutes: int, *messages: str, **claims: str) -> Incident:
    """An incident that began so many minutes ago, with claims by leaf."""
    days = minutes / 1440
    held = tuple(claim(leaf.replace("_", " "), status, days) for leaf, status in claims.items())
    return incident(name, impact, days, updates=said(name, minutes, *messages), claims=held)


def demo() -> Page:
    """Two incidents and a maintenance ahead."""
    down = {"API": "outage", "Webhooks": "partial", "Dashboard": "degraded"}
    return lumen(
        *cloud(**down, Messaging_3="degraded"),
        opened("API answers with errors", "critical", 19, *MESSAGES[::3], **down),
        opened("Slow search", "minor", 125, "The new index is built. Queries are fast again.",
               Messaging_3="degraded"),
        upcoming(), *past(),
    )  # fmt: skip


def lumen(*parts: object, **more: object) -> Page:
    """The page of Lumen Cloud."""
    look = Appearance(accent="#6d4aff")
    return page_of(*parts, **{"name": "Lumen Cloud", "look": look, "host": "lumen.test", **more})


def well() -> Page:
    """All is well, with a maintenance ahead."""
    return lumen(*cloud(), upcoming(), *past())


def mixed() -> Page:
    """Five incidents of mixed severity, one of many components, and a running maintenance."""
    down = {f"Storage_{number}": "outage" for number in range(1, 9)}
    down |= {f"Messaging_{number}": "partial" for number in range(1, 6)}
    window = {"scheduled_start": NOW - 60 * MINUTE, "scheduled_end": NOW + 60 * MINUTE}
    return lumen(
        *cloud(**down, API="degraded", DNS="maintenance"),
        opened("Certificates expire tomorrow", "none", 40, "We renew them tonight."),
        opened("Slow dashboard", "minor", 90, "We look into slow queries.", API="degraded"),
        opened("Messages are late", "major", 50, *MESSAGES[1:3], Messaging_1="partial"),
        opened("Power loss in Dublin", "critical", 70, *MESSAGES, *MESSAGES[:2], **down),
        opened("Invoices without VAT", "minor", 20, "We send corrected ones."),
        maintenance("DNS upgrade", began=0.04, leaves=("c_DNS",), state=IncidentState.IN_PROGRESS,
                    updates=said("x", 9, "Queries are answered as usual.", states=RUNNING),
                    **window),
        *past(),
    )  # fmt: skip


def out() -> Page:
    """Everything is out."""
    names = [part.name.replace(" ", "_") for part in cloud() if part.is_leaf]
    everything = dict.fromkeys(names, "outage")
    return lumen(*cloud(**everything), opened("All regions are down", "critical", 12, MESSAGES[0],
                                              **everything))  # fmt: skip


def many(regions: int) -> Page:
    """Components in three levels: regions of two zones with ten components each."""
    parts: list = []
    for region in range(regions):
        parts.append(category(f"Region {region}", position=region))
        for zone in range(2):
            group = f"Region {region} zone {zone}"
            parts.append(category(group, f"c_Region {region}", position=zone))
            for number in range(10):
                is_bad = region == 1 and zone == 0 and number in {3, 7}
                status = "partial" if is_bad else "operational"
                name = f"Service {region}.{zone}.{number}"
                parts.append(leaf(name, status, f"c_{group}", position=number))
    return lumen(*parts)


def scripts() -> Page:
    """Names and messages of many scripts, from right to left too."""
    return lumen(
        category("מסדי נתונים"),
        leaf("מסד נתונים ראשי", "degraded", "c_מסדי נתונים", description="גיבוי בכל שעה"),
        leaf("واجهة برمجة التطبيقات", "operational", "c_מסדי נתונים"),
        leaf("データベース・東京", "partial", description="第二リージョン"),
        leaf("Donaudampfschifffahrtsgesellschaftskapitänsmützenfabrik in Wien an der Donau"),
        incident("تأخر في تسليم الرسائل", "major", 0.05,
                 updates=said("r", 9, "نعمل على حل المشكلة وسنوافيكم بالتفاصيل.")),
        incident("遅延が発生しています", "minor", 0.1, updates=said("j", 20, "調査中です。")),
        name="לומן ענן",
    )  # fmt: skip


def young() -> Page:
    """A page of two days: bars with little data, a flat list of twelve."""
    ages = [0, 1, 2, 10, 20, 29, 30, 31, 59, 60, 88, 89]
    return lumen(*(leaf(f"Known for {days} days", created_at=NOW - days * DAY, position=days)
                   for days in ages), created_at=NOW - 2 * DAY)  # fmt: skip


def upkeep() -> Page:
    """Nothing but a running maintenance."""
    window = {"scheduled_start": NOW - 60 * MINUTE, "scheduled_end": NOW + 60 * MINUTE}
    return lumen(
        *cloud(Storage_1="maintenance"),
        maintenance("Moving Dublin", began=0.04, leaves=("c_Storage 1",),
                    state=IncidentState.IN_PROGRESS,
                    updates=said("u", 9, "Disks are moved.", states=RUNNING),
                    **window),
    )  # fmt: skip


def faced(**more: object) -> Page:
    """The demo with everything that an owner chooses of a page's face."""
    links = (
        Link("Lumen Cloud", "https://lumen.test"),
        Link("Support", "mailto:help@lumen.test"),
        Link("تواصل معنا", "https://lumen.test/ar"),
        Link("Imprint", "https://lumen.test/imprint", Place.FOOTER),
        Link("Privacy", "https://lumen.test/privacy", Place.FOOTER),
    )
    return replace(demo(), look=Appearance(accent="#6d4aff", links=links, **more))


SCENES = {
    "demo": demo,
    "well": well,
    "mixed": mixed,
    "out": out,
    "sixty": lambda: many(3),
    "fourhundred": lambda: many(20),
    "scripts": scripts,
    "young": young,
    "upkeep": upkeep,
    "face": lambda: faced(header="#3b1d8f", font=Font.SERIF),
    "face-pale": lambda: faced(header="#ffe9b0", font=Font.MONO),
    "face-rounded": lambda: faced(font=Font.ROUNDED),
    "empty": lambda: lumen(category("Edge")),
    "nothing": lambda: lumen(look=Appearance()),
    "unnamed": lambda: lumen(*cloud(), incident("Everything is on fire", "critical", 0.01)),
}
