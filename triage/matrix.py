"""Who may what: every route with the roles that may use it. A route that is not here is refused, and a test says so."""

from typing import Final

from triage.accounts import Role
from triage.shapes import Action

__all__ = ["ACTIONS", "EVERYBODY", "MATRIX", "PUBLIC", "may"]

PUBLIC: Final[frozenset[Role]] = frozenset()  # the empty set marks what needs no login
EVERYBODY: Final = frozenset(Role)
_REVIEW: Final = frozenset({Role.REVIEWER, Role.ADMINISTRATOR})
_WORK: Final = frozenset({Role.REGISTRAR, Role.REVIEWER, Role.ADMINISTRATOR})
_ADMIN: Final = frozenset({Role.ADMINISTRATOR})

MATRIX: Final[dict[tuple[str, str], frozenset[Role]]] = {
    ("GET", "/healthz"): PUBLIC,
    ("GET", "/metrics"): _ADMIN,  # and, without a login, whoever asks on this machine itself (triage.security)
    ("GET", "/static/{path}"): PUBLIC,
    ("GET", "/login"): PUBLIC,
    ("POST", "/login"): PUBLIC,
    ("GET", "/welcome"): PUBLIC,
    ("POST", "/welcome"): PUBLIC,
    ("GET", "/oidc/login"): PUBLIC,
    ("GET", "/oidc/callback"): PUBLIC,
    ("POST", "/logout"): EVERYBODY,
    ("POST", "/password"): EVERYBODY,
    ("GET", "/account"): EVERYBODY,
    ("GET", "/"): EVERYBODY,
    ("GET", "/queue"): EVERYBODY,
    ("GET", "/changes"): EVERYBODY,
    ("GET", "/rows/{row_id}"): EVERYBODY,
    ("GET", "/rows/{row_id}/letter"): _WORK,
    ("POST", "/rows/{row_id}/original"): _WORK,
    ("GET", "/rows/{row_id}/image"): _WORK,
    ("GET", "/rows/{row_id}/crops/{number}"): _WORK,
    ("POST", "/rows/{row_id}/decide"): _WORK,
    ("POST", "/rows/{row_id}/undo"): _WORK,
    ("POST", "/bulk/preview"): _REVIEW,
    ("POST", "/bulk"): _REVIEW,
    ("GET", "/uploads"): _WORK,
    ("POST", "/uploads"): _WORK,
    ("GET", "/uploads/{upload_id}"): _WORK,
    ("POST", "/runs"): _WORK,
    ("GET", "/sheet"): _WORK,
    ("POST", "/sheet"): _REVIEW,
    ("GET", "/numbers"): EVERYBODY,
    ("GET", "/numbers/export"): EVERYBODY,
    ("GET", "/users"): _ADMIN,
    ("POST", "/users"): _ADMIN,
    ("POST", "/users/{user_id}"): _ADMIN,
    ("POST", "/users/{user_id}/invite"): _ADMIN,
}

# 登记 prepares (returns for supplement, splits, classifies); what admits or refuses a demand is for 审核.
ACTIONS: Final[dict[Action, frozenset[Role]]] = {
    Action.ACCEPT: _REVIEW, Action.RETURN: _WORK, Action.SPLIT: _WORK, Action.MERGE: _REVIEW, Action.RECLASSIFY: _WORK,
    Action.FORWARD: _REVIEW, Action.REFUSE: _REVIEW, Action.ASSIGN: _REVIEW}


def may(role: Role, action: str) -> bool:
    return action in set(Action) and role in ACTIONS[Action(action)]
