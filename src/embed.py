"""Writes embedded_files.c: the files that the binary carries. Arguments: output, depfile, project root."""
import json
import pathlib
import sys

import yaml

PATTERNS = ["migrations/*.sql", "config/understood.ini", "config/locales/*", "config/model/*", "config/presets/*.json",
            "config/surveys/*",
            "src/pages/static/*"]


def c_array(content):
    return ",".join(str(byte if byte < 128 else byte - 256) for byte in content + b"\0")


def main():
    output, depfile, root = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
    paths = sorted(path for pattern in PATTERNS for path in root.glob(pattern) if path.is_file())
    files = [(path.relative_to(root).as_posix(), path.read_bytes()) for path in paths]
    spec = root / "openapi.yaml"
    if spec.exists():
        paths.append(spec)
        text = json.dumps(yaml.safe_load(spec.read_text()), default=str, separators=(",", ":"))
        files.append(("openapi.json", text.encode()))
    with open(output, "w") as out:
        out.write('#include "base/embedded.h"\n')
        for number, (_, content) in enumerate(files):
            out.write(f"static const char file_{number}[] = {{{c_array(content)}}};\n")
        out.write("const struct embedded_file embedded_files[] = {\n")
        for number, (name, content) in enumerate(files):
            out.write(f'    {{"{name}", file_{number}, {len(content)}}},\n')
        out.write("};\nconst unsigned long embedded_file_count = " f"{len(files)};\n")
    # Folders too: a new file in one of them makes this run again.
    folders = sorted({str(root / pattern.rpartition("/")[0]) for pattern in PATTERNS})
    existing = [folder for folder in folders if pathlib.Path(folder).is_dir()]
    pathlib.Path(depfile).write_text(f"{output}: {' '.join(existing + [str(p) for p in paths])}\n")


main()
