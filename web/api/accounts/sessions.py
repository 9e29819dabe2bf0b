"""Sessions of an owner: list and end them. These are not commands.

Source: docs/behaviour.md, "Accounts and sessions".
"""

from falcon.asgi import Request, Response

from domain.store.postgres.accounts.sessions import revoke_others, revoke_session, sessions_of
from domain.store.postgres.engine import run
from web.api.accounts import docs
from web.api.accounts.answers import EndedSessionsView, EndedSessionView, session_view
from web.http import cookies
from web.http.auth import Authenticator
from web.http.errors import not_found
from web.http.responses import write_data
from web.openapi.describe import describes
from web.process import Process
from web.writes.transactions import change


class Sessions:
    """`GET` and `DELETE /api/v1/auth/sessions`."""

    def __init__(self, process: Process, authenticator: Authenticator) -> None:
        """Read from the database of `process`."""
        self._engine = process.engine
        self._authenticator = authenticator

    @describes(docs.LIST_SESSIONS)
    async def on_get(self, req: Request, resp: Response) -> None:
        """List the sessions of the owner, most recently used first."""
        holder = await self._authenticator.owner(req)
        sessions = await run(self._engine, sessions_of, holder.account_id)
        write_data(resp, [session_view(session, holder.session_id) for session in sessions])

    @describes(docs.END_OTHER_SESSIONS)
    async def on_delete(self, req: Request, resp: Response) -> None:
        """End all sessions except the current one."""
        holder = await self._authenticator.owner(req)
        count = await change(self._engine, revoke_others, holder.account_id, holder.session_id)
        data: EndedSessionsView = {"ended": count}
        write_data(resp, data)


class OneSession:
    """`DELETE /api/v1/auth/sessions/:id`."""

    def __init__(self, process: Process, authenticator: Authenticator) -> None:
        """Write to the database of `process`."""
        self._engine = process.engine
        self._authenticator = authenticator

    @describes(docs.END_SESSION)
    async def on_delete(self, req: Request, resp: Response, session_id: str) -> None:
        """End one session; if it is the current one, unset its cookie."""
        holder = await self._authenticator.owner(req)
        if not await change(self._engine, revoke_session, holder.account_id, session_id):
            raise not_found("session")
        if session_id == holder.session_id:
            cookies.unset_session(resp)
        data: EndedSessionView = {"id": session_id}
        write_data(resp, data)
