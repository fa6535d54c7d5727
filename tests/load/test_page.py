"""Opening scans: resolution, orientation, frames, size limits, the copy that is recognized."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw
from PIL.TiffImagePlugin import TiffImageFile
from support.truth import SCANS

from pipeline import (
    LoadOptions,
    PageJob,
    PageResult,
    PageSource,
    ScanError,
    downscale,
    load_page,
    page_sources,
    process_page,
    recognize,
    render_page,
)
from pipeline.load.resolution import guess_dpi


def arrow(width: int = 120, height: int = 200) -> Image.Image:
    """A dark spot near the top left corner: every turn of it looks different."""
    image = Image.new("L", (width, height), 255)
    ImageDraw.Draw(image).rectangle((10, 10, 50, 30), fill=0)
    return image


def spot(image: Image.Image) -> tuple[float, float]:
    """Middle of the dark pixels, in parts of the image's width and height."""
    y, x = np.nonzero(np.asarray(image.convert("L")) < 128)
    return float(x.mean()) / image.width, float(y.mean()) / image.height


UNDO = {  # how an upright image is stored for each orientation
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


@pytest.mark.parametrize("name", ("x.jpg", "x.png", "x.tif", "g4.tif"))
@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_shown_and_recognized(tmp_path: Path, name: str, orientation: int) -> None:
    upright = arrow()
    turn = UNDO[orientation]
    stored = upright.transpose(turn) if turn is not None else upright
    path = tmp_path / name
    if path.suffix == ".tif":
        how: dict[str, Any] = {"tiffinfo": {274: orientation}, "dpi": (72, 36)}
        if name == "g4.tif":
            stored, how = stored.convert("1"), {**how, "compression": "group4", "strip_size": 10**6}
        stored.save(path, **how)
    else:
        exif = Image.Exif()
        exif[274] = orientation
        stored.save(path, exif=exif, dpi=(72, 36))
    with load_page(PageSource(path)) as page:
        seen = downscale(page, 1000)
        pdf = render_page(page)
        width, height = page.size_pt
    # x and y resolution belong to the stored axes
    expected = (120, 400) if orientation < 5 else (240, 200)
    assert (round(width), round(height)) == expected
    assert seen.width / seen.height == pytest.approx(width / height, rel=0.02)
    assert spot(seen) == pytest.approx(spot(upright), abs=0.02)
    import pypdfium2

    with pypdfium2.PdfDocument(pdf) as document:
        assert document[0].get_rotation() == 0
        shown = document[0].render(scale=1).to_pil()
    assert spot(shown) == pytest.approx(spot(upright), abs=0.02)


def saved(tmp_path: Path, size: tuple[int, int], **how: Any) -> PageSource:
    path = tmp_path / "x.tif"
    Image.new("L", size, 255).save(path, **how)
    return PageSource(path)


@pytest.mark.parametrize(
    ("size", "dpi", "expected", "guessed"),
    (
        ((1728, 1078), (204, 98), (204, 98), False),
        ((2480, 3508), (300, 300), (300, 300), False),
        ((2480, 3508), None, (300, 300), True),
        ((2480, 3508), (72, 72), (300, 300), True),
        ((2480, 3508), (96, 96), (300, 300), True),
        ((2480, 3508), (1, 1), (300, 300), True),
        ((2480, 3508), (0, 0), (300, 300), True),
        ((3300, 2550), None, (300, 300), True),
        ((1700, 2200), (72, 72), (200, 200), True),
        ((762, 1000), None, (90.9, 90.9), True),
        ((500, 700), (72, 72), (72, 72), False),
        ((500, 700), (96, 96), (96, 96), False),
        ((300, 200), None, (72, 72), True),
    ),
)
def test_resolution(
    tmp_path: Path,
    size: tuple[int, int],
    dpi: tuple[int, int] | None,
    expected: tuple[float, float],
    guessed: bool,
) -> None:
    with load_page(saved(tmp_path, size, **({"dpi": dpi} if dpi else {}))) as page:
        assert page.dpi == pytest.approx(expected, abs=0.1)
        assert bool(page.notes) == guessed
        assert page.size_pt == pytest.approx(
            [72 * pixels / dots for pixels, dots in zip(size, page.dpi, strict=True)], abs=2e-4
        )


def test_the_user_knows_the_resolution_best(tmp_path: Path) -> None:
    source = saved(tmp_path, (1728, 1078), dpi=(204, 98))
    with load_page(source, LoadOptions(image_dpi=408)) as page:
        assert page.dpi == pytest.approx((408, 196))
        assert page.notes == ()


def test_a_guess_is_a_usual_number_where_one_is_near() -> None:
    assert guess_dpi((1654, 2339))[0] == 200
    assert guess_dpi((1640, 2320))[0] == 200
    assert guess_dpi((1100, 1556))[0] == pytest.approx(133, abs=1)


def test_faxes_are_recognised_with_square_pixels() -> None:
    with load_page(PageSource(SCANS / "fax/message.tif")) as page:
        seen = downscale(page, 10_000)
    assert seen.size == (1687, round(1146 * 204 / 98))


def test_the_copy_is_no_larger_than_asked() -> None:
    with load_page(PageSource(SCANS / "letters/1.png")) as page:
        assert max(downscale(page, 1000).size) == 1000
        assert downscale(page, 5000).size == page.stored_size_px


def test_the_copy_of_an_image_is_another_one() -> None:
    for mode in ("L", "RGB", "1"):
        image = Image.new(mode, (50, 40), 0)
        copy = downscale(image, 2000)
        copy.paste("white", (0, 0, 50, 40))
        assert image.getbbox() is None, "as it was"


def test_the_copy_outlives_the_page() -> None:
    with load_page(PageSource(SCANS / "letters/3.png")) as page:
        copies = downscale(page, 10_000), downscale(page, 300)
    for copy in copies:
        pixels = np.asarray(copy)
        assert pixels.min() < pixels.max()


def test_downscale_takes_any_image_and_leaves_it_alone() -> None:
    image = Image.new("RGBA", (3000, 1000), (0, 0, 0, 0))
    small = downscale(image, 600)
    assert (small.mode, small.size) == ("RGB", (600, 200))
    assert small.getpixel((5, 5)) == (255, 255, 255)
    assert image.size == (3000, 1000)


def test_a_large_jpeg_is_decoded_at_a_fraction(tmp_path: Path) -> None:
    path = tmp_path / "large.jpg"
    arrow(2400, 4000).save(path, dpi=(300, 300))
    with load_page(PageSource(path)) as page:
        small = downscale(page, 500)
        assert small.size == (300, 500)
        assert spot(small) == pytest.approx(spot(arrow(2400, 4000)), abs=0.01)
        assert page.image._im is None  # the whole picture was never decoded


def tiff_frames(tmp_path: Path, *kinds: int) -> Path:
    """A TIFF of frames with these NewSubfileType tags; frame n is 10 n pixels wide."""
    frames = [Image.new("L", (100 + 10 * index, 50), 255) for index in range(len(kinds))]
    for frame, kind in zip(frames, kinds, strict=True):
        frame.encoderinfo = {"tiffinfo": {254: kind}}
    path = tmp_path / "frames.tif"
    frames[0].save(path, save_all=True, append_images=frames[1:], tiffinfo={254: kinds[0]})
    return path


def test_every_frame_is_a_page_but_thumbnails_and_masks(tmp_path: Path) -> None:
    path = tiff_frames(tmp_path, 2, 1, 2, 4, 2)
    sources = list(page_sources(path))
    assert [source.frame for source in sources] == [0, 2, 4]
    widths = []
    for source in sources:
        with load_page(source) as page:
            widths.append(page.stored_size_px[0])
    assert widths == [100, 120, 140]


def test_a_file_of_thumbnails_only_is_still_a_page(tmp_path: Path) -> None:
    assert len(list(page_sources(tiff_frames(tmp_path, 1, 1)))) == 1


def test_a_broken_chain_of_frames_is_a_failed_page(tmp_path: Path) -> None:
    path = tiff_frames(tmp_path, 2, 2, 2)
    data = path.read_bytes()
    with Image.open(path) as image:
        image.seek(2)
        assert isinstance(image, TiffImageFile)
        offset = image._frame_pos[2]
    path.write_bytes(data[: offset + 1])
    sources = list(page_sources(path))
    assert [source.frame for source in sources] == [0, 1, 2]
    with pytest.raises(ScanError, match=r"frames\.tif \(frame 3\)"):
        load_page(sources[2])


def test_only_the_first_frame_of_moving_pictures(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (50, 50), color) for color in ("red", "green")]
    for name in ("x.gif", "x.webp", "x.png"):
        frames[0].save(tmp_path / name, save_all=True, append_images=frames[1:])
        assert list(page_sources(tmp_path / name)) == [PageSource(tmp_path / name)]


def test_content_decides_not_the_name(tmp_path: Path) -> None:
    path = tmp_path / "photo.png"
    arrow().save(path, format="JPEG")
    with load_page(PageSource(path)) as page:
        assert page.image.format == "JPEG"


def test_a_bomb_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    path = tmp_path / "bomb.png"
    png = io.BytesIO()
    Image.new("1", (8, 8)).save(png, "PNG")
    data = bytearray(png.getvalue())
    data[16:24] = (30_000).to_bytes(4, "big") * 2
    import zlib

    data[29:33] = zlib.crc32(data[12:29]).to_bytes(4, "big")
    path.write_bytes(data)
    with pytest.raises(
        ScanError, match=r"30000 x 30000 pixels .* 250 million.*--max-image-mpixels"
    ):
        load_page(PageSource(path))


@pytest.mark.parametrize(
    "content", (b"", b"II*\0garbage", b"plain text", b"\xff\xd8\xff\xe0", b"BM")
)
def test_rubbish_is_a_scan_error_that_names_the_file(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "scan with ü.tif"
    path.write_bytes(content)
    (source,) = page_sources(path)
    with pytest.raises(ScanError, match=r"scan with ü\.tif"):
        load_page(source)


@pytest.mark.parametrize("name", ("cut.jpg", "cut.tif", "cut.png"))
def test_half_a_scan_is_half_a_page_in_every_stage(tmp_path: Path, name: str) -> None:
    """By hand as in `convert`: what there is of the picture, and white below."""
    path = tmp_path / name
    Image.effect_noise((400, 400), 30).point(lambda value: value // 2).save(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with load_page(PageSource(path)) as page:
        assert page.damage == "", "it is not decoded yet"
        copy = np.asarray(downscale(page, 200))
        assert copy[:80].max() < 250 and (copy[130:] == 255).all()
        pdf = render_page(page, recognize(Image.fromarray(copy), engine="none"))
        assert page.decoded().damage.startswith("the file is cut off or damaged: ")
    assert pdf == made_by_convert(path)


def made_by_convert(path: Path) -> bytes | Path:
    outcome = process_page(PageJob(PageSource(path), engine="none"))
    assert isinstance(outcome, PageResult)
    return outcome.pdf


@pytest.mark.parametrize("name", ("cut.jpg", "cut.tif", "cut.png"))
def test_a_scan_without_a_picture_is_a_scan_error(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    Image.effect_noise((400, 400), 90).save(path)
    data = path.read_bytes()
    start = {"cut.jpg": data.find(b"\xff\xda") + 14, "cut.png": data.find(b"IDAT") + 4}
    path.write_bytes(data[: start.get(name, len(data) - 400 * 400)])
    message = r"cut\.\w+: .*replace the file, or scan the page again"
    for stage in (lambda page: downscale(page, 200), render_page):
        with pytest.raises(ScanError, match=message), load_page(PageSource(path)) as page:
            stage(page)


def test_a_missing_file_is_a_scan_error(tmp_path: Path) -> None:
    with pytest.raises(ScanError, match="no such file"):
        load_page(PageSource(tmp_path / "x.png"))
