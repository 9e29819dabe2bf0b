"""Decisions on a page's commands: events, or a rejection. Pure and total.

A command of an unknown kind raises; its drain records that as failed.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any, TypeAlias

from domain.page import commands as c
from domain.page import events as e
from domain.page.decide.components import add_component, change_component, delete_component
from domain.page.decide.imports import import_content
from domain.page.decide.incidents import (
    change_incident,
    delete_incident,
    delete_update,
    edit_update,
    open_incident,
    post_update,
)
from domain.page.decide.items import change_item, delete_item
from domain.page.decide.maintenance import (
    finish_maintenance,
    schedule_maintenance,
    start_maintenance,
)
from domain.page.decide.outcomes import not_found, show
from domain.page.decide.settings import add_template, change_page, change_template
from domain.page.limits import KEYS, limit_reached
from domain.page.origin import Word
from domain.page.references import resolve
from domain.page.state import Key, Page, Suspension
from domain.page.uptime.shown import TOGGLE
from domain.results import Code, DuplicateIdError, Rejection

Decision: TypeAlias = tuple[e.Event, ...] | Rejection


def decide(page: Page, command: c.Command, at: datetime) -> Decision:
    """Return the events of `command` at the instant `at`, or its rejection."""
    if not page.is_live and not isinstance(command, c.CreatePage):
        return Rejection(Code.NOT_FOUND, "This page does not exist (any more).")
    return DECIDERS[type(command)](page, command, at)


def create_page(page: Page, command: c.CreatePage, at: datetime) -> Decision:
    """Create the page; the account has decided already.

    A follow-up is never refused.
    """
    if page.created_at is not None:
        raise DuplicateIdError(page.id)
    event = e.PageCreated(
        command.account_id, command.name, command.entitlement, command.host, at, command.time_zone
    )
    return (event,)


def set_entitlement(page: Page, command: c.SetEntitlement, at: datetime) -> Decision:
    """Set the account's entitlement."""
    return (e.EntitlementSet(command.entitlement),)


def set_hosts(page: Page, command: c.SetHosts, at: datetime) -> Decision:
    """Set the canonical host."""
    return (e.HostsSet(command.host),)


def delete_page(page: Page, command: c.DeletePage, at: datetime) -> Decision:
    """Delete the page."""
    return (e.PageDeleted(at),)


def set_status(page: Page, command: c.SetStatus, at: datetime) -> Decision:
    """Toggle leaves: statuses change, claims don't.

    Source: docs/behaviour.md, "Quick toggle".
    """
    leaves = resolve(page.components, command.reference)
    if not leaves:
        return not_found("component")
    return show(page, dict.fromkeys(leaves, Word(command.status, TOGGLE)), at)


def create_key(page: Page, command: c.CreateKey, at: datetime) -> Decision:
    """Add a key, up to the limit."""
    if command.key_id in page.keys:
        raise DuplicateIdError(command.key_id)
    if len(page.keys) >= KEYS:
        return limit_reached(f"A page can have up to {KEYS} keys: delete one that is not used.")
    return (e.ItemSet("keys", Key(command.key_id, command.name, command.hash, at)),)


def suspend_page(page: Page, command: c.SuspendPage, at: datetime) -> Decision:
    """Suspend the page; a suspended one keeps its first instant."""
    since = page.suspension.at if page.suspension else at
    return (e.SuspensionSet(Suspension(since, command.reason)),)


def unsuspend_page(page: Page, command: c.UnsuspendPage, at: datetime) -> Decision:
    """End the suspension, if there is one."""
    return (e.SuspensionSet(None),) if page.suspension else ()


DECIDERS: Mapping[type[c.Command], Callable[[Page, Any, datetime], Decision]] = {
    c.CreatePage: create_page,
    c.SetEntitlement: set_entitlement,
    c.SetHosts: set_hosts,
    c.DeletePage: delete_page,
    c.ChangePage: change_page,
    c.AddComponent: add_component,
    c.ChangeComponent: change_component,
    c.DeleteComponent: delete_component,
    c.SetStatus: set_status,
    c.OpenIncident: open_incident,
    c.PostUpdate: post_update,
    c.ScheduleMaintenance: schedule_maintenance,
    c.StartMaintenance: start_maintenance,
    c.FinishMaintenance: finish_maintenance,
    c.ChangeIncident: change_incident,
    c.EditUpdate: edit_update,
    c.DeleteUpdate: delete_update,
    c.DeleteIncident: delete_incident,
    c.CreateKey: create_key,
    c.ChangeKey: partial(change_item, "keys"),
    c.DeleteKey: partial(delete_item, "keys"),
    c.AddTemplate: add_template,
    c.ChangeTemplate: change_template,
    c.DeleteTemplate: partial(delete_item, "templates"),
    c.ImportContent: import_content,
    c.SuspendPage: suspend_page,
    c.UnsuspendPage: unsuspend_page,
}
