using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NvgreGateway.Exchange;

/// <summary>
/// A peer as one segment knows it: a (VSID, PA) pair with its prepared outer header. One PA in two segments is two of these.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = 128)]
public unsafe struct PeerEntry
{
    /// <summary>
    /// Ethernet (destination MAC zero: it is the next hop's), optional outer tag, IP and GRE, ready but for destination MAC, TOS or
    /// class and flow label, length, IPv4 checksum (zero here), FlowID and the PCP of an outer tag. The key holds the VSID.
    /// </summary>
    public fixed byte Template[72];

    /// <summary>IPv4: the one's complement sum of the header's 16-bit words in host order, length and TOS 0, not folded.</summary>
    public uint ChecksumBase;

    /// <summary>Next hop id: index of its <see cref="NextHopSlot"/>; of several the first.</summary>
    public uint NextHop;

    /// <summary>VSID shifted left by 8: the key in host order with FlowID 0.</summary>
    public uint KeyBase;

    /// <summary>Segment id; 0 when the id is not in use.</summary>
    public uint Segment;

    /// <summary>Its place with the current flush generation, as an FDB entry holds it.</summary>
    public uint Place;

    /// <summary>Index of the underlay port toward it.</summary>
    public ushort Port;

    /// <summary>
    /// Longest untagged tenant frame that fits toward it: tenant MTU + 14. With <see cref="FastInnerFrame"/> the one word of a
    /// published snapshot that control changes in place, when the path MTU does (B-061, B-063): a worker sees the old or the new value.
    /// </summary>
    public ushort MaxInnerFrame;

    /// <summary>
    /// Bytes of <see cref="Template"/>: 42 or 62, and 4 more with an outer tag. 0 where there are several paths, each with a header of its
    /// own (<see cref="PathSet"/>).
    /// </summary>
    public byte HeaderLength;

    /// <summary>Where the IP header begins in it: 14 or 18.</summary>
    public byte L3Offset;

    /// <summary>What it is and wants.</summary>
    public PeerFlags Flags;

    /// <summary>Where the outer DSCP comes from.</summary>
    public DscpMode Dscp;

    /// <summary>The fixed value as a TOS byte (DSCP shifted left by 2).</summary>
    public byte FixedTos;

    /// <summary>Least outer TTL accepted, 0 = off (B-055).</summary>
    public byte MinTtl;

    /// <summary>
    /// Longest tenant frame that needs no look at what it is: <see cref="MaxInnerFrame"/>, or 0 where IPv6 must not pass because the
    /// path carries no 1280 bytes of it (B-016). What is longer takes the slow path.
    /// </summary>
    public ushort FastInnerFrame;

    /// <summary>
    /// The four bytes from <see cref="HeaderLength"/> to <see cref="Dscp"/> as one word, so that one comparison under
    /// <see cref="UsualMask"/> tells whether a peer is <see cref="Usual"/>.
    /// </summary>
    /// <param name="peer">The peer.</param>
    /// <returns>The word.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint ShapeOf(PeerEntry* peer) => Unsafe.ReadUnaligned<uint>(&peer->HeaderLength);

    /// <summary>The <see cref="ShapeOf"/> of what most peers are: IPv4, no outer tag, up, one path, FlowID by hash, ECN in compatibility mode, DSCP copied.</summary>
    public const uint Usual = UsualHeaderLength | (14u << 8) | ((uint)(PeerFlags.Up | PeerFlags.FlowIdHash) << 16) | ((uint)DscpMode.Copy << 24);

    /// <summary>The bits of <see cref="ShapeOf"/> that count for <see cref="Usual"/>.</summary>
    public const uint UsualMask = 0xFF00_FFFF | ((uint)(PeerFlags.Up | PeerFlags.Ipv6 | PeerFlags.FlowIdHash | PeerFlags.EcnNormal) << 16);

    /// <summary><see cref="HeaderLength"/> of a usual peer: Ethernet, IPv4 and GRE.</summary>
    public const uint UsualHeaderLength = 42;

    /// <summary>The PA: IPv4 in the low 32 bits, else bytes 0-7; as the wire bytes load little-endian.</summary>
    public ulong AddressHigh;

    /// <summary>The PA: IPv6 bytes 8-15, as they load little-endian; 0 for IPv4.</summary>
    public ulong AddressLow;

    /// <summary>Of a peer with several paths: bytes from this entry to its <see cref="PathSet"/>, behind all peers; else 0.</summary>
    public uint PathsOffset;

    /// <summary>Least frame that a path must carry for IPv6 tenants: 1280 and the inner Ethernet header (RFC 8200 section 5, B-016).</summary>
    public const int LeastIpv6Frame = 1280 + 14;

    /// <summary>What <see cref="FastInnerFrame"/> is for a longest tenant frame.</summary>
    /// <param name="maxInnerFrame">Bytes.</param>
    /// <returns>Bytes.</returns>
    public static ushort FastFrame(int maxInnerFrame) => (ushort)(maxInnerFrame < LeastIpv6Frame ? 0 : maxInnerFrame);
}
