"""The sentences that refuse the fields of bodies, by area, and shared limits.

A field of a body has its row here, or `tests/unit/web/test_field_sentences.py` fails.
"""

from domain.account.credentials import EMAIL_LIMIT, PASSWORD_LIMIT, PASSWORD_SHORTEST
from domain.notifications.choices import Channel, Kinds, Updates
from domain.page.settings import (
    HEADLINE_LIMIT,
    LABEL_LIMIT,
    LINK_LABEL_LIMIT,
    LINK_URL_LIMIT,
    LINKS_MAX,
    NOTIFY_MINUTES_MAX,
    REMINDER_HOURS_MAX,
    STALE_HOURS_MAX,
    Font,
    Mode,
    Place,
)
from domain.page.state import ComponentKind
from domain.page.uptime.shown import UptimeCounts
from domain.status import Impact, IncidentKind, IncidentState, Status
from domain.text import BODY_LIMIT, DESCRIPTION_LIMIT, NAME_LIMIT, TITLE_LIMIT
from web.http.commands import YEARS
from web.http.field_sentences import list_values, says

REFERENCES_MAX = 500
SUBDOMAIN_LIMIT = 63
ID_LIMIT = 64
POSITION_MAX = 100_000
ADDRESS_LIMIT = 1_000
HOST_LIMIT = 300  # a host has at most 253 characters; input may add a scheme, a port and a slash

UPDATE_STATES = [state for state in IncidentState if state is not IncidentState.SCHEDULED]
STATUSES = list_values(Status)
MOMENT = (
    f"must be a date and time from {YEARS[0] + 1} to {YEARS[1] - 1} with its offset from UTC,"
    " such as 2026-11-23T14:02:00Z."
)

# Accounts and billing
EMAIL = says(
    f"Enter an e-mail address (email) of at most {EMAIL_LIMIT} characters, such as ada@example.com."
)
PASSWORD = says(f"Enter a password of {PASSWORD_SHORTEST} to {PASSWORD_LIMIT} characters.")
LINK_TOKEN = says("Send the token of the link (token): the last part of its address.")
CURRENT_PASSWORD = says("Enter your current password (currentPassword).")
SLOT = says(
    f"Name the slot to renew by its id, of at most {ID_LIMIT} characters, or leave slot out to buy"
    " a new one."
)

# Pages
PAGE_NAME = says(
    f"The name of the page must be text of at most {NAME_LIMIT} characters.",
    f"Enter a name for the page, of at most {NAME_LIMIT} characters.",
)
SUBDOMAIN = says(
    f"The subdomain must have 1 to {SUBDOMAIN_LIMIT} characters: letters a-z, digits and hyphens,"
    " with no hyphen at either end."
)
DESCRIPTION = says(f"The description must be text of at most {DESCRIPTION_LIMIT:,} characters.")
IS_PUBLIC = says("Set isPublic to true to publish the page, or to false to hide it.")
TIME_ZONE = says("Choose a time zone (timeZone) by its IANA name, such as Europe/Berlin.")
LABELS = says('The labels must be an object with a label by status, such as {"outage": "Down"}.')
LABEL = says(f"The label of a status ({{field}}) must be text of at most {LABEL_LIMIT} characters.")
HEADLINES = says(
    'The headlines must be an object with a headline by status, such as {"outage": "We are down"}.'
)
HEADLINE = says(
    f"The headline of a status ({{field}}) must be text of at most {HEADLINE_LIMIT} characters."
)
THEME = says(
    "The theme must be an object with a mode, an accent, a header or a font, such as"
    ' {"mode": "dark"}.'
)
MODE = says(f"Choose a colour scheme (theme.mode): {list_values(Mode)}.")
ACCENT = says("The accent colour (theme.accent) must have the form #rrggbb, such as #0a84ff.")
HEADER = says("The header colour (theme.header) must have the form #rrggbb, such as #0a84ff.")
FONT = says(f"Choose a font (theme.font): {list_values(Font)}.")
LINKS = says(
    f"The links ({{field}}) must be a list of at most {LINKS_MAX} objects, such as"
    ' {"label": "Help", "url": "https://example.com"}.'
)
LINK_LABEL = says(
    f"The label of a link ({{field}}) must be text of at most {LINK_LABEL_LIMIT} characters.",
    f"Enter a label for the link ({{field}}), of at most {LINK_LABEL_LIMIT} characters.",
)
LINK_URL = says(
    f"The address of a link ({{field}}) must be text of at most {LINK_URL_LIMIT:,} characters.",
    "Enter the address of the link ({field}), such as https://example.com.",
)
LINK_PLACE = says(f"Choose where the link stands ({{field}}): {list_values(Place)}.")
SHOW_UPTIME = says("Set showUptime to true to show uptime bars, or to false to hide them.")
SHOW_FOOTER = says("Set showFooter to true to show the footer, or to false to hide it.")
SHOW_LATENCY = says("Set showLatency to true to show the response time, or to false to hide it.")
NOINDEX = says("Set noindex to true to keep search engines out, or to false to let them in.")
UPTIME_COUNTS = says(f"Choose what uptime counts (uptimeCounts): {list_values(UptimeCounts)}.")
SHOW_CHECKLIST = says(
    "Set showChecklist to true to show the checklist of the first steps, or to false to hide it."
)
NOTIFY_MINUTES = says(
    f"Set notifyMinutes to a whole number from 0 to {NOTIFY_MINUTES_MAX}: a subscriber gets one"
    " message in so many minutes."
)
REMINDER_HOURS = says(
    f"Set reminderHours to a whole number from 0 to {REMINDER_HOURS_MAX}: a reminder is sent so"
    " many hours before a maintenance, and none with 0."
)
STALE_HOURS = says(
    f"Set staleHours to a whole number from 0 to {STALE_HOURS_MAX}: you get a mail when an open"
    " incident had no update for so many hours, and none with 0."
)
LOGO = says("The logo must be a PNG, JPEG or WebP picture, in base64 or as a data: URL.")
DOMAIN = says(
    f"The domain must be a host name of at most {HOST_LIMIT} characters,"
    " such as status.example.com."
)

# Domains
HOST = says(
    f"Enter an address (host) of at most {HOST_LIMIT} characters, such as status.example.com."
)
PRIMARY = says("Set primary to true. To make this domain secondary, make another one primary.")

# Components
COMPONENT_NAME = says(
    f"The name of the component must be text of at most {NAME_LIMIT} characters.",
    f"Enter a name for the component, of at most {NAME_LIMIT} characters.",
)
COMPONENT_KIND = says(f"Choose a kind: {list_values(ComponentKind)}.")
PARENT = says(
    "The group (parent) must be the id of a category of this page, or null for the top level."
)
POSITION = says(f"The position must be a whole number from 0 to {POSITION_MAX:,}.")
STATUS = says(f"Choose a status: {STATUSES}.")

# Incidents and maintenances
TITLE = says(
    f"The title must be text of at most {TITLE_LIMIT} characters.",
    f"Enter a title of at most {TITLE_LIMIT} characters.",
)
KIND = says(f"Choose a kind: {list_values(IncidentKind)}.")
MESSAGE = says(
    f"The message (body) must be text of at most {BODY_LIMIT:,} characters.",
    f"Enter a message (body) of at most {BODY_LIMIT:,} characters.",
)
IMPACT = says(f"Choose an impact: {list_values(Impact)}.")
STATE = says(f"Choose a state: {list_values(UPDATE_STATES)}.")
ANY_STATE = says(
    f"Choose a state: {list_values(UPDATE_STATES)}, or scheduled for a planned maintenance."
)
STEP = says(
    "A maintenance takes the state in_progress to start and resolved to finish. To give an"
    " incident another state, post an update."
)
REFERENCES = says(
    f"The affected components ({{field}}) must be a list of at most {REFERENCES_MAX} objects, such"
    ' as {"component": "API", "status": "outage"}.'
)
LEAVES = says(
    f"The affected components ({{field}}) must be a list of at most {REFERENCES_MAX} ids or names,"
    ' such as "API" or {"component": "API"}.'
)
COMPONENT = says("Name the component by its id or its name ({field}).")
COMPONENT_STATUS = says(f"Choose a status for the component ({{field}}): {STATUSES}.")
STARTED_AT = says(f"The start (startedAt) {MOMENT}")
RESOLVED_AT = says(f"The end (resolvedAt) {MOMENT}")
OCCURRED_AT = says(f"The time of the update (occurredAt) {MOMENT}")
SCHEDULED_START = says(
    f"The start (scheduledStart) {MOMENT}",
    "Enter the start of the maintenance (scheduledStart), such as 2026-11-23T14:02:00Z.",
)
SCHEDULED_END = says(
    f"The end (scheduledEnd) {MOMENT}",
    "Enter the end of the maintenance (scheduledEnd), such as 2026-11-23T16:02:00Z.",
)
NOTIFY = says("Set notify to true or false: whether subscribers hear of this.")
AUTO_START = says("Set autoStart to true to start automatically, or to false to start by hand.")
AUTO_END = says("Set autoEnd to true to end automatically, or to false to end by hand.")

# Keys and templates
KEY_NAME = says(
    f"The name of the key must be text of at most {NAME_LIMIT} characters.",
    f"Enter a name for the key, of at most {NAME_LIMIT} characters.",
)
DISABLED = says("Set disabled to true to disable the key, or to false to enable it.")
TEMPLATE_NAME = says(f"The name of the template must be text of at most {NAME_LIMIT} characters.")

# Subscribers
ADDRESS = says(
    f"The address must be text of at most {ADDRESS_LIMIT:,} characters.",
    "Enter an address, such as ada@example.com.",
)
CHANNEL = says(f"Choose a channel: {list_values(Channel)}.")
CHOSEN_COMPONENTS = says(
    f"The components must be a list of at most {REFERENCES_MAX} ids of components of this page."
)
FOLLOWED_INCIDENT = says("The incident must be the id of an incident of this page that is open.")
KINDS = says(f"Choose kinds: {list_values(Kinds)}.")
LEAST_IMPACT = says(f"Choose an impact: {list_values(Impact)}.")
UPDATES = says(f"Choose updates: {list_values(Updates)}.")
CONSENT_DATE = says(
    "The day of consent (consentDate) must be a day such as 2026-11-23, and not in the future.",
    "Enter the day on which these people agreed (consentDate), such as 2026-11-23.",
)
ADDRESSES = says("The addresses must be a list of e-mail addresses, such as ada@example.com.")
CSV = says("The csv must be text with one e-mail address a line.")
