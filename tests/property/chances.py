"""Drawing many things from one seed: a life of hundreds of commands is too long for Hypothesis.

Each function makes a draw: from a `random.Random` to a value. A run is told again by its seed.
"""

from random import Random

from domain.page.commands import Repeat
from domain.page.settings import Font, Link, Mode
from domain.page.uptime.shown import UptimeCounts
from domain.status import IncidentState, Status


def booleans(dice: Random):
    """True or False."""
    return dice.choice([True, False])


def one(*values):
    """One of these."""
    return lambda dice: dice.choice(values)


def number(first, last):
    """A whole number within these, both included."""
    return lambda dice: dice.randint(first, last)


def either(*draws):
    """What one of these draws."""
    return lambda dice: dice.choice(draws)(dice)


def maybe(draw):
    """What this draws, or None."""
    return either(one(None), draw)


def listed(draw, most):
    """Up to so many of what this draws."""
    return lambda dice: [draw(dice) for _ in range(dice.randint(0, most))]


def pairs(first, second):
    """A pair of what these draw."""
    return lambda dice: (first(dice), second(dice))


def mapped(keys, values, most):
    """A mapping of up to so many of these keys to what is drawn."""
    return lambda dice: {key: values(dice) for key in listed(keys, most)(dice)}


def some(**draws):
    """Keywords for some of these, most often one or two."""

    def drawn(dice: Random):
        count = min(dice.choice([0, 1, 1, 2, 2, 3]), len(draws))
        chosen = dice.sample(sorted(draws), count)
        return {name: draws[name](dice) for name in chosen}

    return drawn


def each(**draws):
    """Keywords for all of these."""
    return lambda dice: {name: draw(dice) for name, draw in draws.items()}


# What owners say.
# Some are one name to whoever reads them.
NAMES = (
    "API", "api", "Web", "STRASSE", "straße", "Site", "Mail",
    "Caf\N{LATIN SMALL LETTER E WITH ACUTE}", "Cafe\N{COMBINING ACUTE ACCENT}",
    "Web  API", "web\N{NO-BREAK SPACE}api",
)  # fmt: skip

names = one(*NAMES)
ordinals = number(0, 20)
references = either(names, ordinals)
statuses = one(*Status)
given_statuses = listed(pairs(references, statuses), 3)
bodies = one(None, "Words.")
states = one(*IncidentState)
repeats = one(*Repeat)
states_told = [state for state in IncidentState if state != "scheduled"]
hours = number(-4, 4)
tiers = ("free", "prime", "lapsing")
words = mapped(one(*map(str, Status)), one("", "Fine", "Down"), 2)
settings_given = {
    "name": one("Acme", "Bolt"),
    "is_public": booleans,
    "description": one("", "Ours"),
    "time_zone": one("UTC", "Europe/Berlin"),
    "labels": words,
    "headlines": words,
    "mode": one(*Mode),
    "accent": one("", "#0a84ff"),
    "show_uptime": booleans,
    "show_footer": booleans,
    "show_latency": booleans,
    "noindex": booleans,
    "uptime_counts": one(*UptimeCounts),
    "header": one("", "#6d4aff"),
    "font": one(*Font),
    "links": one((), (Link("Help", "mailto:help@example.com"),)),
    "show_checklist": booleans,
    "notify_minutes": one(0, 60),
    "reminder_hours": one(0, 24),
    "stale_hours": one(0, 24),
}
