"""House bank: accounts, payees, and money that moves between them.

Author: hand. Domain: finance. No resource: the service is made up.
"""

from datetime import date
from typing import Annotated, Literal

from envfactory_assets.environments import Caller, Entity, Environment, Key, Ref, Table, invariant, tool
from envfactory_assets.environments.effects import schedule, transfer, transition
from envfactory_assets.environments.errors import InvalidArgument, PermissionDenied, PreconditionFailed
from envfactory_assets.environments.fields import Created, KeyStyle, Money, Text

AccountKind = Literal["current", "savings", "business"]
AccountStatus = Literal["active", "frozen", "closed"]
TransferStatus = Literal["scheduled", "posted", "cancelled"]


class Account(Entity):
    """Where money is kept. Owned by one customer."""

    id: Annotated[str, KeyStyle("ACC-{n:04d}")]
    owner_id: Caller
    name: Text
    kind: AccountKind
    balance: Money
    overdraft_limit: Money
    status: AccountStatus


class Payee(Entity):
    """Somebody outside the bank whom a customer pays."""

    id: Key
    owner_id: Caller
    name: Text
    iban: Text


class Transfer(Entity):
    """Money that left an account, or will: to another account of the bank or to a payee."""

    id: Annotated[str, KeyStyle("TRF-{n:05d}")]
    from_account_id: Ref[Account]
    to_account_id: Ref[Account] | None
    payee_id: Ref[Payee] | None
    amount: Money
    reference: Text
    execute_on: date
    status: TransferStatus
    created_at: Created


class HouseBank(Environment):
    """Customers see their accounts, move money, pay others and schedule payments."""

    accounts: Table[Account]
    payees: Table[Payee]
    transfers: Table[Transfer]

    @tool(effect="list")
    def list_my_accounts(self, kind: AccountKind | None = None, status: AccountStatus | None = None) -> list[Account]:
        """The caller's accounts, fullest first."""
        return sorted(self.accounts.where(owner_id=self.me, kind=kind, status=status), key=lambda a: (-a.balance, a.id))

    @tool(effect="get")
    def get_account(self, account_id: Ref[Account]) -> Account:
        """One of the caller's accounts."""
        return self._mine(account_id)

    @tool(effect="search")
    def find_payees(self, query: Text | None = None) -> list[Payee]:
        """The caller's payees whose name or IBAN holds every word of the query."""
        return self.payees.search(query, "name", "iban", owner_id=self.me)

    @tool(effect="create")
    def add_payee(self, name: Text, iban: Text) -> Payee:
        """Remember a payee. Refused when the caller already has the IBAN."""
        if not name.strip() or len(iban.replace(" ", "")) < 15:
            raise InvalidArgument("A payee needs a name and an IBAN of 15 characters or more.")
        if self.payees.where(owner_id=self.me, iban=iban):
            raise PreconditionFailed("You already have a payee with this IBAN.")
        return self.payees.add(owner_id=self.me, name=name, iban=iban)

    @tool(effect="list", filters={"min_amount": "amount__ge", "max_amount": "amount__le"})
    def list_transfers(
        self,
        account_id: Ref[Account],
        status: TransferStatus | None = None,
        min_amount: Money | None = None,
        max_amount: Money | None = None,
    ) -> list[Transfer]:
        """What left or reached one of the caller's accounts, newest first."""
        account = self._mine(account_id)
        found = self.transfers.where(status=status, amount__ge=min_amount, amount__le=max_amount)
        touching = [t for t in found if account.id in {t.from_account_id, t.to_account_id}]
        return sorted(touching, key=lambda t: (t.execute_on, t.created_at, t.id), reverse=True)

    @tool(effect=transfer, grounding="declared")
    def move_money(self, from_account_id: Ref[Account], to_account_id: Ref[Account], amount: Money, reference: Text = "") -> Transfer:
        """Move money at once between two of the caller's accounts."""
        source, target = self._open(from_account_id), self._open(to_account_id)
        if source.id == target.id:
            raise InvalidArgument("The two accounts must be different.")
        self._take(source, amount)
        self.accounts.replace(target, balance=target.balance + amount)
        return self.transfers.add(
            from_account_id=source.id,
            to_account_id=target.id,
            payee_id=None,
            amount=amount,
            reference=reference,
            execute_on=self.today,
            status="posted",
        )

    @tool(effect=[transfer, schedule], grounding="declared")
    def pay_payee(
        self, from_account_id: Ref[Account], payee_id: Ref[Payee], amount: Money, reference: Text = "", execute_on: date | None = None
    ) -> Transfer:
        """Pay a payee, today or on a later date. A payment for later takes no money yet and can be cancelled until then."""
        source, payee, day = self._open(from_account_id), self.payees.get(payee_id), execute_on or self.today
        if payee.owner_id != self.me:
            raise PermissionDenied("This payee belongs to another customer.")
        if day < self.today:
            raise PreconditionFailed("A payment cannot be dated in the past.")
        if day == self.today:
            self._take(source, amount)
        elif amount <= 0:
            raise InvalidArgument("The amount must be more than zero.")
        return self.transfers.add(
            from_account_id=source.id,
            to_account_id=None,
            payee_id=payee.id,
            amount=amount,
            reference=reference,
            execute_on=day,
            status="posted" if day == self.today else "scheduled",
        )

    @tool(effect=transition(entity="Transfer", field="status", sources=["scheduled"], target="cancelled"), grounding="declared")
    def cancel_payment(self, transfer_id: Ref[Transfer]) -> Transfer:
        """Cancel a scheduled payment."""
        payment = self.transfers.get(transfer_id)
        self._mine(payment.from_account_id)
        return self.transfers.transition(payment, "cancelled")

    @tool(effect=transition(entity="Account", field="status", sources=["active"], target="frozen"), grounding="declared")
    def freeze_account(self, account_id: Ref[Account]) -> Account:
        """Freeze one of the caller's accounts: no money leaves or reaches it."""
        return self.accounts.transition(self._mine(account_id), "frozen")

    @tool(effect=transition(entity="Account", field="status", sources=["frozen"], target="active"), grounding="declared")
    def unfreeze_account(self, account_id: Ref[Account]) -> Account:
        """Make a frozen account usable again."""
        return self.accounts.transition(self._mine(account_id), "active")

    @tool(effect=transition(entity="Account", field="status", sources=["active"], target="closed"), grounding="declared")
    def close_account(self, account_id: Ref[Account]) -> Account:
        """Close an empty account that no scheduled payment uses."""
        account = self._mine(account_id)
        if account.balance != 0:
            raise PreconditionFailed(f"The balance must be zero; it is {account.balance}.")
        if self.transfers.where(from_account_id=account.id, status="scheduled"):
            raise PreconditionFailed("Cancel the scheduled payments of this account first.")
        return self.accounts.transition(account, "closed")

    @invariant
    def overdrafts_are_kept(self) -> bool:
        """No balance is below the account's overdraft limit."""
        return all(a.balance >= -a.overdraft_limit for a in self.accounts)

    @invariant
    def a_transfer_has_one_target(self) -> bool:
        """A transfer goes to an account or to a payee, not both, and its amount is more than zero."""
        return all((t.to_account_id is None) != (t.payee_id is None) and t.amount > 0 for t in self.transfers)

    @invariant
    def closed_accounts_are_empty(self) -> bool:
        """A closed account has a balance of zero."""
        return all(a.balance == 0 for a in self.accounts if a.status == "closed")

    def _mine(self, account_id: str) -> Account:
        account = self.accounts.get(account_id)
        if account.owner_id != self.me:
            raise PermissionDenied("This account belongs to another customer.")
        return account

    def _open(self, account_id: str) -> Account:
        account = self._mine(account_id)
        if account.status != "active":
            raise PreconditionFailed(f"The account {account.name} is {account.status}.")
        return account

    def _take(self, account: Account, amount: Money) -> None:
        if amount <= 0:
            raise InvalidArgument("The amount must be more than zero.")
        if account.balance - amount < -account.overdraft_limit:
            raise PreconditionFailed(f"{account.name} has {account.balance} and an overdraft limit of {account.overdraft_limit}.")
        self.accounts.replace(account, balance=account.balance - amount)

    @classmethod
    def scenario(cls, draw):
        """Accounts of the caller and of others, their payees, and payments past and scheduled."""
        accounts = [cls._seeded_account(draw, place) for place in range(max(5, draw.size // 2))]
        payees = [
            {"id": draw.key(Payee), "owner_id": draw.me if place < 3 else draw.owner(), "name": name, "iban": draw.faker.iban()}
            for place, name in enumerate(
                draw.person().name if draw.chance(0.4) else draw.words("company_name") for _ in range(max(4, draw.size // 2))
            )
        ]
        made = [cls._seeded_transfer(draw, accounts, payees, planned=place == 0) for place in range(draw.size)]
        transfers = [{"id": draw.key(Transfer), **row} for row in sorted(made, key=lambda row: row["created_at"])]
        return {"accounts": accounts, "payees": payees, "transfers": transfers}

    @staticmethod
    def _seeded_account(draw, place):
        status = "active" if place < 3 else draw.choice(["active", "active", "active", "frozen", "closed"])
        kind = ["current", "savings"][place] if place < 2 else draw.choice(["current", "savings", "savings", "business"])
        return {
            "id": draw.key(Account),
            "owner_id": draw.me if place < 3 else draw.owner(),
            "name": draw.distinct("account", lambda: draw.words("account_label")),
            "kind": kind,
            "balance": 0 if status == "closed" or place == 2 else draw.money(90, 7400, group="balance"),
            "overdraft_limit": draw.choice([0, 250, 500]) if kind != "savings" else 0,
            "status": status,
        }

    @staticmethod
    def _seeded_transfer(draw, accounts, payees, *, planned):
        source = accounts[0] if planned else draw.choice([*accounts[:2], *accounts[3:]])
        own = [a for a in accounts if a["owner_id"] == source["owner_id"] and a is not source]
        theirs = [p for p in payees if p["owner_id"] == source["owner_id"]]
        inside = not planned and (not theirs or (bool(own) and draw.chance(0.35)))
        target = draw.choice(own) if inside and own else draw.choice([a for a in accounts if a is not source])
        later = planned or (not inside and source["status"] == "active" and draw.chance(0.4))
        made = draw.moment(-30, -1)
        return {
            "from_account_id": source["id"],
            "to_account_id": target["id"] if inside else None,
            "payee_id": None if inside else draw.choice(theirs)["id"],
            "amount": draw.money(8, 640, group="amount"),
            "reference": draw.fill(["{purpose}"]),
            "execute_on": draw.day(1, 28) if later else made.date(),
            "status": "posted" if not later else "scheduled" if planned or draw.chance(0.75) else "cancelled",
            "created_at": made,
        }
