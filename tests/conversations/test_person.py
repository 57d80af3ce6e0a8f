"""A person takes over in the real three processes, and hands the customer back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.harness.processes import Stack


def test_a_person_takes_over_and_hands_back(
    stack: Stack, begin: Callable[[str], object], customer_ids: dict[str, str]
) -> None:
    begin(customer_ids["good"])
    customer = stack.login(customer_ids["good"])
    staff = str(stack.call("POST", "/demo/staff/login", json={"name": "小周"})["token"])

    assert "编号" in stack.say(customer, "转人工")[0]["text"]
    assert "9,541.00" in stack.say(customer, "我还有多少额度")[0]["text"], (
        "the assistant helps while the customer waits"
    )
    ticket = stack.call("GET", "/staff/tickets", token=staff)["tickets"][0]["id"]

    def desk(method: str, path: str, **options: Any) -> Any:
        return stack.call(method, f"/staff/tickets/{ticket}{path}", token=staff, **options)

    desk("POST", "/take")
    assert stack.say(customer, "我想问上个月的账单") == []
    shown = desk("GET", "")
    assert shown["messages"][-1]["text"] == "我想问上个月的账单"
    assert shown["summary"]["bill"]["outstanding"]["minor"] == 204420
    desk("POST", "/messages", json={"id": "s-1", "text": "好的，我看一下"})
    assert stack.last_message(customer)["from"] == "person"
    desk("POST", "/close", json={"note": "已说明"})

    assert "小周" in stack.last_message(customer)["text"]
    assert "2,044.20" in stack.say(customer, "查账单")[0]["text"]


def test_a_fraud_report_freezes_at_one_press_and_queues_first(
    stack: Stack, begin: Callable[[str], object], customer_ids: dict[str, str]
) -> None:
    begin(customer_ids["good"])
    customer = stack.login(customer_ids["good"])
    asked = stack.say(customer, "有人盗刷了我的钱")[-1]
    assert "马上冻结额度" in asked["choices"]
    assert "已经冻结" in stack.say(customer, "马上冻结额度")[0]["text"]
    assert "被盗刷" in stack.say(customer, "花呗怎么用不了了")[0]["text"]
