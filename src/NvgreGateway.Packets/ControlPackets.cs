using System.Runtime.InteropServices;

namespace NvgreGateway.Packets;

/// <summary>
/// Builds the frames that the control process sends: ARP, neighbour discovery, echo replies. Each writes an untagged
/// Ethernet frame without padding to the front of a buffer of the caller's and returns its length; a tag is put in by
/// <see cref="VlanTag.Insert"/>, padding is the business of the transmit path.
/// </summary>
public static class ControlPackets
{
    /// <summary>Length of an ARP frame without padding.</summary>
    public const int ArpLength = EthernetHeader.Size + ArpPacket.Size;

    /// <summary>Length of a solicitation or advertisement with a link-layer address option.</summary>
    public const int NeighborLength = EthernetHeader.Size + Ipv6Header.Size + NeighborMessage.Size + 8;

    /// <summary>TTL and hop limit of what the gateway originates (E-064).</summary>
    public const byte DefaultTtl = 64;

    private const int OptionLength = 8;

    /// <summary>Asks for the MAC of an IPv4 address (RFC 826, E-063).</summary>
    /// <param name="buffer">At least <see cref="ArpLength"/> bytes.</param>
    /// <param name="senderMac">MAC of the port.</param>
    /// <param name="sender">The gateway's address on that subnet; 0.0.0.0 makes it a probe (RFC 5227).</param>
    /// <param name="target">The address asked for.</param>
    /// <param name="destination">Broadcast when null, or the MAC known so far, to see whether it still answers.</param>
    /// <returns>Length of the frame.</returns>
    public static int ArpRequest(Span<byte> buffer, MacAddress senderMac, Ipv4Address sender, Ipv4Address target, MacAddress? destination = null) =>
        Arp(buffer, destination ?? MacAddress.Broadcast, ArpPacket.Request, senderMac, sender, MacAddress.Zero, target);

    /// <summary>Answers an ARP request.</summary>
    /// <param name="buffer">At least <see cref="ArpLength"/> bytes.</param>
    /// <param name="ownerMac">The MAC asked for; Ethernet source too (E-051).</param>
    /// <param name="owner">The address asked for.</param>
    /// <param name="askerMac">Sender MAC of the request.</param>
    /// <param name="asker">Sender address of the request.</param>
    /// <returns>Length of the frame.</returns>
    public static int ArpReply(Span<byte> buffer, MacAddress ownerMac, Ipv4Address owner, MacAddress askerMac, Ipv4Address asker) =>
        Arp(buffer, askerMac, ArpPacket.Reply, ownerMac, owner, askerMac, asker);

    /// <summary>Announces an address to everybody: an ARP request for the sender's own address (E-060, packet W-21).</summary>
    /// <param name="buffer">At least <see cref="ArpLength"/> bytes.</param>
    /// <param name="mac">MAC of the address.</param>
    /// <param name="address">The address.</param>
    /// <returns>Length of the frame.</returns>
    public static int GratuitousArp(Span<byte> buffer, MacAddress mac, Ipv4Address address) =>
        ArpRequest(buffer, mac, address, address);

    /// <summary>Tells switches where a MAC is: a reverse ARP request of that MAC for itself (RFC 903, E-061, packet W-22).</summary>
    /// <param name="buffer">At least <see cref="ArpLength"/> bytes.</param>
    /// <param name="mac">The MAC.</param>
    /// <returns>Length of the frame.</returns>
    public static int ReverseArp(Span<byte> buffer, MacAddress mac) =>
        Arp(buffer, MacAddress.Broadcast, ArpPacket.ReverseRequest, mac, Ipv4Address.Unspecified, mac, Ipv4Address.Unspecified, EtherType.Rarp);

    /// <summary>Asks for the MAC of an IPv6 address (RFC 4861 section 4.3).</summary>
    /// <param name="buffer">At least <see cref="NeighborLength"/> bytes.</param>
    /// <param name="senderMac">MAC of the port; goes into the source link-layer option.</param>
    /// <param name="sender">The gateway's address on that subnet; <c>::</c> makes it duplicate address detection, without option.</param>
    /// <param name="target">The address asked for.</param>
    /// <param name="destination">
    /// Null to ask its solicited-node group, or the MAC known so far, to see whether it still answers (section 7.3.3).
    /// </param>
    /// <returns>Length of the frame.</returns>
    public static int NeighborSolicitation(Span<byte> buffer, MacAddress senderMac, Ipv6Address sender, Ipv6Address target, MacAddress? destination = null)
    {
        Ipv6Address to = destination is null ? target.SolicitedNode() : target;
        return Neighbor(
            buffer, destination ?? GroupMac.Of(to), senderMac, sender, to, IcmpHeader.NeighborSolicitation6, 0, target,
            NeighborMessage.SourceLinkLayer, sender.IsUnspecified ? null : senderMac);
    }

    /// <summary>Answers a solicitation for an address of the gateway's (RFC 4861 section 7.2.4).</summary>
    /// <param name="buffer">At least <see cref="NeighborLength"/> bytes.</param>
    /// <param name="ownerMac">MAC of the target; Ethernet source and target link-layer option.</param>
    /// <param name="target">The address asked for; also the IPv6 source.</param>
    /// <param name="askerMac">Ethernet source of the solicitation, or its link-layer option.</param>
    /// <param name="asker">IPv6 source of the solicitation; <c>::</c> is answered to all nodes, not as solicited.</param>
    /// <param name="isRouter">The R flag; set for the gateway's own addresses (E-063).</param>
    /// <returns>Length of the frame.</returns>
    public static int NeighborAdvertisement(Span<byte> buffer, MacAddress ownerMac, Ipv6Address target, MacAddress askerMac, Ipv6Address asker, bool isRouter)
    {
        bool toAll = asker.IsUnspecified;
        Ipv6Address to = toAll ? Ipv6Address.AllNodes : asker;
        uint flags = (isRouter ? NeighborMessage.RouterFlag : 0) | NeighborMessage.OverrideFlag | (toAll ? 0 : NeighborMessage.SolicitedFlag);
        return Neighbor(
            buffer, toAll ? GroupMac.Of(to) : askerMac, ownerMac, target, to, IcmpHeader.NeighborAdvertisement6, flags, target,
            NeighborMessage.TargetLinkLayer, ownerMac);
    }

    /// <summary>Announces an address to all nodes without being asked (RFC 4861 section 7.2.6, E-060).</summary>
    /// <param name="buffer">At least <see cref="NeighborLength"/> bytes.</param>
    /// <param name="mac">MAC of the address.</param>
    /// <param name="address">The address.</param>
    /// <param name="isRouter">The R flag.</param>
    /// <returns>Length of the frame.</returns>
    public static int UnsolicitedAdvertisement(Span<byte> buffer, MacAddress mac, Ipv6Address address, bool isRouter) =>
        NeighborAdvertisement(buffer, mac, address, MacAddress.Zero, Ipv6Address.Unspecified, isRouter);

    /// <summary>
    /// Answers an ICMP or ICMPv6 echo request: addresses and MACs swapped, identifier, sequence number, data and TOS or
    /// class kept, TTL 64, DF set (E-064). IPv4 options of the request are left out.
    /// </summary>
    /// <param name="request">The untagged frame as received; padding behind the IP packet is ignored.</param>
    /// <param name="buffer">As long as the request suffices.</param>
    /// <returns>
    /// Length of the reply, or 0 when none is due: not an echo request, cut short, a fragment, a wrong checksum, to or
    /// from a group, broadcast or unspecified address or a group MAC.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">The reply does not fit the buffer.</exception>
    public static int EchoReply(ReadOnlySpan<byte> request, Span<byte> buffer)
    {
        if (!MemoryMarshal.TryRead(request, out EthernetHeader ethernet) || !ethernet.Source.Value.IsUnicast || ethernet.Destination.Value.IsGroup)
        {
            return 0;
        }

        ReadOnlySpan<byte> packet = request[EthernetHeader.Size..];
        if (ethernet.Type.Is(EtherType.Ipv4))
        {
            return EchoReply4(in ethernet, packet, buffer);
        }

        return ethernet.Type.Is(EtherType.Ipv6) ? EchoReply6(in ethernet, packet, buffer) : 0;
    }

    private static int EchoReply4(in EthernetHeader ethernet, ReadOnlySpan<byte> packet, Span<byte> buffer)
    {
        if (!MemoryMarshal.TryRead(packet, out Ipv4Header ip) || ip.Version != 4 || ip.HeaderLength < Ipv4Header.Size
            || ip.TotalLength.ToHost() > packet.Length || ip.TotalLength.ToHost() < ip.HeaderLength + IcmpHeader.Size
            || ip.IsFragment || ip.Protocol != IpProtocol.Icmp
            || !InternetChecksum.IsValid(InternetChecksum.Add(0, packet[..(int)ip.HeaderLength]))
            || IsNoHost(ip.Source) || IsNoHost(ip.Destination))
        {
            return 0;
        }

        ReadOnlySpan<byte> icmp = packet[(int)ip.HeaderLength..ip.TotalLength.ToHost()];
        IcmpHeader header = MemoryMarshal.Read<IcmpHeader>(icmp);
        if (header.Type != IcmpHeader.EchoRequest || header.Code != 0 || !InternetChecksum.IsValid(InternetChecksum.Add(0, icmp)))
        {
            return 0;
        }

        Ipv4Header reply = default;
        reply.VersionIhl = Ipv4Header.PlainVersion;
        reply.Tos = ip.Tos;
        reply.TotalLength = UInt16BigEndian.FromHost((ushort)(Ipv4Header.Size + icmp.Length));
        reply.FlagsOffset = UInt16BigEndian.FromHost(Ipv4Header.DontFragment);
        reply.Ttl = DefaultTtl;
        reply.Protocol = IpProtocol.Icmp;
        reply.Source = ip.Destination;
        reply.Destination = ip.Source;
        reply.Checksum = InternetChecksum.Compute(Bytes(ref reply));

        buffer = WriteEthernet(buffer, ethernet.Source.Value, ethernet.Destination.Value, EtherType.Ipv4);
        MemoryMarshal.Write(buffer, in reply);
        Span<byte> body = buffer.Slice(Ipv4Header.Size, icmp.Length);
        WriteEcho(icmp, body, IcmpHeader.EchoReply, 0);
        return EthernetHeader.Size + Ipv4Header.Size + icmp.Length;
    }

    private static int EchoReply6(in EthernetHeader ethernet, ReadOnlySpan<byte> packet, Span<byte> buffer)
    {
        if (!MemoryMarshal.TryRead(packet, out Ipv6Header ip) || ip.Version != 6 || ip.NextHeader != IpProtocol.Icmpv6
            || ip.PayloadLength.ToHost() > packet.Length - Ipv6Header.Size || ip.PayloadLength.ToHost() < IcmpHeader.Size
            || IsNoHost(ip.Source) || IsNoHost(ip.Destination))
        {
            return 0;
        }

        ReadOnlySpan<byte> icmp = packet.Slice(Ipv6Header.Size, ip.PayloadLength.ToHost());
        IcmpHeader header = MemoryMarshal.Read<IcmpHeader>(icmp);
        ulong pseudo = InternetChecksum.PseudoHeader(ip.Source, ip.Destination, IpProtocol.Icmpv6, (uint)icmp.Length);
        if (header.Type != IcmpHeader.EchoRequest6 || header.Code != 0 || !InternetChecksum.IsValid(InternetChecksum.Add(pseudo, icmp)))
        {
            return 0;
        }

        Ipv6Header reply = default;
        reply.VersionClassLabel = Ipv6Header.FirstWord(ip.TrafficClass, 0);
        reply.PayloadLength = ip.PayloadLength;
        reply.NextHeader = IpProtocol.Icmpv6;
        reply.HopLimit = DefaultTtl;
        reply.Source = ip.Destination;
        reply.Destination = ip.Source;

        buffer = WriteEthernet(buffer, ethernet.Source.Value, ethernet.Destination.Value, EtherType.Ipv6);
        MemoryMarshal.Write(buffer, in reply);
        // The pseudo header is a sum, so swapping the addresses leaves it as it is.
        WriteEcho(icmp, buffer.Slice(Ipv6Header.Size, icmp.Length), IcmpHeader.EchoReply6, pseudo);
        return EthernetHeader.Size + Ipv6Header.Size + icmp.Length;
    }

    private static void WriteEcho(ReadOnlySpan<byte> request, Span<byte> body, byte type, ulong pseudo)
    {
        request.CopyTo(body);
        IcmpHeader header = MemoryMarshal.Read<IcmpHeader>(body);
        header.Type = type;
        header.Checksum = default;
        MemoryMarshal.Write(body, in header);
        header.Checksum = InternetChecksum.Finish(InternetChecksum.Add(pseudo, body));
        MemoryMarshal.Write(body, in header);
    }

    private static bool IsNoHost(Ipv4Address address) =>
        address.IsUnspecified || address.IsMulticast || address.IsBroadcast || address.IsLoopback;

    private static bool IsNoHost(Ipv6Address address) => address.IsUnspecified || address.IsMulticast || address.IsLoopback;

    private static int Arp(
        Span<byte> buffer, MacAddress destination, ushort operation, MacAddress senderMac, Ipv4Address sender, MacAddress targetMac, Ipv4Address target,
        ushort type = EtherType.Arp)
    {
        ArpPacket arp = default;
        arp.HardwareType = UInt16BigEndian.FromHost(ArpPacket.HardwareEthernet);
        arp.ProtocolType = UInt16BigEndian.FromHost(EtherType.Ipv4);
        arp.HardwareLength = MacAddress.Size;
        arp.ProtocolLength = Ipv4Address.Size;
        arp.Operation = UInt16BigEndian.FromHost(operation);
        arp.SenderMac.Value = senderMac;
        arp.SenderAddress = sender;
        arp.TargetMac.Value = targetMac;
        arp.TargetAddress = target;
        MemoryMarshal.Write(WriteEthernet(buffer, destination, senderMac, type), in arp);
        return ArpLength;
    }

    private static int Neighbor(
        Span<byte> buffer, MacAddress destinationMac, MacAddress sourceMac, Ipv6Address source, Ipv6Address destination,
        byte type, uint flags, Ipv6Address target, byte optionType, MacAddress? option)
    {
        int length = NeighborMessage.Size + (option is null ? 0 : OptionLength);
        Span<byte> packet = WriteEthernet(buffer, destinationMac, sourceMac, EtherType.Ipv6);

        Ipv6Header ip = default;
        ip.VersionClassLabel = Ipv6Header.FirstWord(0, 0);
        ip.PayloadLength = UInt16BigEndian.FromHost((ushort)length);
        ip.NextHeader = IpProtocol.Icmpv6;
        ip.HopLimit = NeighborMessage.HopLimit;
        ip.Source = source;
        ip.Destination = destination;
        MemoryMarshal.Write(packet, in ip);

        Span<byte> icmp = packet.Slice(Ipv6Header.Size, length);
        IcmpHeader header = default;
        header.Type = type;
        header.Rest = UInt32BigEndian.FromHost(flags);
        MemoryMarshal.Write(icmp, in header);
        target.CopyTo(icmp[IcmpHeader.Size..]);
        if (option is { } mac)
        {
            icmp[NeighborMessage.Size] = optionType;
            icmp[NeighborMessage.Size + 1] = 1;
            mac.CopyTo(icmp[(NeighborMessage.Size + 2)..]);
        }

        header.Checksum = InternetChecksum.Finish(InternetChecksum.Add(
            InternetChecksum.PseudoHeader(source, destination, IpProtocol.Icmpv6, (uint)length), icmp));
        MemoryMarshal.Write(icmp, in header);
        return EthernetHeader.Size + Ipv6Header.Size + length;
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

    private static Span<byte> Bytes(ref Ipv4Header header) => MemoryMarshal.AsBytes(new Span<Ipv4Header>(ref header));
}
