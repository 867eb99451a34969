"""The drawing of a workflow: text to sizes, sizes to places, places to SVG."""
