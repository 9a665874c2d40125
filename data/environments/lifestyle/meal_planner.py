"""Meal planner: recipes, what a household means to cook, what it has at home, and what it must buy.

Author: hand. Domain: lifestyle. No resource: the service is made up.
"""

from datetime import date, timedelta
from decimal import Decimal
from math import ceil
from typing import Annotated, Literal

from pydantic import Field

from envfactory_assets.environments import Entity, Environment, Part, Ref, Table, invariant, tool
from envfactory_assets.environments.effects import add_member, checkout, mark, remove_member, reschedule, schedule, transition
from envfactory_assets.environments.errors import PermissionDenied, PreconditionFailed
from envfactory_assets.environments.fields import Count, Created, KeyStyle, Money, Text

Diet = Literal["anything", "vegetarian", "vegan"]
Source = Literal["plant", "dairy", "meat"]
Course = Literal["breakfast", "lunch", "dinner"]
MealStatus = Literal["planned", "cooked", "skipped"]
Servings = Annotated[int, Field(ge=1, le=12)]
Packs = Annotated[int, Field(ge=1, le=20)]
EATEN = {"anything": {"plant", "dairy", "meat"}, "vegetarian": {"plant", "dairy"}, "vegan": {"plant"}}
WEEKS_AHEAD = 4


class Household(Entity):
    """People who cook and shop together; the caller is one."""

    id: Annotated[str, KeyStyle("home-{n}")]
    name: Text
    diet: Diet
    weekly_budget: Money


class Ingredient(Entity):
    """Something to cook with, sold in packs."""

    id: Annotated[str, KeyStyle("ing-{n}")]
    name: Text
    unit: Literal["g", "ml", "pieces"]
    aisle: Text
    pack_size: Count
    pack_price: Money
    source: Source


class Need(Part):
    """How much of an ingredient a recipe takes."""

    ingredient_id: Ref[Ingredient]
    amount: Count


class Recipe(Entity):
    """How to cook a dish for so many; others see it when it is shared."""

    id: Annotated[str, KeyStyle("{hex:10}")]
    household_id: Ref[Household]
    title: Text
    cuisine: Text
    minutes: Count
    servings: Servings
    needs: list[Need]
    is_shared: bool


class Meal(Entity):
    """A recipe to be cooked on a day."""

    id: Annotated[str, KeyStyle("meal-{n}")]
    household_id: Ref[Household]
    recipe_id: Ref[Recipe]
    day: date
    course: Course
    servings: Servings
    status: MealStatus = "planned"


class PantryItem(Entity):
    """How much of an ingredient a household has."""

    id: Annotated[str, KeyStyle("pantry-{n}")]
    household_id: Ref[Household]
    ingredient_id: Ref[Ingredient]
    amount: Count


class ShoppingItem(Entity):
    """Packs of an ingredient to buy."""

    id: Annotated[str, KeyStyle("buy-{n}")]
    household_id: Ref[Household]
    ingredient_id: Ref[Ingredient]
    packs: Packs
    in_basket: bool = False


class ReceiptLine(Part):
    """What was bought of an ingredient."""

    ingredient_id: Ref[Ingredient]
    packs: Packs
    pack_price: Money


class Receipt(Entity):
    """What a household bought at once."""

    id: Annotated[str, KeyStyle("receipt-{n}")]
    household_id: Ref[Household]
    lines: list[ReceiptLine]
    total: Money
    bought_at: Created


class MealPlanner(Environment):
    """Households choose recipes, plan and cook meals, and shop for what is missing within a budget."""

    households: Table[Household]
    ingredients: Table[Ingredient]
    recipes: Table[Recipe]
    meals: Table[Meal]
    pantry_items: Table[PantryItem]
    shopping_items: Table[ShoppingItem]
    receipts: Table[Receipt]

    @tool(effect="search", filters={"max_minutes": "minutes__le"})
    def find_recipes(self, query: Text | None = None, cuisine: Text | None = None, max_minutes: Count | None = None) -> list[Recipe]:
        """The household's own and all shared recipes whose title holds every word of the query, quickest first."""
        found = [r for r in self.recipes.search(query, "title", minutes__le=max_minutes, cuisine=cuisine) if _seen_by(r, self.me)]
        return sorted(found, key=lambda recipe: (recipe.minutes, recipe.title, recipe.id))

    @tool(effect="get")
    def get_recipe(self, recipe_id: Ref[Recipe]) -> Recipe:
        """One recipe."""
        return self._recipe(recipe_id)

    @tool(effect="list")
    def list_ingredients(self, aisle: Text | None = None, source: Source | None = None) -> list[Ingredient]:
        """What the shop sells, by aisle."""
        return sorted(self.ingredients.where(aisle=aisle, source=source), key=lambda i: (i.aisle, i.name, i.id))

    @tool(effect="list")
    def look_into_pantry(self, ingredient_id: Ref[Ingredient] | None = None) -> list[PantryItem]:
        """What the household has at home."""
        return self.pantry_items.where(household_id=self.me, ingredient_id=ingredient_id)

    @tool(effect="list", filters={"from_day": "day__ge", "to_day": "day__le"})
    def list_meals(self, from_day: date | None = None, to_day: date | None = None, status: MealStatus | None = None) -> list[Meal]:
        """The household's meals, day by day."""
        found = self.meals.where(household_id=self.me, day__ge=from_day, day__le=to_day, status=status)
        return sorted(found, key=lambda meal: (meal.day, meal.course, meal.id))

    @tool(effect=[schedule, "create"])
    def plan_meal(self, recipe_id: Ref[Recipe], day: date, course: Course, servings: Servings = 2) -> Meal:
        """Plan to cook a recipe that fits the household's diet, within the next four weeks."""
        recipe = self._recipe(recipe_id)
        self._require_diet(recipe, self._home().diet)
        self._require_free(day, course)
        return self.meals.add(recipe_id=recipe.id, day=day, course=course, servings=servings, household_id=self.me)

    @tool(effect=reschedule)
    def move_meal(self, meal_id: Ref[Meal], day: date, course: Course) -> Meal:
        """Cook a planned meal at another time."""
        meal = self._ours(meal_id)
        if meal.status != "planned":
            raise PreconditionFailed(f"this meal is {meal.status}")
        self._require_free(day, course)
        return self.meals.replace(meal, day=day, course=course)

    @tool(effect=transition(field="status", sources=["planned"], target="skipped"))
    def skip_meal(self, meal_id: Ref[Meal]) -> Meal:
        """Do not cook a planned meal; its time is free again."""
        return self.meals.transition(self._ours(meal_id))

    @tool(effect=transition(field="status", sources=["planned"], target="cooked"))
    def cook_meal(self, meal_id: Ref[Meal]) -> Meal:
        """Cook a planned meal on its day or later. What it takes is gone from the pantry; refused when something is missing."""
        meal = self._ours(meal_id)
        if meal.day > self.today:
            raise PreconditionFailed(f"this meal is planned for {meal.day}; move it if you want to cook it now")
        needed = self._needed([meal]) if meal.status == "planned" else {}
        short = {key: amount - self._at_home(key) for key, amount in needed.items() if amount > self._at_home(key)}
        if short:
            missing = ", ".join(f"{amount} {self.ingredients.get(key).unit} of {self._name(key)}" for key, amount in short.items())
            raise PreconditionFailed(f"your pantry lacks {missing}")
        for key, amount in needed.items():
            self._store(key, -amount)
        return self.meals.transition(meal)

    @tool(effect="list")
    def show_shopping_list(self, in_basket: bool | None = None) -> list[ShoppingItem]:
        """What the household is to buy."""
        return self.shopping_items.where(household_id=self.me, in_basket=in_basket)

    @tool(effect="create")
    def put_missing_on_list(self, until: date) -> list[ShoppingItem]:
        """Put on the list, in whole packs, what the meals planned until a day take and neither pantry nor list has."""
        meals = [meal for meal in self.meals.where(household_id=self.me, status="planned") if meal.day <= until]
        added = []
        for key, amount in self._needed(meals).items():
            item, size = self._listed(key), self.ingredients.get(key).pack_size
            packs = ceil((amount - self._at_home(key)) / size)
            if packs > 0 and item is None:
                added.append(self.shopping_items.add(ingredient_id=key, household_id=self.me, packs=packs))
        if not added:
            raise PreconditionFailed(f"nothing more is missing for the meals until {until}")
        return added

    @tool(effect=add_member)
    def put_on_list(self, ingredient_id: Ref[Ingredient], packs: Packs = 1) -> ShoppingItem:
        """Put something on the shopping list that is not on it."""
        ingredient = self.ingredients.get(ingredient_id)
        if self._listed(ingredient.id):
            raise PreconditionFailed(f"{ingredient.name} is already on your list")
        return self.shopping_items.add(ingredient_id=ingredient.id, household_id=self.me, packs=packs)

    @tool(effect=[remove_member, "delete"])
    def take_off_list(self, shopping_item_id: Ref[ShoppingItem]) -> None:
        """Take something off the shopping list that is not in the basket."""
        item = self._item(shopping_item_id)
        if item.in_basket:
            raise PreconditionFailed(f"{self._name(item.ingredient_id)} is in the basket already")
        self.shopping_items.remove(item)

    @tool(effect=mark)
    def put_into_basket(self, shopping_item_id: Ref[ShoppingItem]) -> ShoppingItem:
        """Lay something from the list into the basket, as long as the basket keeps within what is left of this week's budget."""
        item = self._item(shopping_item_id)
        if item.in_basket:
            raise PreconditionFailed(f"{self._name(item.ingredient_id)} is in the basket already")
        left = self._home().weekly_budget - self._spent() - sum(self._cost(i) for i in self.show_shopping_list(in_basket=True))
        if self._cost(item) > left:
            raise PreconditionFailed(f"{left} of this week's budget is left; {self._name(item.ingredient_id)} costs {self._cost(item)}")
        return self.shopping_items.replace(item, in_basket=True)

    @tool(effect=[checkout, "create"])
    def pay_basket(self) -> Receipt:
        """Buy what is in the basket: it leaves the list and fills the pantry."""
        basket = self.show_shopping_list(in_basket=True)
        if not basket:
            raise PreconditionFailed("the basket is empty")
        lines = []
        for item in basket:
            ingredient = self.ingredients.get(item.ingredient_id)
            lines.append(ReceiptLine(ingredient_id=ingredient.id, packs=item.packs, pack_price=ingredient.pack_price))
            self._store(ingredient.id, item.packs * ingredient.pack_size)
            self.shopping_items.remove(item)
        return self.receipts.add(household_id=self.me, lines=lines, total=_total(lines))

    @tool(effect="update")
    def change_household(self, diet: Diet | None = None, weekly_budget: Money | None = None) -> Household:
        """Change what the household eats, or what it spends a week. Meals that are planned must fit, and what is spent already."""
        home = self._home()
        for meal in self.meals.where(household_id=self.me, status="planned"):
            self._require_diet(self.recipes.get(meal.recipe_id), diet or home.diet)
        budget = home.weekly_budget if weekly_budget is None else weekly_budget
        if budget < self._spent():
            raise PreconditionFailed(f"you have already spent {self._spent()} this week")
        return self.households.replace(home, diet=diet or home.diet, weekly_budget=budget)

    @invariant
    def one_meal_at_a_time(self) -> bool:
        """A household has one meal a day and course, but for those it skipped."""
        times = [(meal.household_id, meal.day, meal.course) for meal in self.meals if meal.status != "skipped"]
        return len(times) == len(set(times))

    @invariant
    def planned_meals_can_be_cooked(self) -> bool:
        """A planned meal fits the household's diet, and its recipe is the household's own or shared."""
        planned = [(self.recipes.get(m.recipe_id), self.households.get(m.household_id)) for m in self.meals if m.status == "planned"]
        return all(self._fits(recipe, home.diet) and _seen_by(recipe, home.id) for recipe, home in planned)

    @invariant
    def ingredients_are_kept_once(self) -> bool:
        """An ingredient is in a household's pantry once, with something of it left, and on its list once."""
        kept = [(item.household_id, item.ingredient_id) for item in self.pantry_items]
        listed = [(item.household_id, item.ingredient_id) for item in self.shopping_items]
        return len(kept) == len(set(kept)) and len(listed) == len(set(listed)) and all(item.amount > 0 for item in self.pantry_items)

    @invariant
    def money_adds_up(self) -> bool:
        """A receipt's total is that of its lines, and this week's receipts keep within the household's budget."""
        homes = all(self._spent(home.id) <= home.weekly_budget for home in self.households)
        return homes and all(receipt.total == _total(receipt.lines) for receipt in self.receipts)

    def _home(self) -> Household:
        return self.households.get(self.me)

    def _recipe(self, recipe_id: str) -> Recipe:
        recipe = self.recipes.get(recipe_id)
        if not _seen_by(recipe, self.me):
            raise PermissionDenied("this recipe is not shared")
        return recipe

    def _ours(self, meal_id: str) -> Meal:
        meal = self.meals.get(meal_id)
        if meal.household_id != self.me:
            raise PermissionDenied("this meal is another household's")
        return meal

    def _item(self, shopping_item_id: str) -> ShoppingItem:
        item = self.shopping_items.get(shopping_item_id)
        if item.household_id != self.me:
            raise PermissionDenied("this is on another household's list")
        return item

    def _listed(self, ingredient_id: str) -> ShoppingItem | None:
        return next(iter(self.shopping_items.where(household_id=self.me, ingredient_id=ingredient_id)), None)

    def _name(self, ingredient_id: str) -> str:
        return self.ingredients.get(ingredient_id).name

    def _cost(self, item: ShoppingItem) -> Decimal:
        return self.ingredients.get(item.ingredient_id).pack_price * item.packs

    def _spent(self, household_id: str | None = None) -> Decimal:
        """What a household spent since Monday."""
        monday = self.today - timedelta(days=self.today.weekday())
        bought = self.receipts.where(household_id=household_id or self.me)
        return sum((receipt.total for receipt in bought if receipt.bought_at.date() >= monday), Decimal(0))

    def _fits(self, recipe: Recipe, diet: str) -> bool:
        return all(self.ingredients.get(need.ingredient_id).source in EATEN[diet] for need in recipe.needs)

    def _require_diet(self, recipe: Recipe, diet: str) -> None:
        if not self._fits(recipe, diet):
            raise PreconditionFailed(f"{recipe.title} is not {diet}")

    def _require_free(self, day: date, course: str) -> None:
        if not self.today <= day <= self.today + timedelta(weeks=WEEKS_AHEAD):
            raise PreconditionFailed(f"meals are planned from today until {WEEKS_AHEAD} weeks ahead")
        if any(meal.status != "skipped" for meal in self.meals.where(household_id=self.me, day=day, course=course)):
            raise PreconditionFailed(f"you already have a {course} on {day}")

    def _needed(self, meals: list[Meal]) -> dict[str, int]:
        """How much of each ingredient meals take, at their number of servings."""
        needed: dict[str, int] = {}
        for meal in meals:
            recipe = self.recipes.get(meal.recipe_id)
            for need in recipe.needs:
                needed[need.ingredient_id] = needed.get(need.ingredient_id, 0) + ceil(need.amount * meal.servings / recipe.servings)
        return needed

    def _at_home(self, ingredient_id: str) -> int:
        return sum(item.amount for item in self.pantry_items.where(household_id=self.me, ingredient_id=ingredient_id))

    def _store(self, ingredient_id: str, amount: int) -> None:
        """Put an amount into the pantry, or take it out."""
        item = next(iter(self.pantry_items.where(household_id=self.me, ingredient_id=ingredient_id)), None)
        if item is None:
            self.pantry_items.add(ingredient_id=ingredient_id, household_id=self.me, amount=amount)
        elif item.amount + amount == 0:
            self.pantry_items.remove(item)
        else:
            self.pantry_items.replace(item, amount=item.amount + amount)

    @classmethod
    def scenario(cls, draw):
        """Two or three households with their recipes; the caller's has meals behind and before it and a half-full pantry."""
        larder = [entry.split(": ") for entry in draw.lexicon.words["larder"]]
        ingredients = [cls._seeded_ingredient(draw, *entry) for entry in larder]
        by_name = {ingredient["name"]: ingredient for ingredient in ingredients}
        homes = [
            {"id": draw.key(Household), "name": draw.fill(["{last_name} household"]), "weekly_budget": draw.integer(60, 120, 10)}
            | {"diet": draw.choice(["anything", "vegetarian", "vegan"][: 2 + min(place, 1)])}
            for place in range(2 + draw.size // 15)
        ]
        draw.sign_in(homes[0]["id"])
        dishes = draw.sample([entry.split(": ") for entry in draw.lexicon.words["dish"]], max(7, draw.size))
        recipes = [cls._seeded_recipe(draw, homes, by_name, place, *dish) for place, dish in enumerate(dishes)]
        meals, pantry, shopping, receipts = [], [], [], []
        for home in homes:
            kept = EATEN[home["diet"]]
            fitting = [ingredient for ingredient in ingredients if ingredient["source"] in kept]
            edible = [r for r in recipes if r["is_shared"] or r["household_id"] == home["id"]]
            edible = [r for r in edible if all(need["ingredient_id"] in {i["id"] for i in fitting} for need in r["needs"])]
            times = [(day, course) for day in range(-6, 9) for course in ("lunch", "dinner") if day]
            chosen = [(0, "dinner"), *draw.sample(times, draw.size // 2 + 3)] if edible else []
            own = [cls._seeded_meal(draw, home, draw.choice(edible), *time) for time in sorted(chosen)]
            tonight = [meal["recipe_id"] for meal in own if meal["day"] == draw.today]
            needed = {need["ingredient_id"]: need["amount"] for recipe in edible if recipe["id"] in tonight for need in recipe["needs"]}
            at_home = [item for item in fitting if item["id"] in needed or draw.chance(0.3)]
            for item in at_home:
                amount = 2 * needed.get(item["id"], 0) + draw.integer(item["pack_size"] // 4 or 1, item["pack_size"])
                pantry.append({"id": draw.key(PantryItem), "household_id": home["id"], "ingredient_id": item["id"], "amount": amount})
            for place, item in enumerate(draw.sample([item for item in fitting if item not in at_home], 5 + draw.size // 4)):
                wanted = {"ingredient_id": item["id"], "packs": draw.integer(1, 2), "in_basket": place % 2 > 0}
                shopping.append({"id": draw.key(ShoppingItem), "household_id": home["id"], **wanted})
            receipts += [cls._seeded_receipt(draw, home, fitting, days) for days in range(13, 0, -4)]
            meals += own
        rows = {"recipes": recipes, "meals": meals, "pantry_items": pantry, "shopping_items": shopping, "receipts": receipts}
        return {"households": homes, "ingredients": ingredients, **rows}

    @staticmethod
    def _seeded_ingredient(draw, name, unit, aisle, size, price, source):
        about = {"id": draw.key(Ingredient), "name": name, "unit": unit, "aisle": aisle, "source": source}
        return about | {"pack_size": int(size), "pack_price": float(price)}

    @staticmethod
    def _seeded_recipe(draw, homes, by_name, place, title, cuisine, minutes, servings, needs):
        pairs = [need.rsplit(" ", 1) for need in needs.split(", ")]
        about = {"id": draw.key(Recipe), "title": title, "cuisine": cuisine, "minutes": int(minutes), "servings": int(servings)}
        owner = {"household_id": homes[place % len(homes)]["id"], "is_shared": place % 4 not in {1, 2}}
        return about | owner | {"needs": [{"ingredient_id": by_name[name]["id"], "amount": int(amount)} for name, amount in pairs]}

    @staticmethod
    def _seeded_meal(draw, home, recipe, day, course):
        status = "planned" if day >= 0 else draw.choice(["cooked", "cooked", "cooked", "skipped"])
        about = {"id": draw.key(Meal), "household_id": home["id"], "recipe_id": recipe["id"], "status": status}
        return about | {"day": draw.today + timedelta(days=day), "course": course, "servings": draw.choice([1, 2, 2, 3])}

    @staticmethod
    def _seeded_receipt(draw, home, fitting, days):
        """Small enough for two in a week to keep within the budget."""
        lines, left = [], home["weekly_budget"] / 3
        for item in draw.sample(fitting, draw.integer(2, 5)):
            if item["pack_price"] <= left:
                lines.append({"ingredient_id": item["id"], "packs": 1, "pack_price": item["pack_price"]})
                left -= item["pack_price"]
        about = {"id": draw.key(Receipt), "household_id": home["id"], "bought_at": draw.moment(-days, -days)}
        return about | {"lines": lines, "total": round(sum(line["pack_price"] for line in lines), 2)}


def _seen_by(recipe: Recipe, household_id: str) -> bool:
    return recipe.is_shared or recipe.household_id == household_id


def _total(lines: list[ReceiptLine]) -> Decimal:
    return sum((line.pack_price * line.packs for line in lines), Decimal(0))
