"""Read a file of people by its content, not by its name."""

from campaign.imports.csv_files import read_csv
from campaign.imports.tables import FileRefused, FileTable
from campaign.imports.workbooks import OLD_SIGNATURE, SIGNATURE, read_workbook


def read_file(data: bytes) -> FileTable:
    """Return the FileTable in the bytes of a CSV or XLSX file. Raises FileRefused."""
    if not data.strip():
        raise FileRefused("empty")
    if data.startswith(OLD_SIGNATURE):
        raise FileRefused("old_workbook")
    if data.startswith(SIGNATURE):
        return read_workbook(data)
    return read_csv(data)
