using System.Runtime.InteropServices;

namespace NvgreGateway.Packets;

/// <summary>
/// A neighbour solicitation or advertisement that passed the checks of RFC 4861 sections 7.1.1 and 7.1.2, with what a
/// receiver needs of it.
/// </summary>
public readonly struct NeighborMessage
{
    /// <summary>Length of either message without options, in bytes.</summary>
    public const int Size = 24;

    /// <summary>Option: MAC of the sender, in solicitations.</summary>
    public const byte SourceLinkLayer = 1;

    /// <summary>Option: MAC of the target, in advertisements.</summary>
    public const byte TargetLinkLayer = 2;

    /// <summary>Hop limit that proves a message was not forwarded.</summary>
    public const byte HopLimit = 255;

    internal const uint RouterFlag = 0x8000_0000;
    internal const uint SolicitedFlag = 0x4000_0000;
    internal const uint OverrideFlag = 0x2000_0000;

    private NeighborMessage(in Ipv6Header ip, bool isSolicitation, uint flags, Ipv6Address target, MacAddress? linkLayer)
    {
        Source = ip.Source;
        Destination = ip.Destination;
        IsSolicitation = isSolicitation;
        IsRouter = !isSolicitation && (flags & RouterFlag) != 0;
        IsSolicited = !isSolicitation && (flags & SolicitedFlag) != 0;
        IsOverride = !isSolicitation && (flags & OverrideFlag) != 0;
        Target = target;
        LinkLayer = linkLayer;
    }

    /// <summary>IPv6 source; <c>::</c> in a solicitation of duplicate address detection.</summary>
    public Ipv6Address Source { get; }

    /// <summary>IPv6 destination.</summary>
    public Ipv6Address Destination { get; }

    /// <summary>True for a solicitation, false for an advertisement.</summary>
    public bool IsSolicitation { get; }

    /// <summary>R of an advertisement: the sender is a router.</summary>
    public bool IsRouter { get; }

    /// <summary>S of an advertisement: it answers a solicitation.</summary>
    public bool IsSolicited { get; }

    /// <summary>O of an advertisement: it may replace a known MAC.</summary>
    public bool IsOverride { get; }

    /// <summary>The address asked for or advertised; never a group.</summary>
    public Ipv6Address Target { get; }

    /// <summary>MAC of the sender (solicitation) or the target (advertisement), when the option is there.</summary>
    public MacAddress? LinkLayer { get; }

    /// <summary>Reads a message. Nothing is taken from a packet that RFC 4861 says to discard silently.</summary>
    /// <param name="packet">From the first byte of the IPv6 header; padding behind the packet is ignored.</param>
    /// <param name="message">The message, when true is returned.</param>
    /// <returns>
    /// False when it is not a neighbour solicitation or advertisement right behind the IPv6 header, is cut short, or
    /// breaks a rule: hop limit 255, checksum, code 0, a target that is no group, options of non-zero length that end
    /// where the packet does; an advertisement to a group that claims to be solicited; a solicitation from <c>::</c>
    /// with a source MAC or to anything but a solicited-node group.
    /// </returns>
    public static bool TryRead(ReadOnlySpan<byte> packet, out NeighborMessage message)
    {
        message = default;
        if (!MemoryMarshal.TryRead(packet, out Ipv6Header ip)
            || ip.Version != 6 || ip.NextHeader != IpProtocol.Icmpv6 || ip.HopLimit != HopLimit
            || ip.PayloadLength.ToHost() < Size || ip.PayloadLength.ToHost() > packet.Length - Ipv6Header.Size)
        {
            return false;
        }

        ReadOnlySpan<byte> icmp = packet.Slice(Ipv6Header.Size, ip.PayloadLength.ToHost());
        IcmpHeader header = MemoryMarshal.Read<IcmpHeader>(icmp);
        bool isSolicitation = header.Type == IcmpHeader.NeighborSolicitation6;
        Ipv6Address target = Ipv6Address.FromBytes(icmp[IcmpHeader.Size..]);
        uint flags = header.Rest.ToHost();
        if ((!isSolicitation && header.Type != IcmpHeader.NeighborAdvertisement6) || header.Code != 0 || target.IsMulticast
            || ip.Source.IsMulticast
            || !InternetChecksum.IsValid(InternetChecksum.Add(
                InternetChecksum.PseudoHeader(ip.Source, ip.Destination, IpProtocol.Icmpv6, (uint)icmp.Length), icmp)))
        {
            return false;
        }

        MacAddress? linkLayer = null;
        for (ReadOnlySpan<byte> options = icmp[Size..]; !options.IsEmpty;)
        {
            int length = options.Length < 2 ? 0 : options[1] * 8;
            if (length == 0 || length > options.Length)
            {
                return false;
            }

            if (options[0] == (isSolicitation ? SourceLinkLayer : TargetLinkLayer) && length == 8)
            {
                linkLayer = MacAddress.FromBytes(options[2..]);
            }

            options = options[length..];
        }

        if (isSolicitation
            ? ip.Source.IsUnspecified && (linkLayer is not null || ip.Destination != target.SolicitedNode())
            : ip.Destination.IsMulticast && (flags & SolicitedFlag) != 0)
        {
            return false;
        }

        message = new NeighborMessage(in ip, isSolicitation, flags, target, linkLayer);
        return true;
    }
}
