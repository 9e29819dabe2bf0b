"""Arguments of the operator's command: numbers, instants, texts, and things of a page."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Protocol, TypeVar

import click

from domain.text import DESCRIPTION_LIMIT, NAME_LIMIT, clean, clean_line, cut_reference, same_name
from ops.cli.writes import CommandRefusedError


class WholeNumber(click.ParamType[int]):
    """A whole number, also a negative one: its verb refuses that in a sentence."""

    name = "number"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number. Raises BadParameter."""
        if not re.fullmatch(r"[+-]?[0-9]{1,4000}", value):  # Python reads 4,300 digits
            self.fail(f"{cut_reference(value)!r} is no whole number such as 480.", param, ctx)
        return int(value)


class Instant(click.ParamType[datetime]):
    """A date, or an instant as the API writes it; in UTC without a zone."""

    name = "date"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Return the instant in UTC. Raises BadParameter."""
        from web.http.commands import YEARS  # an import of half a second, for this one verb

        try:
            at = datetime.fromisoformat(value)
            at = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
        except (ValueError, OverflowError):
            sentence = (
                f"{cut_reference(value)!r} is no date: write it as 2027-01-31, or an instant as"
                " 2027-01-31T12:00:00Z."
            )
            self.fail(sentence, param, ctx)
        if not YEARS[0] < at.year < YEARS[1]:
            self.fail(f"It must lie between the years {YEARS[0]} and {YEARS[1]}.", param, ctx)
        return at


def check_description(description: str | None, what: str = "description") -> str | None:
    """Return a description within its length limit. Raises CommandRefusedError."""
    tidy = clean(description)
    if tidy and len(tidy) > DESCRIPTION_LIMIT:
        message = f"A {what} may have at most {DESCRIPTION_LIMIT} characters."
        raise CommandRefusedError(message)
    return tidy


def check_name(name: str) -> str:
    """Return a name of valid length. Raises CommandRefusedError."""
    tidy = clean_line(name)
    if tidy is None or len(tidy) > NAME_LIMIT:
        message = f"A name has 1 to {NAME_LIMIT} characters."
        raise CommandRefusedError(message)
    return tidy


class NamedThing(Protocol):
    """A part of a page with an id and a name."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def name(self) -> str:
        """Its name."""


Thing = TypeVar("Thing", bound=NamedThing)


def choose_thing(things: Sequence[Thing], reference: str, noun: str, page: str) -> Thing:
    """Return the thing of this id, else of this name. Raises CommandRefusedError."""
    matches = [thing for thing in things if thing.id == reference]
    matches = matches or [thing for thing in things if same_name(thing.name, reference)]
    if len(matches) == 1:
        return matches[0]
    if matches:
        message = f"{page} has {len(matches)} {noun}s called {reference}: name one by its id."
        raise CommandRefusedError(message)
    raise build_missing_error(reference, noun, page)


def build_missing_error(reference: str, noun: str, page: str) -> CommandRefusedError:
    """Return the error for a thing that its page does not have."""
    return CommandRefusedError(
        f"{page} has no {noun} {cut_reference(reference)}: `hepstatus {noun} list {page}` tells."
    )
