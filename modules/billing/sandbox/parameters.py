"""What a request may say: read from the typed params of the installed `stripe` package.

The sources are parsed, not imported: importing the package costs 13 MB and 0.14 s, which a process that only answers
requests need not pay. A class is read when the first request needs it and kept as small tuples.
"""

from __future__ import annotations

import ast
import importlib.util
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from modules.billing.sandbox.errors import JsonObject, invalid


@dataclass(frozen=True, slots=True)
class Kind:
    """One alternative of an annotation: a scalar, choices, a nested class, a list or a map of others."""

    sort: str  # "scalar", "choice", "nested", "items", "map"
    name: str = ""
    values: tuple[str, ...] = ()
    inner: tuple[Kind, ...] = ()


@dataclass(frozen=True, slots=True)
class Parameter:
    required: bool
    kinds: tuple[Kind, ...]


Parameters = dict[str, Parameter]
SCALARS = {"str", "int", "float", "bool", "Decimal", "Any"}


@cache
def package_folder() -> Path:
    spec = importlib.util.find_spec("stripe")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("The stripe package is not installed.")
    return Path(spec.submodule_search_locations[0])


@cache
def api_version() -> str:
    """The version that the installed package pins, for example `2026-10-28.endive`."""
    text = (package_folder() / "_api_version.py").read_text()
    match = re.search(r'CURRENT = "([^"]+)"', text)
    if not match:
        raise RuntimeError("The stripe package does not name its API version.")
    return match[1]


@cache
def classes_of(module: str) -> dict[str, Parameters]:
    """Every class of a params module; `module` is such as `checkout/_session_create_params`."""
    tree = ast.parse((package_folder() / "params" / f"{module}.py").read_text())
    nodes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    return {name: fields_of(node, nodes) for name, node in nodes.items()}


def fields_of(node: ast.ClassDef, nodes: dict[str, ast.ClassDef]) -> Parameters:
    fields: Parameters = {}
    for base in node.bases:
        if isinstance(base, ast.Name) and base.id in nodes:
            fields |= fields_of(nodes[base.id], nodes)
    for statement in node.body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            fields[statement.target.id] = parameter_of(statement.annotation)
    return fields


def parameter_of(annotation: ast.expr) -> Parameter:
    if isinstance(annotation, ast.Subscript) and name_of(annotation.value) == "NotRequired":
        return Parameter(required=False, kinds=kinds_of(annotation.slice))
    return Parameter(required=True, kinds=kinds_of(annotation))


def kinds_of(node: ast.expr) -> tuple[Kind, ...]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return kinds_of(ast.parse(node.value, mode="eval").body)
    if isinstance(node, ast.BinOp):
        return kinds_of(node.left) + kinds_of(node.right)
    if isinstance(node, ast.Subscript):
        return subscript_kinds(node)
    name = name_of(node)
    return (Kind("scalar", name),) if name in SCALARS else (Kind("nested", name),)


def subscript_kinds(node: ast.Subscript) -> tuple[Kind, ...]:
    outer = name_of(node.value)
    arguments = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    if outer == "Literal":
        return (Kind("choice", values=tuple(str(a.value) for a in arguments if isinstance(a, ast.Constant))),)
    inner = tuple(kind for argument in arguments for kind in kinds_of(argument))
    if outer in ("Union", "Optional"):
        return inner
    if outer == "List":
        return (Kind("items", inner=inner),)
    if outer in ("Dict", "UntypedStripeObject"):
        return (Kind("map", inner=inner[-1:]),)
    raise RuntimeError(f"The sandbox cannot read the annotation {ast.unparse(node)}.")


def name_of(node: ast.expr) -> str:
    return (
        node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ast.unparse(node)
    )


def check(values: JsonObject, module: str) -> JsonObject:
    """The values with integers and booleans made such; ApiError as Stripe answers for what it would not take."""
    classes = classes_of(module)
    return check_class(values, classes, next(iter(classes)), "")


def check_class(values: JsonObject, classes: dict[str, Parameters], name: str, path: str) -> JsonObject:
    known = classes[name]
    unknown = [inside(path, key) for key in values if key not in known]
    if unknown:
        plural = "s" if len(unknown) > 1 else ""
        message = f"Received unknown parameter{plural}: {', '.join(unknown)}"
        raise invalid(message, param=unknown[0], code="parameter_unknown")
    for key, parameter in known.items():
        if parameter.required and key not in values:
            message = f"Missing required param: {inside(path, key)}."
            raise invalid(message, param=inside(path, key), code="parameter_missing")
    return {key: check_value(value, known[key].kinds, classes, inside(path, key)) for key, value in values.items()}


def inside(path: str, key: str) -> str:
    return f"{path}[{key}]" if path else key


def check_value(value: Any, kinds: tuple[Kind, ...], classes: dict[str, Parameters], path: str) -> Any:
    if isinstance(value, str):
        return check_scalar(value, kinds, path)
    if isinstance(value, list):
        for kind in kinds:
            if kind.sort == "items":
                return [check_value(item, kind.inner, classes, f"{path}[{n}]") for n, item in enumerate(value)]
            if kind.sort == "map":  # metadata[0]=… reads as a list, and is none
                return check_value({str(n): item for n, item in enumerate(value)}, kinds, classes, path)
    else:
        return check_group(value, kinds, classes, path)
    raise invalid(f"Invalid array for {path}", param=path)


def check_group(value: JsonObject, kinds: tuple[Kind, ...], classes: dict[str, Parameters], path: str) -> Any:
    nested = [kind for kind in kinds if kind.sort == "nested"]
    for kind in nested:
        if len(nested) == 1 or set(value) <= set(classes[kind.name]):
            return check_class(value, classes, kind.name, path)
    for kind in kinds:
        if kind.sort == "map":
            return {key: check_value(child, kind.inner, classes, inside(path, key)) for key, child in value.items()}
    raise invalid(f"Invalid object for {path}", param=path)


def check_scalar(value: str, kinds: tuple[Kind, ...], path: str) -> Any:
    choices = {choice for kind in kinds if kind.sort == "choice" for choice in kind.values}
    scalars = {kind.name for kind in kinds if kind.sort == "scalar"}
    if value in choices:
        return value
    if value == "":
        return check_empty(choices, kinds, path)
    if "bool" in scalars and value in ("true", "false"):
        return value == "true"
    if "int" in scalars and re.fullmatch(r"-?[0-9]{1,18}", value):
        return int(value)
    closed = choices - {""}
    if closed:
        message = f"Invalid {path}: must be one of {', '.join(sorted(closed)[:40])}"
        raise invalid(message, param=path)
    if scalars & {"str", "Any", "Decimal", "float"}:
        return value
    wanted = "integer" if "int" in scalars else "boolean" if "bool" in scalars else "object"
    code = "parameter_invalid_integer" if wanted == "integer" else None
    raise invalid(f"Invalid {wanted}: {value}", param=path, code=code)


def check_empty(choices: set[str], kinds: tuple[Kind, ...], path: str) -> str:
    """An empty value unsets what may be unset: metadata keys always, the rest where the package says so."""
    if "" in choices or path.partition("[")[0] == "metadata" or any(kind.sort in ("items", "map") for kind in kinds):
        return ""
    message = (
        f"You passed an empty string for '{path}'. We assume empty values are an attempt to unset a parameter; "
        f"however '{path}' cannot be unset."
    )
    raise invalid(message, param=path, code="parameter_invalid_empty")
