"""What tools do to state, as declared at the tool.

An effect is its family and the slots that bind it to the environment. ``transition`` is enforced by ``Table.transition``; the other
families state what the verifier must see happen.

    @tool(effect=transition(field="status", sources=["open"], target="closed"))
    @tool(effect=[release, refund])
    @tool(effect="list")
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

READS = frozenset({"get", "list", "search"})
PLAIN = ("create", "get", "list", "search", "update", "delete")


@dataclass(frozen=True, slots=True)
class Effect:
    """One declared effect; calling it fills slots."""

    family: str
    entity: str | None = None
    field: str | None = None
    sources: tuple[str, ...] = ()
    target: str | None = None

    def __call__(
        self,
        *,
        entity: type | str | None = None,
        field: str | None = None,
        sources: Sequence[str] = (),
        target: str | None = None,
    ) -> "Effect":
        """The same effect bound to an entity, to a field, and to the values that field moves between."""
        name = entity.__name__ if isinstance(entity, type) else entity
        return replace(self, entity=name, field=field, sources=tuple(sources), target=target)

    @property
    def reads(self) -> bool:
        """Whether the effect leaves the state as it is."""
        return self.family in READS


create = Effect("create")
get = Effect("get")
list_ = Effect("list")
search = Effect("search")
update = Effect("update")
delete = Effect("delete")
transition = Effect("transition")
schedule = Effect("schedule")
reschedule = Effect("reschedule")
assign = Effect("assign")
unassign = Effect("unassign")
add_member = Effect("add_member")
remove_member = Effect("remove_member")
move = Effect("move")
copy = Effect("copy")
merge = Effect("merge")
reserve = Effect("reserve")
release = Effect("release")
transfer = Effect("transfer")
capture = Effect("capture")
refund = Effect("refund")
checkout = Effect("checkout")
send = Effect("send")
mark = Effect("mark")
new_version = Effect("new_version")
set_preference = Effect("set_preference")

FAMILIES = frozenset(effect.family for effect in tuple(globals().values()) if isinstance(effect, Effect))


def effects_of(declared: str | Effect | Sequence[str | Effect]) -> tuple[Effect, ...]:
    """Read what ``@tool(effect=...)`` was given.

    Raises:
        ValueError: no effect, or a family nobody knows.
    """
    given = [declared] if isinstance(declared, str | Effect) else list(declared)
    found = tuple(Effect(item) if isinstance(item, str) else item for item in given)
    if not found:
        raise ValueError("A tool has at least one effect.")
    for effect in found:
        if effect.family not in FAMILIES:
            raise ValueError(f"There is no effect named {effect.family!r}; known are {', '.join(sorted(FAMILIES))}.")
        if effect.family == "transition" and not (effect.field and effect.sources and effect.target):
            raise ValueError("A transition names its field, sources and target.")
    return found
