using System.Buffers.Binary;
using NvgreGateway.Dpdk;

namespace NvgreGateway.Replay;

/// <summary>What a device is asked to do to a frame before it is on the wire; the bytes are in README.md of this folder.</summary>
public sealed class AskedMetadata
{
    /// <summary>Bytes of it with signature, version and direction.</summary>
    internal const int Length = OffloadOption.HeaderLength + 12;

    private const MbufFlags Asks = MbufFlags.TxL4Mask | MbufFlags.TxIpChecksum | MbufFlags.TxOuterIpChecksum | MbufFlags.TxTcpSegmentation | MbufFlags.TxUdpSegmentation;
    private static readonly (MbufFlags Flag, ushort Bit)[] s_bits =
    [
        (MbufFlags.TxIpChecksum, 1 << 2), (MbufFlags.TxOuterIpChecksum, 1 << 3), (MbufFlags.TxTcpSegmentation, 1 << 4), (MbufFlags.TxUdpSegmentation, 1 << 5),
        (MbufFlags.TxIPv4, 1 << 6), (MbufFlags.TxIPv6, 1 << 7), (MbufFlags.TxOuterIPv4, 1 << 8), (MbufFlags.TxOuterIPv6, 1 << 9),
    ];

    private readonly byte[] _bytes = new byte[Length];

    /// <summary>Frames that the device makes of this one.</summary>
    public uint Frames { get; private init; }

    private AskedMetadata()
    {
    }

    /// <summary>The data of the option behind the enterprise number.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>What is asked for a frame.</summary>
    /// <param name="mbuf">The frame as it is given to the device.</param>
    /// <returns>What; null when nothing is.</returns>
    internal static unsafe AskedMetadata? Of(Mbuf* mbuf)
    {
        MbufFlags flags = mbuf->OlFlags;
        if ((flags & Asks) == 0)
        {
            return null;
        }

        ushort bits = (ushort)((flags & MbufFlags.TxL4Mask) switch
        {
            MbufFlags.TxTcpChecksum => 1,
            MbufFlags.TxUdpChecksum => 2,
            _ => 0,
        });
        foreach ((MbufFlags flag, ushort bit) in s_bits)
        {
            bits |= (flags & flag) != 0 ? bit : (ushort)0;
        }

        bits |= (ushort)((flags & MbufFlags.TxTunnelMask) switch
        {
            MbufFlags.TxTunnelGre => 1 << 10,
            MbufFlags.TxTunnelIp => 1 << 11,
            _ => 0,
        });
        var asked = new AskedMetadata { Frames = FramesOf(mbuf) };
        OffloadOption.WriteHeader(asked._bytes);
        Span<byte> to = asked._bytes.AsSpan(OffloadOption.HeaderLength);
        BinaryPrimitives.WriteUInt16BigEndian(to, bits);
        BinaryPrimitives.WriteUInt16BigEndian(to[2..], mbuf->SegmentSize);
        to[4] = (byte)mbuf->OuterL2Length;
        to[5] = (byte)mbuf->L2Length;
        BinaryPrimitives.WriteUInt16BigEndian(to[6..], (ushort)mbuf->OuterL3Length);
        BinaryPrimitives.WriteUInt16BigEndian(to[8..], (ushort)mbuf->L3Length);
        to[10] = (byte)mbuf->L4Length;
        return asked;
    }

    private static unsafe uint FramesOf(Mbuf* mbuf)
    {
        if ((mbuf->OlFlags & (MbufFlags.TxTcpSegmentation | MbufFlags.TxUdpSegmentation)) == 0)
        {
            return 1;
        }

        uint headers = mbuf->OuterL2Length + mbuf->OuterL3Length + mbuf->L2Length + mbuf->L3Length + mbuf->L4Length;
        return (mbuf->PktLen - headers + mbuf->SegmentSize - 1) / mbuf->SegmentSize;
    }
}
