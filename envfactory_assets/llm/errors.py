"""What can go wrong with a model, told in one line."""


class ModelError(RuntimeError):
    """A model gave no usable answer; the message says why and what to do."""


class UnansweredError(ModelError):
    """There is no answer now; there may be one another time."""


class BudgetExhaustedError(UnansweredError):
    """The run has made as many calls as its settings allow."""


class EndpointDownError(UnansweredError):
    """The endpoint is asked no more in this run."""


class LedgerError(UnansweredError):
    """The ledger cannot be read or written; without it no call is made."""
