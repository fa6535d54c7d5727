"""Tesseract, inside this process, with language data from the system."""
