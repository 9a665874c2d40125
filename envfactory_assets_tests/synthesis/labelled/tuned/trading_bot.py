# ruff: noqa: INP001 -- a document to be read, not a module
"""A desk for buying and selling stocks."""

from typing import Literal, TypedDict


class Order(TypedDict):
    """An order to buy or sell."""

    id: int
    order_type: str
    symbol: str
    price: float
    amount: int
    status: Literal["Open", "Pending", "Completed", "Cancelled"]


class PlacedOrder(TypedDict):
    order_id: int
    order_type: str
    status: str
    price: float
    amount: int


class CancelledOrder(TypedDict):
    order_id: int
    status: str


class Stock(TypedDict):
    """What a stock is traded at."""

    price: float
    percent_change: float
    volume: float
    ma_5: float
    ma_20: float


class Account(TypedDict):
    """The account of the user."""

    account_id: int
    balance: float
    binding_card: int


class Transaction(TypedDict):
    """Money paid in or out."""

    type: Literal["deposit", "withdrawal"]
    amount: float
    timestamp: str


class Symbol(TypedDict):
    symbol: str


class Watchlist(TypedDict):
    watchlist: list[str]


class OrderHistory(TypedDict):
    history: list[int]


class TransactionHistory(TypedDict):
    transaction_history: list[Transaction]


class StockList(TypedDict):
    stock_list: list[str]


class FilteredStocks(TypedDict):
    filtered_stocks: list[str]


class Balance(TypedDict):
    status: str
    new_balance: float


class TradingBot:
    """Trades stocks for one user."""

    def get_current_time(self) -> dict[str, str]:
        """Say what time it is."""

    def get_symbol_by_name(self, name: str) -> Symbol:
        """Look up under which symbol a company is traded."""

    def get_stock_info(self, symbol: str) -> Stock:
        """Show price, change and volume of one stock."""

    def get_order_details(self, order_id: int) -> Order:
        """Show one order."""

    def cancel_order(self, order_id: int) -> CancelledOrder:
        """Cancel an order that is not completed."""

    def place_order(self, order_type: str, symbol: str, price: float, amount: int) -> PlacedOrder:
        """Order some shares of a stock to be bought or sold at a price."""

    def withdraw_funds(self, amount: float) -> Balance:
        """Pay money out of the account."""

    def get_account_info(self) -> Account:
        """Show the account."""

    def trading_login(self, username: str, password: str) -> dict[str, str]:
        """Log the user in."""

    def trading_get_login_status(self) -> dict[str, bool]:
        """Say whether the user is logged in."""

    def trading_logout(self) -> dict[str, str]:
        """Log the user out."""

    def fund_account(self, amount: float) -> Balance:
        """Pay money into the account."""

    def remove_stock_from_watchlist(self, symbol: str) -> dict[str, str]:
        """Stop watching a stock."""

    def get_watchlist(self) -> Watchlist:
        """Name the stocks that are watched."""

    def get_order_history(self) -> OrderHistory:
        """Name all orders."""

    def get_transaction_history(self, start_date: str | None = None, end_date: str | None = None) -> TransactionHistory:
        """Show what was paid in and out between two dates."""

    def get_available_stocks(self, sector: str) -> StockList:
        """Name the stocks of a sector."""

    def filter_stocks_by_price(self, stocks: list[str], min_price: float, max_price: float) -> FilteredStocks:
        """Name those of some stocks whose price lies in a range."""

    def add_to_watchlist(self, stock: str) -> Watchlist:
        """Start watching a stock."""

    def notify_price_change(self, stocks: list[str], threshold: float) -> dict[str, str]:
        """Say which of some stocks moved by at least so many percent."""
