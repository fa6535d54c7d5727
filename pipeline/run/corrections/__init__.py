"""What people have corrected: taken over from text files, kept, and used in every later run."""
