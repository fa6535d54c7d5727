"""Floor 2: building blocks for reportlab and pypdf, and what opens a finished PDF again.

They know nothing of scans, engines or documents. Lengths are points, and the origin is the bottom
left corner of the page.
"""

from reportlab import rl_config

# ASCII-85 makes every stream a quarter larger, and takes 0.4 s for 1.9 MB.
rl_config.useA85 = 0
