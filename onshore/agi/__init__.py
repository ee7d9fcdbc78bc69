"""The two ways to run the call flow: as a FastAGI daemon (`server`), and as one process per call (`process`).

`wire` knows how AGI is written and read, `line` makes a channel's commands out of it; both are for both ways.
"""
