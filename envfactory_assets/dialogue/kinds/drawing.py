"""Which kinds of conversation a chain is tried as."""

from collections.abc import Mapping
from hashlib import sha256

from envfactory_assets.records import Chain, Kind

ROOM: dict[Kind, float] = {
    "user_side": 0.2,
    "expansion": 0.3,
    "change_of_mind": 0.3,
    "missing_information": 0.32,
    "missing_tool": 0.36,
    "recovery": 0.38,
    "impossible": 0.42,
    "follow_up": 0.55,
    "computed": 0.82,
    "ambiguous": 0.95,
}
"""How many of the chains that are tried as a kind have room for it, the scarcest first: measured on the bundled environments.

A kind that few chains have room for is tried on so many more of them that its share comes out as configured. Where other documents give
more or less room, its share differs from that in proportion; it is never made where it does not fit.
"""


def kinds_to_try(chain: Chain, seed: int, shares: Mapping[str, float]) -> list[Kind]:
    """The kinds that a chain is tried as, by its hash; it becomes the first that it has room for, and is plain when that is none.

    A chain through several services is an errand, whatever the shares say.

    Args:
        chain: the chain.
        seed: the run's seed.
        shares: how many of the conversations within one service are to be of each kind (see ``KindShares``).
    """
    if len(chain.env_ids) > 1:
        return ["cross_environment"]
    found: list[Kind] = []
    left = 1.0  # of the chains: those not taken by the kinds before
    for kind, room in ROOM.items():
        share = min(shares.get(kind, 0.0), left * room)
        place = int.from_bytes(sha256(f"{kind}/{chain.chain_id}/{seed}".encode()).digest()[:6], "big") / 2**48
        if share and place < share / (left * room):
            found.append(kind)
        left -= share
    return found
