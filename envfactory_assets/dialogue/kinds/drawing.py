"""Which kind of conversation a chain is tried as."""

from collections.abc import Mapping
from hashlib import sha256

from envfactory_assets.records import Chain, Kind
from envfactory_assets.records.settings import KindShares


def drawn_kind(chain: Chain, seed: int, shares: Mapping[str, float]) -> Kind:
    """The kind a chain is tried as: by its hash, as often as the shares say; a chain through several services is an errand."""
    if len(chain.env_ids) > 1:
        return "cross_environment"
    place = int.from_bytes(sha256(f"kind/{chain.chain_id}/{seed}".encode()).digest()[:6], "big") / 2**48
    for name in KindShares.model_fields:
        place -= shares.get(name, 0.0)
        if place < 0:
            kind: Kind = name  # type: ignore[assignment]  # the fields are named for kinds
            return kind
    return "plain"
