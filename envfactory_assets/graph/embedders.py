"""Texts as vectors: by ``wordllama``, which is there and needs no network, or by MiniLM, an extra that ranks better and is slower."""

import logging
import os
from functools import cache
from pathlib import Path
from typing import Any

from envfactory_assets.records.settings import EmbedderName, SettingsError


def nearness(sources: list[str], targets: list[str], embedder: EmbedderName) -> Any:
    """How near texts are in meaning, a row a source and a column a target: cosines of their embeddings.

    They are rounded, so that their order does not hang on the machine's arithmetic.

    Raises:
        SettingsError: the embedder is not installed, or its weights are not found.
    """
    embed = _minilm() if embedder == "minilm" else _wordllama()
    return (embed(sources) @ embed(targets).T).round(3)


@cache
def _wordllama() -> Any:
    """The embedding that comes with its package; nothing is downloaded."""
    root, silent = logging.getLogger(), logging.NullHandler()
    root.addHandler(silent)  # the package sets up logging for the whole program unless that has been done
    import wordllama  # noqa: PLC0415 - heavy, and only domains with several environments need it

    root.removeHandler(silent)
    model = wordllama.WordLlama.load(cache_dir=Path(wordllama.__file__).parent, disable_download=True)
    return lambda texts: model.embed(texts, norm=True)


@cache
def _minilm() -> Any:
    """The embedding of all-MiniLM-L6-v2 as its authors' library runs it: downloaded once, or from the folder that is named."""
    try:
        from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - an extra
    except ImportError:
        missing = "embedder: minilm is not installed; install envfactory-assets[minilm], or take wordllama."
        raise SettingsError(missing) from None
    weights = os.environ.get("ENVFACTORY_MINILM", "sentence-transformers/all-MiniLM-L6-v2")
    try:
        model = SentenceTransformer(weights, device="cpu")
    except (OSError, ValueError) as error:
        reason = (str(error) or type(error).__name__).splitlines()[0]
        told = f"embedder: minilm finds no weights at {weights} ({reason}); name a folder that has them in ENVFACTORY_MINILM."
        raise SettingsError(told) from None
    return lambda texts: model.encode(texts, normalize_embeddings=True, show_progress_bar=False)
