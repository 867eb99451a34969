"""Expressions of workflows that are data: guards, computed values and assignment rules in CEL, texts in Liquid."""

from modules.workflow.expressions.compiling import compile_expression, forget_expressions
from modules.workflow.expressions.errors import ExpressionError
from modules.workflow.expressions.evaluating import Expression, load_relations

__all__ = ["Expression", "ExpressionError", "compile_expression", "forget_expressions", "load_relations"]
