"""JSON Schemas as an agent reads them, and errors in the words of a schema."""

from typing import Any

from pydantic import ValidationError

from envfactory_assets.environments.wording import shown

_NOISE = frozenset({"title", "$defs", "default"})
_WORDS = {"string": "text", "integer": "an integer", "number": "a number", "boolean": "true or false", "null": "null"}
_FORMATS = {"date": "a date (YYYY-MM-DD)", "date-time": "a moment (ISO 8601)"}


def inlined(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with its definitions put where they are used, without titles and null defaults; a cycle ends in a bare object."""
    definitions = schema.get("$defs", {})

    def walk(node: Any, above: tuple[str, ...]) -> Any:
        if isinstance(node, list):
            return [walk(item, above) for item in node]
        if not isinstance(node, dict):
            return node
        reference = node.get("$ref", "")
        name = reference.rpartition("/")[2]
        if reference:
            return {"type": "object"} if name in above else walk(definitions[name], (*above, name))
        return {
            key: {inner: walk(value, above) for inner, value in item.items()} if key == "properties" else walk(item, above)
            for key, item in node.items()
            if key not in _NOISE or (key == "default" and item is not None)
        }

    found: dict[str, Any] = walk(schema, ())
    return found


def without_empty(schema: Any) -> Any:
    """The schema of answers that leave out what has no value: where null was allowed, nothing need be there."""
    if isinstance(schema, list):
        return [without_empty(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: without_empty(item) for key, item in schema.items() if key != "properties"}
    if "properties" in schema:
        found["properties"] = {name: without_empty(_without_null(inner)) for name, inner in schema["properties"].items()}
        found["required"] = [
            name for name in schema.get("required", ()) if _without_null(schema["properties"][name]) is schema["properties"][name]
        ]
    return found


def without_properties(schema: dict[str, Any], names: frozenset[str]) -> dict[str, Any]:
    """The schema of an object, or of a list of them, without some of its properties."""
    if "items" in schema:
        return {**schema, "items": without_properties(schema["items"], names)}
    if not names or "properties" not in schema:
        return schema
    kept = {name: inner for name, inner in schema["properties"].items() if name not in names}
    return {**schema, "properties": kept, "required": [name for name in schema.get("required", ()) if name in kept]}


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a value without null, where null was one of the choices."""
    options = schema.get("anyOf", [])
    kept = [option for option in options if option.get("type") != "null"]
    if len(kept) == len(options):
        return schema
    rest = {key: item for key, item in schema.items() if key != "anyOf"}
    return {**rest, **kept[0]} if len(kept) == 1 else {**rest, "anyOf": kept}


def expected(schema: dict[str, Any]) -> str:
    """What a schema asks for, in words."""
    if "enum" in schema:
        return "one of " + ", ".join(str(value) for value in schema["enum"])
    if "const" in schema:
        return repr(schema["const"])
    if "anyOf" in schema:
        return " or ".join(expected(inner) for inner in schema["anyOf"] if inner.get("type") != "null")
    if schema.get("type") == "array":
        return f"a list of {expected(schema.get('items', {}))}"
    if schema.get("type") == "object":
        names = ", ".join(schema.get("properties", {}))
        return f"an object with {names}" if names else "an object"
    if schema.get("format") in _FORMATS:
        return _FORMATS[schema["format"]]
    bounds = [
        f"{word} {schema[key]}" for key, word in (("minimum", "at least"), ("maximum", "at most"), ("pattern", "matching")) if key in schema
    ]
    return " ".join([_WORDS.get(schema.get("type", ""), "another value"), *bounds])


def argument_message(error: ValidationError, schema: dict[str, Any]) -> str:
    """One line about the first wrong argument: which, and what is expected."""
    first = error.errors(include_url=False, include_context=False)[0]
    place = [part for part in first["loc"] if not (isinstance(part, str) and "[" in part)]
    name = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place).lstrip(".")
    if first["type"] == "extra_forbidden":
        known = ", ".join(_below(schema, place[:-1]).get("properties", {})) or "none"
        return f"There is no argument {shown(name)}; known are: {known}."
    wanted = expected(_below(schema, place))
    if first["type"] == "missing":
        return f"Argument {shown(name)} is required: {wanted}."
    given = first.get("input")
    return f"Argument {shown(name)} must be {wanted}, not {'null' if given is None else shown(given)}."


def _below(schema: dict[str, Any], place: list[Any]) -> dict[str, Any]:
    for part in place:
        options = [inner for inner in schema.get("anyOf", [schema]) if inner.get("type") != "null"]
        schema = options[0] if options else {}
        schema = schema.get("items", {}) if isinstance(part, int) else schema.get("properties", {}).get(part, {})
    options = [inner for inner in schema.get("anyOf", [schema]) if inner.get("type") != "null"]
    return options[0] if len(options) == 1 else schema
