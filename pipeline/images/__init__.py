"""Floor 2: the pixels and the bytes of a scan, and how they stand in a PDF.

`encode` decides, for each page; `jpeg` and `tiff` take data out of files undecoded, `lossless` and
`repack` keep every pixel, `lossy` (with `similarity`) changes pixels where an option asks for it.
"""
