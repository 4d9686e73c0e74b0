using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text;
using NvgreGateway.Packets;

namespace NvgreGateway.Control.Tracing;

/// <summary>The headers of a frame in a line, for people. Reads no further than the bytes given, whatever they are.</summary>
public static class FrameSummary
{
    private const ushort Ipv4 = 0x0800, Ipv6 = 0x86DD, Arp = 0x0806, TransparentEthernet = 0x6558;

    /// <summary>Tells a frame.</summary>
    /// <param name="frame">Its first bytes.</param>
    /// <returns>For example <c>02:00:.. &gt; 02:00:.., VLAN 100, IPv4 10.0.0.1 &gt; 10.0.0.2 UDP 1000 &gt; 53</c>.</returns>
    public static string Of(ReadOnlySpan<byte> frame)
    {
        var text = new StringBuilder();
        Ethernet(text, frame);
        return text.ToString();
    }

    /// <summary>The outer IP and GRE headers of a frame.</summary>
    /// <param name="frame">Its first bytes.</param>
    /// <returns>For example <c>IPv4 192.0.2.1 &gt; 192.0.2.2 DSCP 0 ECN 0 TTL 64, GRE VSID 5001 FlowID 0x4d</c>; empty when it has none.</returns>
    public static string Outer(ReadOnlySpan<byte> frame)
    {
        int at = 12;
        ushort type = TypeAt(frame, ref at);
        if (!Network(frame, at, type, out IPAddress source, out IPAddress destination, out byte protocol, out int next, out byte traffic, out byte hops))
        {
            return "";
        }

        string text = string.Create(
            CultureInfo.InvariantCulture,
            $"{(type == Ipv4 ? "IPv4" : "IPv6")} {source} > {destination} DSCP {traffic >> 2} ECN {traffic & 3} {(type == Ipv4 ? "TTL" : "hop limit")} {hops}");
        if (type == Ipv6)
        {
            text += $" flow label 0x{BinaryPrimitives.ReadUInt32BigEndian(frame[at..]) & 0xFFFFF:x5}";
        }

        return protocol == IpProtocol.Gre && frame.Length >= next + 8 ? $"{text}, {Gre(frame, next, out _)}" : text;
    }

    /// <summary>The traffic class of the IP packet at an offset, or null when there is none.</summary>
    /// <param name="frame">The first bytes of a frame.</param>
    /// <param name="l3">Where the packet begins; its EtherType stands in the two bytes before.</param>
    /// <returns>TOS byte or traffic class.</returns>
    internal static byte? TrafficClass(ReadOnlySpan<byte> frame, int l3)
    {
        if (l3 < 2 || frame.Length < l3 + 2)
        {
            return null;
        }

        return BinaryPrimitives.ReadUInt16BigEndian(frame[(l3 - 2)..]) switch
        {
            Ipv4 => frame[l3 + 1],
            Ipv6 => (byte)(BinaryPrimitives.ReadUInt16BigEndian(frame[l3..]) >> 4),
            _ => null,
        };
    }

    /// <summary>The MSS option of the TCP SYN in the innermost packet, or null when it is none.</summary>
    /// <param name="frame">The first bytes of a frame, NVGRE or not.</param>
    /// <returns>Bytes.</returns>
    internal static int? Mss(ReadOnlySpan<byte> frame)
    {
        while (true)
        {
            int at = 12;
            ushort type = TypeAt(frame, ref at);
            if (!Network(frame, at, type, out _, out _, out byte protocol, out int next, out _, out _))
            {
                return null;
            }

            if (protocol == IpProtocol.Gre && frame.Length >= next + 8)
            {
                Gre(frame, next, out int payload);
                if (payload == 0 || payload >= frame.Length)
                {
                    return null;
                }

                frame = frame[payload..];
                continue;
            }

            if (next == 0 || protocol != 6 || frame.Length < next + 20 || (frame[next + 13] & 2) == 0)
            {
                return null;
            }

            int end = Math.Min(frame.Length, next + ((frame[next + 12] >> 4) * 4));
            for (int i = next + 20; i + 1 < end && frame[i] != 0;)
            {
                if (frame[i] == 1)
                {
                    i++;
                    continue;
                }

                if (frame[i] == 2 && i + 3 < end)
                {
                    return BinaryPrimitives.ReadUInt16BigEndian(frame[(i + 2)..]);
                }

                i += Math.Max(2, (int)frame[i + 1]);
            }

            return null;
        }
    }

    private static void Ethernet(StringBuilder text, ReadOnlySpan<byte> frame)
    {
        if (frame.Length < 14)
        {
            text.Append(CultureInfo.InvariantCulture, $"{frame.Length} bytes, no Ethernet header");
            return;
        }

        text.Append(CultureInfo.InvariantCulture, $"{MacAddress.FromBytes(frame[6..12])} > {MacAddress.FromBytes(frame[..6])}");
        int at = 12;
        ushort type = BinaryPrimitives.ReadUInt16BigEndian(frame[12..]);
        while (IsTag(type) && frame.Length >= at + 6)
        {
            ushort tci = BinaryPrimitives.ReadUInt16BigEndian(frame[(at + 2)..]);
            text.Append(CultureInfo.InvariantCulture, $", VLAN {tci & 0xFFF}");
            if (tci >> 13 != 0)
            {
                text.Append(CultureInfo.InvariantCulture, $" PCP {tci >> 13}");
            }

            at += 4;
            type = BinaryPrimitives.ReadUInt16BigEndian(frame[at..]);
        }

        at += 2;
        if (type == Arp && frame.Length >= at + 28)
        {
            ReadOnlySpan<byte> arp = frame[at..];
            string sender = new IPAddress(arp[14..18]).ToString(), target = new IPAddress(arp[24..28]).ToString();
            text.Append(BinaryPrimitives.ReadUInt16BigEndian(arp[6..]) == 1 ? $", ARP who has {target}, tell {sender}" : $", ARP {sender} is at {MacAddress.FromBytes(arp[8..14])}");
            return;
        }

        if (!Network(frame, at, type, out IPAddress source, out IPAddress destination, out byte protocol, out int next, out _, out _))
        {
            text.Append(type < 0x600 ? ", LLC" : string.Create(CultureInfo.InvariantCulture, $", EtherType 0x{type:x4}"));
            return;
        }

        text.Append(CultureInfo.InvariantCulture, $", {(type == Ipv4 ? "IPv4" : "IPv6")} {source} > {destination}");
        if (protocol == IpProtocol.Gre && frame.Length >= next + 4)
        {
            text.Append(", ").Append(Gre(frame, next, out int payload));
            if (payload != 0 && payload < frame.Length)
            {
                text.Append(" [");
                Ethernet(text, frame[payload..]);
                text.Append(']');
            }

            return;
        }

        Transport(text, frame, protocol, next);
    }

    private static void Transport(StringBuilder text, ReadOnlySpan<byte> frame, byte protocol, int at)
    {
        string name = protocol switch { 1 => "ICMP", 2 => "IGMP", 6 => "TCP", 17 => "UDP", 58 => "ICMPv6", 132 => "SCTP", _ => string.Create(CultureInfo.InvariantCulture, $"protocol {protocol}") };
        text.Append(' ').Append(name);
        if (at == 0 || frame.Length < at + 4)
        {
            return;
        }

        if (protocol is 6 or 17 or 132)
        {
            text.Append(CultureInfo.InvariantCulture, $" {BinaryPrimitives.ReadUInt16BigEndian(frame[at..])} > {BinaryPrimitives.ReadUInt16BigEndian(frame[(at + 2)..])}");
            if (protocol == 6 && frame.Length > at + 13 && (frame[at + 13] & 2) != 0)
            {
                text.Append(" SYN");
            }
        }
        else if (protocol is 1 or 58)
        {
            text.Append(CultureInfo.InvariantCulture, $" type {frame[at]} code {frame[at + 1]}");
        }
    }

    private static string Gre(ReadOnlySpan<byte> frame, int at, out int payload)
    {
        payload = 0;
        ushort flags = BinaryPrimitives.ReadUInt16BigEndian(frame[at..]), protocol = BinaryPrimitives.ReadUInt16BigEndian(frame[(at + 2)..]);
        int key = at + 4 + ((flags & 0x8000) != 0 ? 4 : 0), end = key + ((flags & 0x2000) != 0 ? 4 : 0) + ((flags & 0x1000) != 0 ? 4 : 0);
        if ((flags & 0x2000) == 0 || protocol != TransparentEthernet || frame.Length < key + 4)
        {
            return string.Create(CultureInfo.InvariantCulture, $"GRE flags 0x{flags:x4} protocol 0x{protocol:x4}");
        }

        payload = end;
        uint word = BinaryPrimitives.ReadUInt32BigEndian(frame[key..]);
        return string.Create(CultureInfo.InvariantCulture, $"GRE VSID {word >> 8} FlowID 0x{word & 0xFF:x2}");
    }

    private static ushort TypeAt(ReadOnlySpan<byte> frame, ref int at)
    {
        ushort type = frame.Length < at + 2 ? (ushort)0 : BinaryPrimitives.ReadUInt16BigEndian(frame[at..]);
        while (IsTag(type) && frame.Length >= at + 6)
        {
            at += 4;
            type = BinaryPrimitives.ReadUInt16BigEndian(frame[at..]);
        }

        at += 2;
        return type;
    }

    private static bool IsTag(ushort type) => type is 0x8100 or 0x88A8 or 0x9100 or 0x9200;

    // Where the transport header begins; 0 in a later fragment.
    private static bool Network(
        ReadOnlySpan<byte> frame, int at, ushort type, out IPAddress source, out IPAddress destination, out byte protocol, out int next, out byte traffic, out byte hops)
    {
        source = destination = IPAddress.Any;
        protocol = traffic = hops = 0;
        next = 0;
        if (type == Ipv4 && frame.Length >= at + 20)
        {
            ReadOnlySpan<byte> ip = frame[at..];
            source = new IPAddress(ip[12..16]);
            destination = new IPAddress(ip[16..20]);
            protocol = ip[9];
            traffic = ip[1];
            hops = ip[8];
            next = (BinaryPrimitives.ReadUInt16BigEndian(ip[6..]) & 0x1FFF) != 0 ? 0 : at + ((ip[0] & 0xF) * 4);
            protocol = next == 0 && protocol == IpProtocol.Gre ? (byte)255 : protocol;
            return true;
        }

        if (type == Ipv6 && frame.Length >= at + 40)
        {
            ReadOnlySpan<byte> ip = frame[at..];
            source = new IPAddress(ip[8..24]);
            destination = new IPAddress(ip[24..40]);
            protocol = ip[6];
            traffic = (byte)(BinaryPrimitives.ReadUInt16BigEndian(ip) >> 4);
            hops = ip[7];
            next = at + 40;
            return true;
        }

        return false;
    }
}
