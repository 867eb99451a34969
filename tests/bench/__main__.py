"""Run the benchmarks on a scratch database and print a line each."""

import argparse
import json
import os
import pkgutil
import sys
from importlib import import_module
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    django.setup()

    import tests.bench
    from tests.bench import benchmarks

    for module in pkgutil.iter_modules(tests.bench.__path__):
        if module.name != "__main__":
            import_module(f"tests.bench.{module.name}")
    unknown = set(options.names) - {name for name, _ in benchmarks.items()}
    if unknown:
        known = ", ".join(name for name, _ in benchmarks.items())
        parser.error(f"no benchmark {', '.join(sorted(unknown))}; there are: {known}")
    rows = run_on_scratch_database(options.names)
    if options.json:
        options.json.write_text(json.dumps(rows, indent=2) + "\n")
    return 0


def run_on_scratch_database(names: list[str]) -> list[dict[str, object]]:
    """Make a database as the suite does, but with the product's durability; measure; take it away."""
    from django.conf import settings
    from django.db import connection
    from django.test.utils import setup_databases, teardown_databases

    from tests.append_only import let_flush_empty_append_only_tables
    from tests.bench import benchmarks

    if connection.vendor == "sqlite":  # the suite turns synchronous off; the product does not
        options = settings.DATABASES["default"]["OPTIONS"]
        options["init_command"] = options["init_command"].replace("synchronous=OFF", "synchronous=NORMAL")
    let_flush_empty_append_only_tables()
    databases = setup_databases(verbosity=0, interactive=False)
    rows = []
    try:
        for name, entry in benchmarks.items():
            if not names or name in names:
                row = entry.run(connection.vendor)
                rows.append(row)
                sys.stdout.write(line(row) + "\n")
                sys.stdout.flush()
    finally:
        teardown_databases(databases, verbosity=0)
    return rows


def line(row: dict[str, object]) -> str:
    """`fire  1.18 (aim 1.25)  0.000512 / 0.000434 s  sqlite  note`."""
    aim = "" if row["aim"] is None else f" (aim {row['aim']:g})"
    return (
        f"{row['name']:<16} {row['ratio']:.2f}{aim:<13} {row['value']:.6g} / {row['floor']:.6g} {row['unit']}"
        f"  {row['database']}  {row['note']}"
    ).rstrip()


if __name__ == "__main__":
    sys.exit(main())
