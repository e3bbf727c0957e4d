"""What browsers are told of files that large libraries write; known without loading those."""

CSV_MEDIA_TYPE = "text/csv"
DXF_MEDIA_TYPE = "image/vnd.dxf"
XLSX_MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
