"""Images in the few modes that PDF and engines take."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageCms
from support.pictures import (
    Save,
    drawing,
    shown_on_white,
    stored,
)
from support.stored import Stored, same_pixels

from pipeline import (
    PageSource,
    load_page,
    render_page,
)
from pipeline.images.pixels import all_gray, few_colors, high_bytes


def test_alpha_lies_on_white(save: Save) -> None:
    image = drawing("RGBA")
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    for name in ("x.png", "x.webp", "x.tif", "x.jp2"):
        path = save(image, name, **({"lossless": True} if name == "x.webp" else {}))
        assert same_pixels(stored(path).pixels(), shown_on_white(path))
    gray = image.convert("LA")
    path = save(gray, "gray.png")
    found = stored(path)
    assert found.space == "/DeviceGray"
    assert same_pixels(found.pixels(), shown_on_white(path))


def test_a_transparent_color_lies_on_white(save: Save) -> None:
    path = save(drawing("RGB"), "x.png", transparency=(0, 0, 0))
    assert same_pixels(stored(path).pixels(), shown_on_white(path))


def test_floating_point_is_shown(save: Save) -> None:
    ramp = np.linspace(0, 1, 200 * 100, dtype=np.float32).reshape(100, 200)
    path = save(Image.fromarray(ramp), "x.tif")
    with load_page(PageSource(path)) as page:
        assert any("32 bits" in note for note in page.notes)
        pixels = Stored(render_page(page)).pixels()
    assert pixels.getpixel((0, 0)) == 0
    assert pixels.getpixel((199, 99)) == 255


def test_color_profiles_are_kept(save: Save) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for name in ("x.jpg", "x.png", "x.tif"):
        assert stored(save(drawing(), name, icc_profile=profile)).icc == profile
    # One that does not fit the pixels is worse than none.
    assert stored(save(drawing("L"), "gray.jpg", icc_profile=profile)).icc is None


def test_colors_are_counted_up_to_a_palette() -> None:
    ramp = Image.linear_gradient("L").convert("RGB")
    colors = few_colors(ramp)
    assert colors is not None
    assert (len(colors), colors[0], colors[-1]) == (256, (0, 0, 0), (255, 255, 255))
    assert all_gray(colors)
    ramp.putpixel((0, 0), (1, 0, 0))
    assert few_colors(ramp) is None
    assert not all_gray([(9, 9, 9), (1, 0, 0)])


def test_sixteen_bits_as_their_high_bytes() -> None:
    deep = Image.fromarray(np.array([[0x0102, 0xFF00], [0x80FF, 0x0000]], np.uint16))
    assert high_bytes(deep).tobytes() == bytes((1, 255, 128, 0))
