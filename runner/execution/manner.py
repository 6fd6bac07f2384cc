"""How a task wants its work to be done: environment, user, check mode, and what is remembered of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from runner.diagnostics import Diagnostic
from runner.execution.hands import Manner
from runner.execution.remembering.rule import Rule
from runner.execution.scopes import Inside
from runner.execution.values import flag, value_of
from runner.expand.error import ExpressionError
from runner.expand.scope import MISSING, Scope
from runner.model.playbook import Task
from runner.sdk import Become
from runner.sdk.durations import seconds_of
from runner.text import Node


def manner_of(inside: Inside, scope: Scope, usual: Manner) -> Manner:
    """Return how the tasks that stand ``inside`` are done, where no keyword speaks as usual.

    Raises ``ExpressionError``.
    """
    keywords = inside.frame.keywords
    checking = flag(keywords, "check_mode", scope) if "check_mode" in keywords else usual.checking
    showing = flag(keywords, "diff", scope) if "diff" in keywords else usual.showing
    return Manner(_environment(inside, scope), _become(inside, scope), checking, showing)


def rule_of(inside: Inside, task: Task, scope: Callable[[], Scope]) -> Rule:
    """Return how a task is remembered. Raises ``ExpressionError``."""
    keywords = inside.frame.keywords
    cached, ttl = _cache(keywords["cache"], scope()) if "cache" in keywords else (True, None)
    checkpoint = flag(task.keywords, "checkpoint", scope()) if "checkpoint" in task.keywords else None
    return Rule(cached, ttl, "register" in task.keywords, checkpoint)


def _cache(node: Node, scope: Scope) -> tuple[bool, float | None]:
    """Return whether what is remembered will do, and for how many seconds."""
    value = value_of(node, scope)
    if not isinstance(value, dict):
        return flag({"cache": node}, "cache", scope), None
    try:
        return True, seconds_of(value["ttl"])
    except KeyError:
        message = f"'cache' is {value!r}, and true, false or a mapping with ttl is wanted"
        raise ExpressionError(Diagnostic("E104", message, node.span)) from None
    except ValueError as error:
        raise ExpressionError(Diagnostic("E105", f"'cache': ttl: {error}", node.span)) from None


def _environment(inside: Inside, scope: Scope) -> dict[str, str]:
    """Return the ``environment`` of the task and everything around it, the inner one winning."""
    found: dict[str, str] = {}
    for node in inside.environment:
        value = value_of(node, scope)
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, dict):
                found |= {str(name): str(text) for name, text in each.items()}
            elif each not in (None, ""):
                message = f"'environment' is {each!r}, and a mapping of names to values is wanted"
                raise ExpressionError(Diagnostic("E104", message, node.span))
    return found


def _become(inside: Inside, scope: Scope) -> Become | None:
    """Return the user to become; variables such as ``ansible_become_user`` override the keywords, as in Ansible."""
    keywords = inside.frame.keywords

    def said(name: str) -> Any:
        value = _variable(f"ansible_{name}", scope)
        if value is not None:
            return value
        return value_of(keywords[name], scope) if name in keywords else None

    wanted = _variable("ansible_become", scope)
    if not (flag(keywords, "become", scope) if wanted is None else str(wanted).lower() in ("true", "yes", "1")):
        return None
    password = _variable("ansible_become_password", scope) or _variable("ansible_become_pass", scope)
    user = said("become_user") or "root"
    return Become(str(user), _text(said("become_method")), _text(said("become_flags")), _text(password))


def _text(value: Any) -> str | None:
    return None if value in (None, "") else str(value)


def _variable(name: str, scope: Scope) -> Any:
    """Return the value of a variable that need not be there."""
    value = scope.lookup(name)
    return None if value is MISSING else value
