"""Labels without examples: the text tower of an open_clip model says which sentence fits a picture best."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import open_clip
import torch
from torch import nn

from lineage.backbones.clip import load_open_clip
from lineage.backbones.module import pick_device
from lineage.errors import UsageError
from lineage.protocols import Embedder
from lineage.records import Floats, Pixels


@dataclass(frozen=True, slots=True)
class Sentences:
    """Sentences that pictures are compared with.

    Attributes:
        texts: (T)
        vectors: (T, D) float32, L2 norm 1
        scale: by which cosines are multiplied before the softmax, as the model learned it
    """

    texts: tuple[str, ...]
    vectors: Floats
    scale: float


def read_sentences(name: str, texts: Sequence[str]) -> tuple[Embedder, Sentences]:
    """The image tower, and what the text tower makes of the sentences.

    Args:
        name: open_clip:MODEL@FILE
        texts: at least two; one of them may stand for everything else

    Raises:
        UsageError: another backbone, which has no text tower, or fewer than two sentences
        WeightsError: the file is missing, damaged or holds another model
    """
    if len(texts) < 2:
        raise UsageError("zero-shot labels are chosen among sentences; give at least two, such as 'something else'")
    kind, _, rest = name.partition(":")
    model, _, file = rest.partition("@")
    if kind != "open_clip" or not file:
        raise UsageError(f"{name}: has no text tower; name a model that has one with --backbone open_clip:MODEL@FILE")
    embedder = load_open_clip(model, Path(file), name=name, device=pick_device(None))
    whole = open_clip.create_model(model, pretrained=file).eval()
    with torch.inference_mode():
        vectors = nn.functional.normalize(whole.encode_text(open_clip.get_tokenizer(model)(list(texts))), dim=1)
        return embedder, Sentences(tuple(texts), vectors.numpy(), float(whole.logit_scale.exp()))


def compare_zero_shot(
    embedder: Embedder, sentences: Sentences, pictures: Iterable[tuple[str, Pixels]]
) -> Iterator[tuple[str, dict[str, float]]]:
    """For each named picture the probability of each sentence; they add up to 1."""
    for name, pixels in pictures:
        logits = sentences.scale * embedder.embed([pixels])[0] @ sentences.vectors.T
        shares = np.exp(logits - logits.max())
        yield name, dict(zip(sentences.texts, map(float, shares / shares.sum()), strict=True))
