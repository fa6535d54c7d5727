"""Folders of scans to searchable PDFs, as stages that can be used one by one.

load -> downscale -> recognize (async, one task per page, gathered) -> render -> merge
"""

import lazy_loader

# The stub beside this file lists the names. Each is imported when it is first asked for: a worker
# process, or a look at --help, needs few of them.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
