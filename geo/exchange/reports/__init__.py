"""Reports as files: Word, PDF and Excel. The libraries are loaded when a report is written."""

from datetime import date

from geo.model.report import Report

MEDIA_TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}


def write(report: Report, format_name: str, *, on: date | None = None) -> bytes:
    """The report as a file of one of `MEDIA_TYPES`.

    Parameters
    ----------
    on
        A PDF is as if made at the beginning of this day, so that the same report gives the same file.
    """
    if format_name == "docx":
        from geo.exchange.reports import word

        return word.write(report)
    from geo.exchange.reports import pdf

    return pdf.write(report, on)
