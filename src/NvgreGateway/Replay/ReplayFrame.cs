namespace NvgreGateway.Replay;

/// <summary>A frame that a port sent.</summary>
/// <param name="Nanoseconds">When: the time of the input that caused it, or of the answer that released it.</param>
/// <param name="Sequence">Number of the input that caused it; 0 when a timer did.</param>
/// <param name="Bytes">The frame.</param>
/// <param name="Asked">What the port's device is asked to do to it; null when nothing.</param>
public readonly record struct ReplayFrame(ulong Nanoseconds, ulong Sequence, byte[] Bytes, AskedMetadata? Asked);
