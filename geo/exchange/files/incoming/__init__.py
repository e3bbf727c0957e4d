"""Files of features that people bring, whatever they are: recognised by content, read in batches, never trusted."""

from geo.exchange.files.incoming.in_crs import InCrs, crs_name, given_crs, in_words, is_of_old_datum, with_crs
from geo.exchange.files.incoming.opening import Options, open_incoming
from geo.exchange.files.incoming.parts import BATCH, Batch, Incoming

__all__ = [
    "BATCH",
    "Batch",
    "InCrs",
    "Incoming",
    "Options",
    "crs_name",
    "given_crs",
    "in_words",
    "is_of_old_datum",
    "open_incoming",
    "with_crs",
]
