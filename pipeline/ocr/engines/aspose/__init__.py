"""Aspose.OCR, proprietary, on a Java machine of its own."""
