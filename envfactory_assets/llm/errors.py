"""What can go wrong with a model, told in one line."""


class ModelError(RuntimeError):
    """A model gave no usable answer; the message says why and what to do."""


class BudgetExhaustedError(ModelError):
    """The run has made as many calls as its settings allow."""


class EndpointDownError(ModelError):
    """The endpoint is asked no more in this run."""


class LedgerError(ModelError):
    """The ledger cannot be read or written; without it no call is made."""
