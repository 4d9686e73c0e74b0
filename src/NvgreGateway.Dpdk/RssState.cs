namespace NvgreGateway.Dpdk;

/// <summary>How a device spreads packets over its receive queues, as it says itself after <see cref="Port.Start"/> (C-055).</summary>
public sealed record RssState
{
    /// <summary>No hash: one queue, or the driver chooses in its own way.</summary>
    public static readonly RssState None = new();

    /// <summary>
    /// Longest key of any driver, bytes.
    /// </summary>
    public const int MaxKey = 64;

    /// <summary>Fields that are hashed, and <see cref="RssTypes.Innermost"/> if they are those of the inner packet.</summary>
    public RssTypes Types { get; init; }

    /// <summary>Whether the device was asked and answered; otherwise <see cref="Types"/> is what it was set up with.</summary>
    public bool ReadBack { get; init; }

    /// <summary>The key of the hash; empty if the device does not tell.</summary>
    public ReadOnlyMemory<byte> Key { get; init; }

    /// <summary>The queue of each hash modulo the size; empty if there is no such table, or the device does not tell.</summary>
    public ReadOnlyMemory<ushort> Table { get; init; }

    /// <summary>
    /// A key with which the Toeplitz hash of both directions of a flow is the same (C-057): 16 bits that repeat, since addresses and ports
    /// change places by multiples of those.
    /// </summary>
    /// <param name="length">Bytes.</param>
    /// <returns>The key.</returns>
    public static byte[] SymmetricKey(int length)
    {
        var key = new byte[length];
        for (var i = 0; i < length; i++)
        {
            key[i] = (byte)(i % 2 == 0 ? 0x6D : 0x5A);
        }

        return key;
    }

    /// <summary>A table that gives each queue as many entries as any other, or one more.</summary>
    /// <param name="size">Entries.</param>
    /// <param name="queues">Queues.</param>
    /// <returns>The table.</returns>
    public static ushort[] EvenTable(int size, int queues)
    {
        var table = new ushort[size];
        for (var i = 0; i < size; i++)
        {
            table[i] = (ushort)(i % queues);
        }

        return table;
    }
}
