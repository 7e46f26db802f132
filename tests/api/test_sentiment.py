"""POST /v1/sentiment: an estimate of what a comment's words say, kept nowhere."""

import pytest

WAITING = "Kind staff, but I am still waiting for my refund."


def score(service, text, key="read", **more):
    answer = service.post("/v1/sentiment", key, json={"text": text, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_comment_has_its_scores_and_what_moved_them(service):
    scores = score(service, WAITING, language="en")
    assert scores["model"] and "reason" not in scores
    assert scores["frustration"] > 0.5 and -1 <= scores["polarity"] < 0
    phrase = next(span for span in scores["spans"] if span["kind"] == "phrase")
    assert (phrase["text"], phrase["start"], phrase["end"]) == ("still waiting", 21, 34)
    assert phrase["frustration"] > 0 > phrase["polarity"]
    assert score(service, WAITING) == scores


def test_spans_count_characters(service):
    text = "\U0001F621\U0001F3FD \u00c9h bien\u2026 I was passed around for days, na\u00efve me \u2764\ufe0f"
    spans = score(service, text, language="en")["spans"]
    assert any(span["kind"] == "phrase" for span in spans) and spans == sorted(spans, key=lambda span: span["start"])
    for span in spans:
        assert text[span["start"]:span["end"]] == span["text"]


@pytest.mark.parametrize("text, more, reason", [
    ("", {}, "empty"), (" \n\t", {}, "empty"), ("?!", {}, "empty"), ("Das war leider nicht sehr hilfreich", {}, "language"),
    (WAITING, {"language": "de"}, "language"), ("\u0421\u043e\u0432\u0441\u0435\u043c \u043f\u043b\u043e\u0445\u043e", {"language": "en"}, "language"),
])
def test_nothing_is_guessed_without_words_or_in_other_languages(service, text, more, reason):
    scores = score(service, text, **more)
    assert (scores["polarity"], scores["frustration"], scores["reason"], scores["spans"]) == (None, None, reason, [])


def test_of_one_word_only_polarity_is_told(service):
    scores = score(service, "No.")
    assert scores["polarity"] < 0 and scores["frustration"] is None and scores["reason"] == "too_short"


@pytest.mark.parametrize("text", [
    "\U0001F621" * 2000, "\U0001F469\u200d\U0001F469\u200d\U0001F467" * 700, "\u05e9\u05d9\u05e8\u05d5\u05ea \u05d2\u05e8\u05d5\u05e2 " * 300,
    "\u202eslow service\u202c \u2067bad\u2069 " * 150, "x" * 4000, "no " * 1333, "e\u0301" * 2000, "!" * 4000, "still not been " * 266,
    "\ufdfa" * 4000, "\U0010ffff" * 4000, "had to wait for days for " * 160, "\u00a0" * 4000,
])
def test_any_unicode_is_scored_or_null_and_never_slow(service, text):
    for more in ({}, {"language": "en"}):
        scores = score(service, text, **more)
        assert scores["frustration"] is None or 0 <= scores["frustration"] <= 1
        assert scores["polarity"] is None or -1 <= scores["polarity"] <= 1
        assert len(scores["spans"]) <= 16
        for span in scores["spans"]:
            assert text[span["start"]:span["end"]] == span["text"] != ""


@pytest.mark.parametrize("body, where", [
    ({}, "/text"), ({"text": None}, "/text"), ({"text": 7}, "/text"), ({"text": ["a"]}, "/text"), ({"text": "x" * 4001}, "/text"),
    ({"text": "\U0001F621" * 4001}, "/text"), ({"text": "a\u0007b"}, "/text"), ({"text": "ok", "language": ""}, "/language"),
    ({"text": "ok", "language": "english please"}, "/language"), ({"text": "ok", "language": 1}, "/language"),
    ({"text": "ok", "comment": "ok"}, "/comment"), ([], ""),
])
def test_what_makes_no_sense_is_refused_with_its_pointer(service, body, where):
    answer = service.post("/v1/sentiment", "read", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_body")
    assert [each["pointer"] for each in answer.json()["errors"]] == [where]


@pytest.mark.parametrize("body", [rb'{"text": "a\u0000b"}', rb'{"text": "\ud83d"}', rb'{"text": "\udc00 x"}', b'{"text": "\xff"}', b'{"text": "\xed\xa0\x80"}', b"{"])
def test_nuls_and_lone_surrogates_are_no_text(service, body):
    answer = service.post("/v1/sentiment", "read", data=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_json")


def test_a_key_that_writes_only_does_not_read_scores(service):
    assert service.post("/v1/sentiment", "write", json={"text": WAITING}).status_code == 403
    assert service.post("/v1/sentiment", "admin", json={"text": WAITING}).status_code == 200
