"""The sentences of the audit log, and the parts that areas build theirs from."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from web.openapi.operations import Names, Payload, Sentence


def quoted(name: Any, fallback: str) -> str:  # noqa: ANN401 - a value of JSON
    """Return a name in quotation marks."""
    return f"“{name}”" if name else fallback


def reference_sentence(verb: str, noun: str, field: str) -> Sentence:
    """Return a sentence about an object; `field` of the payload is its id."""

    def render(payload: Payload, names: Names) -> str:
        return f"{verb} {noun} {quoted(names.get(payload.get(field, '')), 'that is gone')}"

    return render


def name_sentence(verb: str, field: str) -> Sentence:
    """Return a sentence about an object; `field` of the payload is its name."""
    return lambda payload, _: f"{verb} {quoted(payload.get(field), '')}".strip()


def fixed_sentence(words: str) -> Sentence:
    """Return a sentence without variable parts."""
    return lambda _payload, _names: words


UNSETTLED = {"refused": "Refused", "failed": "Failed", None: "Waiting"}


def sentence(kind: str, payload: Payload, names: Names, outcome: str | None) -> str:
    """Return the sentence of a command, prefixed with the outcome unless it was applied."""
    text = all_sentences().get(kind, unknown_sentence)(payload, names)
    if outcome == "applied":
        return text
    return f"{UNSETTLED.get(outcome, 'Not applied')}: {text[:1].lower()}{text[1:]}"


@cache
def all_sentences() -> Mapping[str, Sentence]:
    """Return the sentences by the kind of their command."""
    from web.api.areas import AREAS  # noqa: PLC0415 - the audit is one of the areas

    return {**OTHERS, **{kind: one for area in AREAS for kind, one in area.sentences.items()}}


def unknown_sentence(payload: Payload, names: Names) -> str:
    """Return the sentence for a command of a newer release."""
    del payload, names
    return "Something that this release can't read"


def entitlement_sentence(payload: Payload, _: Names) -> str:
    """Return the tier of a page and its end."""
    entitlement = payload.get("entitlement") or {}
    until = entitlement.get("served_until")
    tier = str(entitlement.get("tier", "free")).capitalize()
    return f"The page is on {tier}" + (f", served until {until}" if until else "")


def hosts_sentence(payload: Payload, _: Names) -> str:
    """Return the host of a page."""
    host = payload.get("host")
    return f"Put the page on {host}" if host else "Took the page off its host"


def tier_sentence(payload: Payload, _: Names) -> str:
    """Return the tier of the account and its end."""
    until = f" until {payload['until']}" if payload.get("until") else ""
    return f"Put the account on {str(payload.get('tier')).capitalize()}{until}"


def dns_check_sentence(payload: Payload, _: Names) -> str:
    """Return the result of a DNS lookup."""
    if payload.get("has_failed"):
        return f"Gave up on the host: {payload.get('reason')}"
    return f"Looked the host up: {payload.get('reason') or 'its proof is there'}"


def import_sentence(payload: Payload, _: Names) -> str:
    """Return how much an import holds; the audit log has only the counts."""
    parts = ("components", "incidents", "templates")
    counts = [
        f"{count} {part.rstrip('s') if count == 1 else part}"
        for part in parts
        if (count := payload.get(part))
    ]
    return f"Imported {', '.join(counts) or 'settings and shown statuses'}"


# Of commands that no owner and no monitor sends.
OTHERS = {
    "CreatePage": name_sentence("Created the page", "name"),
    "SetEntitlement": entitlement_sentence,
    "SetHosts": hosts_sentence,
    "DeletePage": fixed_sentence("Deleted the page"),
    "ImportContent": import_sentence,
    "SuspendPage": fixed_sentence("Suspended the page"),
    "UnsuspendPage": fixed_sentence("Ended the page's suspension"),
    "SetTier": tier_sentence,
    "GrantTokens": lambda payload, _: f"Granted {payload.get('amount')} tokens",
    "ExpireSlot": fixed_sentence("A slot expired"),
    "EndPrime": fixed_sentence("Prime ended"),
    "ActivateMount": fixed_sentence("Verified the domain"),
    "NoteMountCheck": dns_check_sentence,
    "LapseMount": lambda payload, _: f"Freed the host: {payload.get('reason') or 'no proof'}",
    "Probe": fixed_sentence("Checked the workers"),
}
