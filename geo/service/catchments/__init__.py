"""Catchments as the office asks for them: from files or from the store, computed, summed up, written."""

from geo.service.catchments.computing import Outcome, compute
from geo.service.catchments.filed import Files, of_files
from geo.service.catchments.inputs import Inputs, Options
from geo.service.catchments.stored import Circumstances, of_store

__all__ = ["Circumstances", "Files", "Inputs", "Options", "Outcome", "compute", "of_files", "of_store"]
