"""Reads texts with the weights of all-MiniLM-L6-v2 in numpy: a gigabyte of libraries less than what its authors run it with."""

from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file
from tokenizers import Tokenizer

BATCH = 64  # texts read at a time
LONGEST = 256  # tokens of a text
_HEADS, _TINY = 12, 1e-12


class MiniLM:
    """A BERT of six layers whose last states are averaged over the tokens of a text (arXiv 1810.04805, arXiv 1908.10084)."""

    def __init__(self, folder: Path) -> None:
        self._weights = load_file(folder / "model.safetensors")
        self._layers = sum(name.endswith("intermediate.dense.weight") for name in self._weights)
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(LONGEST)
        self._tokenizer.enable_padding()

    def embed(self, texts: list[str]) -> Any:
        """A row of length 1 for each text."""
        distinct = sorted(set(texts), key=lambda text: (len(text), text))  # those of one length are padded least
        parts = [self._read(distinct[start : start + BATCH]) for start in range(0, len(distinct), BATCH)]
        place = {text: number for number, text in enumerate(distinct)}
        return np.concatenate(parts)[[place[text] for text in texts]]

    def _read(self, texts: list[str]) -> Any:
        read = self._tokenizer.encode_batch(texts)
        tokens, mask = np.array([each.ids for each in read]), np.array([each.attention_mask for each in read], dtype=np.float32)
        states = self._weights["embeddings.word_embeddings.weight"][tokens]
        states = states + self._weights["embeddings.position_embeddings.weight"][: tokens.shape[1]]
        states = self._normal(states + self._weights["embeddings.token_type_embeddings.weight"][0], "embeddings")
        for number in range(self._layers):
            layer = f"encoder.layer.{number}"
            seen = self._attended(states, mask, f"{layer}.attention.self")
            states = self._normal(states + self._dense(seen, f"{layer}.attention.output"), f"{layer}.attention.output")
            inner = self._dense(states, f"{layer}.intermediate")
            inner = inner * (1 + _erf(inner / np.float32(2**0.5))) / 2
            states = self._normal(states + self._dense(inner, f"{layer}.output"), f"{layer}.output")
        summed = (states * mask[:, :, None]).sum(axis=1)
        return summed / np.linalg.norm(summed, axis=1, keepdims=True)

    def _attended(self, states: Any, mask: Any, name: str) -> Any:
        """What each token takes from the others, head by head."""
        count, length, width = states.shape
        split = (count, length, _HEADS, width // _HEADS)
        query, key, value = (
            self._dense(states, f"{name}.{part}", leaf="").reshape(split).transpose(0, 2, 1, 3) for part in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 1, 3, 2) / np.float32((width // _HEADS) ** 0.5) + (mask[:, None, None, :] - 1) * np.float32(1e9)
        shares = np.exp(scores - scores.max(axis=-1, keepdims=True))
        shares /= shares.sum(axis=-1, keepdims=True)
        return (shares @ value).transpose(0, 2, 1, 3).reshape(count, length, width)

    def _dense(self, states: Any, name: str, leaf: str = ".dense") -> Any:
        return states @ self._weights[f"{name}{leaf}.weight"].T + self._weights[f"{name}{leaf}.bias"]

    def _normal(self, states: Any, name: str) -> Any:
        centred = states - states.mean(axis=-1, keepdims=True)
        spread = ((centred**2).mean(axis=-1, keepdims=True) + _TINY) ** 0.5
        return centred / spread * self._weights[f"{name}.LayerNorm.weight"] + self._weights[f"{name}.LayerNorm.bias"]


def _erf(values: Any) -> Any:
    """The error function to 1.5e-7 (Abramowitz and Stegun, 7.1.26), which numpy does not have."""
    t = 1 / (1 + np.float32(0.3275911) * np.abs(values))
    series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * np.float32(1.061405429)))))
    return np.sign(values) * (1 - series * np.exp(-values * values))
