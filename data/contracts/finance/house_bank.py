"""What the house bank does, tool by tool."""

from envfactory_assets.environments.contract import (
    at_least,
    at_most,
    changed,
    denied,
    fits,
    made,
    mentions,
    refused,
    says,
    senseless,
    shows,
)


def list_my_accounts(was, kind, status):
    yield shows((a for a in was.accounts if a.owner_id == was.me and fits(a, kind=kind, status=status)), "-balance id")


def get_account(was, account_id):
    yield denied(was.accounts[account_id].owner_id != was.me)
    yield shows([was.accounts[account_id]])


def find_payees(was, query):
    mine = [payee for payee in was.payees if payee.owner_id == was.me and says(query, payee.name, payee.iban)]
    yield shows(mine, lambda payee: -mentions(query, payee.name, payee.iban))


def add_payee(was, name, iban):
    yield senseless(not name.strip(), len(iban.replace(" ", "")) < 15)
    yield refused(any(payee.owner_id == was.me and payee.iban == iban for payee in was.payees))
    yield made(was.payees, owner_id=was.me, name=name, iban=iban)


def list_transfers(was, account_id, status, min_amount, max_amount):
    yield denied(was.accounts[account_id].owner_id != was.me)
    touching = (t for t in was.transfers if account_id in {t.from_account_id, t.to_account_id} and fits(t, status=status))
    yield shows((t for t in touching if at_least(t.amount, min_amount) and at_most(t.amount, max_amount)), "-execute_on -created_at -id")


def move_money(was, from_account_id, to_account_id, amount, reference):
    source = was.accounts[from_account_id]
    yield denied(source.owner_id != was.me)
    yield refused(source.status != "active")
    target = was.accounts[to_account_id]
    yield denied(target.owner_id != was.me)
    yield refused(target.status != "active")
    yield senseless(source.id == target.id, amount <= 0)
    yield refused(source.balance - amount < -source.overdraft_limit)
    yield changed(source, balance=source.balance - amount)
    yield changed(target, balance=target.balance + amount)
    what = {"from_account_id": source.id, "to_account_id": target.id, "payee_id": None, "amount": amount, "reference": reference}
    yield made(was.transfers, **what, execute_on=was.day, status="posted", created_at=was.moment)


def pay_payee(was, from_account_id, payee_id, amount, reference, execute_on):
    source = was.accounts[from_account_id]
    yield denied(source.owner_id != was.me)
    yield refused(source.status != "active")
    yield denied(was.payees[payee_id].owner_id != was.me)
    now = execute_on in {None, was.day}
    yield refused(not now and execute_on < was.day)
    yield senseless(amount <= 0)
    if now:
        yield refused(source.balance - amount < -source.overdraft_limit)
        yield changed(source, balance=source.balance - amount)
    what = {"from_account_id": source.id, "to_account_id": None, "payee_id": payee_id, "amount": amount, "reference": reference}
    when = {"execute_on": was.day, "status": "posted"} if now else {"execute_on": execute_on, "status": "scheduled"}
    yield made(was.transfers, **what, **when, created_at=was.moment)


def cancel_payment(was, transfer_id):
    payment = was.transfers[transfer_id]
    yield denied(was.accounts[payment.from_account_id].owner_id != was.me)
    yield refused(payment.status != "scheduled")
    yield changed(payment, status="cancelled")


def freeze_account(was, account_id):
    account = was.accounts[account_id]
    yield denied(account.owner_id != was.me)
    yield refused(account.status != "active")
    yield changed(account, status="frozen")


def unfreeze_account(was, account_id):
    account = was.accounts[account_id]
    yield denied(account.owner_id != was.me)
    yield refused(account.status != "frozen")
    yield changed(account, status="active")


def close_account(was, account_id):
    account = was.accounts[account_id]
    yield denied(account.owner_id != was.me)
    planned = [t for t in was.transfers if t.from_account_id == account_id and t.status == "scheduled"]
    yield refused(account.status != "active", account.balance != 0, planned)
    yield changed(account, status="closed")
