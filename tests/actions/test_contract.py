"""Nothing is named that is not there: intents, rules, actions, responses, slots and forms fit together."""

from __future__ import annotations

import ast
import re

import pytest
from rasa_sdk.executor import ActionExecutor

from actions.flows import FLOWS
from actions.flows.flow import FLOW_SLOTS
from actions.heard import STARTS
from actions.refusals import WAYS_ON
from credit.explain.findings import Code
from tests.actions.talk import offers_after, rules
from tests.harness import sources
from tools.console import ROOT

FAMILIES = (
    "utter_person_", "utter_error_", "utter_choice_", "utter_format_", "utter_receipt_", "utter_bill_",
    "utter_min_repay_", "utter_offer_", "utter_autopay_", "utter_not_understood_", "utter_ask_", "utter_word_method_",
    "utter_word_reason_", "utter_word_refusal_", "utter_word_part_", "utter_word_status_", "utter_word_way_",
    "utter_word_cause_", "utter_word_bill_", "utter_word_noted_", "utter_internal_error", "utter_no_answer",
    "utter_default", "utter_notice_", "utter_notices_", "utter_word_obstacle_", "utter_word_source_",
    "utter_word_close_", "utter_word_against_", "utter_word_favour_", "utter_word_help_", "utter_messaging_",
    "utter_word_found_", "utter_word_bank_", "utter_word_category_", "utter_word_product_", "utter_word_flow_",
    "utter_word_early_", "utter_word_pays_from_", "utter_word_coming_", "utter_why_", "utter_cancelled_",
    "utter_word_fear_",
)  # fmt: skip
"""Names that are put together in code, or used by the gateway."""


def responses() -> set[str]:
    return set(sources.domain()["responses"])


def texts_in_code() -> set[str]:
    return {text for path in sources.python_files("actions") for _, text in sources.string_literals(path)}


def calls_of(name: str) -> set[str]:
    """First arguments of every call of `name` in the actions: plain strings, also the branches of a condition."""
    found = set()
    for path in sources.python_files("actions"):
        for node in ast.walk(sources.parsed(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name and node.args:
                found |= set(_plain(node.args[0]))
    return found


def _plain(first: ast.expr) -> list[str]:
    if isinstance(first, ast.IfExp):
        return [*_plain(first.body), *_plain(first.orelse)]
    return [str(first.value)] if isinstance(first, ast.Constant) else []


def test_every_intent_has_a_rule_and_the_fallback_too() -> None:
    assert set(rules()) == {*sources.intents(), "nlu_fallback"}


def test_the_domain_lists_exactly_the_actions_that_exist(executor: ActionExecutor) -> None:
    listed = sources.domain()["actions"]
    assert len(listed) == len(set(listed))
    assert set(listed) == set(executor.actions)


def test_rules_name_only_actions_that_exist(executor: ActionExecutor) -> None:
    assert {*rules().values(), *offers_after().values()} <= set(executor.actions)


def test_every_response_that_the_code_names_exists() -> None:
    named = {text for text in texts_in_code() if re.fullmatch(r"utter_[a-z_]*[a-z]", text)}
    assert named - responses() == set()


def test_every_word_and_every_choice_that_the_code_names_exists() -> None:
    words = {f"utter_word_{name}" for name in calls_of("Word")}
    choices = {f"utter_choice_{name}" for name in calls_of("Choice") | calls_of("ask")}
    assert (words | choices) - responses() == set()


def test_every_finding_has_a_sentence() -> None:
    worded = {name.removeprefix("utter_word_found_") for name in responses() if name.startswith("utter_word_found_")}
    assert worded == set(Code)


def test_every_intent_has_a_label_for_the_clarification() -> None:
    small_talk = {"greet", "goodbye", "thanks", "affirm", "deny", "bot_challenge", "chitchat", "unclear"}
    assert {f"utter_choice_{intent}" for intent in set(sources.intents()) - small_talk} - responses() == set()


def test_every_response_is_used() -> None:
    named = texts_in_code()
    said = {f"utter_{intent}" for intent in sources.intents()}
    words = {f"utter_word_{name}" for name in calls_of("Word")}
    unused = responses() - named - said - words
    assert [name for name in sorted(unused) if not name.startswith(FAMILIES)] == []


def test_choices_lead_to_intents_that_exist() -> None:
    offered = calls_of("ask") | {choice.intent for steps in WAYS_ON.values() for choice in steps}
    assert offered - set(sources.intents()) == set()


def test_flows_and_domain_agree_on_slots_and_forms() -> None:
    slots, forms = sources.domain()["slots"], sources.domain()["forms"]
    assert set(FLOW_SLOTS) <= set(slots)
    assert {flow.form for flow in FLOWS.values()} == set(forms)
    assert {flow.intent for flow in FLOWS.values()} == set(STARTS)


@pytest.mark.parametrize("form", sorted(sources.domain()["forms"]))
def test_every_slot_of_a_form_has_a_question_and_a_hint(form: str, executor: ActionExecutor) -> None:
    for slot in sources.domain()["forms"][form]["required_slots"]:
        assert f"action_ask_{form}_{slot}" in executor.actions
        assert f"utter_not_understood_{slot}" in responses()
        assert f"utter_why_{slot}" in responses()


def test_only_one_slot_steers_the_rules() -> None:
    steering = [name for name, slot in sources.domain()["slots"].items() if slot["influence_conversation"]]
    assert steering == ["begins"]


def test_sentences_ask_only_for_facts_that_the_sdk_can_carry() -> None:
    """These names mean something else in a message of the SDK or in Rasa's generator."""
    reserved = {"text", "buttons", "elements", "custom", "template", "response", "image", "attachment", "tracker"}
    asked = {name for _, text in sources.wordings() for name in re.findall(r"\{(\w+)\}", text)}
    assert asked & reserved == set()


def test_only_base_and_server_know_the_sdk() -> None:
    knowing = [
        sources.short(path)
        for path in sources.python_files("actions")
        if any(name.split(".")[0] == "rasa_sdk" for name in sources.imports(path))
    ]
    assert knowing == ["actions/base.py", "actions/server.py"]


def test_the_goals_have_the_same_files_everywhere() -> None:
    goals = {path.stem for path in (ROOT / "data" / "nlu").glob("*.yml")}
    assert {path.stem for path in (ROOT / "data" / "rules").glob("*.yml")} == goals
    assert goals <= {path.stem for path in (ROOT / "bot" / "domain").glob("*.yml")}
    assert goals <= {path.stem for path in (ROOT / "actions").glob("*.py")}
