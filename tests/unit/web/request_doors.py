"""What reads a request's body, from its bytes to its command, without HTTP.

Source: docs/behaviour.md, "Request bodies" and "Bad input".
"""

import json
from collections.abc import Callable
from typing import Any

import msgspec

from web.api import billing, owner_resource, templates
from web.api.accounts import docs as accounts
from web.api.accounts.account import validate_change
from web.api.incidents import resource as incidents
from web.api.incidents import schemas as incident_schemas
from web.api.monitor import schemas as monitor
from web.api.pages import settings_schemas as settings
from web.http.bodies import decode_body

Door = Callable[[bytes], object]


def door(shape: type[msgspec.Struct], convert: Callable[[Any], object] | None = None) -> Door:
    def read(raw: bytes) -> object:
        body = decode_body(raw, shape)
        return convert(body) if convert else body

    return read


def js(value: object) -> bytes:
    return json.dumps(value).encode()


def update_of_monitor(body: monitor.PostUpdate) -> object:
    return monitor.state_of_update(body.state), monitor.to_statuses(body.components)


REPORT = door(monitor.OpenIncident, lambda body: monitor.to_statuses(body.components))
UPDATE = door(monitor.PostUpdate, update_of_monitor)
OPEN = incidents.build_creation
CHANGE = door(incident_schemas.IncidentChange, lambda body: incidents.build_change("i_1", body))
WORDS = door(incident_schemas.UpdateChange)
PAGE = door(owner_resource.NewPage, lambda body: settings.parse_zone(body.time_zone))
SETTING = door(settings.PageChange, lambda body: settings.to_command(body, None))
TEMPLATE = door(templates.NewTemplate, lambda body: templates.to_addition("t_1", body))
TEMPLATE_CHANGE = door(templates.TemplateChange, lambda body: templates.to_change("t_1", body))
LOGIN = door(owner_resource.Credentials)
ACCOUNT = door(accounts.AccountChange, lambda body: validate_change(body, "ada@example.com"))
TRADE = door(billing.Trade, lambda body: billing.to_command(body, "s_1"))


def SAY(raw: bytes) -> object:  # noqa: N802 - a door, like the others
    return incidents.build_update("i_1", raw)
