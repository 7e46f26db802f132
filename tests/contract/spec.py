"""openapi.yaml as the contract tests read it."""
import json
import re

import jsonschema
import yaml

METHODS = ("get", "put", "post", "delete", "patch")


class Spec:
    def __init__(self, path):
        with open(path) as file:
            self.document = yaml.safe_load(file)
        self.validators = {}
        self.operations = {
            operation["operationId"]: (method.upper(), template, operation)
            for template, item in self.document["paths"].items()
            for method, operation in item.items() if method in METHODS
        }

    def resolve(self, node):
        while isinstance(node, dict) and "$ref" in node:
            target = self.document
            for step in node["$ref"].removeprefix("#/").split("/"):
                target = target[step]
            node = target
        return node

    def find(self, method, path):
        """The id of the operation that serves method and path, or None. HEAD is served by GET."""
        method = "GET" if method == "HEAD" else method
        return next((name for name in self.at(path) if self.operations[name][0] == method), None)

    def at(self, path):
        """The ids of the operations at path, whatever their method."""
        return [name for name, (_, template, _) in self.operations.items()
                if re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", template), path)]

    def reply(self, name, status):
        """What the operation promises for this status, or None."""
        replies = self.operations[name][2]["responses"]
        return self.resolve(replies[str(status)]) if str(status) in replies else None

    def mistakes(self, schema, value):
        """What value has that schema does not allow. Validators are kept: to make one takes longer than to use it."""
        key = json.dumps(schema, sort_keys=True)
        if key not in self.validators:
            whole = {**schema, "components": self.document["components"]}
            self.validators[key] = jsonschema.Draft202012Validator(
                whole, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER)
        return [f"{error.json_path} {error.message[:300]}" for error in self.validators[key].iter_errors(value)]
