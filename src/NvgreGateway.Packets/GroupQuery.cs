using System.Buffers.Binary;
using System.Net;

namespace NvgreGateway.Packets;

/// <summary>A membership query of IGMP (RFC 3376 section 4.1) or MLD (RFC 3810 section 5.1), of any version.</summary>
public readonly record struct GroupQuery
{
    private const int IgmpSize = 8, IgmpV3Size = 12, MldSize = 24, MldV2Size = 28;
    private const ulong Millisecond = 1_000_000;

    /// <summary>IGMP: 1 to 3; MLD: 1 or 2.</summary>
    public required int Version { get; init; }

    /// <summary>The group asked for; null: every group.</summary>
    public required IPAddress? Group { get; init; }

    /// <summary>Sources asked for; none: all.</summary>
    public required IReadOnlyList<IPAddress> Sources { get; init; }

    /// <summary>The latest time for an answer, nanoseconds.</summary>
    public required ulong MaxResponse { get; init; }

    /// <summary>The querier's robustness; 0 = not said.</summary>
    public required int Robustness { get; init; }

    /// <summary>The querier's interval, seconds; 0 = not said.</summary>
    public required int IntervalSeconds { get; init; }

    /// <summary>Reads a packet.</summary>
    /// <param name="packet">IPv4 or IPv6 and what follows; may hold anything.</param>
    /// <param name="query">The query.</param>
    /// <returns>What it is.</returns>
    public static GroupQueryResult Read(ReadOnlySpan<byte> packet, out GroupQuery query)
    {
        query = default;
        return packet.Length == 0 ? GroupQueryResult.Short : packet[0] >> 4 == 4 ? ReadIgmp(packet, ref query) : ReadMld(packet, ref query);
    }

    private static GroupQueryResult ReadIgmp(ReadOnlySpan<byte> packet, ref GroupQuery query)
    {
        int header = (packet[0] & 0xF) * 4;
        int total = packet.Length < Ipv4Header.Size ? 0 : BinaryPrimitives.ReadUInt16BigEndian(packet[2..]);
        if (header < Ipv4Header.Size || total > packet.Length || total - header < IgmpSize)
        {
            return GroupQueryResult.Short;
        }

        ReadOnlySpan<byte> igmp = packet[header..total];
        if (!InternetChecksum.IsValid(InternetChecksum.Add(0, igmp)))
        {
            return GroupQueryResult.BadChecksum;
        }

        if (igmp[0] != GroupPackets.IgmpQuery || igmp.Length is > IgmpSize and < IgmpV3Size)
        {
            return GroupQueryResult.Other; // RFC 3376 section 7.1: other lengths are to be ignored
        }

        int version = igmp.Length >= IgmpV3Size ? 3 : igmp[1] == 0 ? 1 : 2;
        uint code = igmp[1];
        uint tenths = version == 1 ? 100 : version == 2 || code < 128 ? code : ((code & 0xF) | 0x10) << (int)(((code >> 4) & 7) + 3);
        var sources = new List<IPAddress>();
        if (version == 3 && !ReadSources(igmp[IgmpV3Size..], BinaryPrimitives.ReadUInt16BigEndian(igmp[10..]), 4, sources))
        {
            return GroupQueryResult.Short;
        }

        query = new GroupQuery
        {
            Version = version,
            Group = GroupOf(igmp.Slice(4, 4)),
            Sources = sources,
            MaxResponse = tenths * 100 * Millisecond,
            Robustness = version == 3 ? igmp[8] & 7 : 0,
            IntervalSeconds = version == 3 ? Interval(igmp[9]) : 0,
        };
        return GroupQueryResult.Query;
    }

    private static GroupQueryResult ReadMld(ReadOnlySpan<byte> packet, ref GroupQuery query)
    {
        int end = packet.Length < Ipv6Header.Size ? 0 : Ipv6Header.Size + BinaryPrimitives.ReadUInt16BigEndian(packet[4..]);
        if (end == 0 || end > packet.Length)
        {
            return GroupQueryResult.Short;
        }

        // RFC 3810 section 6.2: hop limit 1, a link-local source and the Router Alert option, or it is ignored.
        int at = Ipv6Header.Size;
        bool alert = packet[6] == IpProtocol.HopByHop && end >= at + 8 && HasAlert(packet[at..end], out at);
        Ipv6Address source = Ipv6Address.FromBytes(packet[8..]);
        if (!alert || packet[7] != 1 || !source.IsLinkLocal)
        {
            return GroupQueryResult.Other;
        }

        ReadOnlySpan<byte> mld = packet[(Ipv6Header.Size + at)..end];
        if (mld.Length < MldSize)
        {
            return GroupQueryResult.Short;
        }

        ulong sum = InternetChecksum.PseudoHeader(source, Ipv6Address.FromBytes(packet[24..]), IpProtocol.Icmpv6, (uint)mld.Length);
        if (!InternetChecksum.IsValid(InternetChecksum.Add(sum, mld)))
        {
            return GroupQueryResult.BadChecksum;
        }

        if (mld[0] != IcmpHeader.ListenerQuery6 || mld.Length is > MldSize and < MldV2Size)
        {
            return GroupQueryResult.Other;
        }

        int version = mld.Length >= MldV2Size ? 2 : 1;
        uint code = BinaryPrimitives.ReadUInt16BigEndian(mld[4..]);
        uint milliseconds = version == 1 || code < 32768 ? code : ((code & 0xFFF) | 0x1000) << (int)(((code >> 12) & 7) + 3);
        var sources = new List<IPAddress>();
        if (version == 2 && !ReadSources(mld[MldV2Size..], BinaryPrimitives.ReadUInt16BigEndian(mld[26..]), 16, sources))
        {
            return GroupQueryResult.Short;
        }

        query = new GroupQuery
        {
            Version = version,
            Group = GroupOf(mld.Slice(8, 16)),
            Sources = sources,
            MaxResponse = milliseconds * Millisecond,
            Robustness = version == 2 ? mld[24] & 7 : 0,
            IntervalSeconds = version == 2 ? Interval(mld[25]) : 0,
        };
        return GroupQueryResult.Query;
    }

    // The hop-by-hop header, which MLD alone follows; its length in bytes comes back.
    private static bool HasAlert(ReadOnlySpan<byte> options, out int length)
    {
        length = (options[1] + 1) * 8;
        if (options[0] != IpProtocol.Icmpv6 || length > options.Length)
        {
            return false;
        }

        for (int at = 2; at < length;)
        {
            if (options[at] == 0)
            {
                at++; // Pad1
                continue;
            }

            if (at + 1 >= length || at + 2 + options[at + 1] > length)
            {
                return false;
            }

            if (options[at] == 5 && options[at + 1] == 2)
            {
                return true;
            }

            at += 2 + options[at + 1];
        }

        return false;
    }

    private static bool ReadSources(ReadOnlySpan<byte> from, int count, int size, List<IPAddress> sources)
    {
        if (from.Length < count * size)
        {
            return false;
        }

        for (int i = 0; i < count; i++)
        {
            sources.Add(new IPAddress(from.Slice(i * size, size)));
        }

        return true;
    }

    private static IPAddress? GroupOf(ReadOnlySpan<byte> address) => address.IndexOfAnyExcept((byte)0) < 0 ? null : new IPAddress(address);

    private static int Interval(byte code) => code < 128 ? code : ((code & 0xF) | 0x10) << (((code >> 4) & 7) + 3);
}
