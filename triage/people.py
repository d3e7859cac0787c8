"""The administrator's page: users, roles, one-time links."""

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from triage.accounts import AccountError, Role, add_user, change_user, invite
from triage.database import UserRow
from triage.entrance import Name
from triage.office import Office, visitor_of

__all__ = ["routes"]

UserId = Annotated[int, Field(ge=1, le=2_000_000_000)]


class NewUser(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)
    name: Name
    role: Role


class ChangedUser(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)
    role: Role
    active: bool


def routes(office: Office) -> APIRouter:
    router = APIRouter()

    @router.get("/users", response_class=HTMLResponse)
    def users(request: Request) -> HTMLResponse:
        with office.store.reading() as session:
            found = list(session.scalars(select(UserRow).order_by(UserRow.id)))
        return office.page(request, "users.html", users=found, roles=[r.value for r in Role])

    @router.post("/users")
    def add(request: Request, ask: NewUser) -> dict[str, str]:
        """The link is shown once; it is kept as a hash only."""
        actor = visitor_of(request).name
        with office.store.writing() as session:
            user = add_user(session, ask.name, ask.role, actor=actor)
            token = invite(session, user, office.settings.login, actor=actor)
        return {"message": f"已新增 {user.name}（{user.role}）", "link": f"/welcome#{token}"}

    @router.post("/users/{user_id}")
    def change(request: Request, user_id: UserId, ask: ChangedUser) -> dict[str, str]:
        with office.store.writing() as session:
            user = change_user(session, user_id, role=ask.role, active=ask.active, actor=visitor_of(request).name)
        return {"message": f"{user.name}：{user.role}，{'启用' if user.active else '停用'}"}

    @router.post("/users/{user_id}/invite")
    def link(request: Request, user_id: UserId) -> dict[str, str]:
        with office.store.writing() as session:
            user = session.get(UserRow, user_id)
            if user is None:
                raise AccountError(str(user_id), "没有这个用户", "请刷新用户列表")
            token = invite(session, user, office.settings.login, actor=visitor_of(request).name)
        return {"message": f"{user.name} 的一次性链接", "link": f"/welcome#{token}"}

    return router
