using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace NvgreGateway.Packets;

/// <summary>
/// What a host or a router says of multicast groups: IGMPv1 to v3 (RFC 1112, 2236, 3376), MLDv1 and v2 (RFC 2710, 3810), and the hello of
/// PIM (RFC 7761), read as a snooping switch reads them (RFC 4541): by group, whatever the sources.
/// </summary>
public readonly ref struct MembershipMessage
{
    /// <summary>IGMP membership query.</summary>
    public const byte Query4 = 0x11;

    /// <summary>IGMPv1 report.</summary>
    public const byte ReportV1 = 0x12;

    /// <summary>IGMPv2 report.</summary>
    public const byte ReportV2 = 0x16;

    /// <summary>IGMPv2 leave.</summary>
    public const byte Leave4 = 0x17;

    /// <summary>IGMPv3 report.</summary>
    public const byte ReportV3 = 0x22;

    /// <summary>First byte of a PIM hello: version 2, type 0.</summary>
    public const byte PimHello = 0x20;

    /// <summary>Shortest IGMP message.</summary>
    public const int Least4 = 8;

    /// <summary>Shortest MLD message but for an MLDv2 report, which may have 8 bytes.</summary>
    public const int Least6 = 24;

    private const byte RouterAlert = 5;
    private const int RecordHead = 4;
    private readonly ReadOnlySpan<byte> _records;

    private MembershipMessage(ReadOnlySpan<byte> records, byte family, bool fromRouter)
    {
        _records = records;
        Family = family;
        IsFromRouter = fromRouter;
    }

    /// <summary>4 or 6.</summary>
    public byte Family { get; }

    /// <summary>Whether its sender is a querier or a PIM router, to be reached with what members say and what is sent to groups.</summary>
    public bool IsFromRouter { get; }

    // Records are kept as type, three bytes, address, sources: older messages as the one record that says the same.
    private int AddressLength => Family == 4 ? 4 : 16;

    /// <summary>Reads a message. Nothing is taken from one that is broken anywhere (RFC 4541 section 2.1.1).</summary>
    /// <param name="packet">From the first byte of the IP header; padding behind the packet is ignored.</param>
    /// <param name="message">The message, when true is returned.</param>
    /// <returns>
    /// False when it is none of the messages, is cut short or a fragment, has a wrong checksum, or a record that does not end within it; for
    /// MLD also without a hop limit of 1, a Router Alert option, or a source that is link-local, or unspecified in a report (RFC 3590).
    /// </returns>
    public static bool TryRead(ReadOnlySpan<byte> packet, out MembershipMessage message)
    {
        message = default;
        return !packet.IsEmpty && (packet[0] >> 4) switch
        {
            4 => TryRead4(packet, out message),
            6 => TryRead6(packet, out message),
            _ => false,
        };
    }

    /// <summary>Reads the next record.</summary>
    /// <param name="at">Where it begins: 0 first; moved to the one behind it.</param>
    /// <param name="change">What it says.</param>
    /// <param name="group">The wire bytes of its group: 4 or 16.</param>
    /// <returns>False when there is none left.</returns>
    public bool Next(ref int at, out MembershipChange change, out ReadOnlySpan<byte> group)
    {
        change = MembershipChange.None;
        group = default;
        if (at >= _records.Length)
        {
            return false;
        }

        ReadOnlySpan<byte> record = _records[at..];
        int sources = BinaryPrimitives.ReadUInt16BigEndian(record[2..]);
        group = record.Slice(RecordHead, AddressLength);
        change = record[0] switch
        {
            1 or 5 => sources != 0 ? MembershipChange.Join : MembershipChange.None, // includes, allows
            2 or 4 => MembershipChange.Join, // excludes
            3 => sources != 0 ? MembershipChange.Join : MembershipChange.Leave, // changes to include
            _ => MembershipChange.None, // blocks, or unknown (RFC 3376 section 4.2.12)
        };
        at += RecordLength(record, AddressLength);
        return true;
    }

    private static bool TryRead4(ReadOnlySpan<byte> packet, out MembershipMessage message)
    {
        message = default;
        if (!MemoryMarshal.TryRead(packet, out Ipv4Header ip))
        {
            return false;
        }

        int header = (packet[0] & 0xF) * 4, total = BinaryPrimitives.ReadUInt16BigEndian(packet[2..]);
        if (header < Ipv4Header.Size || total > packet.Length || total < header + RecordHead
            || (BinaryPrimitives.ReadUInt16BigEndian(packet[6..]) & Ipv4Header.FragmentMask) != 0
            || !InternetChecksum.IsValid(InternetChecksum.Add(0, packet[..header])))
        {
            return false;
        }

        ReadOnlySpan<byte> body = packet[header..total];
        if (!InternetChecksum.IsValid(InternetChecksum.Add(0, body)))
        {
            return false;
        }

        if (packet[9] == IpProtocol.Pim)
        {
            message = new MembershipMessage(default, 4, fromRouter: true);
            return body[0] == PimHello && !ip.Source.IsUnspecified;
        }

        return packet[9] == IpProtocol.Igmp && body.Length >= Least4 && body[0] switch
        {
            // A query from no address is that of a switch, which need not hear reports (RFC 4541 section 2.1.1).
            Query4 => From(default, 4, !ip.Source.IsUnspecified, out message),
            ReportV1 or ReportV2 => From(One(body.Slice(RecordHead, 4), 2), 4, fromRouter: false, out message),
            Leave4 => From(One(body.Slice(RecordHead, 4), 3), 4, fromRouter: false, out message),
            ReportV3 => Whole(body[8..], BinaryPrimitives.ReadUInt16BigEndian(body[6..]), 4, out message),
            _ => false,
        };
    }

    private static bool TryRead6(ReadOnlySpan<byte> packet, out MembershipMessage message)
    {
        message = default;
        if (!MemoryMarshal.TryRead(packet, out Ipv6Header ip) || ip.PayloadLength.ToHost() > packet.Length - Ipv6Header.Size)
        {
            return false;
        }

        ReadOnlySpan<byte> body = packet.Slice(Ipv6Header.Size, ip.PayloadLength.ToHost());
        byte next = ip.NextHeader;
        bool alert = false;
        if (next == IpProtocol.HopByHop)
        {
            int length = body.Length < 8 ? 0 : (body[1] + 1) * 8;
            if (length == 0 || length > body.Length)
            {
                return false;
            }

            next = body[0];
            alert = HasRouterAlert(body[2..length]);
            body = body[length..];
        }

        if (body.Length < RecordHead || !InternetChecksum.IsValid(InternetChecksum.Add(InternetChecksum.PseudoHeader(ip.Source, ip.Destination, next, (uint)body.Length), body)))
        {
            return false;
        }

        bool linkLocal = packet[8] == 0xFE && (packet[9] & 0xC0) == 0x80;
        if (next == IpProtocol.Pim)
        {
            message = new MembershipMessage(default, 6, fromRouter: true);
            return body[0] == PimHello && linkLocal;
        }

        byte type = body[0];
        if (next != IpProtocol.Icmpv6 || !alert || ip.HopLimit != 1 || body.Length < (type == IcmpHeader.ListenerReport6 ? 8 : Least6)
            || !(linkLocal || (ip.Source.IsUnspecified && type != IcmpHeader.ListenerQuery6)))
        {
            return false;
        }

        return type switch
        {
            IcmpHeader.ListenerQuery6 => From(default, 6, fromRouter: true, out message),
            IcmpHeader.ListenerReportV1 => From(One(body.Slice(8, 16), 2), 6, fromRouter: false, out message),
            IcmpHeader.ListenerDone6 => From(One(body.Slice(8, 16), 3), 6, fromRouter: false, out message),
            IcmpHeader.ListenerReport6 => Whole(body[8..], BinaryPrimitives.ReadUInt16BigEndian(body[6..]), 6, out message),
            _ => false,
        };
    }

    private static bool HasRouterAlert(ReadOnlySpan<byte> options)
    {
        for (int i = 0; i < options.Length;)
        {
            if (options[i] == 0)
            {
                i++; // Pad1
                continue;
            }

            if (i + 1 >= options.Length)
            {
                return false;
            }

            if (options[i] == RouterAlert && options[i + 1] == 2)
            {
                return i + 4 <= options.Length;
            }

            i += 2 + options[i + 1];
        }

        return false;
    }

    private static bool From(ReadOnlySpan<byte> records, byte family, bool fromRouter, out MembershipMessage message)
    {
        message = new MembershipMessage(records, family, fromRouter);
        return true;
    }

    // The record that says what an older message says: exclude nothing, or include nothing.
    private static byte[] One(ReadOnlySpan<byte> group, byte type) => [type, 0, 0, 0, .. group];

    private static bool Whole(ReadOnlySpan<byte> records, int count, byte family, out MembershipMessage message)
    {
        message = default;
        int at = 0, address = family == 4 ? 4 : 16;
        for (; count > 0; count--)
        {
            ReadOnlySpan<byte> record = records[at..];
            if (record.Length < RecordHead + address || RecordLength(record, address) > record.Length)
            {
                return false;
            }

            at += RecordLength(record, address);
        }

        return From(records[..at], family, fromRouter: false, out message);
    }

    private static int RecordLength(ReadOnlySpan<byte> record, int address) =>
        RecordHead + address + (BinaryPrimitives.ReadUInt16BigEndian(record[2..]) * address) + (record[1] * 4);
}
