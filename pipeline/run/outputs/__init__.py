"""What stands in the place of a PDF, and whether the PDF may take it."""
