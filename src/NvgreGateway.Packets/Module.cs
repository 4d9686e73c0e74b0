// Nothing in this assembly relies on zeroed locals; zeroing the stack buffers of the parsers would be pure cost.
[module: System.Runtime.CompilerServices.SkipLocalsInit]
