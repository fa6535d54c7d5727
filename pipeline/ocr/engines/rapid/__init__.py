"""The default engine: PP-OCRv6 on OpenVINO.

A page goes through `detector` (text detection), `upright` (which way up it is), `recognizer` (text
recognition) and `word_places`; `page` puts them together.

Each number in these modules says where it comes from: RapidOCR's settings for the same models, a
measurement, or judgment. "30 pages" in a measurement are the 14 fixtures, and 16 scans of forms,
receipts, catalogs, old books and reports. They were measured after the numbers were chosen.
"""
