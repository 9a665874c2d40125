"""A record type before its fields are read: the operations that work on it, and the record that they show."""

from dataclasses import dataclass, field

from envfactory_assets.corpus.document import JsonSchema
from envfactory_assets.synthesis.names import pascal, snake
from envfactory_assets.synthesis.readings import Reading
from envfactory_assets.synthesis.schemas import Shape

LISTS = ("list", "search")
LARGEST_JOIN = 4  # properties of what only says which records are joined
RUNTIME_NAMES = frozenset(
    {
        "Annotated",
        "Any",
        "Caller",
        "Count",
        "Created",
        "Entity",
        "Environment",
        "Field",
        "KEPT",
        "Key",
        "Literal",
        "Money",
        "Page",
        "PageNumber",
        "PageSize",
        "Part",
        "Ref",
        "Table",
        "Text",
        "Updated",
    }
)


@dataclass
class Seed:
    """A record type before its fields are read."""

    thing: str
    readings: list[Reading]
    shape: Shape
    key: str  # wire name
    key_schema: JsonSchema
    key_pointer: str
    key_declared: bool
    names: set[str] = field(default_factory=set)
    views: list[Shape] = field(default_factory=list)  # other forms in which answers show the record

    @property
    def class_name(self) -> str:
        """The class the entity becomes."""
        name = pascal(self.thing)
        return f"{name}Record" if name in RUNTIME_NAMES else name


def alike(one: Shape | None, other: Shape | None) -> bool:
    """Whether two shapes are of one record: of one name, or with half of the smaller one's properties in common."""
    if one is None or other is None:
        return True
    if one.name and one.name == other.name:
        return True
    mine, theirs = set(one.properties), set(other.properties)
    return len(mine & theirs) >= 0.5 * min(len(mine), len(theirs))


def _is_form(other: Shape, shape: Shape) -> bool:
    """Whether what is sent is the record in another form, and not one part of it with a name of its own."""
    sent, shown = other.stem, shape.stem
    return len(other.properties) > LARGEST_JOIN or sent in shown or (bool(shown) and shown in sent)


def answered(readings: list[Reading]) -> Shape | None:
    """The fullest record that answers show: of a get, else of a list, a create, an update."""
    order = ("get", "list", "search", "create", "update", "act")
    answers = [
        (order.index(r.route.deed), r.response.shape)
        for r in readings
        if r.response and r.route.deed in order and tells(r.response.shape) and (r.response.many or r.route.deed not in LISTS)
    ]
    return min(answers, key=lambda a: (a[0], -len(a[1].properties)))[1] if answers else None


def tells(shape: Shape) -> bool:
    """Whether a record says more than which one it is."""
    return len(shape.properties) > 1 and not {snake(key) for key in shape.properties} <= {"id", "type", "kind", "href"}


def names_of(group: list[Reading], shape: Shape) -> set[str]:
    """The shared schemas that a record is shown and sent as."""
    shown = [(p is r.request, p.shape) for r in group for p in (r.response, r.request) if p and p.shape.name]
    return {other.name for sent, other in shown if other.name and alike(other, shape) and (not sent or _is_form(other, shape))}


def views_of(group: list[Reading], shape: Shape, key: str) -> list[Shape]:
    """The other forms of a record that answers show, the fullest first."""
    answers = [r.response.shape for r in group if r.response and r.route.deed != "act"]
    shown = [other for other in answers if key in other.properties or (key not in shape.properties and alike(other, shape))]
    forms = {(s.name, s.pointer): s for s in shown if (s.name, s.pointer) != (shape.name, shape.pointer)}
    return sorted(forms.values(), key=lambda s: (-len(s.properties), s.pointer))
