"""Floor 2: building blocks for reportlab and pypdf, and what reads a finished PDF again.

They know nothing of scans, engines or documents; lengths are points, the origin is the
bottom left corner of the page.
"""

from reportlab import rl_config

# ASCII-85 would make every stream a quarter larger and slower to write.
rl_config.useA85 = 0
