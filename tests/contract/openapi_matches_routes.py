"""The operations in openapi.yaml are exactly the routes of the program, with the same scopes."""
import subprocess
import sys

from spec import Spec

program, spec_path = sys.argv[1:]
spec = Spec(spec_path)
listed = subprocess.check_output([program, "routes"], text=True).splitlines()
routed = {tuple(line.split("\t")) for line in listed}
documented = {(method, template, name, operation.get("x-scope", "-"))
              for name, (method, template, operation) in spec.operations.items()}
for route in sorted(routed - documented):
    print("not in openapi.yaml:", *route)
for route in sorted(documented - routed):
    print("not in src/routes.c:", *route)
for line in {line for line in listed if listed.count(line) > 1}:
    print("twice in src/routes.c:", line)
for name, (_, _, operation) in spec.operations.items():
    if ("x-scope" in operation) == (operation.get("security") == []):
        print(f"{name}: either needs a scope (x-scope) or is public (security: [])")
        sys.exit(1)
sys.exit(routed != documented or len(listed) != len(routed))
