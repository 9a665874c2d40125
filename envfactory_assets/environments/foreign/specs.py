"""What a foreign module is, in the words of our specification: names and types say it, so all of it is inferred."""

from collections.abc import Iterator
from typing import Any

from envfactory_assets.environments.foreign.layout import MAPPED_KEY, Layout, TableLayout
from envfactory_assets.environments.foreign.words import family_of, words, words_of
from envfactory_assets.records.environments import EffectSpec, EntitySpec, EnvironmentSpec, FieldSpec, ParameterSpec, ReturnSpec, ToolSpec

_READS = frozenset({"get", "list", "search"})
_TYPES = {"string": "text", "integer": "integer", "number": "number", "boolean": "boolean", "array": "list", "object": "object"}
_MOMENTS = {"date": "date", "date-time": "datetime"}


def infer_spec(description: dict[str, Any], layout: Layout, env_id: str) -> EnvironmentSpec:
    """The specification of a module.

    Args:
        description: what the module told of its tools.
        layout: of its scenarios.
        env_id: its id.
    """
    return EnvironmentSpec(
        env_id=env_id,
        title=description["name"],
        description=description["about"],
        policy="",
        entities=tuple(_entity(layout, table) for table in layout.tables.values()),
        tools=tuple(_tool(layout, tool) for tool in description["tools"]),
    )


def _entity(layout: Layout, table: TableLayout) -> EntitySpec:
    fields = [_field(layout, table, name, plain(node)) for name, node in table.row["properties"].items()]
    if table.key == MAPPED_KEY:
        fields.insert(0, FieldSpec(name=MAPPED_KEY, wire=MAPPED_KEY, type="key", grounding="inferred"))
    return EntitySpec(name=entity_name(layout, table), table=table.name, key=table.key, fields=tuple(fields), grounding="inferred")


def entity_name(layout: Layout, table: TableLayout) -> str:
    """An entity's name: its model's, with the table's beside it where two tables hold the same model."""
    same = [other for other in layout.tables.values() if other.entity == table.entity]
    return table.entity if len(same) == 1 else f"{table.entity}_{table.name}"


def _field(layout: Layout, table: TableLayout, name: str, node: dict[str, Any]) -> FieldSpec:
    target = layout.target(name, table) if node.get("type") in {"string", "integer", "array"} else None
    kind = "key" if name == table.key else "list" if node.get("type") == "array" else "ref" if target else field_type(node)
    return FieldSpec(
        name=name,
        wire=name,
        type=kind,
        required=name in table.row.get("required", ()),
        enum=tuple(map(str, node.get("enum", ()))),
        ref=entity_name(layout, target) if target else None,
        grounding="inferred",
    )


def field_type(node: dict[str, Any]) -> str:
    """The kind of value a schema asks for."""
    if node.get("enum"):
        return "enum"
    return _MOMENTS.get(str(node.get("format")), _TYPES.get(str(node.get("type")), "object" if node.get("properties") else "text"))


def plain(node: dict[str, Any]) -> dict[str, Any]:
    """A schema without the alternative of null."""
    options = [option for option in node.get("anyOf", []) if option.get("type") != "null"]
    return {**{name: value for name, value in node.items() if name != "anyOf"}, **options[0]} if options else node


def _tool(layout: Layout, tool: dict[str, Any]) -> ToolSpec:
    family = family_of(tool["name"])
    schema = tool["input_schema"]
    subject = _subject(layout, tool["name"], schema["properties"])
    reader = _Reader(layout, subject, family)
    return ToolSpec(
        name=tool["name"],
        method=tool["name"],
        description=tool["description"],
        effects=(EffectSpec(family=family, entity=entity_name(layout, subject) if subject else None),),
        grounding="inferred",
        parameters=tuple(
            reader.parameter(name, plain(node), required=name in schema["required"]) for name, node in schema["properties"].items()
        ),
        returns=_returns(layout, subject, family, tool),
        input_schema=schema,
        output_schema=tool["output_schema"],
    )


def _returns(layout: Layout, subject: TableLayout | None, family: str, tool: dict[str, Any]) -> ReturnSpec:
    """What a tool probably gives back. A wrong guess does no harm: a dependency counts only when it was executed."""
    if subject is None or family == "delete":
        return ReturnSpec()
    many = family in {"list", "search"}
    called = [name for name in tool["lists"] if words_of(name) in subject.names] or tool["lists"] or [subject.name]
    bare = tool["output_schema"].get("type") == "array"
    return ReturnSpec(entity=entity_name(layout, subject), many=many, envelope=called[0] if many and not bare else None)


def _subject(layout: Layout, tool: str, properties: dict[str, Any]) -> TableLayout | None:
    """The table a tool is about: the longest that its name ends with, else holds, else the one its only key argument names."""
    said = words_of(tool)
    called = [
        (len(words_), _ends(said, words_), table) for table in layout.tables.values() for words_ in table.names if _within(said, words_)
    ]
    if called:
        return max(called, key=lambda item: item[:2])[2]
    keyed = {table.name: table for argument in properties if (table := layout.target(argument))}
    return next(iter(keyed.values())) if len(keyed) == 1 else None


def _within(said: tuple[str, ...], part: tuple[str, ...]) -> bool:
    return any(said[start : start + len(part)] == part for start in range(1, len(said) - len(part) + 1))


def _ends(said: tuple[str, ...], part: tuple[str, ...]) -> bool:
    return said[len(said) - len(part) :] == part


class _Reader:
    """Tells what the arguments of one tool are for."""

    def __init__(self, layout: Layout, subject: TableLayout | None, family: str) -> None:
        self.layout = layout
        self.subject = subject
        self.family = family
        self.about = entity_name(layout, subject) if subject else None

    def parameter(self, name: str, node: dict[str, Any], *, required: bool) -> ParameterSpec:
        purpose = next(self._purposes(name, node))
        kind = "array" if node.get("type") == "array" else field_type(node)
        known = {"text": "string", "enum": "string", "list": "array"}
        return ParameterSpec(
            name=name, required=required, type=known.get(kind, kind), enum=tuple(map(str, node.get("enum", ()))), **purpose
        )

    def _purposes(self, name: str, node: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """What an argument may be for, the surest first."""
        selects = self.family in {"list", "search"}
        target = self._target(name) if node.get("type") in {"string", "integer", "array", None} else None
        if target is not None:
            field = name if self.subject and name in self.subject.row["properties"] else None
            entity = entity_name(self.layout, target)
            if target is not self.subject or selects:
                yield {"role": "reference", "entity": entity, "field": field, "operator": "eq" if selects and field else None}
            elif self.family != "create":
                yield {"role": "key", "entity": entity, "field": target.key}
        if self.subject and name in self.subject.row["properties"]:
            role = "filter" if selects else "value"
            yield {"role": role, "entity": self.about, "field": name, "operator": "eq" if selects else None}
        if self.family in _READS:
            for role, known in (("search", words().search), ("page", words().page), ("sort", words().sort)):
                if name.lower() in known:
                    yield {"role": role, "entity": self.about if role == "search" else None}
        yield {"role": "other"}

    def _target(self, name: str) -> TableLayout | None:
        if self.subject is not None and name == self.subject.key:
            return self.subject
        return self.layout.target(name)
