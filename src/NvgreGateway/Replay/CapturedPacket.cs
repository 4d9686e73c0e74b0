namespace NvgreGateway.Replay;

/// <summary>One packet of a capture.</summary>
/// <param name="data">Its bytes, in the capture's mapping.</param>
/// <param name="length">How many were captured.</param>
/// <param name="originalLength">How many there were on the wire.</param>
/// <param name="nanoseconds">Its time stamp, nanoseconds since 1970.</param>
/// <param name="said">What its device said of it, or null.</param>
public readonly unsafe struct CapturedPacket(byte* data, int length, uint originalLength, ulong nanoseconds, ReceivedMetadata? said = null)
{
    /// <summary>Its bytes.</summary>
    public byte* Data { get; } = data;

    /// <summary>How many were captured.</summary>
    public int Length { get; } = length;

    /// <summary>How many there were on the wire, at least <see cref="Length"/>.</summary>
    public uint OriginalLength { get; } = originalLength;

    /// <summary>Its time stamp, nanoseconds since 1970.</summary>
    public ulong Nanoseconds { get; } = nanoseconds;

    /// <summary>What its device said of it; null when nothing.</summary>
    public ReceivedMetadata? Said { get; } = said;
}
