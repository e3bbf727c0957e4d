"""Catchments as the office asks for them: from files or from the store, computed, summed up, written."""

from geo.service.catchments.computing import Outcome, compute
from geo.service.catchments.inputs import Inputs, Options, of_files
from geo.service.catchments.stored import of_store

__all__ = ["Inputs", "Options", "Outcome", "compute", "of_files", "of_store"]
