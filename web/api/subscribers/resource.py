"""The addresses of subscribers: `/s/<token>`."""

from web.api.subscribers.links import LinkPage
from web.openapi.operations import Area

AREA = Area({"/s/{token}": LinkPage})
