"""Reports as files: Word, PDF and Excel. The libraries are loaded when a report is written."""

from geo.model.report import Report

MEDIA_TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}


def write(report: Report, format_name: str) -> bytes:
    """The report as a file of one of `MEDIA_TYPES`."""
    if format_name == "docx":
        from geo.exchange.reports import word

        return word.write(report)
    from geo.exchange.reports import pdf

    return pdf.write(report)
