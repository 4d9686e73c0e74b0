using System.Buffers.Binary;
using System.Net;

namespace NvgreGateway.Packets;

/// <summary>
/// Builds what a host tells routers of its groups: IGMPv1 to v3 and MLDv1 and v2, each as an untagged Ethernet frame without padding.
/// All go out with TTL 1, and but for IGMPv1 with the Router Alert option (RFC 2113, RFC 2711).
/// </summary>
public static class GroupPackets
{
    /// <summary>IGMP membership query.</summary>
    public const byte IgmpQuery = 0x11;

    /// <summary>IGMPv1 report.</summary>
    public const byte IgmpReportV1 = 0x12;

    /// <summary>IGMPv2 report.</summary>
    public const byte IgmpReportV2 = 0x16;

    /// <summary>IGMPv2 leave.</summary>
    public const byte IgmpLeave = 0x17;

    /// <summary>IGMPv3 report.</summary>
    public const byte IgmpReportV3 = 0x22;

    /// <summary>Bytes before the records of a report, Ethernet included: IPv4 with Router Alert and 8 of IGMP.</summary>
    public const int IgmpHeaders = EthernetHeader.Size + Ipv4WithAlert + 8;

    /// <summary>Bytes before the records of a report, Ethernet included: IPv6, hop-by-hop options and 8 of MLD.</summary>
    public const int MldHeaders = EthernetHeader.Size + Ipv6Header.Size + AlertHeader + 8;

    private const int Ipv4WithAlert = Ipv4Header.Size + 4;
    private const int AlertHeader = 8;
    private const byte InternetControl = 0xC0; // RFC 3376 section 4

    private static readonly Ipv4Address s_allRouters = Ipv4Address.FromHost(0xE000_0002);
    private static readonly Ipv4Address s_allReports = Ipv4Address.FromHost(0xE000_0016);
    private static readonly Ipv6Address s_allRouters6 = Ipv6Address.FromHost(0xFF02_0000_0000_0000, 2);
    private static readonly Ipv6Address s_allReports6 = Ipv6Address.FromHost(0xFF02_0000_0000_0000, 0x16);

    /// <summary>An IGMPv3 report, to 224.0.0.22 (RFC 3376 section 4.2).</summary>
    /// <param name="buffer">At least <see cref="IgmpHeaders"/> and the records.</param>
    /// <param name="mac">MAC of the port.</param>
    /// <param name="source">An address of the port.</param>
    /// <param name="records">The records, of IPv4 groups.</param>
    /// <returns>Length of the frame.</returns>
    public static int IgmpReport(Span<byte> buffer, MacAddress mac, Ipv4Address source, IReadOnlyList<GroupRecord> records)
    {
        ArgumentNullException.ThrowIfNull(records);
        int length = 8 + WriteRecords(buffer[IgmpHeaders..], records);
        Span<byte> igmp = buffer.Slice(EthernetHeader.Size + Ipv4WithAlert, length);
        igmp[..8].Clear();
        igmp[0] = IgmpReportV3;
        BinaryPrimitives.WriteUInt16BigEndian(igmp[6..], (ushort)records.Count);
        return Igmp(buffer, mac, source, s_allReports, igmp, alert: true);
    }

    /// <summary>An IGMPv1 or v2 report, to the group itself (RFC 2236 section 2), or a leave, to 224.0.0.2.</summary>
    /// <param name="buffer">At least <see cref="IgmpHeaders"/> bytes.</param>
    /// <param name="type"><see cref="IgmpReportV1"/>, <see cref="IgmpReportV2"/> or <see cref="IgmpLeave"/>.</param>
    /// <param name="mac">MAC of the port.</param>
    /// <param name="source">An address of the port.</param>
    /// <param name="group">The group.</param>
    /// <returns>Length of the frame.</returns>
    public static int IgmpOld(Span<byte> buffer, byte type, MacAddress mac, Ipv4Address source, Ipv4Address group)
    {
        bool alert = type != IgmpReportV1;
        Span<byte> igmp = buffer.Slice(EthernetHeader.Size + (alert ? Ipv4WithAlert : Ipv4Header.Size), 8);
        igmp.Clear();
        igmp[0] = type;
        group.CopyTo(igmp[4..]);
        return Igmp(buffer, mac, source, type == IgmpLeave ? s_allRouters : group, igmp, alert);
    }

    /// <summary>An MLDv2 report, to ff02::16 (RFC 3810 section 5.2).</summary>
    /// <param name="buffer">At least <see cref="MldHeaders"/> and the records.</param>
    /// <param name="mac">MAC of the port.</param>
    /// <param name="source">The link-local address of the port.</param>
    /// <param name="records">The records, of IPv6 groups.</param>
    /// <returns>Length of the frame.</returns>
    public static int MldReport(Span<byte> buffer, MacAddress mac, Ipv6Address source, IReadOnlyList<GroupRecord> records)
    {
        ArgumentNullException.ThrowIfNull(records);
        int length = 8 + WriteRecords(buffer[MldHeaders..], records);
        Span<byte> mld = buffer.Slice(MldHeaders - 8, length);
        mld[..8].Clear();
        mld[0] = IcmpHeader.ListenerReport6;
        BinaryPrimitives.WriteUInt16BigEndian(mld[6..], (ushort)records.Count);
        return Mld(buffer, mac, source, s_allReports6, mld);
    }

    /// <summary>An MLDv1 report, to the group itself, or a done, to ff02::2 (RFC 2710 section 3).</summary>
    /// <param name="buffer">At least <see cref="MldHeaders"/> and 16 bytes.</param>
    /// <param name="type"><see cref="IcmpHeader.ListenerReportV1"/> or <see cref="IcmpHeader.ListenerDone6"/>.</param>
    /// <param name="mac">MAC of the port.</param>
    /// <param name="source">The link-local address of the port.</param>
    /// <param name="group">The group.</param>
    /// <returns>Length of the frame.</returns>
    public static int MldOld(Span<byte> buffer, byte type, MacAddress mac, Ipv6Address source, Ipv6Address group)
    {
        Span<byte> mld = buffer.Slice(MldHeaders - 8, 8 + Ipv6Address.Size);
        mld.Clear();
        mld[0] = type;
        group.CopyTo(mld[8..]);
        return Mld(buffer, mac, source, type == IcmpHeader.ListenerDone6 ? s_allRouters6 : group, mld);
    }

    private static int WriteRecords(Span<byte> to, IReadOnlyList<GroupRecord> records)
    {
        int at = 0;
        foreach (GroupRecord record in records)
        {
            Span<byte> one = to.Slice(at, record.Size);
            one[0] = (byte)record.Type;
            one[1] = 0;
            BinaryPrimitives.WriteUInt16BigEndian(one[2..], (ushort)record.Sources.Count);
            int next = 4;
            record.Group.TryWriteBytes(one[next..], out int size);
            foreach (IPAddress source in record.Sources)
            {
                next += size;
                source.TryWriteBytes(one[next..], out _);
            }

            at += record.Size;
        }

        return at;
    }

    private static int Igmp(Span<byte> buffer, MacAddress mac, Ipv4Address source, Ipv4Address destination, Span<byte> igmp, bool alert)
    {
        BinaryPrimitives.WriteUInt16BigEndian(igmp[2..], InternetChecksum.Compute(igmp).ToHost());
        Ethernet(buffer, GroupMac.Of(destination), mac, EtherType.Ipv4);
        int header = alert ? Ipv4WithAlert : Ipv4Header.Size;
        Span<byte> ip = buffer.Slice(EthernetHeader.Size, header);
        ip.Clear();
        ip[0] = (byte)(0x40 | (header / 4));
        ip[1] = InternetControl;
        BinaryPrimitives.WriteUInt16BigEndian(ip[2..], (ushort)(header + igmp.Length));
        ip[6] = 0x40; // DF; the identification may then be anything (RFC 6864)
        ip[8] = 1;
        ip[9] = IpProtocol.Igmp;
        source.CopyTo(ip[12..]);
        destination.CopyTo(ip[16..]);
        if (alert)
        {
            BinaryPrimitives.WriteUInt32BigEndian(ip[Ipv4Header.Size..], 0x9404_0000);
        }

        BinaryPrimitives.WriteUInt16BigEndian(ip[10..], InternetChecksum.Compute(ip).ToHost());
        return EthernetHeader.Size + header + igmp.Length;
    }

    private static int Mld(Span<byte> buffer, MacAddress mac, Ipv6Address source, Ipv6Address destination, Span<byte> mld)
    {
        Ethernet(buffer, GroupMac.Of(destination), mac, EtherType.Ipv6);
        Span<byte> ip = buffer.Slice(EthernetHeader.Size, Ipv6Header.Size + AlertHeader);
        ip.Clear();
        ip[0] = 0x60;
        BinaryPrimitives.WriteUInt16BigEndian(ip[4..], (ushort)(AlertHeader + mld.Length));
        ip[6] = IpProtocol.HopByHop;
        ip[7] = 1;
        source.CopyTo(ip[8..]);
        destination.CopyTo(ip[24..]);
        Span<byte> options = ip[Ipv6Header.Size..];
        options[0] = IpProtocol.Icmpv6;
        BinaryPrimitives.WriteUInt32BigEndian(options[2..], 0x0502_0000); // Router Alert: MLD
        options[6] = 1; // PadN of two bytes
        ulong sum = InternetChecksum.Add(InternetChecksum.PseudoHeader(source, destination, IpProtocol.Icmpv6, (uint)mld.Length), mld);
        BinaryPrimitives.WriteUInt16BigEndian(mld[2..], InternetChecksum.Finish(sum).ToHost());
        return EthernetHeader.Size + ip.Length + mld.Length;
    }

    private static void Ethernet(Span<byte> buffer, MacAddress destination, MacAddress source, ushort type)
    {
        destination.CopyTo(buffer);
        source.CopyTo(buffer[6..]);
        BinaryPrimitives.WriteUInt16BigEndian(buffer[12..], type);
    }
}
