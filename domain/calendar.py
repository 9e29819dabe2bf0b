"""Calendar days in a page's time zone, daylight saving included."""

from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

UTC_ZONE = "UTC"  # of a page whose owner chose none


def day_of(at: datetime, zone: str) -> date:
    """Return the calendar day of the aware instant `at` in the IANA zone `zone`."""
    return at.astimezone(ZoneInfo(zone)).date()


def starts_at(day: date, zone: str) -> datetime:
    """Return the instant (UTC) at which `day` begins in `zone`.

    A day has 23 to 25 hours.
    """
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def ends_at(day: date, zone: str) -> datetime:
    """Return the instant (UTC) at which the day after `day` begins in `zone`."""
    return starts_at(day + timedelta(days=1), zone)


def is_zone(name: str) -> bool:
    """Return whether `name` is an IANA zone, in the database's spelling."""
    return name in zones()


@cache
def zones() -> frozenset[str]:
    """Return the names of all IANA zones.

    Some systems add an entry for their own clock; it is not a zone.
    """
    return frozenset(available_timezones() - {"localtime", "Factory"})


def iso(at: datetime) -> str:
    """Format an instant for the wire: UTC, milliseconds, `Z`.

    Source: docs/behaviour.md, "Ids, times and lists".
    """
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


MINUTES_AN_HOUR = 60
HOURS_A_DAY = 24
HOURS_MAX = 48  # from here on a length is told in days
MINUTE_S = 60


def to_local(at: datetime, zone: str) -> datetime:
    """Return an instant in the IANA zone `zone`."""
    return at.astimezone(ZoneInfo(zone))


def format_instant(at: datetime, zone: str) -> str:
    """Format an instant as `23 Nov 2026, 14:02 UTC`, in `zone`."""
    local = to_local(at, zone)
    return f"{local.day} {local:%b %Y, %H:%M} {format_offset(local)}"


def format_offset(local: datetime) -> str:
    """Return the offset of a local time as `GMT+5:30`; `UTC` in that zone.

    Abbreviations are no names: `CST` is China's time and Chicago's, `IST` India's and Israel's.
    """
    offset = local.utcoffset() or timedelta()
    if not offset:
        return "UTC" if local.tzname() == "UTC" else "GMT"
    hours, minutes = divmod(round(abs(offset) / timedelta(minutes=1)), MINUTES_AN_HOUR)
    sign = "-" if offset < timedelta() else "+"
    return f"GMT{sign}{hours}" + (f":{minutes:02}" if minutes else "")


def format_offset_at(at: datetime, zone: str) -> str:
    """Return the offset of `zone` at an instant, as `format_offset` does."""
    return format_offset(to_local(at, zone))


def format_rfc_822(at: datetime) -> str:
    """Format an instant as `Mon, 23 Nov 2026 14:02:00 GMT`."""
    return format_datetime(at.astimezone(UTC), usegmt=True)


def format_day(day: date) -> str:
    """Format a day as `23 November 2026`."""
    return f"{day.day} {day:%B %Y}"


def format_month(at: datetime, zone: str) -> str:
    """Format the month of an instant as `2026-11`, in `zone`."""
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m}"


def format_minutes(minutes: int) -> str:
    """Format minutes as `2 h 5 min`, from 48 hours on as `3 d 2 h`.

    A non-breaking space stands before each unit.
    """
    hours, rest = divmod(minutes, MINUTES_AN_HOUR)
    if hours < HOURS_MAX:
        parts = {"h": hours, "min": rest}
    else:
        parts = dict(zip(("d", "h"), divmod(hours, HOURS_A_DAY), strict=True))
    return " ".join(f"{n}\u00a0{unit}" for unit, n in parts.items() if n) or "0\u00a0min"


def format_duration(start: datetime, end: datetime) -> str:
    """Format the duration from `start` to `end`, in whole minutes or, below one, in seconds."""
    return format_length(max(0, int((end - start).total_seconds())))


def format_length(length_s: int) -> str:
    """Format seconds as whole minutes or, below one, as seconds."""
    return format_minutes(length_s // MINUTE_S) if length_s >= MINUTE_S else f"{length_s}\u00a0s"


def format_wait(wait_s: int) -> str:
    """Return seconds as text, rounded up to whole minutes from one minute on."""
    if wait_s < MINUTE_S:
        return f"{wait_s} second{'' if wait_s == 1 else 's'}"
    minutes = -(-wait_s // MINUTE_S)
    return f"{minutes} minute{'' if minutes == 1 else 's'}"
