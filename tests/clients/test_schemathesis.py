"""Schemathesis over our own OpenAPI document: right and wrong requests by the document, answers held against it."""

import subprocess
import sys
from pathlib import Path

CONFIGURATION = Path(__file__).with_name("schemathesis.toml")
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
    "response_schema_conformance,unsupported_method,allow_header_conformance"
)
OTHERS = r"(items|summary|search|\{tileCol\})$"
"""Addresses with a parameter for each field, too many for every bound of every parameter; and those whose `limit`, set
too high, is the highest, as the standard has it."""


def run(office, tmp_path, *options: str) -> None:
    made = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIGURATION)),
            *("run", f"{office.ogc}/api", "--seed", "1", "--no-shrink", "--continue-on-failure", "--workers", "2"),
            *options,
        ],
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
        timeout=170,
    )
    assert made.returncode == 0, made.stdout + made.stderr


def test_whatever_is_asked_answers_hold_to_the_document(office, tmp_path):
    run(office, tmp_path, "--phases", "examples,fuzzing", "--max-examples", "8", "--checks", CHECKS)


def test_every_bound_of_every_parameter_is_kept(office, tmp_path):
    checks = f"{CHECKS},negative_data_rejection"
    run(office, tmp_path, "--phases", "coverage", "--exclude-path-regex", OTHERS, "--checks", checks)
