"""Makers of text and special numbers: one function a ``make`` of the naming rules."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from envfactory_assets.synthesis import english
from envfactory_assets.synthesis.seeding.context import RowContext
from envfactory_assets.synthesis.seeding.draw import MAIL_HOSTS, plain
from envfactory_assets.synthesis.seeding.lexicon import snake
from envfactory_assets.synthesis.seeding.plan import FieldPlan

_AT_HOME = 0.7
_LONGEST_CODE = 3  # characters
_LONGEST_NOUN = 2  # words
_ADDRESS_ENDS = ("city", "locality", "postal_code", "postcode", "zip", "zip_code", "line1", "street")
_OTHER_NAMES = frozenset({"display_name", "short_name", "long_name", "nick", "formatted_name"})
_NAMES = ("name", "title", "label", "subject", "summary", "display_name")
_PLACES = {("{country}",): "country", ("{city}",): "city", ("{region}",): "region"}  # by what labels of a kind are
_SECOND = frozenset({"secondary", "second", "alternate", "alternative", "backup", "recovery", "personal", "private", "work", "home"})
_GROUPS = frozenset({"main", "sub", "primary", "secondary", "parent"})  # words before what a thing's own category is called
_LINES = _SECOND | {"cell", "mobile", "business", "office", "fax", "land", "day", "evening", "primary", "main", "phone"}
_PICTURES = ("jpg", "png")
Maker = Callable[[RowContext, FieldPlan], Any]


def _label(row: RowContext, field: FieldPlan) -> str:
    """What a row is called; a second field that says it, such as ``display_name`` or the ``team_name`` of a team, says the same."""
    if "thing" in field.how:
        return _new_label(row, field)
    again = field.how.get("again") or snake(field.name) in _OTHER_NAMES
    made = row.label if row.label and again else _new_label(row, field)
    row.label = row.label or made
    return made


def _new_label(row: RowContext, field: FieldPlan) -> str:
    draw, kind, thing = row.draw, row.kind, field.how.get("thing")
    if thing is None and kind and kind.person:
        return row.person("").name
    if thing is None and kind and kind.label in _PLACES:
        return _place_label(row, field, _PLACES[kind.label])
    if thing is None and kind and kind.label:
        return str(draw.distinct(f"{row.entity}.{field.name}", lambda: draw.fill(kind.label, capital=not kind.keep_case)))
    said = _plain_noun(row, thing or row.thing)
    return str(draw.distinct(f"{row.entity}.{field.name}", lambda: f"{draw.fill(draw.lexicon.words['label_start'])} {said}"))


def _place_label(row: RowContext, field: FieldPlan, part: str) -> str:
    """The name of a country or a city, where then all of the row is."""
    if "" not in row.places:
        places = row.draw.lexicon.places
        named = row.draw.distinct(f"{row.entity}.{field.name}", lambda: row.draw.choice(places)[part])
        row.places[""] = next(place for place in places if place[part] == named)
    return str(row.place("")[part])


def _plain_noun(row: RowContext, thing: str) -> str:
    """What a thing is called in a sentence: an ``AggregatedIssueIssueData`` is an issue."""
    words = [word for word in dict.fromkeys(snake(thing).split("_")) if word not in row.draw.lexicon.forms]
    return " ".join(english.apart(word) for word in (words or snake(thing).split("_"))[-_LONGEST_NOUN:])


def _prose(row: RowContext, field: FieldPlan) -> str:
    """What a text says: a message what people write to one another, anything else what it is about."""
    said = row.draw.lexicon.words["message" if "message" in snake(field.name) else "sentence"]
    return _sentences(row, row.kind.text if row.kind and row.kind.text else said, field)


def _description(row: RowContext, field: FieldPlan) -> str:
    templates = row.kind.text if row.kind and row.kind.text else row.draw.lexicon.words["sentence"]
    return _sentences(row, templates, field)


def _sentences(row: RowContext, templates: tuple[str, ...], field: FieldPlan) -> str:
    draw = row.draw
    first = str(draw.distinct(f"{row.entity}.{field.name}", lambda: draw.fill(templates)))
    if (field.longest is not None and field.longest < 160) or draw.chance(0.55):
        return first
    second = draw.fill(templates)
    return first if second[:6] == first[:6] else f"{first} {second}"


def _guess(row: RowContext, field: FieldPlan) -> str:
    """A field nobody has a rule for: one of a few plain words, so that rows can be grouped."""
    options = row.draw.usual(f"{row.entity}.{field.name}", "qualifier")
    fitting = [option for option in options if len(option) <= (field.longest or len(option))]
    return row.draw.choice(fitting) if fitting else row.draw.digits("??")


def _example(row: RowContext, field: FieldPlan) -> str:
    """One of the document's own examples."""
    return row.draw.choice(field.examples)


def _email(row: RowContext, field: FieldPlan) -> str:
    """Somebody's address; a second one is the same person's, elsewhere."""
    if set(field.prefix.split("_")) & _SECOND:
        person = row.person("")
        return next(found for host in MAIL_HOSTS if (found := replace(person, host=host).email) != person.email)
    return row.person(field.prefix).email


def _phone(row: RowContext, field: FieldPlan) -> str:
    """A number of where somebody is; those of the house, the office and the fax are all there."""
    own = set(field.prefix.split("_")) <= _LINES
    return row.draw.digits(row.place("" if own else field.prefix)["phone"])


def _domain(row: RowContext, field: FieldPlan) -> str:
    return f"{plain(row.person(field.prefix).company).replace('.', '-')}.example.com"


def _category(row: RowContext, field: FieldPlan) -> str:
    """A word that groups rows: few of them, so that they repeat."""
    kind = row.kind
    own = f"{kind.name}_category" if kind and not set(field.prefix.split("_")) - {"", *snake(row.thing).split("_"), *_GROUPS} else ""
    name = own if own in row.draw.lexicon.words else "type" if snake(field.name).endswith(("type", "kind", "object")) else "category"
    options = row.draw.lexicon.words[name]
    return row.draw.choice(options[: 3 + row.draw.size // 5])


def _file_name(row: RowContext, _: FieldPlan) -> str:
    draw = row.draw
    ending = draw.choice(_PICTURES) if row.kind and row.kind.name == "image" else draw.words("file_extension")
    return f"{plain(draw.words('topic')).replace('.', '-')}-{draw.words('month').lower()}.{ending}"


def _slug(row: RowContext, field: FieldPlan) -> str:
    named = (values[name] for values in (row.values, row.root.values) for name in _NAMES if isinstance(values.get(name), str))
    return plain(next(named, None) or _label(row, field)).replace(".", "-")


def _url(row: RowContext, field: FieldPlan) -> str:
    host = plain(row.person(field.prefix).company).replace(".", "-")
    return f"https://{host}.example.com/{_slug(row, field)}"


def _image_url(row: RowContext, field: FieldPlan) -> str:
    return f"https://images.example.com/{snake(row.entity).replace('_', '-')}/{_slug(row, field)}-{row.draw.integer(100, 999)}.jpg"


def _path(row: RowContext, _: FieldPlan) -> str:
    draw = row.draw
    return f"/{draw.words('team')}/{draw.words('topic').capitalize()}".replace(" ", "-")


def _reference(row: RowContext, field: FieldPlan) -> str:
    draw = row.draw
    start = "".join(word[:1] for word in snake(row.entity).split("_")).upper() if "_" in snake(row.entity) else row.entity[:3].upper()
    return str(draw.distinct(f"{row.entity}.{field.name}", lambda: f"{start}-{draw.integer(1040, 9860)}"))


def _sku(row: RowContext, field: FieldPlan) -> str:
    draw = row.draw
    return str(draw.distinct(f"{row.entity}.{field.name}", lambda: draw.digits("??-####")))


def _hex(row: RowContext, _: FieldPlan) -> str:
    return f"{row.draw.random.getrandbits(64):016x}"


def _uuid(row: RowContext, _: FieldPlan) -> str:
    text = f"{row.draw.random.getrandbits(128):032x}"
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"


def _address(row: RowContext, field: FieldPlan) -> str:
    place = row.place(field.prefix)
    return f"{_street(row, field)}, {place['city']}"


def _street(row: RowContext, field: FieldPlan) -> str:
    street, number = row.draw.choice(row.place(field.prefix)["streets"]), row.draw.integer(2, 180)
    return (
        f"{number} {street}"
        if row.place(field.prefix)["code"] in {"US", "GB", "CA", "IE", "AU", "NZ", "ZA", "FR", "SG"}
        else f"{street} {number}"
    )


def _clock(row: RowContext, field: FieldPlan) -> str:
    later = any(word in field.name for word in ("end", "close", "closing", "arrival", "to_time"))
    hour = row.draw.integer(15, 21) if later else row.draw.integer(7, 12)
    return f"{hour:02d}:{row.draw.choice((0, 15, 30, 45)):02d}"


def _position(row: RowContext, field: FieldPlan) -> int:
    group = f"{row.entity}.{field.name}"
    row.draw.counters[group] = row.draw.counters.get(group, 0) + 1
    return row.draw.counters[group]


def _state(row: RowContext, field: FieldPlan) -> str:
    """Part of an address where there is a city, else how a thing is doing."""
    in_address = (row.kind is not None and row.kind.name == "address") or any(name.endswith(_ADDRESS_ENDS) for name in row.names)
    return str(row.place(field.prefix)["region"]) if in_address else _status(row, field)


def _status(row: RowContext, _: FieldPlan) -> str:
    return row.draw.choice(("active", "active", "active", "pending", "closed"))


def _country(row: RowContext, field: FieldPlan) -> str:
    """A country's name; its code where there is no room for more."""
    short = field.longest is not None and field.longest <= _LONGEST_CODE
    return str(row.place(field.prefix)["code" if short else "country"])


def _of_place(name: str) -> Maker:
    return lambda row, field: row.place(field.prefix)[name]


def _currency(row: RowContext, field: FieldPlan) -> str:
    """The currency of where the row is; of a row that is nowhere, mostly the one that most of the state is kept in."""
    if field.prefix not in row.places and row.draw.chance(_AT_HOME):
        row.places[field.prefix] = row.draw.home
    return str(row.place(field.prefix)["currency"])


def _near(name: str) -> Maker:
    return lambda row, field: round(row.place(field.prefix)[name] + row.draw.random.uniform(-0.04, 0.04), 5)


def _digits(pattern: str) -> Maker:
    return lambda row, _: row.draw.digits(pattern)


def _of_person(name: str) -> Maker:
    return lambda row, field: getattr(row.person(field.prefix), name)


def _of_faker(name: str) -> Maker:
    return lambda row, _: str(getattr(row.draw.faker, name)())


MAKERS: dict[str, Maker] = {
    "email": _email,
    "first_name": _of_person("first_name"),
    "last_name": _of_person("last_name"),
    "full_name": _of_person("name"),
    "username": _of_person("username"),
    "company": lambda row, _: row.draw.words("company_name"),
    "city": _of_place("city"),
    "region": _of_place("region"),
    "country": _country,
    "country_code": _of_place("code"),
    "country_alpha3": _of_place("alpha3"),
    "timezone": _of_place("timezone"),
    "currency": _currency,
    "airport": _of_place("airport"),
    "latitude": _near("lat"),
    "longitude": _near("lon"),
    "coordinates": lambda row, field: f"{_near('lat')(row, field)},{_near('lon')(row, field)}",
    "phone": _phone,
    "postcode": lambda row, field: row.draw.digits(row.place(field.prefix)["postcode"]),
    "street": _street,
    "address": _address,
    "unit": lambda row, _: f"Flat {row.draw.integer(1, 24)}",
    "label": _label,
    "prose": _prose,
    "description": _description,
    "note": lambda row, field: _sentences(row, row.draw.lexicon.words["note"], field),
    "comment": lambda row, field: _sentences(row, row.draw.lexicon.words["comment"], field),
    "category": _category,
    "example": _example,
    "status": _status,
    "state": _state,
    "percent_text": lambda row, _: str(row.draw.integer(5, 95, 5)),
    "file_name": _file_name,
    "path": _path,
    "slug": _slug,
    "url": _url,
    "image_url": _image_url,
    "host": lambda row, field: f"{row.draw.distinct(row.entity, lambda: row.draw.words('host_name'))}.{_domain(row, field)}",
    "domain": _domain,
    "reference": _reference,
    "sku": _sku,
    "code": _digits("???###"),
    "digits": _digits("########"),
    "last4": _digits("####"),
    "bic": lambda row, field: row.draw.digits("????") + row.place(field.prefix)["code"] + row.draw.digits("##"),
    "middle_name": lambda row, _: row.draw.words("first_name"),
    "initials": lambda row, field: "".join(word[:1] for word in row.person(field.prefix).name.split()),
    "isin": lambda row, field: row.place(field.prefix)["code"] + row.draw.digits("##########"),
    "tax_number": lambda row, field: row.place(field.prefix)["code"] + row.draw.digits("#########"),
    "long_digits": _digits("###############"),
    "pin": _digits("####"),
    "year": lambda row, _: str(row.draw.today.year - row.draw.integer(0, 18)),
    "small_number_text": lambda row, _: str(row.draw.integer(1, 60)),
    "seat": lambda row, _: f"{row.draw.integer(1, 32)}{row.draw.choice('ABCDEF')}",
    "room": lambda row, _: f"Room {row.draw.integer(101, 420)}",
    "po_box": lambda row, _: f"PO Box {row.draw.integer(11, 980)}",
    "ip_range": lambda row, _: f"10.{row.draw.integer(0, 60)}.{row.draw.integer(0, 250)}.0/24",
    "ipv6": _of_faker("ipv6"),
    "masked_card": lambda row, _: "**** **** **** " + row.draw.digits("####"),
    "hex": _hex,
    "uuid": _uuid,
    "ip": _of_faker("ipv4_public"),
    "mac": _of_faker("mac_address"),
    "user_agent": _of_faker("user_agent"),
    "iban": _of_faker("iban"),
    "isbn": _of_faker("isbn13"),
    "ean": _of_faker("ean13"),
    "plate": _of_faker("license_plate"),
    "locale": lambda row, _: row.draw.words("locale"),
    "language": lambda row, field: row.draw.words("language_code" if "code" in field.name or field.name == "lang" else "language"),
    "version": lambda row, _: f"{row.draw.integer(1, 4)}.{row.draw.integer(0, 9)}.{row.draw.integer(0, 12)}",
    "clock": _clock,
    "duration_text": lambda row, _: f"{row.draw.integer(1, 3)}h {row.draw.integer(0, 55, 5):02d}m",
    "count_text": lambda row, _: str(row.draw.integer(1, 6)),
    "number_text": lambda row, _: f"{row.draw.money(5, 400):.2f}",
    "position": _position,
    "guess": _guess,
}
