"""The model as src/domain/sentiment_model.c reads it: little-endian, every part of a fixed size."""
import struct

import tokens
from features import bucket, gram_buckets
from tokens import tokens_of

MAGIC, FORMAT = b"UNDSENTI", 2
VERSION_BYTES = 24
WORD_SLOT_BITS = 15
HEAD = struct.Struct(f"<8sI{VERSION_BYTES}s10d")  # see sentiment_model.c
WORD = struct.Struct("<IhhBbbb")


def record(hashed, text, value, heads):
    """A word with what its runs of letters come to, and its own weights, so that nobody needs to look each of them up."""
    grams = gram_buckets(text) if tokens_of(text.decode()).tokens[0].kind == tokens.WORD else []
    sums = [int(head.weights[grams].sum(dtype=int)) for head in heads]
    own = [int(head.weights[bucket(hashed)]) for head in heads]
    return WORD.pack(hashed, *sums, len(grams), value, *own)


def words_table(table, heads):
    """Open addressing by the upper bits of the hash; a slot whose hash is 0 is empty. What comes often lies where it is looked for first."""
    size = 1 << WORD_SLOT_BITS
    slots = [bytes(WORD.size)] * size
    if len(table.values) > size * 3 // 4 or 0 in table.values:
        raise ValueError(f"{len(table.values)} words are too many")
    for hashed, value in sorted(table.values.items(), key=lambda word: (-table.counts.get(word[0], 0), word)):
        slot = hashed >> (32 - WORD_SLOT_BITS)
        while any(slots[slot]):
            slot = (slot + 1) % size
        slots[slot] = record(hashed, table.texts[hashed], value, heads)
    return b"".join(slots)


def pack(version, heads, table):
    """heads: frustration, polarity; each has a scale, a bias, three dense weights and int8 weights by bucket."""
    numbers = [number for head in heads for number in (head.scale, head.bias, *head.dense)]
    weights = bytes(weight & 0xFF for both in zip(*(head.weights.tolist() for head in heads)) for weight in both)
    return HEAD.pack(MAGIC, FORMAT, version.encode(), *numbers) + weights + words_table(table, heads)
