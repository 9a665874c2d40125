"""What the meal planner does, tool by tool."""

from datetime import timedelta

from envfactory_assets.environments.contract import at_least, at_most, changed, denied, fits, gone, made, refused, says, shows

_FORBIDDEN = {"anything": set(), "vegetarian": {"meat"}, "vegan": {"meat", "dairy"}}


def find_recipes(was, query, cuisine, max_minutes):
    seen = (r for r in was.recipes if _is_seen(was, r) and fits(r, cuisine=cuisine) and at_most(r.minutes, max_minutes))
    yield shows((recipe for recipe in seen if says(query, recipe.title)), "minutes title id")


def get_recipe(was, recipe_id):
    yield denied(not _is_seen(was, was.recipes[recipe_id]))
    yield shows([was.recipes[recipe_id]])


def list_ingredients(was, aisle, source):
    yield shows((each for each in was.ingredients if fits(each, aisle=aisle, source=source)), "aisle name id")


def look_into_pantry(was, ingredient_id):
    yield shows(item for item in _pantry(was) if fits(item, ingredient_id=ingredient_id))


def list_meals(was, from_day, to_day, status):
    ours = (meal for meal in _meals(was) if fits(meal, status=status))
    yield shows((meal for meal in ours if at_least(meal.day, from_day) and at_most(meal.day, to_day)), "day course id")


def plan_meal(was, recipe_id, day, course, servings):
    recipe = was.recipes[recipe_id]
    yield denied(not _is_seen(was, recipe))
    yield refused(not _is_fit(was, recipe, was.households[was.me].diet), not _is_free(was, day, course))
    what = {"recipe_id": recipe_id, "day": day, "course": course, "servings": servings}
    yield made(was.meals, **what, household_id=was.me, status="planned")


def move_meal(was, meal_id, day, course):
    meal = was.meals[meal_id]
    yield denied(meal.household_id != was.me)
    yield refused(meal.status != "planned", not _is_free(was, day, course))
    yield changed(meal, day=day, course=course)


def skip_meal(was, meal_id):
    meal = was.meals[meal_id]
    yield denied(meal.household_id != was.me)
    yield refused(meal.status != "planned")
    yield changed(meal, status="skipped")


def cook_meal(was, meal_id):
    meal = was.meals[meal_id]
    yield denied(meal.household_id != was.me)
    yield refused(meal.status != "planned", meal.day > was.day)
    needed = _needed(was, [meal])
    home = {item.ingredient_id: item for item in _pantry(was)}
    yield refused(any(key not in home or home[key].amount < amount for key, amount in needed.items()))
    for key, amount in needed.items():
        left = home[key].amount - amount
        yield changed(home[key], amount=left) if left else gone(home[key])
    yield changed(meal, status="cooked")


def show_shopping_list(was, in_basket):
    yield shows(item for item in _listed(was) if fits(item, in_basket=in_basket))


def put_missing_on_list(was, until):
    planned = [meal for meal in _meals(was) if meal.status == "planned" and meal.day <= until]
    home = {item.ingredient_id: item.amount for item in _pantry(was)}
    listed = {item.ingredient_id for item in _listed(was)}
    missing = {key: amount - home.get(key, 0) for key, amount in _needed(was, planned).items() if key not in listed}
    wanted = {key: amount for key, amount in missing.items() if amount > 0}
    yield refused(not wanted)
    for key, amount in wanted.items():
        packs = -(-amount // was.ingredients[key].pack_size)
        yield made(was.shopping_items, household_id=was.me, ingredient_id=key, packs=packs, in_basket=False)


def put_on_list(was, ingredient_id, packs):
    ingredient = was.ingredients[ingredient_id]
    yield refused(any(item.ingredient_id == ingredient.id for item in _listed(was)))
    yield made(was.shopping_items, household_id=was.me, ingredient_id=ingredient_id, packs=packs, in_basket=False)


def take_off_list(was, shopping_item_id):
    item = was.shopping_items[shopping_item_id]
    yield denied(item.household_id != was.me)
    yield refused(item.in_basket)
    yield gone(item)


def put_into_basket(was, shopping_item_id):
    item = was.shopping_items[shopping_item_id]
    yield denied(item.household_id != was.me)
    basket = [each for each in _listed(was) if each.in_basket]
    cost = sum(_price(was, each) for each in (*basket, item))
    yield refused(item.in_basket, _spent(was) + cost > was.households[was.me].weekly_budget)
    yield changed(item, in_basket=True)


def pay_basket(was):
    basket = [item for item in _listed(was) if item.in_basket]
    total = sum(_price(was, item) for item in basket)
    yield refused(not basket, _spent(was) + total > was.households[was.me].weekly_budget)
    home = {item.ingredient_id: item for item in _pantry(was)}
    lines = []
    for item in basket:
        ingredient = was.ingredients[item.ingredient_id]
        lines.append({"ingredient_id": ingredient.id, "packs": item.packs, "pack_price": ingredient.pack_price})
        amount = item.packs * ingredient.pack_size
        yield gone(item)
        if ingredient.id in home:
            yield changed(home[ingredient.id], amount=home[ingredient.id].amount + amount)
        else:
            yield made(was.pantry_items, household_id=was.me, ingredient_id=ingredient.id, amount=amount)
    yield made(was.receipts, household_id=was.me, lines=lines, total=total, bought_at=was.moment)


def change_household(was, diet, weekly_budget):
    home = was.households[was.me]
    new = {"diet": diet or home.diet, "weekly_budget": home.weekly_budget if weekly_budget is None else weekly_budget}
    planned = [was.recipes[meal.recipe_id] for meal in _meals(was) if meal.status == "planned"]
    yield refused(not all(_is_fit(was, recipe, new["diet"]) for recipe in planned), new["weekly_budget"] < _spent(was))
    yield changed(home, **new)


def _is_seen(was, recipe):
    return recipe.is_shared or recipe.household_id == was.me


def _pantry(was):
    return [item for item in was.pantry_items if item.household_id == was.me]


def _listed(was):
    return [item for item in was.shopping_items if item.household_id == was.me]


def _meals(was):
    return [meal for meal in was.meals if meal.household_id == was.me]


def _is_fit(was, recipe, diet):
    return not any(was.ingredients[need.ingredient_id].source in _FORBIDDEN[diet] for need in recipe.needs)


def _is_free(was, day, course):
    taken = any((meal.day, meal.course) == (day, course) and meal.status != "skipped" for meal in _meals(was))
    return was.day <= day <= was.day + timedelta(days=28) and not taken


def _needed(was, meals):
    needed = {}
    for meal in meals:
        recipe = was.recipes[meal.recipe_id]
        for need in recipe.needs:
            portion = -(-need.amount * meal.servings // recipe.servings)
            needed[need.ingredient_id] = needed.get(need.ingredient_id, 0) + portion
    return needed


def _price(was, item):
    return was.ingredients[item.ingredient_id].pack_price * item.packs


def _spent(was):
    monday = was.day - timedelta(days=was.day.weekday())
    return sum(r.total for r in was.receipts if r.household_id == was.me and r.bought_at.date() >= monday)
