"""The meal planner, played."""

import pytest

from envfactory_assets_tests.environments.hand.play import Play


@pytest.fixture
def kitchen() -> Play:
    return Play("lifestyle/meal_planner")


def test_cooking_takes_what_the_servings_need_from_the_pantry(kitchen: Play) -> None:
    meal = kitchen.row("meals", household_id=kitchen.me, status="planned", day="2026-05-12")
    recipe = kitchen.do("get_recipe", recipe_id=meal["recipe_id"])
    need = recipe["needs"][0]
    [before] = kitchen.do("look_into_pantry", ingredient_id=need["ingredient_id"])
    kitchen.do("cook_meal", meal_id=meal["id"])
    [after] = kitchen.do("look_into_pantry", ingredient_id=need["ingredient_id"])
    assert before["amount"] - after["amount"] == -(-need["amount"] * meal["servings"] // recipe["servings"])
    assert kitchen.refused("cook_meal", meal_id=meal["id"]).startswith("precondition_failed")


def test_what_is_missing_is_bought_in_packs_and_fills_the_pantry(kitchen: Play) -> None:
    for item in kitchen.do("put_missing_on_list", until="2026-05-26"):
        kitchen.episode.call("put_into_basket", {"shopping_item_id": item["id"]})
    basket = kitchen.do("show_shopping_list", in_basket=True)
    receipt = kitchen.do("pay_basket")
    assert receipt["total"] == pytest.approx(sum(line["packs"] * line["pack_price"] for line in receipt["lines"]))
    assert {line["ingredient_id"] for line in receipt["lines"]} == {item["ingredient_id"] for item in basket}
    assert kitchen.refused("pay_basket") == "precondition_failed: the basket is empty"
    line, pack = receipt["lines"][0], kitchen.row("ingredients", id=receipt["lines"][0]["ingredient_id"])["pack_size"]
    assert kitchen.do("look_into_pantry", ingredient_id=line["ingredient_id"])[0]["amount"] >= line["packs"] * pack


def test_the_basket_keeps_within_the_budget_of_the_week(kitchen: Play) -> None:
    spent = sum(row["total"] for row in kitchen.rows("receipts", household_id=kitchen.me) if row["bought_at"] >= "2026-05-11")
    assert "already spent" in kitchen.refused("change_household", weekly_budget=spent - 1)
    kitchen.do("pay_basket")
    kitchen.do("change_household", weekly_budget=kitchen.row("households", id=kitchen.me)["weekly_budget"])
    spent = sum(row["total"] for row in kitchen.rows("receipts", household_id=kitchen.me) if row["bought_at"] >= "2026-05-11")
    kitchen.do("change_household", weekly_budget=spent)
    item = kitchen.do("show_shopping_list", in_basket=False)[0]
    assert "of this week's budget is left" in kitchen.refused("put_into_basket", shopping_item_id=item["id"])
    kitchen.wait(days=7)
    assert kitchen.do("put_into_basket", shopping_item_id=item["id"])["in_basket"]


def test_meals_fit_the_diet_and_the_day(kitchen: Play) -> None:
    meal = kitchen.row("meals", household_id=kitchen.me, status="planned")
    same = {"recipe_id": meal["recipe_id"], "day": meal["day"], "course": meal["course"]}
    assert "you already have" in kitchen.refused("plan_meal", **same)
    assert "4 weeks ahead" in kitchen.refused("plan_meal", **same | {"day": "2026-05-11"})
    kitchen.do("skip_meal", meal_id=meal["id"])
    kitchen.do("plan_meal", **same)


def test_recipes_that_are_not_shared_stay_at_home(kitchen: Play) -> None:
    foreign = next(row for row in kitchen.rows("recipes", is_shared=False) if row["household_id"] != kitchen.me)
    assert kitchen.refused("get_recipe", recipe_id=foreign["id"]) == "permission_denied: this recipe is not shared"
    assert foreign["id"] not in {row["id"] for row in kitchen.do("find_recipes")}
