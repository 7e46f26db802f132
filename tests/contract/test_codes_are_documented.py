"""Every problem code in the source is in openapi.yaml's list, and the other way round."""
import re

from contract.spec import Spec
from support.service import ROOT

CODE = re.compile(r'(?:respond_problem\(\s*\d{3},|\.code = |\{\d{3},|refuse\w*\(\w+, \d{3},)\s*"([a-z_]+)"')


def test_the_codes_of_the_source_are_the_documented_ones():
    sources = [path.read_text() for folder in ("api", "http", "pages") for path in (ROOT / "src" / folder).glob("*.c")]
    used = {code for source in sources for code in CODE.findall(source)}
    documented = set(Spec(ROOT / "openapi.yaml").document["components"]["schemas"]["Problem"]["properties"]["code"]["enum"])
    assert used == documented, f"not documented: {used - documented}; not used: {documented - used}"
