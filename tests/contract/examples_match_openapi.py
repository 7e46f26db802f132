"""Every example in openapi.yaml is what its own schema promises."""
import json
import sys

from spec import Spec

spec = Spec(sys.argv[1])
problems = []


def check_media(where, media):
    examples = {name: spec.resolve(example)["value"] for name, example in media.get("examples", {}).items()}
    if "example" in media:
        examples["example"] = media["example"]
    for name, example in examples.items():
        problems.extend(f"{where} {name}: {mistake}" for mistake in spec.mistakes(media["schema"], example))
    return len(examples)


count = 0
for name, (_, _, operation) in spec.operations.items():
    bodies = [("request", operation.get("requestBody", {}))]
    bodies += [(status, spec.resolve(reply)) for status, reply in operation["responses"].items()]
    for what, body in bodies:
        for kind, media in body.get("content", {}).items():
            found = check_media(f"{name} {what} {kind}", media)
            if kind == "application/json" and not found and what in ("request", "200", "201", "207") \
                    and "properties" in spec.resolve(media["schema"]):
                problems.append(f"{name} {what}: no example")
            count += found
    for parameter in map(spec.resolve, operation.get("parameters", [])):
        if "example" in parameter:
            problems.extend(f"{name} {parameter['name']}: {mistake}"
                            for mistake in spec.mistakes(parameter["schema"], parameter["example"]))
for name, item in spec.document["webhooks"].items():
    count += check_media(f"webhook {name}", item["post"]["requestBody"]["content"]["application/json"])
json.dumps(spec.document)  # nothing in it is a date to YAML: it is served as JSON
print(f"{count} examples checked")
print("\n".join(problems))
sys.exit(bool(problems))
