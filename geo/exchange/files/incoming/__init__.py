"""Files of features that people bring, whatever they are: recognised by content, read in batches, never trusted."""

from geo.exchange.files.incoming.opening import Options, open_incoming
from geo.exchange.files.incoming.parts import BATCH, Batch, Incoming

__all__ = ["BATCH", "Batch", "Incoming", "Options", "open_incoming"]
