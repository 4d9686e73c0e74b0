namespace NvgreGateway.Tests.Conformance;

/// <summary>A frame and when it was on the wire.</summary>
/// <param name="Nanoseconds">Nanoseconds since 1970.</param>
/// <param name="Bytes">The frame without its FCS.</param>
/// <param name="Said">What its device said of it: the bytes of the offload option behind version and direction; null when nothing.</param>
internal readonly record struct Frame(ulong Nanoseconds, byte[] Bytes, byte[]? Said = null);
