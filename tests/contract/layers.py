"""Each folder of src includes only the folders below it."""
import pathlib
import re
import sys

MAY_INCLUDE = {
    "base": set(),
    "domain": {"base"},
    "http": {"base", "domain"},
    "store": {"base", "domain"},
    "clients": {"base", "domain"},
    "intake": {"base", "domain", "store"},
    "jobs": {"base", "domain", "store", "clients"},
    "pages": {"base", "domain", "http", "store", "intake"},
    "api": {"base", "domain", "http", "store", "clients", "intake", "pages"},
    "cli": {"base", "domain", "http", "store", "clients", "intake", "jobs", "pages", "api"},
}
ONLY_IN = {  # a library is known to one place
    "microhttpd.h": "http/",
    "libpq-fe.h": "store/",
    "curl/curl.h": "clients/",
    "openssl/evp.h": "base/hmac.c",
    "openssl/hmac.h": "base/hmac.c",
}

src = pathlib.Path(sys.argv[1])
broken = []
for path in sorted(src.rglob("*.[ch]")):
    name = path.relative_to(src).as_posix()
    folder = name.split("/")[0] if "/" in name else None
    for quote, header in re.findall(r'^#include ([<"])([^>"]+)', path.read_text(), re.M):
        target = header.split("/")[0] if quote == '"' and "/" in header else None
        if folder and target and target != folder and target not in MAY_INCLUDE[folder]:
            broken.append(f"{name} includes {header}")
        if header in ONLY_IN and not name.startswith(ONLY_IN[header]):
            broken.append(f"{name} includes <{header}>, which belongs to {ONLY_IN[header]}")
print("\n".join(broken))
sys.exit(bool(broken))
