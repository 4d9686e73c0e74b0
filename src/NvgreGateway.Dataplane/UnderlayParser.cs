using System.Runtime.CompilerServices;
using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Dataplane;

/// <summary>
/// All rules for a packet from the underlay, in their order: for everything that is not plain, good NVGRE
/// (<see cref="UnderlayInput"/>). Outcomes: an accepted <see cref="OuterHeader"/>; handed to control (ARP, ND, ICMP, IGMP, MLD), or to the
/// exception port (<see cref="ExceptionStage"/>); drops of the stages Port / L2, Outer IP, GRE and NVGRE, and <c>drop.arp.invalid</c>.
/// </summary>
internal static unsafe class UnderlayParser
{
    private const ulong Broadcast = Wire.MacMask;

    // 33-33-00-00-00-01, all nodes, as it loads.
    private const ulong AllNodesMac = 0x0100_0000_3333;

    /// <summary>Extension headers that are walked at most, bytes (B-015).</summary>
    private const uint MaxExtensions = 256;

    // UDP ports that are told apart (B-080).
    private const uint VxlanPort = 4789;
    private const uint GreInUdpPort = 4754;
    private const uint GreInUdpDtlsPort = 4755;

    private const byte LooseSourceRoute = 131;
    private const byte StrictSourceRoute = 137;

    /// <summary>Looks at a packet; unless it is accepted, its account is ended.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="portIndex">The underlay port.</param>
    /// <param name="m">The packet, prepared; still the caller's only if it is accepted.</param>
    /// <param name="outer">What was found.</param>
    /// <returns>Whether it is accepted NVGRE.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static bool Parse(WorkerContext* w, uint portIndex, Mbuf* m, out OuterHeader outer)
    {
        outer = default;
        PortEntry* port = w->PortEntries + portIndex;
        DropReason reason = Layer2(w, port, portIndex, m, out uint l3Offset, out ushort type);
        if (reason == DropReason.None)
        {
            switch (type)
            {
                case Wire.Ipv4:
                    reason = Ipv4(w, portIndex, m, l3Offset, ref outer, out bool consumed);
                    if (consumed)
                    {
                        return false;
                    }

                    break;
                case Wire.Ipv6:
                    reason = Ipv6(w, portIndex, m, l3Offset, ref outer, out consumed);
                    if (consumed)
                    {
                        return false;
                    }

                    break;
                case 0x0608: // ARP
                    ArpPacket* arp = (ArpPacket*)(m->Data + l3Offset);
                    if (m->PktLen - l3Offset >= ArpPacket.Size && arp->IsIpv4OverEthernet)
                    {
                        Punting.Frame(w, PuntClass.Neighbor, m, portIndex, l3Offset);
                        return false;
                    }

                    reason = DropReason.ArpInvalid;
                    break;
                default:
                    reason = DropReason.L2Ethertype;
                    break;
            }
        }

        if (reason != DropReason.None)
        {
            if (ExceptionStage.Takes(port, reason))
            {
                ExceptionStage.Send(w, m, portIndex);
            }
            else if (reason != DropReason.SegmentDown || !IsOwnProbe(w, m, portIndex, in outer))
            {
                Accounting.Drop(w, m, reason, portIndex, outer.Segment, outer.Peer);
            }

            return false;
        }

        return true;
    }

    // E-073: a segment that is blocked for a loop still sees whether there is one.
    private static bool IsOwnProbe(WorkerContext* w, Mbuf* m, uint portIndex, in OuterHeader outer)
    {
        byte* inner = m->Data + outer.Offset;
        return outer.Offset + EthernetHeader.Size <= m->DataLen
            && LoopStage.Takes(w, m, inner + EthernetHeader.Size, Wire.Load64(inner + 4) >> 16, outer.Segment, 0, portIndex);
    }

    private static DropReason Layer2(WorkerContext* w, PortEntry* port, uint portIndex, Mbuf* m, out uint l3Offset, out ushort type)
    {
        byte* p = m->Data;
        uint length = m->PktLen;
        l3Offset = EthernetHeader.Size;
        type = 0;
        if (length < EthernetHeader.Size)
        {
            return DropReason.L2Runt;
        }

        type = Wire.Load16(p + 12);
        bool tagged = Wire.IsTag(type);
        uint vid = 0;
        if (tagged)
        {
            if (length < EthernetHeader.Size + VlanTag.Size)
            {
                return DropReason.L2Runt;
            }

            vid = Wire.Big16(p + 14) & 0xFFF;
        }

        if (length > port->MaxFrame)
        {
            return DropReason.L2Oversize;
        }

        ushort tpid = type;
        if (tagged)
        {
            type = Wire.Load16(p + 16);
            l3Offset += VlanTag.Size;
        }

        ulong destination = Wire.Load64(p) & Wire.MacMask;
        if (destination != port->Mac && !IsJoined(w, portIndex, destination) && !(destination == Broadcast && type == 0x0608))
        {
            return DropReason.L2NotForUs; // A-056; a bridge group is not joined either
        }

        // the configured VLAN and nothing else; without one untagged or priority-tagged.
        bool vlanFits = port->OuterVlan == 0 ? vid == 0 : tagged && tpid == Wire.Vlan && vid == port->OuterVlan;
        if (!vlanFits)
        {
            return DropReason.L2OuterVlan;
        }

        return DropReason.None; // a second tag is an EtherType that is not served here
    }

    // All nodes, the solicited-node groups of the port's link-local address and of each IPv6 PA of it, and those of its PA groups.
    private static bool IsJoined(WorkerContext* w, uint portIndex, ulong destination)
    {
        PortEntry* port = w->PortEntries + portIndex;
        if ((port->Flags & PortFlags.HasGroups) != 0 && w->Snapshot.GroupOf(GroupKey.JoinedMac | portIndex, destination, 0) != null)
        {
            return true;
        }

        if ((ushort)destination != 0x3333)
        {
            return false;
        }

        if ((port->Flags & PortFlags.HasIpv6) != 0 && destination == (0xFF_3333 | (port->Mac >> 24 << 24)))
        {
            return true;
        }

        LocalAddress* a = w->Snapshot.LocalAddresses;
        for (uint i = 0; i < w->Snapshot.Header->LocalAddressCount; i++)
        {
            // 33-33-ff and the last three bytes of the address.
            if (a[i].Family == 6 && a[i].Port == portIndex
                && (destination == AllNodesMac || destination == (0xFF_3333 | (a[i].Low >> 40 << 24))))
            {
                return true;
            }
        }

        return false;
    }

    private static DropReason Ipv4(WorkerContext* w, uint portIndex, Mbuf* m, uint l3Offset, ref OuterHeader outer, out bool consumed)
    {
        consumed = false;
        byte* ip = m->Data + l3Offset;
        uint available = m->PktLen - l3Offset;
        if (available != 0 && ip[0] >> 4 != 4)
        {
            return DropReason.IpVersion;
        }

        uint header = available == 0 ? 0 : (ip[0] & 0xFu) * 4;
        if (available < Ipv4Header.Size || header < Ipv4Header.Size || header > available || !OptionsParse(ip, header, out bool sourceRoute))
        {
            return DropReason.IpHdr;
        }

        uint total = Wire.Big16(ip + 2);
        if (total < header || total > available)
        {
            return DropReason.IpLen;
        }

        if (!InternetChecksum.IsValid(InternetChecksum.Add(0, ip, header)))
        {
            return DropReason.IpCksum;
        }

        uint source = Wire.Load32(ip + 12), destination = Wire.Load32(ip + 16);
        bool igmp = ip[9] == IpProtocol.Igmp && (w->PortEntries[portIndex].Flags & PortFlags.HasGroups) != 0, toGroup = false;
        if (!w->Snapshot.IsLocal4(destination))
        {
            toGroup = GroupStage.Listens(w, portIndex, destination, 0, igmp);
            if (!toGroup)
            {
                return DropReason.IpNotLocal;
            }
        }

        if (sourceRoute)
        {
            return DropReason.IpOptions;
        }

        if ((Wire.Big16(ip + 6) & Ipv4Header.FragmentMask) != 0)
        {
            return DropReason.IpFragment;
        }

        if (IsMartian4(w, source) && !(igmp && source == 0)) // a snooping switch without an address asks from none (RFC 4541 section 2.1.1)
        {
            return DropReason.IpMartian;
        }

        switch (ip[9])
        {
            case IpProtocol.Gre:
                outer.Tos = ip[1];
                DropReason reason = Gre(w, m, l3Offset + header, l3Offset + total, ref outer);
                if (reason != DropReason.None)
                {
                    return reason;
                }

                return Sender(w, w->Snapshot.PeerOf4(outer.Segment, source), ip[8], ref outer);
            case IpProtocol.Icmp when !toGroup: // RFC 1122 section 3.2.2.6: nobody need answer what all were asked
            case IpProtocol.Igmp when igmp:
                Punting.Frame(w, PuntClass.Icmp, m, portIndex, l3Offset);
                consumed = true;
                return DropReason.None;
            default:
                CountIgnored(w, ip[9], ip + header, total - header);
                return DropReason.IpProto;
        }
    }

    // B-019: options are skipped unless they route; a list that runs past the header does not parse.
    private static bool OptionsParse(byte* ip, uint header, out bool sourceRoute)
    {
        sourceRoute = false;
        for (uint at = Ipv4Header.Size; at < header;)
        {
            byte kind = ip[at];
            if (kind == 0)
            {
                return true;
            }

            if (kind == 1)
            {
                at++;
                continue;
            }

            if (at + 1 >= header || ip[at + 1] < 2 || at + ip[at + 1] > header)
            {
                return false;
            }

            sourceRoute |= kind is LooseSourceRoute or StrictSourceRoute;
            at += ip[at + 1];
        }

        return true;
    }

    // group, broadcast, loopback, unspecified, or an address of our own.
    private static bool IsMartian4(WorkerContext* w, uint source)
    {
        uint first = (byte)source;
        if (first >= 224 || first == 127 || source == 0 || w->Snapshot.IsLocal4(source))
        {
            return true;
        }

        LocalAddress* a = w->Snapshot.LocalAddresses;
        for (uint i = 0; i < w->Snapshot.Header->LocalAddressCount; i++)
        {
            if (a[i].Family == 4 && a[i].PrefixLength < 31)
            {
                uint address = (uint)a[i].High;
                uint hosts = System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(uint.MaxValue >> a[i].PrefixLength);
                if (source == (address | hosts))
                {
                    return true; // broadcast of a subnet of ours
                }
            }
        }

        return false;
    }

    private static void CountIgnored(WorkerContext* w, byte protocol, byte* l4, uint length)
    {
        if (protocol != IpProtocol.Udp || length < 4)
        {
            return;
        }

        uint port = Wire.Big16(l4 + 2);
        if (port == VxlanPort)
        {
            Accounting.Count(w, CounterId.RxVxlanIgnored);
        }
        else if (port is GreInUdpPort or GreInUdpDtlsPort)
        {
            Accounting.Count(w, CounterId.RxGreInUdpIgnored);
        }
    }

    private static DropReason Ipv6(WorkerContext* w, uint portIndex, Mbuf* m, uint l3Offset, ref OuterHeader outer, out bool consumed)
    {
        consumed = false;
        byte* ip = m->Data + l3Offset;
        uint available = m->PktLen - l3Offset;
        if (available != 0 && ip[0] >> 4 != 6)
        {
            return DropReason.IpVersion;
        }

        if (available < Ipv6Header.Size)
        {
            return DropReason.IpHdr;
        }

        // The chain is walked within the frame: whether it lies within the payload length is asked after the length itself.
        uint end = Ipv6Header.Size + Wire.Big16(ip + 4);
        bool walks = Walk(ip, Math.Min(end, available), out byte protocol, out uint at, out bool fragment);
        if (!walks)
        {
            return DropReason.IpHdr;
        }

        if (end > available)
        {
            return DropReason.IpLen;
        }

        ulong sourceHigh = Wire.Load64(ip + 8), sourceLow = Wire.Load64(ip + 16);
        ulong high = Wire.Load64(ip + 24), low = Wire.Load64(ip + 32);
        bool icmp = protocol == IpProtocol.Icmpv6 && !fragment && at < end;
        bool neighbor = icmp && ip[at] is >= IcmpHeader.RouterSolicitation6 and <= IcmpHeader.NeighborAdvertisement6;
        bool toGroup = false;
        if (!w->Snapshot.IsLocal6(high, low) && !(neighbor && IsJoined6(w, portIndex, high, low)))
        {
            toGroup = GroupStage.Listens(w, portIndex, high, low, icmp && IsMembership(ip[at]));
            if (!toGroup)
            {
                return DropReason.IpNotLocal;
            }
        }

        if (fragment)
        {
            return DropReason.IpFragment; // also an atomic one
        }

        bool solicitation = neighbor && ip[at] == IcmpHeader.NeighborSolicitation6;
        bool unspecified = (sourceHigh | sourceLow) == 0;
        if ((byte)sourceHigh == 0xFF || (unspecified && !solicitation) || (sourceHigh == 0 && sourceLow == 1ul << 56)
            || w->Snapshot.IsLocal6(sourceHigh, sourceLow))
        {
            return DropReason.IpMartian;
        }

        if (protocol == IpProtocol.Gre)
        {
            outer.Tos = (Wire.Big16(ip) >> 4) & 0xFF;
            DropReason reason = Gre(w, m, l3Offset + at, l3Offset + end, ref outer);
            return reason != DropReason.None
                ? reason
                : Sender(w, w->Snapshot.PeerOf6(outer.Segment, sourceHigh, sourceLow), ip[7], ref outer);
        }

        if (protocol == IpProtocol.Icmpv6 && (!toGroup || (icmp && IsMembership(ip[at]))))
        {
            Punting.Frame(w, neighbor ? PuntClass.Neighbor : PuntClass.Icmp, m, portIndex, l3Offset);
            consumed = true;
            return DropReason.None;
        }

        CountIgnored(w, protocol, ip + at, end - at);
        return DropReason.IpProto;
    }

    private static bool IsMembership(byte type) => type is >= IcmpHeader.ListenerQuery6 and <= IcmpHeader.ListenerDone6 or IcmpHeader.ListenerReport6;

    // B-015. False: a chain that is cut short, longer than 256 bytes, or routes on. A Fragment header ends it.
    private static bool Walk(byte* ip, uint end, out byte protocol, out uint at, out bool fragment)
    {
        protocol = ip[6];
        at = Ipv6Header.Size;
        fragment = false;
        while (protocol is IpProtocol.HopByHop or IpProtocol.Routing or IpProtocol.DestinationOptions or IpProtocol.Mobility
            or IpProtocol.HostIdentity or IpProtocol.Shim6 or IpProtocol.Fragment)
        {
            if (at + 8 > end)
            {
                return false;
            }

            if (protocol == IpProtocol.Fragment)
            {
                fragment = true;
                return true;
            }

            uint size = (ip[at + 1] + 1u) * 8;
            if (at + size > end || at + size - Ipv6Header.Size > MaxExtensions || (protocol == IpProtocol.Routing && ip[at + 3] != 0))
            {
                return false;
            }

            protocol = ip[at];
            at += size;
        }

        return true;
    }

    // Where ND alone is taken besides the PAs (E-063): the port's link-local address, which is made from its MAC (RFC 4291
    // appendix A), ff02::1, and the solicited-node groups of the port's addresses.
    private static bool IsJoined6(WorkerContext* w, uint portIndex, ulong high, ulong low)
    {
        PortEntry* port = w->PortEntries + portIndex;
        if ((port->Flags & PortFlags.HasIpv6) != 0)
        {
            ulong mac = port->Mac, last = mac >> 24 << 40;
            if ((high == 0x80FE && low == (((mac & 0xFF_FFFF) ^ 2) | 0xFE_FF00_0000 | last)) || (high == 0x02FF && low == (0xFF_0100_0000ul | last)))
            {
                return true;
            }
        }

        if (high != 0x02FF)
        {
            return false;
        }

        LocalAddress* a = w->Snapshot.LocalAddresses;
        for (uint i = 0; i < w->Snapshot.Header->LocalAddressCount; i++)
        {
            // ff02::1:ffXX:XXXX: bytes 8-15 are 00 00 00 01 ff and the last three of the address.
            if (a[i].Family == 6 && a[i].Port == portIndex
                && (low == 1ul << 56 || low == (0xFF_0100_0000ul | (a[i].Low >> 40 << 40))))
            {
                return true;
            }
        }

        return false;
    }

    // WIRE-FORMAT 1.2, and the VSID.
    private static DropReason Gre(WorkerContext* w, Mbuf* m, uint at, uint end, ref OuterHeader outer)
    {
        if (end - at < GreHeader.Size)
        {
            return DropReason.GreTruncated;
        }

        byte* gre = m->Data + at;
        uint flags = Wire.Big16(gre), type = Wire.Big16(gre + 2);
        if ((flags & GreHeader.VersionMask) != 0)
        {
            return DropReason.GreVersion;
        }

        if ((flags & GreHeader.ReservedMask) != 0)
        {
            return DropReason.GreReserved;
        }

        if (type != EtherType.TransparentEthernet)
        {
            CountProtocol(w, type);
            return DropReason.GreProto;
        }

        uint key = 4, header = GreHeader.Size;
        if ((flags & (GreHeader.ChecksumPresent | GreHeader.SequencePresent)) != 0)
        {
            DropReason reason = LenientStage.Check(w, m, at, end, flags, out key, out header);
            if (reason != DropReason.None)
            {
                return reason;
            }
        }

        if ((flags & GreHeader.KeyPresent) == 0)
        {
            return DropReason.GreNoKey;
        }

        uint vsid = Wire.Big32(gre + key) >> 8;
        if (Vsid.IsReserved(vsid))
        {
            return DropReason.VsidReserved;
        }

        if (Vsid.IsVendor(vsid))
        {
            return DropReason.VsidVendor;
        }

        outer.Segment = w->Snapshot.SegmentOf(vsid);
        if (outer.Segment == 0)
        {
            return DropReason.VsidUnknown;
        }

        outer.Offset = at + header;
        outer.Length = end - outer.Offset;
        return (w->Segments[outer.Segment].Flags & SegmentFlags.Up) == 0 ? DropReason.SegmentDown : DropReason.None;
    }

    private static DropReason Sender(WorkerContext* w, uint peer, uint ttl, ref OuterHeader outer)
    {
        outer.Peer = peer;
        if (peer == 0)
        {
            return DropReason.PeerUnknown;
        }

        PeerEntry* entry = w->Peers + peer;
        if (ttl < entry->MinTtl)
        {
            return DropReason.IpTtlMin; // B-055
        }

        if ((entry->Flags & PeerFlags.Up) == 0 || (w->PeerStates[peer] & (byte)PlaceStates.Down) != 0)
        {
            return DropReason.PeerDown;
        }

        return outer.Length < EthernetHeader.Size ? DropReason.InnerShort : DropReason.None;
    }

    // B-007: a bounded table; its last row is "any other".
    private static void CountProtocol(WorkerContext* w, uint type)
    {
        var rows = (GreProtocolCount*)w->Stats->GreProtocols;
        for (int i = 0; i < WorkerStatistics.GreProtocolRows - 1; i++)
        {
            if (rows[i].Type == 0)
            {
                rows[i].Type = type | 0x1_0000;
            }

            if (rows[i].Type == (type | 0x1_0000))
            {
                rows[i].Packets++;
                return;
            }
        }

        rows[WorkerStatistics.GreProtocolRows - 1].Type = 0x1_0000;
        rows[WorkerStatistics.GreProtocolRows - 1].Packets++;
    }
}
