"""Commands on a page's templates. Payloads only ever gain fields, with defaults."""

from dataclasses import dataclass

from domain.status import Impact, IncidentKind, IncidentState


@dataclass(frozen=True, slots=True)
class AddTemplate:
    """Add a template; a maintenance has neither state nor impact."""

    template_id: str
    title: str
    name: str | None = None
    body: str | None = None
    state: IncidentState | None = None
    impact: Impact | None = None
    kind: IncidentKind = IncidentKind.INCIDENT


@dataclass(frozen=True, slots=True)
class ChangeTemplate:
    """Change a template; None keeps a property, an empty text clears it."""

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
    """Remove a template; incidents opened from it stay."""

    template_id: str
