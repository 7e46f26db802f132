"""openapi.yaml has nothing that redocly's recommended rules or ours for Spectral (.spectral.yaml) object to."""
import json
import subprocess

import yaml

from support.service import ROOT

TOOLS = ROOT / "tests" / "node_modules" / ".bin"
ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "REDOCLY_TELEMETRY": "off", "CI": "1"}


def run(*command):
    return subprocess.run(command, cwd=ROOT, text=True, capture_output=True, timeout=120, env=ENVIRONMENT)


def test_redocly_has_no_objection():
    done = run(TOOLS / "redocly", "lint", "openapi.yaml", "--max-problems", "50")
    output = done.stdout + done.stderr
    assert done.returncode == 0 and "warning" not in output.lower().replace("deprecation warning", ""), output


def spectral(path):
    """What Spectral objects to: (rule, path into the document)."""
    done = run(TOOLS / "spectral", "lint", "--quiet", "--format=json", "--fail-severity=warn", path)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    found = {(one["code"], ".".join(map(str, one["path"]))) for one in json.loads(done.stdout)}
    assert (done.returncode == 0) == (not found)
    return found


def test_spectral_has_no_objection():
    assert spectral("openapi.yaml") == set()


def test_each_rule_of_ours_objects_to_what_it_is_for(tmp_path):
    """A rule whose path finds nothing would be clean for ever."""
    document = yaml.safe_load((ROOT / "openapi.yaml").read_text())
    paths, components = document["paths"], document["components"]
    create, read, survey = paths["/v1/responses"]["post"], paths["/v1/responses"]["get"], paths["/v1/surveys/{survey}"]
    create["operationId"] = "createResponse"
    create["responses"]["400"]["content"] = {"application/json": {"schema": {"type": "object"}, "example": {}}}
    create["requestBody"]["content"]["application/json"].pop("examples")
    create["responses"]["201"]["content"]["application/json"].pop("examples")
    read["tags"].append("scores")
    read["security"] = []
    read["parameters"][0].pop("description")
    read.pop("summary")
    survey["get"]["description"] = ""
    survey["put"].pop("x-scope")
    paths["/livez"]["get"].pop("security")
    paths["/v1/Surveys"] = {}
    components["responses"]["Unauthorized"]["content"]["application/problem+json"].pop("example")
    components["responses"]["NotFound"]["content"]["application/problem+json"]["example"]["status"] = "404"
    components["schemas"]["Health"].pop("additionalProperties")
    broken = tmp_path / "openapi.yaml"
    broken.write_text(yaml.safe_dump(document))
    expected = {
        ("operation-id-is-a-handler", "paths./v1/responses.post.operationId"),
        ("problems-are-problem-json", "paths./v1/responses.post.responses.400.content"),
        ("bodies-have-an-example", "paths./v1/responses.post.requestBody.content.application/json"),
        ("answers-have-an-example", "paths./v1/responses.post.responses.201.content.application/json"),
        ("operation-has-one-tag", "paths./v1/responses.get.tags"),
        ("keys-are-asked-for", "paths./v1/responses.get.security"),
        ("parameter-has-description", "paths./v1/responses.get.parameters.0"),
        ("operation-has-summary", "paths./v1/responses.get"),
        ("operation-description", "paths./v1/surveys/{survey}.get.description"),
        ("keys-are-asked-for", "paths./v1/surveys/{survey}.put"),
        ("public-operations-say-so", "paths./livez.get"),
        ("path-segments-are-plain", "paths./v1/Surveys"),
        ("problems-have-an-example", "components.responses.Unauthorized.content.application/problem+json"),
        ("oas3-valid-media-example", "components.responses.NotFound.content"),
        ("oas3-valid-media-example", "components.responses.NotFound.content.application/problem+json.example.status"),
        ("objects-are-closed", "components.schemas.Health"),
        ("oas3-unused-component", "components.examples.NewResponse"),
    }
    ours = set(yaml.safe_load((ROOT / ".spectral.yaml").read_text())["rules"])
    found = {one for one in spectral(broken) if one[0] in ours}
    assert found == expected
