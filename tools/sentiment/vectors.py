"""Texts of our own with the log-odds that the trainer gives them: the scorer must give the same (tests/unit/test_sentiment_model.c)."""
import random

import fit
from features import features_of
from tokens import tokens_of

SEED = 20261128
DRAWN = 200
BY_HAND = [
    "", " ", "No.", "ok", "Thanks for nothing", "The rep listened and understood my problem.", "I had to repeat myself three times",
    "I am NOT happy, and I won't be back!!!", "It wasn't bad at all but I can\u2019t say it was great?!", "not, good", "never ever again good",
    "I am a disabled customer", "I am a customer", "soooooo goooood", "a" * 100, "<3 :-) :'( ;) =D:D http://x.example/:)", "Note:(see below)", "i <3333 it",
    "caf\u00e9 CAF\u00c9 cafe\u0301 na\u00efve \u00dcber \u0178", "\U0001F600\U0001F621\U0001F44D\U0001F3FD \u2764\ufe0f", "\U0001F621" * 2000,
    "\u05e9\u05dc\u05d5\u05dd very \u202eslow\u202c service", "\u00a1Hola! \u00bfqu\u00e9?", "bad\u200bservice bad\u200b \u200bservice\u200b", "a'b 'a b' a''b a\u2019s",
    "good " * 900, "x y " * 600, "\u4f60\u597d service \u041f\u0440\u0438\u0432\u0435\u0442", "line\nbreak\ttab", "100% of the $5.00, 3/4 & #1 *****", "!?!?!?", "\u00d7\u00f7\u00a3\u20ac\u2122",
    "c'est tr\u00e8s bien, merci", "=3 :3 :30 8) :o:o", "don't  don\u2019t dont not'", "\ufeffbom", "\u0301\u0301x",
]
PIECES = ["good", "BAD", "not", "don't", "but", "never", "waiting", "Refund", "really", "\u00e9t\u00e9", "gay", "muslim", ":)", ":-(", "!", "??", ".", ",", "'", "\u2019", "\u200d",
          "\u0301", "\U0001F600", "\U0001F3FD", "\u05d0", "\u4e2d", " ", " ", " ", "\n", "zzz", "7", "<3", "-", "\ufe0f", "\u2014", "\u0250", "\U0002F800"]


def texts():
    draw = random.Random(SEED)
    return BY_HAND + ["".join(draw.choice(PIECES) + draw.choice(["", " "]) for _ in range(draw.randrange(1, 30))) for _ in range(DRAWN)]


def row(text, heads, table):
    tokens, features = tokens_of(text), features_of(text, table)
    last = tokens.tokens[-1] if tokens.tokens else None
    return {"text": text, "tokens": len(tokens.tokens), "last": [last.start, last.end] if last else [0, 0], "latin": tokens.latin,
            "foreign": tokens.foreign, "size": features.size, "log_odds": [fit.log_odds(head, features) for head in heads]}


def rows(heads, table):
    return [row(text, heads, table) for text in texts()]
