using System.Buffers.Binary;
using NvgreGateway.Dpdk;

namespace NvgreGateway.Replay;

/// <summary>What a device says of a received frame, in the words of virtio and of NICs; the bytes are in README.md of this folder.</summary>
public sealed record ReceivedMetadata
{
    private const int FixedLength = 16;
    private static readonly MbufFlags[] s_transport = [MbufFlags.None, MbufFlags.RxL4ChecksumGood, MbufFlags.RxL4ChecksumBad, MbufFlags.RxL4ChecksumNone];
    private static readonly MbufFlags[] s_ip = [MbufFlags.None, MbufFlags.RxIpChecksumGood, MbufFlags.RxIpChecksumBad, MbufFlags.RxIpChecksumGood | MbufFlags.RxIpChecksumBad];

    /// <summary>The flags that a driver would set (<c>RTE_MBUF_F_RX_*</c>); a frame to be cut is marked as the gateway's drivers mark it.</summary>
    internal MbufFlags Flags { get; private init; }

    /// <summary>Segment size of a large frame, bytes.</summary>
    public ushort SegmentSize { get; private init; }

    /// <summary>Packet type that the device claims (<c>RTE_PTYPE_*</c>); a hint only (C-062).</summary>
    public uint PacketType { get; private init; }

    /// <summary>Lengths of headers that the device claims, packed as in an mbuf; believed by nobody (C-035).</summary>
    internal ulong Lengths { get; private init; }

    /// <summary>Bytes of each buffer of the frame's chain; what they do not hold is in one more.</summary>
    public IReadOnlyList<ushort> Buffers { get; private init; } = [];

    /// <summary>Reads it.</summary>
    /// <param name="data">The bytes behind signature, version and direction.</param>
    /// <param name="said">What the device says.</param>
    /// <returns>Null, or what is wrong with them.</returns>
    internal static string? Read(ReadOnlySpan<byte> data, out ReceivedMetadata? said)
    {
        said = null;
        if (data.Length < FixedLength || (data.Length & 1) != 0)
        {
            return $"offload metadata of {data.Length} bytes, an even number of at least {FixedLength} is needed";
        }

        MbufFlags? large = data[0] switch
        {
            0 => MbufFlags.None,
            1 or 3 or 4 => MbufFlags.RxLro,
            5 => MbufFlags.RxLro | MbufFlags.TxUdpSegmentation,
            _ => null,
        };
        if (large is not { } flags || data[1] > 3 || data[2] > 3 || (data[3] & ~1) != 0)
        {
            return $"offload metadata with an unknown value in {Convert.ToHexString(data[..4])}";
        }

        ushort segment = BinaryPrimitives.ReadUInt16BigEndian(data[4..]);
        var buffers = new ushort[(data.Length - FixedLength) / 2];
        for (int i = 0; i < buffers.Length; i++)
        {
            buffers[i] = BinaryPrimitives.ReadUInt16BigEndian(data[(FixedLength + (2 * i))..]);
        }

        said = new ReceivedMetadata
        {
            Flags = flags | s_transport[data[1]] | s_ip[data[2]] | (data[3] != 0 ? MbufFlags.RxOuterIpChecksumBad : MbufFlags.None),
            SegmentSize = segment,
            PacketType = BinaryPrimitives.ReadUInt32BigEndian(data[6..]),
            Lengths = Mbuf.PackTxOffload(data[10] & 0x7F, BinaryPrimitives.ReadUInt16BigEndian(data[12..]) & 0x1FF, data[11], segment),
            Buffers = buffers,
        };
        return null;
    }
}
