namespace NvgreGateway.Dpdk;

/// <summary>Bits of <see cref="Mbuf.OlFlags"/> (<c>RTE_MBUF_F_*</c>); checked against the shim at start.</summary>
[Flags]
public enum MbufFlags : ulong
{
    /// <summary>Nothing said, nothing asked: a checksum is unknown.</summary>
    None = 0,
    /// <summary>The packet carried an 802.1Q tag, its TCI is in <see cref="Mbuf.VlanTci"/>.</summary>
    RxVlan = 1ul << 0,
    /// <summary><see cref="Mbuf.HashRss"/> is valid.</summary>
    RxRssHash = 1ul << 1,
    /// <summary>L4 checksum bad. Only means so if <see cref="RxL4ChecksumGood"/> is clear: both set mean that no checksum is there but the data is intact.</summary>
    RxL4ChecksumBad = 1ul << 3,
    /// <summary>IPv4 header checksum bad (see <see cref="RxL4ChecksumBad"/> for both set).</summary>
    RxIpChecksumBad = 1ul << 4,
    /// <summary>Outer IPv4 header checksum bad.</summary>
    RxOuterIpChecksumBad = 1ul << 5,
    /// <summary>The tag was removed from the data.</summary>
    RxVlanStripped = 1ul << 6,
    /// <summary>IPv4 header checksum good.</summary>
    RxIpChecksumGood = 1ul << 7,
    /// <summary>L4 checksum good.</summary>
    RxL4ChecksumGood = 1ul << 8,
    /// <summary>Both bits of the L4 verdict: the sum is not in the data, or only in part, and the data is intact. No mask: compare with it.</summary>
    RxL4ChecksumNone = RxL4ChecksumBad | RxL4ChecksumGood,
    /// <summary>The outer of two tags was removed.</summary>
    RxQinqStripped = 1ul << 15,
    /// <summary>The device joined several TCP segments.</summary>
    RxLro = 1ul << 16,
    /// <summary>The packet carried two tags.</summary>
    RxQinq = 1ul << 20,
    /// <summary>Outer L4 checksum bad.</summary>
    RxOuterL4ChecksumBad = 1ul << 21,
    /// <summary>Outer L4 checksum good.</summary>
    RxOuterL4ChecksumGood = 1ul << 22,
    /// <summary>Cut a UDP datagram into datagrams of the segment size; implies <see cref="TxUdpChecksum"/>.</summary>
    TxUdpSegmentation = 1ul << 42,
    /// <summary>Four bits: the tunnel type.</summary>
    TxTunnelMask = 0xful << 45,
    /// <summary>VXLAN tunnel.</summary>
    TxTunnelVxlan = 1ul << 45,
    /// <summary>GRE tunnel, for segmentation or checksums within it.</summary>
    TxTunnelGre = 2ul << 45,
    /// <summary>Any tunnel over IP, where the device offers only that.</summary>
    TxTunnelIp = 0xDul << 45,
    /// <summary>Insert two tags.</summary>
    TxQinq = 1ul << 49,
    /// <summary>Segment TCP; implies <see cref="TxTcpChecksum"/>.</summary>
    TxTcpSegmentation = 1ul << 50,
    /// <summary>Compute the TCP checksum.</summary>
    TxTcpChecksum = 1ul << 52,
    /// <summary>Compute the SCTP checksum.</summary>
    TxSctpChecksum = 2ul << 52,
    /// <summary>Compute the UDP checksum.</summary>
    TxUdpChecksum = 3ul << 52,
    /// <summary>The two bits of the L4 checksum wish.</summary>
    TxL4Mask = 3ul << 52,
    /// <summary>Compute the IPv4 header checksum (the inner one of a tunnel).</summary>
    TxIpChecksum = 1ul << 54,
    /// <summary>The (inner) packet is IPv4.</summary>
    TxIPv4 = 1ul << 55,
    /// <summary>The (inner) packet is IPv6.</summary>
    TxIPv6 = 1ul << 56,
    /// <summary>Insert the tag of <see cref="Mbuf.VlanTci"/>.</summary>
    TxVlan = 1ul << 57,
    /// <summary>Compute the outer IPv4 header checksum.</summary>
    TxOuterIpChecksum = 1ul << 58,
    /// <summary>The outer packet is IPv4.</summary>
    TxOuterIPv4 = 1ul << 59,
    /// <summary>The outer packet is IPv6.</summary>
    TxOuterIPv6 = 1ul << 60,
    /// <summary>The data room is an external buffer.</summary>
    External = 1ul << 61,
    /// <summary>The data room is another mbuf's: a clone.</summary>
    Indirect = 1ul << 62,
}
