using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace NvgreGateway.Packets;

/// <summary>
/// ICMP errors to tenants whose packets were too big (B-065, B-066, W-12), with all cases in which none is due (B-070).
/// </summary>
public static class IcmpErrors
{
    /// <summary>Bytes that a buffer for an error needs at most: Ethernet and the least IPv6 MTU (RFC 4443 section 3.2).</summary>
    public const int MaxLength = EthernetHeader.Size + LeastIpv6Mtu;

    private const int LeastIpv6Mtu = 1280;
    private const byte ErrorTos = 0xC0; // internetwork control (RFC 1812 section 4.3.2.5)
    private const int QuotedBytes = 8;

    /// <summary>
    /// Makes "fragmentation needed" (ICMP 3/4) about an IPv4 frame, or "packet too big" (ICMPv6 2) about an IPv6 one, as an untagged
    /// frame back to its sender.
    /// </summary>
    /// <param name="frame">The untagged frame that was too long, at least its headers; perhaps cut short.</param>
    /// <param name="mac">Ethernet source of the error.</param>
    /// <param name="source4">IPv4 source of the error.</param>
    /// <param name="source6">IPv6 source of the error.</param>
    /// <param name="mtu">The MTU to tell.</param>
    /// <param name="buffer">At least <see cref="MaxLength"/> bytes.</param>
    /// <returns>
    /// Length of the error, or 0 when none is due: the frame is not IP, went to a group (but for IPv6), came from a group, loopback
    /// or unspecified address, is a later fragment, or is an ICMP error itself (RFC 1122 section 3.2.2, RFC 4443 section 2.4).
    /// </returns>
    public static int TooBig(ReadOnlySpan<byte> frame, MacAddress mac, Ipv4Address source4, Ipv6Address source6, int mtu, Span<byte> buffer)
    {
        if (!MemoryMarshal.TryRead(frame, out EthernetHeader ethernet))
        {
            return 0;
        }

        ReadOnlySpan<byte> packet = frame[EthernetHeader.Size..];
        if (ethernet.Type.Is(EtherType.Ipv4))
        {
            return ethernet.Destination.Value.IsGroup ? 0 : FragmentationNeeded(in ethernet, packet, mac, source4, mtu, buffer);
        }

        return ethernet.Type.Is(EtherType.Ipv6) ? PacketTooBig(in ethernet, packet, mac, source6, mtu, buffer) : 0;
    }

    private static int FragmentationNeeded(
        in EthernetHeader ethernet, ReadOnlySpan<byte> packet, MacAddress mac, Ipv4Address source, int mtu, Span<byte> buffer)
    {
        if (!MemoryMarshal.TryRead(packet, out Ipv4Header ip) || ip.Version != 4 || ip.HeaderLength < Ipv4Header.Size
            || packet.Length < ip.HeaderLength + QuotedBytes
            || (ip.FlagsOffset.ToHost() & Ipv4Header.OffsetMask) != 0
            || NoHost(ip.Source) || NoHost(ip.Destination)
            || (ip.Protocol == IpProtocol.Icmp && IsError4(packet[(int)ip.HeaderLength])))
        {
            return 0;
        }

        ReadOnlySpan<byte> quoted = packet[..((int)ip.HeaderLength + QuotedBytes)];
        int length = Ipv4Header.Size + IcmpHeader.Size + quoted.Length;
        Ipv4Header error = default;
        error.VersionIhl = Ipv4Header.PlainVersion;
        error.Tos = ErrorTos;
        error.TotalLength = UInt16BigEndian.FromHost((ushort)length);
        error.Ttl = ControlPackets.DefaultTtl;
        error.Protocol = IpProtocol.Icmp;
        error.Source = source;
        error.Destination = ip.Source;
        error.Checksum = InternetChecksum.Compute(MemoryMarshal.AsBytes(new Span<Ipv4Header>(ref error)));

        Span<byte> rest = WriteEthernet(buffer, ethernet.Source.Value, mac, EtherType.Ipv4);
        MemoryMarshal.Write(rest, in error);
        WriteIcmp(rest[Ipv4Header.Size..], IcmpHeader.Unreachable, IcmpHeader.FragmentationNeeded, (uint)mtu, quoted, 0);
        return EthernetHeader.Size + length;
    }

    private static int PacketTooBig(
        in EthernetHeader ethernet, ReadOnlySpan<byte> packet, MacAddress mac, Ipv6Address source, int mtu, Span<byte> buffer)
    {
        if (!MemoryMarshal.TryRead(packet, out Ipv6Header ip) || ip.Version != 6
            || ip.Source.IsUnspecified || ip.Source.IsMulticast || ip.Source.IsLoopback || ip.Destination.IsLoopback || IsSilent6(packet, ip.NextHeader))
        {
            return 0;
        }

        ReadOnlySpan<byte> quoted = packet[..Math.Min(packet.Length, LeastIpv6Mtu - Ipv6Header.Size - IcmpHeader.Size)];
        int length = IcmpHeader.Size + quoted.Length;
        Ipv6Header error = default;
        error.VersionClassLabel = Ipv6Header.FirstWord(0, 0);
        error.PayloadLength = UInt16BigEndian.FromHost((ushort)length);
        error.NextHeader = IpProtocol.Icmpv6;
        error.HopLimit = ControlPackets.DefaultTtl;
        error.Source = source;
        error.Destination = ip.Source;

        Span<byte> rest = WriteEthernet(buffer, ethernet.Source.Value, mac, EtherType.Ipv6);
        MemoryMarshal.Write(rest, in error);
        WriteIcmp(
            rest[Ipv6Header.Size..], IcmpHeader.PacketTooBig6, 0, (uint)mtu, quoted,
            InternetChecksum.PseudoHeader(source, ip.Source, IpProtocol.Icmpv6, (uint)length));
        return EthernetHeader.Size + Ipv6Header.Size + length;
    }

    private static void WriteIcmp(Span<byte> icmp, byte type, byte code, uint rest, ReadOnlySpan<byte> quoted, ulong pseudo)
    {
        icmp = icmp[..(IcmpHeader.Size + quoted.Length)];
        IcmpHeader header = default;
        header.Type = type;
        header.Code = code;
        header.Rest = UInt32BigEndian.FromHost(rest);
        MemoryMarshal.Write(icmp, in header);
        quoted.CopyTo(icmp[IcmpHeader.Size..]);
        header.Checksum = InternetChecksum.Finish(InternetChecksum.Add(pseudo, icmp));
        MemoryMarshal.Write(icmp, in header);
    }

    private static Span<byte> WriteEthernet(Span<byte> buffer, MacAddress destination, MacAddress source, ushort type)
    {
        EthernetHeader header = default;
        header.Destination.Value = destination;
        header.Source.Value = source;
        header.Type = UInt16BigEndian.FromHost(type);
        MemoryMarshal.Write(buffer, in header);
        return buffer[EthernetHeader.Size..];
    }

    private static bool NoHost(Ipv4Address address) => address.IsUnspecified || address.IsMulticast || address.IsBroadcast || address.IsLoopback;

    // Unreachable, source quench, redirect, time exceeded, parameter problem.
    private static bool IsError4(byte type) => type is 3 or 4 or 5 or 11 or 12;

    // An ICMPv6 error (types below 128), a redirect, or a later fragment, behind whatever extension headers.
    private static bool IsSilent6(ReadOnlySpan<byte> packet, byte next)
    {
        const byte Redirect = 137;
        int at = Ipv6Header.Size;
        while (at + 8 <= packet.Length)
        {
            switch (next)
            {
                case IpProtocol.HopByHop or IpProtocol.Routing or IpProtocol.DestinationOptions or IpProtocol.Mobility:
                    next = packet[at];
                    at += (packet[at + 1] + 1) * 8;
                    break;
                case IpProtocol.Fragment:
                    if ((BinaryPrimitives.ReadUInt16BigEndian(packet[(at + 2)..]) & 0xFFF8) != 0)
                    {
                        return true;
                    }

                    next = packet[at];
                    at += 8;
                    break;
                case IpProtocol.Icmpv6:
                    return packet[at] is < 128 or Redirect;
                default:
                    return false;
            }
        }

        return false;
    }
}
