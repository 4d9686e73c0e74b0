using System.Runtime.InteropServices;

namespace NvgreGateway.Exchange;

/// <summary>The maxima that the regions are sized from. They hold until the regions are made anew.</summary>
[StructLayout(LayoutKind.Sequential, Size = 64)]
public struct ExchangeLimits
{
    /// <summary>Different MACs of routers of segments, besides those of ports, that a snapshot names at most.</summary>
    public const int RouterMacs = 16;

    /// <summary>Ports, 1 to 64.</summary>
    public uint Ports;

    /// <summary>Workers, 1 to 64.</summary>
    public uint Workers;

    /// <summary>Segment ids, id 0 included; at most 65536.</summary>
    public uint Segments;

    /// <summary>Attachment ids, id 0 included.</summary>
    public uint Attachments;

    /// <summary>Peer ids, id 0 included.</summary>
    public uint Peers;

    /// <summary>Next hop ids, id 0 included.</summary>
    public uint NextHops;

    /// <summary>MACs that the FDB is to hold (<c>fdb.capacity</c>).</summary>
    public uint FdbCapacity;

    /// <summary>Bytes of one of the two snapshot slots.</summary>
    public uint SnapshotBytes;

    /// <summary>Home buckets of the FDB: the power of two at which at most two of five ways are used on average.</summary>
    public readonly uint FdbBuckets => Math.Max(64, System.Numerics.BitOperations.RoundUpToPowerOf2((FdbCapacity + 1) / 2));

    /// <summary>Maxima with room to grow for a configuration of the given counts.</summary>
    /// <param name="ports">Ports.</param>
    /// <param name="workers">Workers.</param>
    /// <param name="segments">Segments.</param>
    /// <param name="attachments">Attachments.</param>
    /// <param name="peers">Peers, over all segments.</param>
    /// <param name="nextHops">Next hops.</param>
    /// <param name="fdbCapacity">MACs.</param>
    /// <param name="pathBytes">Bytes of the <see cref="PathSet"/>s of peers that have several paths.</param>
    /// <returns>The maxima: four times the count, and at least 256 of each.</returns>
    public static ExchangeLimits For(int ports, int workers, int segments, int attachments, int peers, int nextHops, int fdbCapacity, long pathBytes = 0)
    {
        static uint Room(int n, uint cap) => Math.Min(cap, System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(256, (long)n * 4)));
        var limits = new ExchangeLimits
        {
            Ports = (uint)ports,
            Workers = (uint)workers,
            Segments = Room(segments, 65536),
            Attachments = Room(attachments, 1u << 20),
            Peers = Room(peers, 1u << 20),
            NextHops = Room(nextHops, 1u << 16),
            FdbCapacity = (uint)fdbCapacity,
        };
        ulong bytes = 65536 + (512ul + 16384) * limits.Ports + 128ul * limits.Segments + (32ul + 64) * limits.Attachments
            + (128ul + 4 * 48 + 4 * 64) * limits.Peers + 4ul * (limits.Attachments + limits.Peers) + 8192ul * Math.Min(limits.Segments + 1ul, 4097)
            + (4ul * (ulong)pathBytes);
        limits.SnapshotBytes = (uint)((bytes + 0x1FFFFF) & ~0x1FFFFFul);
        return limits;
    }
}
