"""The ways in which bureaus want their boundary-point files: data in `boundary_txt.toml` beside the layers."""

from pathlib import Path

from geo.exchange.boundary_txt import DEFAULT_PROFILE, Profile, read_profiles
from geo.exchange.files.reading import read_text, short_name
from geo.model.errors import InvalidInput, N_

FILE = "boundary_txt.toml"


def profiles(layers_dir: Path) -> dict[str, Profile]:
    """All profiles by name; without the file there is only `default`.

    Raises
    ------
    InvalidInput, InvalidFile
        If the file does not hold.
    """
    path = layers_dir / FILE
    return read_profiles(read_text(path), short_name(path)) if path.exists() else {"default": DEFAULT_PROFILE}


def named(layers_dir: Path, name: str) -> Profile:
    """The profile of a name.

    Raises
    ------
    InvalidInput
        If there is none of that name.
    """
    found = profiles(layers_dir)
    if name not in found:
        message = N_("没有界址点格式“%(profile)s”，可选：%(known)s")
        raise InvalidInput(message, profile=name, known=", ".join(found))
    return found[name]
