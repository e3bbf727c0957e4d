"""A file of evidence is a download with its right type, and cannot run anything."""

from geo.model.journal import Act
from geo.service.evidence import keep_evidence
from geo.web.current import live_store

PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"


def test_it_is_given_back_as_it_was_and_as_a_download(office):
    with office.app_context():
        evidence = keep_evidence(live_store(), '批复"; x.html', PDF, Act("王工"))
    answer = office.test_client().get(f"/evidence/{evidence.sha256}")
    assert (answer.status_code, answer.data, answer.mimetype) == (200, PDF, "application/pdf")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert ".pdf" in answer.headers["Content-Disposition"]
    assert (answer.headers["X-Content-Type-Options"], answer.headers["Content-Security-Policy"]) == (
        "nosniff",
        "sandbox; default-src 'none'",
    )


def test_what_is_not_there_is_a_404(office):
    for sha256 in ("0" * 64, "..", "x" * 5000):
        assert office.test_client().get(f"/evidence/{sha256}").status_code == 404
