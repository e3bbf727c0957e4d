"""What every reader of packed files must expect."""

import zipfile
import zlib

BROKEN_ZIP = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError)
"""What `zipfile` raises over an archive that is damaged, locked, or packed by a method that it does not know."""
