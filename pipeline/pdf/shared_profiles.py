"""Color profiles (ICC) that the images of a document share."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping

from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    StreamObject,
)


def name_profiles(resources: DictionaryObject, profiles: Mapping[str, IndirectObject]) -> None:
    """Puts names in the place of color profiles that the document has, or will have, already.

    Otherwise pypdf would clone each, and it would stay in the document, where nothing refers to it.

    Args:
        resources: Of a page that is going to be added to the document.
        profiles: Those of the document, by their names here.
    """
    first: dict[str, ArrayObject] = {}
    for space in _color_spaces(resources):
        profile = space[1].get_object()
        if isinstance(profile, StreamObject):  # and no name yet, of an image on several pages
            name = _name_of(profile)
            if name in profiles or first.setdefault(name, space) is not space:
                space[1] = name


def share_profiles(resources: DictionaryObject, profiles: dict[str, IndirectObject]) -> None:
    """Lets images with the same color profile refer to one copy of it.

    Args:
        resources: Of a page that has been added to the document, whose profiles were named before.
        profiles: Those of the document, by their names here; new ones are added.
    """
    for space in _color_spaces(resources):
        profile = space[1].get_object()
        if isinstance(profile, NameObject):
            space[1] = profiles[profile]
        elif isinstance(profile, StreamObject):  # and none that is shared and has settled
            assert profile.indirect_reference is not None
            space[1] = profiles.setdefault(_name_of(profile), profile.indirect_reference)


def _name_of(profile: StreamObject) -> NameObject:
    return NameObject(f"/{hashlib.sha256(profile.get_data()).hexdigest()}")


def _color_spaces(resources: DictionaryObject) -> Iterator[ArrayObject]:
    """The color spaces of a page's images that are told by a profile."""
    for image in resources.get("/XObject", DictionaryObject()).get_object().values():
        space = image.get_object().get("/ColorSpace")
        if isinstance(space, ArrayObject) and space[0] == "/Indexed":
            space = space[1].get_object()
        if isinstance(space, ArrayObject) and space[0] == "/ICCBased":
            yield space
