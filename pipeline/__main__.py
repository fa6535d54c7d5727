"""`python -m pipeline` is the command `searchable-pdf`."""

from .cli.entry import main

if __name__ == "__main__":
    main()
