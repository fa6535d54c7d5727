"""PP-OCRv6 on OpenVINO, the default engine."""
