"""What a response says of its customer's mood: estimated on the way in, kept, shown with what moved it."""
import csv
import io
import itertools
import json

import pytest

WAITING = "Kind staff, but I am still waiting for my refund."
UNKNOWN = {"model": None, "polarity": None, "frustration": None, "frustrated": None, "spans": []}
surveys = itertools.count(1)


@pytest.fixture
def survey(service):
    name = f"mood-{next(surveys)}"
    assert service.put(f"/v1/surveys/{name}", key="admin", json={}).status_code == 201
    return name


def body(survey, ref, language="en", **answers):
    contact = {"ref": ref, "team": "T"} | ({"language": language} if language else {})
    return {"survey": survey, "contact": contact, "answers": answers}


def post(service, survey, ref, language="en", **answers):
    done = service.post("/v1/responses", "write", json=body(survey, ref, language, **answers))
    assert done.status_code in (200, 201), done.text
    return done.json()


def stored(service, response):
    return service.sql("SELECT polarity::float8, frustration::float8, sentiment_model FROM responses WHERE id = %s", response["id"])[0]


def read(service, response):
    return service.get(f"/v1/responses/{response['id']}", "read").json()["sentiment"]


def set_estimate(service, response, polarity, frustration, model):
    service.sql("UPDATE responses SET polarity = %s, frustration = %s, sentiment_model = %s WHERE id = %s", polarity, frustration, model, response["id"])
    assert service.cli("verify", "--rebuild", "--account", 1).returncode == 0


def test_an_answer_alone_is_estimated_and_read_back_as_it_was_told(service, survey):
    response = post(service, survey, "one", csat=3, comment=WAITING)
    mood = response["sentiment"]
    assert mood["frustrated"] is True and 0.5 <= mood["frustration"] <= 1 and -1 <= mood["polarity"] < 0 and mood["model"]
    phrase = next(span for span in mood["spans"] if span["kind"] == "phrase")
    assert WAITING[phrase["start"]:phrase["end"]] == phrase["text"] == "still waiting"
    assert read(service, response) == mood
    polarity, frustration, model = stored(service, response)
    assert (round(polarity, 4), round(frustration, 4), model) == (mood["polarity"], mood["frustration"], mood["model"])
    words = service.post("/v1/sentiment", "read", json={"text": WAITING, "language": "en"}).json()
    assert (words["spans"], words["polarity"], words["model"]) == (mood["spans"], mood["polarity"], mood["model"])


def test_many_answers_together_are_estimated_as_one_alone(service, survey):
    alone = post(service, survey, "alone", csat=3, comment=WAITING)["sentiment"]
    done = service.post("/v1/responses", "write", json=[body(survey, f"many-{i}", csat=3, comment=WAITING) for i in range(300)])
    assert done.status_code == 207
    assert all(each["response"]["sentiment"] == alone for each in done.json()["data"])


@pytest.mark.parametrize("answers, frustration, frustrated", [
    ({"understood": "yes"}, 0.05, False), ({"understood": "no", "csat": 5, "nps": 10}, 0.8, True), ({"csat": 1}, 0.9, True),
    ({"nps": 6}, 0.6, True), ({"nps": 7}, 0.25, False), ({"ces": 1}, None, None), ({"comment": "No."}, None, None),
])
def test_the_worst_answer_counts_first(service, survey, answers, frustration, frustrated):
    mood = post(service, survey, "x", **answers)["sentiment"]
    assert (mood["frustration"], mood["frustrated"]) == (frustration, frustrated)
    assert mood["model"]


@pytest.mark.parametrize("language, comment, reason", [
    ("de", WAITING, "language"), (None, "Das war leider nicht sehr hilfreich", "language"), ("ja", "全然わかってくれない", "language"),
    ("en", "?!", "empty"), ("en", "\U0001F621" * 2000, "empty"), (None, "שירות גרוע " * 300, "language"),
], ids=itertools.count())
def test_a_comment_that_tells_nothing_leaves_the_answers(service, survey, language, comment, reason):
    response = post(service, survey, "x", language, csat=4, comment=comment)
    mood = response["sentiment"]
    assert (mood["polarity"], mood["frustration"], mood["spans"]) == (None, 0.1, [])
    assert mood["reason"] in (reason, "language")
    assert read(service, response) == mood


@pytest.mark.parametrize("comment", [
    "\U0001F621" * 2000, "\U0001F469\u200d\U0001F469\u200d\U0001F467" * 700, "\u202eslow service\u202c \u2067bad\u2069 " * 150,
    "e\u0301" * 2000, "\u0301\u0301 \u200d " * 790, "\ufdfa" * 4000, "\U0010ffff" * 4000, "still not been " * 266, "x" * 4000, "\u00a0x" * 2000,
], ids=itertools.count())
@pytest.mark.parametrize("language", ["en", None])
def test_any_unicode_is_estimated_or_null_alone_and_among_others(service, survey, comment, language):
    alone = post(service, survey, "alone", language, comment=comment)
    done = service.post("/v1/responses", "write", json=[body(survey, f"among-{i}", language, comment=comment) for i in range(3)])
    among = [each["response"] for each in done.json()["data"]]
    for response in [alone, *among]:
        mood = response["sentiment"]
        assert mood == alone["sentiment"] == read(service, response)
        assert mood["frustration"] is None or 0 <= mood["frustration"] <= 1
        for span in mood["spans"]:
            assert comment[span["start"]:span["end"]] == span["text"] != ""


def test_nuls_are_refused_as_before(service, survey):
    for text in (b"a\\u0000b", b"\\ud83d"):
        raw = json.dumps(body(survey, "nul", comment="@")).encode().replace(b"@", text)
        done = service.post("/v1/responses", "write", data=raw, headers={"Content-Type": "application/json"})
        assert (done.status_code, done.json()["code"]) == (400, "invalid_json")


def test_the_contacts_own_language_decides_not_the_votes(service, survey):
    done = service.post("/v1/invitations", "write", json={"survey": survey, "contact": {
        "ref": "spoken", "language": "de", "customer": {"ref": "c"}, "solved_at": "2026-11-01T10:00:00Z"}})
    assert done.status_code == 201, done.text
    mood = post(service, survey, "spoken", "en", csat=3, comment=WAITING)["sentiment"]
    assert (mood["frustration"], mood["polarity"], mood["reason"]) == (0.35, None, "language")


def test_a_changed_answer_is_estimated_anew_by_the_contacts_first_language(service, survey):
    first = post(service, survey, "twice", "en", understood="yes", comment="Thank you very much!")
    assert first["sentiment"]["frustrated"] is False
    second = post(service, survey, "twice", "de", understood="partly", comment=WAITING)
    assert second["id"] == first["id"] and second["sentiment"]["frustrated"] is True and second["sentiment"]["spans"]
    assert read(service, first) == second["sentiment"]
    assert stored(service, first)[1] == pytest.approx(second["sentiment"]["frustration"], abs=1e-6)


def test_a_replay_tells_the_estimate_of_then(service, survey):
    first = service.post("/v1/responses", "write", json=body(survey, "r", csat=1), headers={"Idempotency-Key": f"mood-{survey}"})
    assert first.json()["sentiment"]["frustration"] == 0.9
    assert post(service, survey, "r", csat=5)["sentiment"]["frustration"] == 0.05
    again = service.post("/v1/responses", "write", json=body(survey, "r", csat=1), headers={"Idempotency-Key": f"mood-{survey}"})
    assert again.headers["Idempotency-Replayed"] == "true" and again.json() == first.json()


def test_the_answer_that_counts_after_an_overruling_is_the_one_estimated(service, survey):
    first = post(service, survey, "over", csat=5)
    post(service, survey, "over", csat=1)
    latest = service.get(f"/v1/responses/{first['id']}", "read").json()["votes"][-1]["id"]
    done = service.post(f"/v1/responses/{first['id']}/reclassify", "write", json={"vote": latest, "trust": "discarded", "reason": "a test"})
    assert done.status_code == 200 and done.json()["sentiment"]["frustration"] == 0.05
    assert read(service, first)["frustration"] == 0.05 == pytest.approx(stored(service, first)[1])


def test_what_nobody_has_estimated_is_null(service, survey):
    response = post(service, survey, "old", csat=1, comment=WAITING)
    set_estimate(service, response, None, None, None)
    assert read(service, response) == UNKNOWN


def test_another_models_estimate_stands_without_words_that_moved_it(service, survey):
    response = post(service, survey, "old", csat=3, comment=WAITING)
    set_estimate(service, response, -.5, .41, "en-0")
    mood = read(service, response)
    assert (mood["model"], mood["frustration"], mood["frustrated"], mood["spans"]) == ("en-0", 0.41, False, [])


def test_exports_carry_the_numbers(service, survey):
    response = post(service, survey, "out", csat=3, comment=WAITING)
    post(service, survey, "plain", ces=4)
    lines = service.get(f"/v1/responses?survey={survey}&order=oldest", "read", headers={"Accept": "application/x-ndjson"}).text.splitlines()
    assert json.loads(lines[0])["sentiment"] == response["sentiment"]
    rows = list(csv.DictReader(io.StringIO(service.get(f"/v1/responses?survey={survey}&order=oldest", "read", headers={"Accept": "text/csv"}).text)))
    assert (float(rows[0]["polarity"]), float(rows[0]["frustration"])) == (response["sentiment"]["polarity"], response["sentiment"]["frustration"])
    assert (rows[1]["polarity"], rows[1]["frustration"], rows[1]["sentiment_model"]) == ("", "", response["sentiment"]["model"])


def test_imported_answers_are_estimated_too(service, survey, tmp_path):
    path = tmp_path / "in.ndjson"
    rows = [{"survey": survey, "contact": {"ref": f"i-{i}", "language": "en"}, "answers": {"csat": 3, "comment": WAITING},
             "answered_at": "2026-05-01T10:00:00Z"} for i in range(2)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert service.cli("import", "responses", str(path), "--account", 1).returncode == 0
    told = service.sql("SELECT frustration > 0.5, sentiment_model FROM responses WHERE survey = %s", survey)
    assert told == [(True, post(service, survey, "x", csat=5)["sentiment"]["model"])] * 2


# ---- in the sums ----

def frustrated(service, survey, **more):
    score = service.get("/v1/metrics", "read", params={"survey": survey, "interval": "all", **more}).json()["total"]["frustrated"]
    return score["n"], score["frustrated"], score["not_scored"]


def test_the_share_of_frustrated_answers_is_told_with_its_interval(service, survey):
    for i in range(12):
        post(service, survey, f"s-{i}", csat=1 if i < 3 else 5)
    post(service, survey, "mute", ces=4)
    metrics = service.get("/v1/metrics", "read", params={"survey": survey, "interval": "all", "by": "team", "compare": "previous"}).json()
    score = metrics["total"]["frustrated"]
    assert score == {"n": 12, "frustrated": 3, "not_scored": 1, "rate": .25, "low": .088942, "high": .532305}
    [group] = metrics["groups"]
    assert group["frustrated"] == score and group["fair"]["frustrated"]["band"] == "typical" and group["change"]["frustrated"] is None
    assert metrics["fairness"]["frustrated"]["groups"] == 1
    service.verify()


def test_a_changed_answer_moves_the_sums(service, survey):
    for i in range(5):
        post(service, survey, f"stays-{i}", csat=5)
    for answers, sums in (({"csat": 1}, (6, 1, 0)), ({"csat": 5, "comment": "thanks a lot for this"}, (6, 0, 0)), ({"ces": 1}, (5, 0, 1)),
                          ({"comment": "I have been waiting for weeks and nobody answers"}, (6, 1, 0))):
        post(service, survey, "changes", **answers)
        assert frustrated(service, survey) == frustrated(service, survey, team="T") == frustrated(service, survey, team="T", language="en") == sums
    service.verify()


def test_verify_finds_and_mends_what_is_wrong_about_the_frustrated(service):
    account = service.account("wrong about the frustrated")
    key = service.key("write", account)
    assert service.post("/v1/responses", key, json=body("understood", "v", csat=1)).status_code == 201
    service.sql("UPDATE rollups SET frustrated = 0, scored = scored + 1 WHERE dimension = 'team' AND account_id = %s", account)
    done = service.cli("verify", "--account", account)
    assert done.returncode == 1 and "scored 2 should be 1, frustrated 0 should be 1" in done.stdout
    assert service.cli("verify", "--rebuild", "--account", account).returncode == 0
    assert service.cli("verify", "--account", account).returncode == 0


def test_the_demos_answers_are_estimated(service):
    account = service.account("estimated demo")
    assert service.cli("demo", "--account", account, "--answers", 500).returncode == 0
    [(scored, some, models)] = service.sql("SELECT sum(scored), sum(frustrated), (SELECT count(DISTINCT sentiment_model) FROM responses WHERE account_id = %s)"
                                           " FROM rollups WHERE account_id = %s AND dimension = 'all'", account, account)
    assert scored >= 450 and 0 < some < scored and models == 1
    assert service.cli("verify", "--account", account).returncode == 0


# ---- finding them ----

@pytest.fixture
def mixed(service):
    """30 answers of known frustrations, two by two, a minute apart; of the last nothing is known."""
    account = service.account(f"mixed {next(surveys)}")
    rows = [{"survey": "understood", "contact": {"ref": f"m-{i}"}, "answered_at": f"2026-05-01T10:{i:02}:00Z",
             "answers": answers} for i, answers in enumerate([{"csat": 1}, {"csat": 5}, {"csat": 2}, {"nps": 6}, {"ces": 1}] * 6)]
    assert service.post("/v1/responses", service.key("write", account), json=rows).status_code == 207
    return account


def listed(service, account, **query):
    done = service.get("/v1/responses", service.key("read", account), params={"limit": 200, **query})
    assert done.status_code == 200, done.text
    return done.json()["data"]


@pytest.mark.parametrize("query, values", [
    ({"frustration_min": "0.7"}, {.9, .75}), ({"frustration_min": "0.9"}, {.9}), ({"frustration_min": "0.901"}, set()),
    ({"frustration_max": "0.05"}, {.05}), ({"frustration_min": "0.05", "frustration_max": "0.6"}, {.05, .6}), ({"frustration_min": "0"}, {.9, .05, .75, .6}),
    ({"frustration_min": "1"}, set()), ({"frustration_min": "0.6", "frustration_max": "0.5"}, set()), ({"polarity_min": "-1"}, set()),
    ({"frustration_min": ""}, {.9, .05, .75, .6, None}),
])
def test_answers_are_found_by_their_frustration(service, mixed, query, values):
    found = listed(service, mixed, **query)
    assert {each["sentiment"]["frustration"] for each in found} == values and len(found) == 6 * len(values)


def test_comments_are_found_by_their_polarity(service, survey):
    good, bad = post(service, survey, "good", comment="Thank you, wonderful and friendly service!"), post(service, survey, "bad", comment=WAITING)
    post(service, survey, "none", csat=5)
    for query, found in (({"polarity_min": "0.2"}, [good]), ({"polarity_max": "-0.2"}, [bad]), ({"polarity_min": "-1", "polarity_max": "1"}, [good, bad])):
        told = service.get("/v1/responses", "read", params={"survey": survey, "order": "oldest", **query}).json()["data"]
        assert [each["id"] for each in told] == [each["id"] for each in found]


@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_pages_of_the_frustrated_miss_and_repeat_nothing(service, mixed, order):
    expected = [each["id"] for each in listed(service, mixed, frustration_min="0.7", order=order)]
    seen, cursor = [], None
    while cursor is not None or not seen:
        page = service.get("/v1/responses", service.key("read", mixed), params={
            "frustration_min": "0.7", "order": order, "limit": 5, **({"cursor": cursor} if cursor else {})}).json()
        seen += [each["id"] for each in page["data"]]
        cursor = page["next"]
        if cursor is None:
            break
        other = service.get("/v1/responses", service.key("read", mixed), params={"frustration_min": "0.8", "order": order, "cursor": cursor})
        assert (other.status_code, other.json()["code"]) == (400, "invalid_cursor")
    assert seen == expected and len(seen) == 12


@pytest.mark.parametrize("name", ["frustration_min", "frustration_max", "polarity_min", "polarity_max"])
@pytest.mark.parametrize("value", ["2", "nan", "-1.1", "inf", "0.12345", "a", "0,7", "1e-1", " "])
def test_a_bound_that_is_none_is_refused(service, name, value):
    done = service.get("/v1/responses", "read", params={name: value})
    assert done.status_code == 422 and [each["parameter"] for each in done.json()["errors"]] == [name]
