"""A comment as tokens: what src/domain/sentiment_tokens.c does, written a second time so that the one checks the other.

Words are lower-cased, with their inner apostrophes; runs of ! and ?, emoticons and single symbols are tokens of their own.
"""
from typing import NamedTuple

WORD, MARKS, FACE, SYMBOL = range(4)
TOKENS_MAX = 1024
WORD_BYTES_MAX = 32
MARKS_MAX = 3
BREAKS = set(".,;:()[]{}")
EYES, NOSES, MOUTHS = set(":;="), set("-'"), set(")(][/\\|*$@DPpOo3")
APOSTROPHES = {0x27, 0x2019, 0x2BC, 0xFF07}


class Token(NamedTuple):
    kind: int
    text: bytes   # as it is hashed
    start: int    # bytes in the comment
    end: int
    breaks: bool  # ends what a negation reaches


class Tokens(NamedTuple):
    tokens: list
    latin: int    # letters in words, and letters of other scripts
    foreign: int


def is_ascii_word(code):
    return 48 <= code <= 57 or 65 <= code <= 90 or 97 <= code <= 122


def is_word(code):
    return is_ascii_word(code) or (0xC0 <= code <= 0x24F and code not in (0xD7, 0xF7))


def lower(code):
    return code + 32 if 65 <= code <= 90 or 0xC0 <= code <= 0xDE else code


def is_transparent(code):
    """Marks that change how a letter or an emoji looks, and spaces without width: as if they were not there."""
    return (0x300 <= code <= 0x36F or 0x200B <= code <= 0x200F or 0x2060 <= code <= 0x206F or 0xFE00 <= code <= 0xFE0F
            or code == 0xFEFF or 0x1F3FB <= code <= 0x1F3FF)


def is_symbol(code):
    if code < 0x80:
        return code > 32 and code != 127 and not is_ascii_word(code)
    return 0xA1 <= code <= 0xBF or code in (0xD7, 0xF7) or 0x20A0 <= code <= 0x2BFF or 0x1F000 <= code <= 0x1FAFF


def is_foreign(code):
    return (0x250 <= code <= 0x1FFF and not 0x300 <= code <= 0x36F and code != 0x2BC
            or 0x2C00 <= code <= 0xFDFF or 0xFE70 <= code <= 0xFFEF and code not in (0xFEFF, 0xFF07) or code >= 0x10000 and not is_symbol(code))


class Reader:
    def __init__(self, comment):
        self.codes, self.places, place = [], [], 0
        for character in comment:
            code = ord(character)
            if not is_transparent(code):
                self.codes.append(code)
                self.places.append(place)
            place += len(character.encode())
        self.places.append(place)
        # A token ends where its own last character does, also when transparent ones follow.
        self.ends = [at + len(chr(code).encode()) for at, code in zip(self.places, self.codes)]
        self.latin = self.foreign = 0

    def code(self, at):
        return self.codes[at] if 0 <= at < len(self.codes) else 0

    def char(self, at):
        code = self.code(at)
        return chr(code) if code < 0x80 else "\0"

    def token(self, kind, text, first, last, breaks=False):
        return Token(kind, text, self.places[first], self.ends[last], breaks)

    def word(self, at):
        text, first = bytearray(), at
        while True:
            code = self.code(at)
            if code in APOSTROPHES and at > first and is_word(self.code(at + 1)):
                code = 0x27
            elif not is_word(code):
                break
            self.latin += is_word(code) and not 48 <= code <= 57
            letter = chr(lower(code)).encode()
            if len(text) + len(letter) <= WORD_BYTES_MAX and not text.endswith(letter * 2):
                text += letter
            at += 1
        return self.token(WORD, bytes(text), first, at - 1), at

    def marks(self, at):
        first = at
        while self.char(at) in "!?":
            at += 1
        text = "".join(self.char(place) for place in range(first, min(at, first + MARKS_MAX)))
        return self.token(MARKS, text.encode(), first, at - 1, True), at

    def face(self, at):
        """:-) and its like, or None."""
        if self.char(at) == "<" and self.char(at + 1) == "3" and not is_word(self.code(at + 2)):
            return self.token(FACE, b"<3", at, at + 1), at + 2
        if self.char(at) not in EYES or is_word(self.code(at - 1)):
            return None
        nose = 1 if self.char(at + 1) in NOSES else 0
        mouth = at + 1 + nose
        if self.char(mouth) not in MOUTHS or is_ascii_word(self.code(mouth)) and is_word(self.code(mouth + 1)):
            return None
        tear = "'" if self.char(at + 1) == "'" else ""
        return self.token(FACE, (self.char(at) + tear + self.char(mouth)).encode(), at, mouth), mouth + 1

    def symbol(self, at):
        code = self.code(at)
        return self.token(SYMBOL, chr(code).encode(), at, at, chr(code) in BREAKS), at + 1


def tokens_of(comment):
    reader, tokens, at = Reader(comment), [], 0
    while at < len(reader.codes) and len(tokens) < TOKENS_MAX:
        code = reader.code(at)
        if is_word(code):
            token, at = reader.word(at)
        elif reader.char(at) in "!?":
            token, at = reader.marks(at)
        elif is_symbol(code):
            token, at = reader.face(at) or reader.symbol(at)
        else:
            reader.foreign += is_foreign(code)
            at += 1
            continue
        tokens.append(token)
    return Tokens(tokens, reader.latin, reader.foreign)
