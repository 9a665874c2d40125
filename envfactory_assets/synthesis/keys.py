"""Which property of a record identifies it."""

from collections.abc import Collection

from envfactory_assets.synthesis.fields import type_of
from envfactory_assets.synthesis.lexicon import lexicon
from envfactory_assets.synthesis.names import noun, snake, words
from envfactory_assets.synthesis.route import stem_of_parameter
from envfactory_assets.synthesis.schemas import Shape

IDS = {"id", "uuid", "gid", "sid", "guid", "uid"}
_CHOSEN_KEYS = ("slug", "key", "username", "login", "code", "name")  # what people call a record by, the surest first
_PATH_KEYS = {"key", "slug", "symbol", "number", "code", "sku"}


def find_key(shape: Shape, thing: str, params: list[str], texts: Collection[str] = ()) -> str | None:
    """The property that identifies a record.

    Args:
        shape: the record's properties.
        thing: its noun.
        params: the parameters that end its item paths.
        texts: those of them that are texts.
    """
    scalars = {
        snake(k): k
        for k, v in shape.properties.items()
        if "properties" not in v and (type_of(v) in {None, "string", "integer"} or (type_of(v) == "number" and snake(k) in IDS))
    }
    last = thing.rsplit("_", maxsplit=1)[-1]
    plain = [param for param in params if not {*words(param)[-1:], *words(param)[:1]} & IDS and "or" not in words(param)]
    if params and len(plain) == len(params):  # no path takes an id: what they take identifies
        for spelt in (spelt for param in params for spelt in (snake(param), noun(words(param)[-1]))):
            if spelt in scalars and (spelt in _PATH_KEYS or spelt in lexicon().named_keys or spelt.rpartition("_")[2] in _PATH_KEYS):
                return scalars[spelt]
    for param in params if "id" not in scalars else ():  # a name that says the thing before what its key is called: originator_client_id
        told = snake(param).removeprefix(f"{thing}_").removeprefix(f"{last}_")
        if told != snake(param) and told in scalars and told not in IDS:
            return scalars[told]
    taken = {snake(param) for param in params}
    if len(taken) == 1 and (only := taken.pop()) in scalars and only not in {*IDS, f"{thing}_id", f"{last}_id"} and only[-2:] == "id":
        return scalars[only]  # what every path takes, be there another id or not
    if (told_by := _told_by_parameter(scalars, shape, (thing, last), params, texts)) is not None:
        return told_by
    own = {f"{stem}{end}" for stem in (thing.replace("_", ""), last) for end in ("id", "uuid", "guid")}
    has_own = any(spelt.replace("_", "") in own for spelt in scalars)
    run_together = {spelt.replace("_", ""): wire for spelt, wire in scalars.items()}
    for param in params:
        found = scalars.get(snake(param)) or run_together.get(snake(param).replace("_", ""))
        meant = snake(param) in IDS or (
            stem_of_parameter(param) in {thing, last} and snake(param) not in {thing, last} and "id" not in scalars
        )
        if found is not None and (meant or ("id" not in scalars and not has_own and not qualifies(param))):
            return found
    wanted = [
        *lexicon().key_fields[:6],
        "entity_id",
        f"{thing}_id",
        f"{last}_id",
        f"{thing}id",
        f"{last}id",
        f"{thing}_gid",
        f"{thing}_uuid",
        f"{last}_uuid",
        f"id_{last}",
        *(f"{stem}_{end}" for stem in (thing, last) for end in ("key", "code", "number", "guid", "sid", "uid")),
    ]
    named = [word for param in params for word in lexicon().named_keys if words(param)[-1:] == (word,)]
    found = next((scalars[w] for w in (*wanted, *named, *(["key"] if params else [])) if w in scalars), None)
    found = found or next((run_together[w.replace("_", "")] for w in wanted if w.replace("_", "") in run_together), None)
    longer = [key for spelt, key in scalars.items() if spelt.endswith(f"_{last}_id") and not set(spelt.split("_")) & _of_others()]
    longer = longer or [key for spelt, key in scalars.items() if any(_is_longer(spelt, param, thing) for param in params)]
    return found or (longer[0] if len(longer) == 1 and params else None)


def _told_by_parameter(
    scalars: dict[str, str], shape: Shape, things: tuple[str, str], params: list[str], texts: Collection[str]
) -> str | None:
    """Of several properties that tell a record the one that its paths take: its uid; its name where they take texts and ids are numbers."""
    for param in params:
        stem, end = stem_of_parameter(param), words(param)[-1]
        if end in IDS - {"id"} and end in scalars and stem in things:
            return scalars[end]
    named = next((scalars[word] for word in _CHOSEN_KEYS if word in scalars and type_of(shape.properties[scalars[word]]) == "string"), None)
    numbered = (
        type_of(shape.properties[scalars["id"]]) == "integer" if "id" in scalars else not (_has_id(scalars) or {*things} & {*scalars})
    )
    called = params and all(param in texts and snake(param) in things for param in params)
    return named if numbered and called else None


def _has_id(scalars: Collection[str]) -> bool:
    """Whether any property is called an id of something."""
    return any(spelt.rpartition("_")[2] in IDS for spelt in scalars)


def _of_others() -> frozenset[str]:
    """Words of the keys of other records of the same type: what a record is copied from."""
    return lexicon().own_words | {"copy", "from"}


def telling_key(shape: Shape, thing: str) -> str | None:
    """The property by which records are told that are only listed: a code, or what is called as the thing itself."""
    texts = {snake(k).replace("_", ""): k for k, v in shape.properties.items() if type_of(v) == "string" and not v.get("enum")}
    return next((texts[word] for word in (thing.replace("_", ""), "code", "symbol", "slug") if word in texts), None)


def _is_longer(spelt: str, parameter: str, thing: str) -> bool:
    """Whether a property is called as what ends an item path, with more words before; before a plain id those of the thing itself."""
    said = snake(parameter)
    begins = said not in IDS or spelt.startswith(f"{thing}_")
    return begins and words(parameter)[-1] in IDS and spelt.endswith(f"_{said}")


def qualifies(parameter: str) -> bool:
    """Whether a parameter narrows down, as a year, a language or a kind does, and identifies nothing."""
    return words(parameter)[-1] in lexicon().qualifying_words
