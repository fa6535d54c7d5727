"""Building blocks for reportlab: a font without ink, the text layer, images kept as they are.

They know nothing of scans, engines or documents; lengths are points, the origin is the
bottom left corner of the page.
"""

from reportlab import rl_config

# ASCII-85 would make every stream a quarter larger and slower to write.
rl_config.useA85 = 0
