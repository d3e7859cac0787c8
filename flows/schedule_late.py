"""A machine that was off or asleep finds every planned run that it missed: of each plan the newest is made up for, the others are passed over."""

from dataclasses import dataclass
from datetime import UTC, datetime

from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.runtime import deployment, flow_run
from prefect.states import Cancelled

__all__ = ["MISSED", "PassedOver", "newest_only", "pass_over"]

MISSED = "停机期间错过；同一计划只补最近的一次。"


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedOver:
    """`planned`: when the runs were due that will not run; `own`: the run that asked is one of them."""

    planned: tuple[datetime, ...] = ()
    own: bool = False


def pass_over(now: datetime) -> PassedOver:
    """To be called by a planned run as it begins; nothing for one that no plan began."""
    if not deployment.id:
        return PassedOver()
    with get_client(sync_client=True) as client:
        waiting = client.read_flow_runs(flow_run_filter=FlowRunFilter(
            deployment_id=FlowRunFilterDeploymentId(any_=[deployment.id]), expected_start_time=FlowRunFilterExpectedStartTime.model_validate({"before_": now}),
            state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.SCHEDULED, StateType.PENDING]))))
        mine = flow_run.scheduled_start_time
        others, own = newest_only([r for r in waiting if str(r.id) != flow_run.id], mine)
        for run in others:
            client.set_flow_run_state(run.id, Cancelled(message=MISSED), force=True)
    planned = [moment(r) for r in others] + ([mine] if own else [])
    return PassedOver(planned=tuple(sorted(planned)), own=own)


def newest_only(waiting: list[FlowRun], mine: datetime) -> tuple[list[FlowRun], bool]:
    """Of runs that are due, those to pass over, and whether the one planned for `mine` is to be passed over too."""
    newest = max((r for r in waiting if moment(r) > mine), key=moment, default=None)
    return [r for r in waiting if r is not newest and r.state and r.state.is_scheduled()], newest is not None


def moment(run: FlowRun) -> datetime:
    return run.expected_start_time or datetime.min.replace(tzinfo=UTC)
