"""The parts of live.py: wires, comparison, scores, and one module for each kind of device."""


class Unsupported(Exception):
    """The device cannot be given this configuration: its rows do not apply to it. The text is the reason."""
