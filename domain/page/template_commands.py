"""What a page may be told of its templates. Payloads only ever gain fields, with defaults."""

from dataclasses import dataclass

from domain.status import Impact, IncidentKind, IncidentState


@dataclass(frozen=True, slots=True)
class AddTemplate:
    """Keep words for later; a maintenance has neither state nor impact to keep."""

    template_id: str
    title: str
    name: str | None = None
    body: str | None = None
    state: IncidentState | None = None
    impact: Impact | None = None
    kind: IncidentKind = IncidentKind.INCIDENT


@dataclass(frozen=True, slots=True)
class ChangeTemplate:
    """Change a template; None leaves a thing as it is, an empty text clears it."""

    template_id: str
    title: str | None = None
    name: str | None = None
    body: str | None = None
    state: IncidentState | None = None
    impact: Impact | None = None
    kind: IncidentKind | None = None
    clears_state: bool = False
    clears_impact: bool = False


@dataclass(frozen=True, slots=True)
class DeleteTemplate:
    """Forget a template; what was opened from it stays."""

    template_id: str
