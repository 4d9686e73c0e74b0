using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Dataplane;

/// <summary>
/// What a device is asked for a frame: a pure function of the request, the headers and what the port does (C-022, C-023, C-032, C-038;
/// WIRE-FORMAT 1.4).
/// </summary>
internal static class OffloadFlags
{
    /// <summary>All that a device is ever asked for, and told of a frame with that.</summary>
    public const MbufFlags Asks = MbufFlags.TxL4Mask | MbufFlags.TxIpChecksum | MbufFlags.TxIPv4 | MbufFlags.TxIPv6 | MbufFlags.TxOuterIpChecksum
        | MbufFlags.TxOuterIPv4 | MbufFlags.TxOuterIPv6 | MbufFlags.TxTunnelMask | MbufFlags.TxTcpSegmentation | MbufFlags.TxUdpSegmentation;

    /// <summary>Most bytes of headers, outer Ethernet to inner transport, that a device is trusted with (C-065, C-071).</summary>
    public const uint MostHeaders = 256;

    /// <summary>Translates a request.</summary>
    /// <param name="kind">What is asked for.</param>
    /// <param name="frame">Where the headers lie.</param>
    /// <param name="inner4">Whether the tenant's packet is IPv4.</param>
    /// <param name="l3">Bytes of the tenant's IP header.</param>
    /// <param name="l4">Bytes of its transport header.</param>
    /// <param name="segment">Payload of a segment, or 0.</param>
    /// <param name="port">What the port does to such frames: its set for NVGRE or the one for plain frames.</param>
    /// <param name="flags">Flags to set in the mbuf.</param>
    /// <param name="lengths">Its <c>tx_offload</c>.</param>
    /// <returns>Whether the port does it; else the twin does.</returns>
    public static bool TryTranslate(
        OffloadKind kind, OffloadFrame frame, bool inner4, uint l3, uint l4, uint segment, PortOffloads port, out MbufFlags flags, out ulong lengths)
    {
        PortOffloads needed = Needed(kind, inner4);
        bool own = (port & PortOffloads.OwnIp4) != 0;
        needed &= own ? ~PortOffloads.Ip4 : ~PortOffloads.None;
        bool cut = kind is OffloadKind.TcpSegments or OffloadKind.UdpSegments, flat = (port & PortOffloads.Flat) != 0;
        if (frame.IsTunnel)
        {
            needed |= frame.IsOuter4 ? PortOffloads.Outer4 : PortOffloads.Outer6;
            needed |= cut && frame.IsOuter4 ? PortOffloads.OuterIp4 : PortOffloads.None;
        }

        // What is missing of a flat device is a way to tell it of two headers that change with each segment.
        if (needed == PortOffloads.None || (port & needed) != needed || (frame.IsTunnel && flat && (cut || frame.L3 > 127))
            || frame.L3 + l3 + l4 > MostHeaders)
        {
            flags = MbufFlags.None;
            lengths = 0;
            return false;
        }

        flags = (inner4 ? MbufFlags.TxIPv4 : MbufFlags.TxIPv6) | kind switch
        {
            OffloadKind.TcpChecksum => MbufFlags.TxTcpChecksum,
            OffloadKind.UdpChecksum => MbufFlags.TxUdpChecksum,
            OffloadKind.TcpSegments => MbufFlags.TxTcpSegmentation | MbufFlags.TxTcpChecksum,
            _ => MbufFlags.TxUdpSegmentation | MbufFlags.TxUdpChecksum,
        };
        if (cut && inner4 && !own)
        {
            flags |= MbufFlags.TxIpChecksum; // every segment has a length and an id of its own
        }

        if (!frame.IsTunnel || flat)
        {
            lengths = Mbuf.PackTxOffload((int)frame.L3, (int)l3, (int)l4, (int)segment);
            return true;
        }

        // The outer IPv4 sum is right already unless the device cuts.
        flags |= frame.IsOuter4 ? MbufFlags.TxOuterIPv4 | (cut ? MbufFlags.TxOuterIpChecksum : MbufFlags.None) : MbufFlags.TxOuterIPv6;
        flags |= (port & PortOffloads.TunnelIp) != 0 ? MbufFlags.TxTunnelIp : MbufFlags.TxTunnelGre;
        lengths = Mbuf.PackTxOffload(
            GreHeader.Size + EthernetHeader.Size, (int)l3, (int)l4, (int)segment, (int)frame.OuterL3, (int)frame.OuterL2);
        return true;
    }

    // C-038: segmentation is nothing without the checksums that go with it.
    private static PortOffloads Needed(OffloadKind kind, bool inner4) => kind switch
    {
        OffloadKind.TcpChecksum => inner4 ? PortOffloads.Tcp4 : PortOffloads.Tcp6,
        OffloadKind.UdpChecksum => inner4 ? PortOffloads.Udp4 : PortOffloads.Udp6,
        OffloadKind.TcpSegments => inner4 ? PortOffloads.Tso4 | PortOffloads.Tcp4 | PortOffloads.Ip4 : PortOffloads.Tso6 | PortOffloads.Tcp6,
        OffloadKind.UdpSegments => inner4 ? PortOffloads.Uso4 | PortOffloads.Udp4 | PortOffloads.Ip4 : PortOffloads.Uso6 | PortOffloads.Udp6,
        _ => PortOffloads.None,
    };
}
