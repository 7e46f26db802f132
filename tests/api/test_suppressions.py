"""/v1/suppressions: who must not be written to."""
import concurrent.futures
import itertools

import pytest

from support.opt_out import suppressions_of

numbers = itertools.count(1)


def fresh(domain="example.org"):
    return f"lee.{next(numbers)}@{domain}"


def create(service, body, key="write"):
    return service.post("/v1/suppressions", key, json=body)


def remove(service, email, key="write"):
    return service.request("DELETE", "/v1/suppressions", key, params={"email": email})


def pointers(problem):
    return [each["pointer"] for each in problem["errors"]]


# ---- POST ----

def test_an_address_is_suppressed_once_and_the_first_stays(service):
    email = fresh()
    made = create(service, {"email": email, "reason": "complaint", "note": "Called.\nTwice."})
    assert made.status_code == 201
    assert {**made.json(), "id": "", "created_at": ""} == {
        "id": "", "email": email, "reason": "complaint", "note": "Called.\nTwice.", "created_at": ""}
    again = create(service, {"email": email.upper(), "reason": "manual"})
    assert again.status_code == 200 and again.json() == made.json()
    assert suppressions_of(service, email.title()) == [made.json()]


@pytest.mark.parametrize("reason", ["unsubscribed", "complaint", "manual"])
def test_a_bounce_gives_way_to_any_other_reason(service, reason):
    email, other = fresh(), fresh()
    bounced = create(service, {"email": email, "reason": "bounced", "note": "550 5.1.1 unknown"}).json()
    made = create(service, {"email": email.upper(), "reason": reason})
    assert made.status_code == 201 and made.json()["reason"] == reason and made.json()["id"] != bounced["id"]
    assert suppressions_of(service, email) == [made.json()]
    assert create(service, {"email": email, "reason": "bounced"}).json() == made.json()
    at_once = create(service, [{"email": other, "reason": "bounced"}, {"email": other, "reason": reason},
                               {"email": other.upper(), "reason": "bounced"}]).json()["data"]
    assert [each["status"] for each in at_once] == [200, 201, 200]
    assert {each["suppression"]["reason"] for each in at_once} == {reason}


def test_the_reason_is_manual_unless_it_is_told(service):
    assert create(service, {"email": fresh()}).json()["reason"] == "manual"
    for reason in ("unsubscribed", "bounced", "complaint", "manual"):
        assert create(service, {"email": fresh(), "reason": reason, "note": None}).json()["reason"] == reason


@pytest.mark.parametrize("one, other", [
    ("Gro\u00df@example.org", "GROSS@example.org"), ("\u00e9t\u00e9@example.org", "E\u0301te\u0301@EXAMPLE.org"),
    ("a@b\u00fccher.example", "a@xn--bcher-kva.example"), ("a@BU\u0308CHER.example", "A@b\u00fccher.example"),
])
def test_addresses_compare_however_they_are_written(service, one, other):
    create(service, {"email": one})
    assert suppressions_of(service, other)[0]["email"] in (one, "a@b\u00fccher.example")
    assert remove(service, other).status_code == 204 and suppressions_of(service, one) == []


def test_a_capital_i_with_a_dot_and_another_domain_are_others(service):
    create(service, {"email": "\u0130pek@stra\u00dfe.example"})
    assert suppressions_of(service, "ipek@stra\u00dfe.example") == []
    assert suppressions_of(service, "\u0130pek@strasse.example") == []
    assert len(suppressions_of(service, "i\u0307pek@STRA\u00dfE.example")) == 1


def test_an_array_gives_one_result_each(service):
    known, twice, new = fresh(), fresh(), fresh()
    create(service, {"email": known, "reason": "complaint"})
    answer = create(service, [{"email": new}, {"email": known}, {"email": "nobody"}, {"email": twice, "note": "first"},
                              {"email": twice.upper(), "note": "second"}, {"reason": "manual"}, 7])
    assert answer.status_code == 207
    results = answer.json()["data"]
    assert [each["status"] for each in results] == [201, 200, 422, 201, 200, 422, 422]
    assert results[1]["suppression"]["reason"] == "complaint"
    assert results[3]["suppression"] == results[4]["suppression"] and results[3]["suppression"]["note"] == "first"
    assert [pointers(results[at]["problem"]) for at in (2, 5, 6)] == [["/2/email"], ["/5/email"], ["/6"]]


def test_a_thousand_at_once_are_stored_and_one_more_is_refused(service):
    many = [{"email": fresh("many.example.com"), "reason": "bounced"} for _ in range(1000)]
    answer = create(service, many)
    assert {each["status"] for each in answer.json()["data"]} == {201}
    assert [each["suppression"]["email"] for each in answer.json()["data"]] == [each["email"] for each in many]
    refused = create(service, many + [{"email": fresh()}])
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_body")
    assert create(service, []).status_code == 422


@pytest.mark.parametrize("body, where", [
    ({}, "/email"), ({"email": ""}, "/email"), ({"email": "kim"}, "/email"), ({"email": "a b@example.org"}, "/email"),
    ({"email": 1}, "/email"), ({"email": "x" * 65 + "@example.org"}, "/email"), ({"email": "a\u0007@example.org"}, "/email"),
    ({"email": "a@example.org", "reason": "spam"}, "/reason"), ({"email": "a@example.org", "note": "x" * 1001}, "/note"),
    ({"email": "a@example.org", "note": 1}, "/note"), ({"email": "a@example.org", "until": "2030"}, "/until"),
])
def test_what_makes_no_sense_is_refused_with_its_pointer(service, body, where):
    answer = create(service, body)
    assert (answer.status_code, answer.json()["code"], pointers(answer.json())) == (422, "invalid_body", [where])


def test_batches_in_opposite_order_at_once_store_each_address_once(service):
    for _ in range(4):
        emails = [fresh("race.example.com") for _ in range(200)]
        bodies = [[{"email": email} for email in order] for order in (emails, emails[::-1])]
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(lambda body: create(service, body), bodies))
        assert [answer.status_code for answer in answers] == [207, 207]
        statuses = [[each["status"] for each in answer.json()["data"]] for answer in answers]
        assert sorted(zip(statuses[0], statuses[1][::-1])) == sorted([(200, 201)] * statuses[0].count(200) +
                                                                     [(201, 200)] * statuses[0].count(201))


# ---- DELETE ----

def test_it_is_lifted_whatever_its_reason_and_once(service):
    email = fresh()
    create(service, {"email": email, "reason": "unsubscribed"})
    assert remove(service, email.upper()).status_code == 204
    assert remove(service, email).status_code == 404 and suppressions_of(service, email) == []
    assert create(service, {"email": email}).status_code == 201


@pytest.mark.parametrize("query", ["", "?email=", "?email=a@example.org&all=true", "?email=a@example.org&email=b@example.org",
                                   "?email=" + "x" * 321])
def test_nothing_is_lifted_unless_one_address_is_named(service, query):
    create(service, {"email": "a@example.org"})
    answer = service.request("DELETE", "/v1/suppressions" + query, "write")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_query")
    assert len(suppressions_of(service, "a@example.org")) == 1


# ---- GET ----

def all_pages(service, path):
    found, sizes = [], []
    while path:
        page = service.get(path, "read")
        found += page.json()["data"]
        sizes.append(len(page.json()["data"]))
        path = page.links.get("next", {}).get("url")
        assert (path is None) == (page.json()["next"] is None)
    return found, sizes


def test_the_list_goes_from_the_newest_on_in_pages(make_service):
    service = make_service()
    single = [create(service, {"email": fresh()}).json() for _ in range(3)]
    batch = [each["suppression"] for each in create(service, [{"email": fresh(), "reason": "bounced"} for _ in range(7)]).json()["data"]]
    found, sizes = all_pages(service, "/v1/suppressions?limit=4")
    assert sizes == [4, 4, 2]
    assert found[7:] == single[::-1] and sorted(each["id"] for each in found[:7]) == sorted(each["id"] for each in batch)
    bounced, _ = all_pages(service, "/v1/suppressions?limit=3&reason=bounced")
    assert bounced == found[:7]
    assert service.get("/v1/suppressions?reason=complaint", "read").json() == {"data": [], "has_more": False, "next": None}


def test_a_cursor_belongs_to_its_filters(service):
    create(service, [{"email": fresh()} for _ in range(3)])
    cursor = service.get("/v1/suppressions?limit=1", "read").json()["next"]
    for query in (f"?reason=manual&cursor={cursor}", "?cursor=nonsense", f"?email=a@example.org&cursor={cursor}"):
        answer = service.get("/v1/suppressions" + query, "read")
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_cursor")


def test_an_unknown_reason_or_parameter_is_refused(service):
    for query in ("?reason=spam", "?until=2030", "?limit=0"):
        assert service.get("/v1/suppressions" + query, "read").status_code == 422


def test_another_account_has_its_own(service):
    email, other = fresh(), service.account()
    create(service, {"email": email})
    theirs = service.key("admin", other)
    assert service.get("/v1/suppressions", theirs).json()["data"] == []
    assert remove(service, email, theirs).status_code == 404
    assert create(service, {"email": email, "reason": "complaint"}, theirs).status_code == 201
    assert suppressions_of(service, email)[0]["reason"] == "manual"
