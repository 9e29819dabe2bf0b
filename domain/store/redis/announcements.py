"""Announcements: settled commands of a stream, and the refusals among them."""

from collections.abc import Mapping

import msgspec

from domain.results import Rejection


class Announcement(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """The settled seqs `first` to `last` of a stream, page changes published.

    `follow_ups` lists, by seq, the (page id, seq) pairs that have to be published as well before
    the command's effect can be seen.
    """

    stream: str
    first: int
    last: int
    refusals: Mapping[int, Rejection] = {}
    follow_ups: Mapping[int, list[tuple[str, int]]] = {}


_decoder = msgspec.json.Decoder(Announcement)


def encode(announcement: Announcement) -> bytes:
    """Return the announcement as the channel carries it."""
    return msgspec.json.encode(announcement)


def decode(message: bytes) -> Announcement:
    """Read an announcement. Raises msgspec.DecodeError."""
    return _decoder.decode(message)
