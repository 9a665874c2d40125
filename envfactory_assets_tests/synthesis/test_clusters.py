"""Which entities of a large document make its environment."""

from envfactory_assets.synthesis.meaning import infer_meaning
from envfactory_assets.synthesis.rules import plan_environment
from envfactory_assets_tests.synthesis.documents import TEXT, document, operation, record, ref, written

LIST = {"type": "array"}


def plain(noun: str, *others: str) -> tuple[list, dict]:
    """The operations and schemas of records that can be made and read, and nothing else, each of which names some others."""
    path, name = f"/{noun}s", noun.capitalize()
    fields = {f"{other}_id": TEXT for other in others} | {f"note_{n}": TEXT for n in range(4)}
    shape = record(("id", "name"), id=TEXT, name=TEXT, **fields)
    operations = [
        operation("GET", path, query={"name": TEXT}, response=LIST | {"items": ref(name)}),
        operation("POST", path, request=record(("name",), name=TEXT, **fields), response=ref(name)),
        operation("GET", f"{path}/{{id}}", response=ref(name)),
        operation("PATCH", f"{path}/{{id}}", request=record(name=TEXT, note_1=TEXT), response=ref(name)),
    ]
    return operations, {name: shape}


def lending() -> tuple[list, dict]:
    """Tools and loans of them: a loan ends, a tool that is lent stays."""
    status = {"type": "string", "enum": ["open", "closed"]}
    schemas = {
        "Tool": record(("id", "name"), id=TEXT, name=TEXT),
        "Loan": record(("id", "tool_id", "status"), id=TEXT, tool_id=TEXT, status=status),
    }
    operations = [
        operation("GET", "/tools", query={"name": TEXT}, response=LIST | {"items": ref("Tool")}),
        operation("DELETE", "/tools/{id}"),
        operation("GET", "/loans", query={"tool_id": TEXT}, response=LIST | {"items": ref("Loan")}),
        operation("POST", "/loans", request=record(("tool_id",), tool_id=TEXT), response=ref("Loan")),
        operation("POST", "/loans/{id}/close", response=ref("Loan")),
    ]
    return operations, schemas


def joined(*parts: tuple[list, dict]):
    operations = [each for part, _ in parts for each in part]
    return document(*operations, **{name: schema for _, schemas in parts for name, schema in schemas.items()})


def test_entities_with_cause_and_effect_are_taken_before_larger_ones_without():
    nouns = ("album", "garden", "mirror", "pencil", "river", "saddle", "window")
    circle = [plain(noun, nouns[i - 1], nouns[i - 2]) for i, noun in enumerate(nouns)]
    plan = plan_environment(infer_meaning(joined(*circle, lending())))
    assert not isinstance(plan, str)
    assert {"Tool", "Loan"} <= {entity.name for entity in plan.entities}
    assert {"transition", "delete"} <= {tool.family for tool in plan.tools}


def test_where_nothing_has_cause_and_effect_the_best_entity_leads():
    plan = plan_environment(infer_meaning(joined(plain("album"), plain("garden", "album"))))
    assert not isinstance(plan, str)
    assert {entity.name for entity in plan.entities} == {"Album", "Garden"}


def test_lists_that_can_be_asked_for_something_stand_in_for_getting_one_record():
    team = record(("id", "name"), id=TEXT, name=TEXT)
    game = record(("id", "team_id"), id=TEXT, team_id=TEXT, season=TEXT)
    api = document(
        operation("GET", "/teams", query={"name": TEXT}, response=LIST | {"items": ref("Team")}),
        operation("GET", "/games", query={"season": TEXT}, response=LIST | {"items": ref("Game")}),
        operation("GET", "/games/{id}", response=ref("Game")),
        Team=team,
        Game=game,
    )
    _, _, spec = written(api)
    assert {entity.name for entity in spec.entities} == {"Team", "Game"}


def test_an_answer_that_tells_nothing_is_of_the_records_that_requests_describe():
    body = record(("name",), name=TEXT, city=TEXT)
    anything = {"type": "object"}
    api = document(
        operation("GET", "/stores", response=LIST | {"items": anything}),
        operation("POST", "/stores", request=body, response=anything),
        operation("GET", "/stores/{storeId}", response=anything),
        operation("DELETE", "/stores/{storeId}"),
    )
    _, _, spec = written(api)
    assert {tool.effects[0].family for tool in spec.tools} == {"list", "create", "get", "delete"}


def test_what_a_path_chooses_by_is_not_asked_for_again():
    card = record(("id", "name"), id=TEXT, name=TEXT)
    checklist = record(("id", "card_id"), id=TEXT, card_id=TEXT, name=TEXT)
    lists = LIST | {"items": ref("Checklist")}
    api = document(
        operation("GET", "/cards", response=LIST | {"items": ref("Card")}),
        operation("POST", "/cards", request=record(("name",), name=TEXT), response=ref("Card")),
        operation("GET", "/cards/{cardId}/checklists", name="listChecklists", query={"card": TEXT, "name": TEXT}, response=lists),
        operation("POST", "/checklists", request=record(("card_id",), card_id=TEXT, name=TEXT), response=ref("Checklist")),
        Card=card,
        Checklist=checklist,
    )
    _, _, spec = written(api)
    (listed,) = [tool for tool in spec.tools if tool.effects[0].family == "list" and tool.effects[0].entity == "Checklist"]
    assert [(p.name, p.field) for p in listed.parameters if p.field == "card_id"] == [("cardId", "card_id")]
