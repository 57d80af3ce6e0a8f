"""The four flows that end in an offer. Each is one object; the actions around them are the same for all."""

from __future__ import annotations

from actions.flows.borrow import BorrowFlow
from actions.flows.bridge import BridgeFlow
from actions.flows.flow import Flow
from actions.flows.repay import RepayFlow
from actions.flows.split import SplitFlow

FLOWS: dict[str, Flow] = {flow.name: flow for flow in (BorrowFlow(), RepayFlow(), BridgeFlow(), SplitFlow())}


def of_form(form: str | None) -> Flow | None:
    """The flow whose form is running."""
    return next((flow for flow in FLOWS.values() if flow.form == form), None)
