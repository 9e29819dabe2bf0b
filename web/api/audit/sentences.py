"""What each command did, in a sentence for its owner. A new command needs one: a test looks."""

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
    """Return what a command did; of one that was not applied, what it would have done."""
    said = SENTENCES.get(kind, unknown)(payload, names)
    if outcome == "applied":
        return said
    return f"{UNSETTLED.get(outcome, 'Not applied')}: {said[:1].lower()}{said[1:]}"


def unknown(payload: Payload, names: Names) -> str:
    """Say of a command that newer code wrote."""
    del payload, names
    return "Something that this release can't read"


def quoted(name: Any, otherwise: str) -> str:  # noqa: ANN401 - a value of JSON
    """Return a name in quotation marks."""
    return f"“{name}”" if name else otherwise


def of(verb: str, what: str, field: str) -> Sentence:
    """Say that something was done to what a field of the payload names."""

    def said(payload: Payload, names: Names) -> str:
        return f"{verb} {what} {quoted(names.get(payload.get(field, '')), 'that is gone')}"

    return said


def called(verb: str, field: str) -> Sentence:
    """Say that something was done to what the payload itself calls by name."""
    return lambda payload, _: f"{verb} {quoted(payload.get(field), '')}".strip()


def plain(words: str) -> Sentence:
    """Say always the same."""
    return lambda _payload, _names: words


def entitled(payload: Payload, _: Names) -> str:
    """Say what an account grants."""
    granted = payload.get("entitlement") or {}
    until = granted.get("served_until")
    tier = str(granted.get("tier", "free")).capitalize()
    return f"The page is on {tier}" + (f", served until {until}" if until else "")


def hosted(payload: Payload, _: Names) -> str:
    """Say where a page is."""
    host = payload.get("host")
    return f"Put the page on {host}" if host else "Took the page off its host"


def page_changed(payload: Payload, _: Names) -> str:
    """Say which settings were given."""
    given = [field for field in SETTINGS if payload.get(field) is not None]
    if given == ["is_public"]:
        return "Made the page public" if payload["is_public"] else "Hid the page"
    return f"Changed the settings: {', '.join(SETTINGS[field] for field in given)}"


def component_changed(payload: Payload, names: Names) -> str:
    """Say what became of a node."""
    node = quoted(names.get(payload.get("component_id", "")), "a component that is gone")
    if payload.get("status"):
        return f"Set {node} to {payload['status']}"
    return f"Unpinned {node}" if payload.get("unpins") else f"Changed the component {node}"


def status_set(payload: Payload, names: Names) -> str:
    """Say what leaves show, by the name that they were called by, or have."""
    reference = payload.get("reference", "")
    return f"Set {quoted(names.get(reference, reference), '')} to {payload.get('status')}"


def update_posted(payload: Payload, names: Names) -> str:
    """Say in which state an incident is."""
    incident = quoted(names.get(payload.get("incident_id", "")), "an incident that is gone")
    return f"Posted an update on {incident}: {str(payload.get('state')).replace('_', ' ')}"


def key_changed(payload: Payload, names: Names) -> str:
    """Say what became of a key."""
    key = f"the key {quoted(names.get(payload.get('key_id', '')), 'that is gone')}"
    if payload.get("hash"):
        return f"Rotated {key}"
    if payload.get("disabled") is not None:
        return f"{'Disabled' if payload['disabled'] else 'Enabled'} {key}"
    return f"Renamed a key to {quoted(payload.get('name'), '')}"


def tier_set(payload: Payload, _: Names) -> str:
    """Say which tier the account is on, and until when."""
    until = f" until {payload['until']}" if payload.get("until") else ""
    return f"Put the account on {str(payload.get('tier')).capitalize()}{until}"


def mounted(payload: Payload, _: Names) -> str:
    """Say which host was asked for, or bound."""
    verb = "Bound" if payload.get("kind") == "subdomain" else "Asked for"
    return f"{verb} the host {payload.get('host')}"


def looked_up(payload: Payload, _: Names) -> str:
    """Say what DNS told of a host."""
    if payload.get("has_failed"):
        return f"Gave up on the host: {payload.get('reason')}"
    return f"Looked the host up: {payload.get('reason') or 'its proof is there'}"


SENTENCES: Mapping[str, Sentence] = {
    "CreatePage": called("Created the page", "name"),
    "SetEntitlement": entitled,
    "SetHosts": hosted,
    "DeletePage": plain("Deleted the page"),
    "ChangePage": page_changed,
    "AddComponent": called("Added the component", "name"),
    "ChangeComponent": component_changed,
    "DeleteComponent": of("Deleted", "the component", "component_id"),
    "SetStatus": status_set,
    "OpenIncident": called("Opened incident", "title"),
    "PostUpdate": update_posted,
    "ScheduleMaintenance": called("Planned maintenance", "title"),
    "StartMaintenance": of("Started", "maintenance", "incident_id"),
    "FinishMaintenance": of("Finished", "maintenance", "incident_id"),
    "ChangeIncident": of("Changed", "incident", "incident_id"),
    "EditUpdate": of("Edited an update of", "incident", "incident_id"),
    "DeleteUpdate": of("Deleted an update of", "incident", "incident_id"),
    "DeleteIncident": of("Deleted", "incident", "incident_id"),
    "CreateKey": called("Created the key", "name"),
    "ChangeKey": key_changed,
    "DeleteKey": of("Deleted", "the key", "key_id"),
    "AddTemplate": called("Added the template", "title"),
    "ChangeTemplate": of("Changed", "the template", "template_id"),
    "DeleteTemplate": of("Deleted", "the template", "template_id"),
    "SuspendPage": plain("Suspended the page"),
    "UnsuspendPage": plain("Ended the page's suspension"),
    "AddPage": called("Asked for the page", "name"),
    "RemovePage": plain("Asked to delete the page"),
    "SetTier": tier_set,
    "GrantTokens": lambda payload, _: f"Granted {payload.get('amount')} tokens",
    "BuySlot": plain("Bought a slot"),
    "RenewSlot": plain("Renewed a slot"),
    "ExpireSlot": plain("A slot expired"),
    "EndPrime": plain("Prime ended"),
    "DeleteAccount": plain("Deleted the account"),
    "MountHost": mounted,
    "VerifyMount": plain("Asked for the host to be looked up again"),
    "ActivateMount": plain("Saw the proof of the host"),
    "NoteMountCheck": looked_up,
    "LapseMount": lambda payload, _: f"Freed the host: {payload.get('reason') or 'no proof'}",
    "UnmountHost": plain("Unmounted the host"),
    "SetPrimary": plain("Chose another primary host"),
    "Probe": plain("Looked whether workers are at work"),
}
