"""Scripts of the origins that are named in [http] cors_origins, and of all others."""
import pytest

from support.survey_page import invite

DESK, OTHER = "https://desk.example", "https://evil.example"
SERVICE_ENVIRONMENT = {"UNDERSTOOD_HTTP_CORS_ORIGINS": f"{DESK}, http://[::1]:3000"}
METRICS = "/v1/metrics?survey=understood&interval=all"


def preflight(service, path, origin=DESK, method="POST"):
    return service.request("OPTIONS", path, headers={
        "Origin": origin, "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "authorization,content-type"})


def cors_headers(response):
    return {name for name in response.headers if name.lower().startswith("access-control-")}


def names(value):
    return {name.lower() for name in value.split(", ")}


@pytest.mark.parametrize("path, methods", [
    ("/v1/responses", "GET, HEAD, POST"), ("/v1/responses/019abf3e-6e3b-7c1e-8a4e-0e7d5d0f3a01", "GET, HEAD"),
    ("/v1/surveys/any", "GET, HEAD, PUT"), ("/v1/metrics?survey=understood", "GET, HEAD")])
def test_a_preflight_says_what_the_route_table_knows(service, path, methods):
    for origin in (DESK, "http://[::1]:3000"):
        answer = preflight(service, path, origin)
        assert (answer.status_code, answer.content) == (204, b"")
        assert answer.headers["Access-Control-Allow-Origin"] == origin
        assert names(methods) <= names(answer.headers["Access-Control-Allow-Methods"])
        assert answer.headers["Allow"] == answer.headers["Access-Control-Allow-Methods"]
        assert names(answer.headers["Access-Control-Allow-Headers"]) >= {
            "authorization", "content-type", "idempotency-key", "if-match", "if-none-match"}
        assert int(answer.headers["Access-Control-Max-Age"]) > 0
        assert answer.headers["Vary"] == "Origin"
        assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize("origin", [OTHER, "null", DESK + ".evil.example", DESK + ":8443", "http://desk.example", "",
                                    DESK + "/", "HTTPS://DESK.EXAMPLE", f"{DESK}, http://[::1]:3000", "*"])
def test_another_origin_gets_no_header(service, origin):
    for answer in (preflight(service, "/v1/responses", origin),
                   service.get(METRICS, "read", headers={"Origin": origin}),
                   service.get(METRICS, headers={"Origin": origin})):
        assert cors_headers(answer) == set()
        assert answer.headers["Vary"] == "Origin"
    assert service.get(METRICS, "read", headers={"Origin": origin}).status_code == 200


def test_answers_may_be_read_and_so_may_their_headers(service):
    answer = service.get(METRICS, "read", headers={"Origin": DESK})
    assert answer.status_code == 200
    assert cors_headers(answer) == {"Access-Control-Allow-Origin", "Access-Control-Expose-Headers"}
    assert answer.headers["Access-Control-Allow-Origin"] == DESK
    assert names(answer.headers["Access-Control-Expose-Headers"]) >= {
        "link", "etag", "idempotency-replayed", "retry-after", "ratelimit", "ratelimit-policy", "location"}
    assert answer.headers["Vary"] == "Origin"
    again = service.get(METRICS, "read", headers={"Origin": DESK, "If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304 and again.headers["Access-Control-Allow-Origin"] == DESK


@pytest.mark.parametrize("status, ask", [
    (400, lambda service, **more: service.post("/v1/responses", "write", data="{", **more)),
    (401, lambda service, **more: service.get(METRICS, **more)),
    (403, lambda service, **more: service.post("/v1/responses", "read", json={}, **more)),
    (404, lambda service, **more: service.get("/v1/nothing", **more)),
    (405, lambda service, **more: service.request("DELETE", "/v1/metrics", **more)),
    (406, lambda service, **more: service.get(METRICS, "read", **more)),
    (413, lambda service, **more: service.post("/v1/responses", "write", data=b" " * (1 << 20) + b"{}", **more)),
    (414, lambda service, **more: service.get("/v1/metrics?" + "a" * 5000, **more)),
    (422, lambda service, **more: service.post("/v1/responses", "write", json={}, **more)),
])
def test_scripts_may_read_what_they_did_wrong(service, status, ask):
    headers = {"Origin": DESK, "Content-Type": "application/json"}
    answer = ask(service, headers={**headers, "Accept": "image/png"} if status == 406 else headers)
    assert answer.status_code == status and answer.json()["code"]
    assert answer.headers["Access-Control-Allow-Origin"] == DESK


def test_an_export_may_be_read(service):
    answer = service.get("/v1/responses", "read", headers={"Origin": DESK, "Accept": "text/csv"})
    assert answer.status_code == 200 and answer.headers["Access-Control-Allow-Origin"] == DESK


def test_without_an_origin_there_is_only_vary(service):
    answer = service.get(METRICS, "read")
    assert cors_headers(answer) == set() and answer.headers["Vary"] == "Origin"


def test_pages_and_operations_are_not_for_scripts(service):
    page, _ = invite(service)
    for path in (page, "/livez", "/readyz", "/metrics", "/openapi.json"):
        answer = service.get(path, headers={"Origin": DESK})
        assert answer.status_code == 200 and cors_headers(answer) == set() and "Vary" not in answer.headers
        refused = preflight(service, path, method="GET")
        assert (refused.status_code, cors_headers(refused)) == (405, set())


def test_a_preflight_of_no_route_is_not_found(service):
    answer = preflight(service, "/v1/nothing")
    assert answer.status_code == 404 and "Access-Control-Allow-Methods" not in answer.headers


def test_without_configured_origins_there_is_no_cors_at_all(make_service):
    service = make_service()
    assert preflight(service, "/v1/responses").status_code == 405
    for answer in (preflight(service, "/v1/responses"), service.get(METRICS, "read", headers={"Origin": DESK})):
        assert cors_headers(answer) == set() and "Vary" not in answer.headers
