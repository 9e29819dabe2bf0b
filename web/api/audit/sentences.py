"""A sentence for each command, for the audit log.

A new command needs a sentence; a test checks this.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

Payload: TypeAlias = Mapping[str, Any]
Names: TypeAlias = Mapping[str, str]
Sentence: TypeAlias = Callable[[Payload, Names], str]

SETTINGS = {
    "name": "name", "description": "description", "time_zone": "time zone", "logo": "logo",
    "labels": "labels", "headlines": "headlines", "mode": "theme", "accent": "accent",
    "look": "look", "show_uptime": "uptime", "show_footer": "footer", "is_public": "visibility",
    "show_latency": "speed of updates",
}  # fmt: skip
UNSETTLED = {"refused": "Refused", "failed": "Failed", None: "Waiting"}


def sentence(kind: str, payload: Payload, names: Names, outcome: str | None) -> str:
    """Return the sentence of a command, prefixed with the outcome unless it was applied."""
    text = SENTENCES.get(kind, unknown_sentence)(payload, names)
    if outcome == "applied":
        return text
    return f"{UNSETTLED.get(outcome, 'Not applied')}: {text[:1].lower()}{text[1:]}"


def unknown_sentence(payload: Payload, names: Names) -> str:
    """Return the sentence for a command of a newer release."""
    del payload, names
    return "Something that this release can't read"


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


def settings_sentence(payload: Payload, _: Names) -> str:
    """Return the names of the settings in a change."""
    changes = [field for field in SETTINGS if payload.get(field) is not None]
    if changes == ["is_public"]:
        return "Made the page public" if payload["is_public"] else "Hid the page"
    return f"Changed the settings: {', '.join(SETTINGS[field] for field in changes)}"


def component_sentence(payload: Payload, names: Names) -> str:
    """Return the change of a component."""
    node = quoted(names.get(payload.get("component_id", "")), "a component that is gone")
    if payload.get("status"):
        return f"Set {node} to {payload['status']}"
    return f"Unpinned {node}" if payload.get("unpins") else f"Changed the component {node}"


def status_sentence(payload: Payload, names: Names) -> str:
    """Return the status of a leaf, with its name or the reference to it."""
    reference = payload.get("reference", "")
    return f"Set {quoted(names.get(reference, reference), '')} to {payload.get('status')}"


def update_sentence(payload: Payload, names: Names) -> str:
    """Return the state of an incident."""
    incident = quoted(names.get(payload.get("incident_id", "")), "an incident that is gone")
    return f"Posted an update on {incident}: {str(payload.get('state')).replace('_', ' ')}"


def key_sentence(payload: Payload, names: Names) -> str:
    """Return the change of a key."""
    key = f"the key {quoted(names.get(payload.get('key_id', '')), 'that is gone')}"
    if payload.get("hash"):
        return f"Rotated {key}"
    if payload.get("disabled") is not None:
        return f"{'Disabled' if payload['disabled'] else 'Enabled'} {key}"
    return f"Renamed a key to {quoted(payload.get('name'), '')}"


def tier_sentence(payload: Payload, _: Names) -> str:
    """Return the tier of the account and its end."""
    until = f" until {payload['until']}" if payload.get("until") else ""
    return f"Put the account on {str(payload.get('tier')).capitalize()}{until}"


def mount_sentence(payload: Payload, _: Names) -> str:
    """Return the host that was bound, or requested as a custom domain."""
    verb = "Bound" if payload.get("kind") == "subdomain" else "Asked for"
    return f"{verb} the host {payload.get('host')}"


def dns_check_sentence(payload: Payload, _: Names) -> str:
    """Return the result of a DNS lookup."""
    if payload.get("has_failed"):
        return f"Gave up on the host: {payload.get('reason')}"
    return f"Looked the host up: {payload.get('reason') or 'its proof is there'}"


SENTENCES: Mapping[str, Sentence] = {
    "CreatePage": name_sentence("Created the page", "name"),
    "SetEntitlement": entitlement_sentence,
    "SetHosts": hosts_sentence,
    "DeletePage": fixed_sentence("Deleted the page"),
    "ChangePage": settings_sentence,
    "AddComponent": name_sentence("Added the component", "name"),
    "ChangeComponent": component_sentence,
    "DeleteComponent": reference_sentence("Deleted", "the component", "component_id"),
    "SetStatus": status_sentence,
    "OpenIncident": name_sentence("Opened incident", "title"),
    "PostUpdate": update_sentence,
    "ScheduleMaintenance": name_sentence("Planned maintenance", "title"),
    "StartMaintenance": reference_sentence("Started", "maintenance", "incident_id"),
    "FinishMaintenance": reference_sentence("Finished", "maintenance", "incident_id"),
    "ChangeIncident": reference_sentence("Changed", "incident", "incident_id"),
    "EditUpdate": reference_sentence("Edited an update of", "incident", "incident_id"),
    "DeleteUpdate": reference_sentence("Deleted an update of", "incident", "incident_id"),
    "DeleteIncident": reference_sentence("Deleted", "incident", "incident_id"),
    "CreateKey": name_sentence("Created the key", "name"),
    "ChangeKey": key_sentence,
    "DeleteKey": reference_sentence("Deleted", "the key", "key_id"),
    "AddTemplate": name_sentence("Added the template", "title"),
    "ChangeTemplate": reference_sentence("Changed", "the template", "template_id"),
    "DeleteTemplate": reference_sentence("Deleted", "the template", "template_id"),
    "SuspendPage": fixed_sentence("Suspended the page"),
    "UnsuspendPage": fixed_sentence("Ended the page's suspension"),
    "AddPage": name_sentence("Asked for the page", "name"),
    "RemovePage": fixed_sentence("Asked to delete the page"),
    "SetTier": tier_sentence,
    "GrantTokens": lambda payload, _: f"Granted {payload.get('amount')} tokens",
    "BuySlot": fixed_sentence("Bought a slot"),
    "RenewSlot": fixed_sentence("Renewed a slot"),
    "ExpireSlot": fixed_sentence("A slot expired"),
    "EndPrime": fixed_sentence("Prime ended"),
    "DeleteAccount": fixed_sentence("Deleted the account"),
    "MountHost": mount_sentence,
    "VerifyMount": fixed_sentence("Asked for the host to be looked up again"),
    "ActivateMount": fixed_sentence("Saw the proof of the host"),
    "NoteMountCheck": dns_check_sentence,
    "LapseMount": lambda payload, _: f"Freed the host: {payload.get('reason') or 'no proof'}",
    "UnmountHost": fixed_sentence("Unmounted the host"),
    "SetPrimary": fixed_sentence("Chose another primary host"),
    "Probe": fixed_sentence("Looked whether workers are at work"),
}
