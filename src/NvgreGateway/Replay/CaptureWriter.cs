namespace NvgreGateway.Replay;

/// <summary>A capture file that is being written.</summary>
public abstract class CaptureWriter : IDisposable
{
    /// <summary>Appends a packet.</summary>
    /// <param name="nanoseconds">Its time stamp, nanoseconds since 1970.</param>
    /// <param name="frame">Its bytes.</param>
    /// <param name="asked">What its device is asked to do to it, or null; a format that cannot say so leaves it out.</param>
    public abstract void Write(ulong nanoseconds, ReadOnlySpan<byte> frame, AskedMetadata? asked);

    /// <summary>Completes the file.</summary>
    public abstract void Dispose();
}
