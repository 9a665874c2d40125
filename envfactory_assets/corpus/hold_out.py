"""Providers whose documents are kept for judging how well the factory generalises; they are never packed."""

from hashlib import sha256

_FIRST_HELD_OUT = 204


def provider_of_path(collection: str, path: str) -> str:
    """The provider a collection's file belongs to, by its name alone: the file need not be opened."""
    first = path.split("/", maxsplit=1)[0]
    return f"googleapis.com:{first.split('.')[0]}" if collection == "google" else first.removesuffix(".json")


def is_held_out(provider: str) -> bool:
    """Whether a provider is in the fifth that is held out."""
    return sha256(provider.encode()).digest()[0] >= _FIRST_HELD_OUT
