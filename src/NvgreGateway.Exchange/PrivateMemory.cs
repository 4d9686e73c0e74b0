namespace NvgreGateway.Exchange;

/// <summary>Zeroed anonymous memory of this process, page aligned; pages take space only when they are touched.</summary>
public sealed unsafe class PrivateMemory : IDisposable
{
    private readonly Region _region;

    /// <summary>Maps it.</summary>
    /// <param name="bytes">How much.</param>
    public PrivateMemory(ulong bytes) => _region = Region.Private(bytes);

    /// <summary>First byte; null after <see cref="Dispose"/>.</summary>
    public byte* Pointer => _region.Memory;

    /// <inheritdoc/>
    public void Dispose() => _region.Dispose();
}
