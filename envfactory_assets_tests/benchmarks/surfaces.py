"""What is left of a tool when the names of its service are taken away: what an agent could learn by heart instead of reading."""

from envfactory_assets.records import EnvironmentSpec, ParameterSpec, ToolSpec
from envfactory_assets.synthesis.names import singular, words

_BY_KEY = {"get", "delete"}
_LISTS = {"list", "search"}


def surface_of(spec: EnvironmentSpec, tool: ToolSpec) -> str | None:
    """A tool's signature and effect skeleton without the service's own words; None for get, list and delete by key.

    Names of record types become ``thing``, names are compared without style and number, and an argument is its role, type and
    operator alone.
    """
    families = [effect.family for effect in tool.effects]
    own = [p for p in tool.parameters if p.role != "page" and not (p.role in {"key", "reference"} and p.required)]
    if (families[0] in _BY_KEY or families == ["list"]) and len(families) == 1 and not own:
        return None
    arguments = ", ".join(sorted(_argument(parameter) for parameter in tool.parameters))
    returned = ("list" if tool.returns.many else "record" if tool.returns.entity else "nothing") + (
        " in envelope" if tool.returns.envelope else ""
    )
    skeleton = " + ".join(_skeleton(effect.model_dump(exclude_defaults=True)) for effect in tool.effects)
    return f"{_general_name(spec, tool.name)}({arguments}) -> {returned}{' with cursor' if tool.returns.cursor else ''}; {skeleton}"


def _general_name(spec: EnvironmentSpec, name: str) -> str:
    said = " ".join(singular(word) for word in words(name))
    things = {" ".join(singular(word) for word in words(entity.name)) for entity in spec.entities}
    things |= {thing.split(" ")[-1] for thing in things}
    for thing in sorted(things, key=lambda thing: (-len(thing), thing)):
        said = f" {said} ".replace(f" {thing} ", " thing ").strip()
    return said


def _argument(parameter: ParameterSpec) -> str:
    needed = "" if parameter.required else "?"
    return f"{parameter.role}{needed}:{parameter.type}" + (f":{parameter.operator}" if parameter.operator else "")


def _skeleton(effect: dict[str, object]) -> str:
    slots = [name for name in ("field", "sources", "target", "moves", "until", "within", "limit") if name in effect]
    return f"{effect['family']}({', '.join(slots)})" if slots else str(effect["family"])
