using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;
using NvgreGateway.Control.Configuration;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Control.Tables;

/// <summary>
/// Writes a snapshot: flat arrays behind a header, every outer header prepared so that workers copy it and patch what varies
/// (WIRE-FORMAT 1.1). Writes only into the slot that it is given.
/// </summary>
internal static unsafe class SnapshotBuilder
{
    private const int Align = 64;
    private const int VlanMapBytes = 4096 * 4;
    private const int VsidTopBytes = 4096 * 2;
    private const int VsidLeafBytes = 4096 * 2;
    private const ushort Tpid = 0x8100;
    private const int GreBytes = 8;
    private const int EthernetBytes = 14;

    /// <summary>Builds a snapshot.</summary>
    /// <param name="plan">The configuration with its ids.</param>
    /// <param name="slot">Where to: a slot that no worker looks at.</param>
    /// <param name="capacity">Bytes of the slot.</param>
    /// <param name="generation">Its generation.</param>
    /// <exception cref="TablesException">It is too big; nothing was written.</exception>
    internal static void Build(TablePlan plan, Snapshot slot, uint capacity, ulong generation)
    {
        var layout = new Layout(plan);
        if (layout.Header.Bytes > capacity)
        {
            throw new TablesException(
                $"the tables of this configuration take {layout.Header.Bytes} bytes and the running gateway has room for {capacity}: start it anew with this configuration");
        }

        Unsafe.InitBlockUnaligned(slot.Header, 0, (uint)layout.Header.Bytes);
        *slot.Header = layout.Header;
        slot.Header->Generation = generation;
        slot.Header->ConfigurationDigest = RunningCopy.DigestOf(plan.Configuration.ToJson());
        slot.Header->HoldLimit = (uint)plan.Configuration.Neighbors.Hold;
        slot.Header->AcceptChecksum = (byte)(plan.Configuration.Lenient.Checksum ? 1 : 0);
        slot.Header->AcceptSequence = (byte)(plan.Configuration.Lenient.Sequence ? 1 : 0);
        WritePorts(plan, slot, layout);
        WriteLocalAddresses(plan, slot);
        WriteRouterMacs(plan, slot);
        WriteUnused(plan, slot);
        uint member = 0, leaf = 0, paths = layout.Paths;
        foreach (TablePlan.SegmentPlan segment in plan.Segments)
        {
            WriteSegment(plan, segment, slot, ref member);
            MapVsid(segment, slot, ref leaf);
            foreach (TablePlan.AttachmentPlan attachment in segment.Attachments)
            {
                WriteAttachment(plan, segment, attachment, slot);
            }

            foreach (TablePlan.PeerPlan peer in segment.Peers)
            {
                WritePeer(plan, segment, peer, slot, ref paths);
            }

            foreach (TablePlan.PeerPlan group in segment.Groups)
            {
                WritePeer(plan, segment, group, slot, ref paths);
            }
        }
    }

    private static void WritePorts(TablePlan plan, Snapshot slot, Layout layout)
    {
        for (int i = 0; i < plan.Configuration.Ports.Count; i++)
        {
            PortConfiguration port = plan.Configuration.Ports[i];
            PortEntry* entry = slot.Ports + i;
            entry->Flags = PortFlags.Valid | (plan.Configuration.Workers is { Spread: not SpreadMode.Off, Cores.Count: > 1 } ? PortFlags.MaySpread : 0)
                | ((plan.Sampled >> i & 1) != 0 ? PortFlags.Sampled : 0);
            entry->Mtu = (ushort)port.Mtu;
            entry->MaxFrame = (ushort)(port.Mtu + EthernetBytes + (4 * port.MaxTags)); // E-076
            entry->Mac = plan.PortMacs[i].Value;
            entry->VlanMapOffset = layout.VlanMaps[i];
            entry->Tpid = BinaryPrimitives.ReverseEndianness((ushort)port.Tpid);
            WriteStorm(entry->Storm, port.Storm);
            if (i < plan.Offloads.Count)
            {
                entry->Plain = plan.Offloads[i].Plain;
                entry->Nvgre = plan.Offloads[i].Nvgre4;
                entry->Nvgre6 = plan.Offloads[i].Nvgre6;
                entry->Flags |= plan.Offloads[i].TakesRequests ? PortFlags.TakesRequests : PortFlags.None;
                entry->Flags |= plan.Offloads[i].ChecksInner ? PortFlags.ChecksInner : PortFlags.None;
            }

            entry->Flags |= port.SegmentIds == SegmentIds.Short ? PortFlags.ShortIds : PortFlags.None;
            if (port.Role == PortRole.Access)
            {
                entry->Flags |= (port.Mode == PortMode.Access ? PortFlags.AccessMode : 0)
                    | (port.Coalesce && (entry->Plain & (PortOffloads.Tso4 | PortOffloads.Tso6)) != 0 ? PortFlags.Coalesces : 0)
                    | (port.FlushOnTopologyChange ? PortFlags.FlushOnTopologyChange : 0)
                    | (port.Mode == PortMode.Qinq ? PortFlags.Qinq : 0)
                    | (port.Tpid != Tpid ? PortFlags.OtherTpid : 0)
                    | (port.ControlFrames == FramePolicy.Forward ? PortFlags.ForwardControlFrames : 0)
                    | port.Trust switch { TrustMode.Dscp => PortFlags.TrustDscp, TrustMode.Pcp => PortFlags.TrustPcp, _ => 0 };
                continue;
            }

            entry->Flags |= PortFlags.Underlay | PortFlags.TrustDscp; // what one peer sends to another keeps its DSCP
            entry->OuterVlan = (ushort)(port.Vlan ?? 0);
            entry->L3Offset = (byte)(port.Vlan is null ? EthernetBytes : EthernetBytes + 4);
            entry->Ttl = (byte)port.Ttl;
            foreach (InterfaceAddress address in port.Addresses)
            {
                WireAddress wire = WireAddress.From(address.Address);
                if (!wire.IsIpv6 && (entry->Flags & PortFlags.HasIpv4) == 0)
                {
                    entry->Flags |= PortFlags.HasIpv4;
                    entry->FirstAddress4 = (uint)wire.High;
                }
                else if (wire.IsIpv6 && (entry->Flags & PortFlags.HasIpv6) == 0)
                {
                    entry->Flags |= PortFlags.HasIpv6;
                    entry->FirstAddress6High = wire.High;
                    entry->FirstAddress6Low = wire.Low;
                }
            }

            WriteWanted(entry);
            if (port.ExceptionPort is { } name && plan.Configuration.PortNamed(name) is >= 0 and var beside)
            {
                entry->Beside = (uint)beside + 1;
            }
        }

        // Its frames are the underlay's as they are: nothing is joined.
        for (int i = 0; i < plan.Configuration.Ports.Count; i++)
        {
            if ((slot.Ports[i].Flags & PortFlags.Underlay) != 0 && slot.Ports[i].Beside != 0)
            {
                PortEntry* exception = slot.Ports + slot.Ports[i].Beside - 1;
                exception->Beside = (uint)i + 1;
                exception->Flags = (exception->Flags | PortFlags.Exception) & ~PortFlags.Coalesces;
            }
        }
    }

    // What the fixed part of a good outer header looks like; every bit that may vary is masked out.
    private static void WriteWanted(PortEntry* port)
    {
        int l3 = port->L3Offset;
        if ((port->Flags & PortFlags.HasIpv4) != 0)
        {
            WantFront(port, port->Want4, port->Mask4, 0x0800);
            Want(port->Want4, port->Mask4, l3, [0x45], [0xFF]);
            Want(port->Want4, port->Mask4, l3 + 6, [0, 0], [0x3F, 0xFF]); // MF and offset; DF may be either
            Want(port->Want4, port->Mask4, l3 + 9, [47], [0xFF]);
            WantGre(port->Want4, port->Mask4, l3 + 20);
        }

        if ((port->Flags & PortFlags.HasIpv6) != 0)
        {
            WantFront(port, port->Want6, port->Mask6, 0x86DD);
            Want(port->Want6, port->Mask6, l3, [0x60], [0xF0]);
            Want(port->Want6, port->Mask6, l3 + 6, [47], [0xFF]);
            WantGre(port->Want6, port->Mask6, l3 + 40);
        }
    }

    private static void WantFront(PortEntry* port, byte* want, byte* mask, ushort etherType)
    {
        Span<byte> mac = stackalloc byte[MacAddress.Size];
        new MacAddress(port->Mac).CopyTo(mac);
        Want(want, mask, 0, mac, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]);
        if (port->OuterVlan != 0)
        {
            Want(want, mask, 12, [0x81, 0x00, (byte)(port->OuterVlan >> 8), (byte)port->OuterVlan], [0xFF, 0xFF, 0x0F, 0xFF]);
        }

        Want(want, mask, port->L3Offset - 2, [(byte)(etherType >> 8), (byte)etherType], [0xFF, 0xFF]);
    }

    // The word 0x2000 6558 of a good NVGRE frame; bits 6 to 12 are ignored (WIRE-FORMAT 1.2).
    private static void WantGre(byte* want, byte* mask, int at) => Want(want, mask, at, [0x20, 0x00, 0x65, 0x58], [0xFC, 0x07, 0xFF, 0xFF]);

    private static void Want(byte* want, byte* mask, int at, ReadOnlySpan<byte> value, ReadOnlySpan<byte> bits)
    {
        value.CopyTo(new Span<byte>(want + at, value.Length));
        bits.CopyTo(new Span<byte>(mask + at, bits.Length));
    }

    private static void WriteLocalAddresses(TablePlan plan, Snapshot slot)
    {
        LocalAddress* next = slot.LocalAddresses;
        for (int i = 0; i < plan.Configuration.Ports.Count; i++)
        {
            foreach (InterfaceAddress address in plan.Configuration.Ports[i].Addresses)
            {
                WireAddress wire = WireAddress.From(address.Address);
                *next++ = new LocalAddress
                {
                    High = wire.High,
                    Low = wire.Low,
                    Port = (ushort)i,
                    Family = wire.Family,
                    PrefixLength = (byte)address.PrefixLength,
                };
            }
        }
    }

    private static void WriteRouterMacs(TablePlan plan, Snapshot slot)
    {
        var macs = (ulong*)((byte*)slot.Header + slot.Header->RouterMacsOffset);
        foreach (MacAddress mac in plan.RouterMacs)
        {
            macs[slot.Header->RouterMacCount++] = mac.Value;
        }
    }

    // Ids that are not in use keep their generation here, so that a later control process knows it; the rest of the word is 0:
    // no FDB entry, not even a record that is about to go, is taken for one that leads to them.
    private static void WriteUnused(TablePlan plan, Snapshot slot)
    {
        const uint Generation = Place.GenerationMask << Place.GenerationShift;
        for (int id = 1; id < plan.AttachmentPlaces.Length; id++)
        {
            slot.Attachments[id].Place = plan.AttachmentPlaces[id] & Generation;
        }

        for (int id = 1; id < plan.PeerPlaces.Length; id++)
        {
            slot.Peers[id].Place = plan.PeerPlaces[id] & Generation;
        }
    }

    private static void WriteSegment(TablePlan plan, TablePlan.SegmentPlan segment, Snapshot slot, ref uint member)
    {
        SegmentConfiguration c = segment.Configuration;
        SegmentEntry* entry = slot.Segments + segment.Id;
        entry->Flags = SegmentFlags.Valid
            | (c.AdminState == AdminState.Up && !plan.Blocked.Contains(segment.Id) ? SegmentFlags.Up : 0)
            | (c.LoopDetection ? SegmentFlags.LoopDetection : 0)
            | (c.Learning ? SegmentFlags.Learning : 0)
            | (c.UnknownUnicast == UnknownUnicastPolicy.Flood ? SegmentFlags.FloodUnknown : 0)
            | (c.LocalSwitching ? SegmentFlags.LocalSwitching : 0)
            | (c.Arp != ArpMode.Forward ? SegmentFlags.AnswerNeighbors : 0)
            | (c.Arp == ArpMode.Proxy ? SegmentFlags.ProxyNeighbors : 0)
            | (c.StrictArp ? SegmentFlags.StrictNeighbors : 0)
            | (c.Lossless == FramePolicy.Forward ? SegmentFlags.ForwardLossless : 0)
            | (c.RewriteInnerDscp ? SegmentFlags.RewriteInnerDscp : 0)
            | (c.DropBadInnerChecksum ? SegmentFlags.DropBadChecksum : 0)
            | (c.Relay ? SegmentFlags.Relay : 0)
            | (c.Snooping ? SegmentFlags.Snooping : 0)
            | (c.Limits.Action == LimitAction.Drop ? SegmentFlags.LimitDrop : 0)
            | (c.MssClamp ? SegmentFlags.MssClamp : 0)
            | (c.Fragment ? SegmentFlags.Fragment : 0)
            | (c.Router is not null ? SegmentFlags.Router : 0);
        entry->Vsid = (uint)c.Vsid;
        entry->MembersOffset = slot.Header->MembersOffset + (member * 4);
        entry->AttachmentCount = (ushort)segment.Attachments.Length;
        entry->PeerCount = (ushort)segment.Peers.Length;
        WriteStorm(entry->Storm, c.Storm);
        for (int pcp = 0; pcp < 8; pcp++)
        {
            entry->PcpToTos[pcp] = (byte)(c.PcpToDscp[pcp] << 2);
        }

        for (int dscp = 0; dscp < 64; dscp++)
        {
            entry->DscpToPcp[dscp] = c.DscpToPcp[dscp];
        }

        uint* members = slot.Members(entry);
        foreach (TablePlan.AttachmentPlan attachment in segment.Attachments)
        {
            *members++ = attachment.Id;
        }

        foreach (TablePlan.PeerPlan peer in segment.Peers)
        {
            *members++ = peer.Id;
        }

        GroupTableWriter.Write(segment, slot, entry);
        member += (uint)(segment.Attachments.Length + segment.Peers.Length + GroupTableWriter.Members(segment));
    }

    private static void WriteStorm(uint* limits, StormConfiguration c)
    {
        static uint Of(StormRate? rate) => rate is not { } r ? 0 : (uint)r.Value | (r.IsKilobits ? StormLimit.Kilobits : 0);
        limits[(int)CastKind.Broadcast] = Of(c.Broadcast);
        limits[(int)CastKind.Multicast] = Of(c.Multicast);
        limits[(int)CastKind.Unicast] = Of(c.Unknown);
    }

    private static void MapVsid(TablePlan.SegmentPlan segment, Snapshot slot, ref uint leaf)
    {
        uint vsid = (uint)segment.Configuration.Vsid;
        ushort* top = (ushort*)((byte*)slot.Header + slot.Header->VsidTopOffset) + (vsid >> 12);
        if (*top == 0)
        {
            *top = (ushort)++leaf; // leaf 0 stays empty
        }

        ((ushort*)((byte*)slot.Header + slot.Header->VsidLeavesOffset))[(*top * 4096u) + (vsid & 4095)] = (ushort)segment.Id;
    }

    private static void WriteAttachment(TablePlan plan, TablePlan.SegmentPlan segment, TablePlan.AttachmentPlan attachment, Snapshot slot)
    {
        PortConfiguration port = plan.Configuration.Ports[attachment.Port];
        PortEntry* portEntry = slot.Ports + attachment.Port;
        int vlan = attachment.Configuration.Vlan;
        int inner = attachment.Configuration.InnerVlan ?? 0;
        bool native = port.NativeVlan == vlan && inner == 0;
        AttachmentEntry* entry = slot.Attachments + attachment.Id;
        entry->Segment = segment.Id;
        entry->Place = plan.AttachmentPlaces[attachment.Id];
        entry->Port = (ushort)attachment.Port;
        entry->Vlan = (ushort)vlan;
        entry->MaxInnerFrame = (ushort)(port.Mtu + EthernetBytes);
        entry->InnerVlan = (ushort)inner;
        entry->Tags = (byte)(native ? 0 : inner == 0 ? 1 : 2);
        entry->TagsIn = (byte)(inner == 0 ? 1 : 2);
        entry->Tpid = (ushort)port.Tpid;
        entry->TagWord = BinaryPrimitives.ReverseEndianness(((uint)port.Tpid << 16) | (uint)vlan);
        if (inner != 0)
        {
            entry->InnerTagWord = BinaryPrimitives.ReverseEndianness(((uint)Tpid << 16) | (uint)inner);
            slot.AddPair((uint)attachment.Port, (uint)vlan, (uint)inner, attachment.Id);
            return;
        }

        slot.VlanMap(portEntry)[vlan] = attachment.Id;
        if (native)
        {
            portEntry->NativeAttachment = attachment.Id;
        }
    }

    private static void WritePeer(TablePlan plan, TablePlan.SegmentPlan segment, TablePlan.PeerPlan peer, Snapshot slot, ref uint paths)
    {
        PeerConfiguration c = peer.Configuration;
        PeerEntry* entry = slot.Peers + peer.Id;
        bool ipv6 = peer.Address.IsIpv6;
        entry->Segment = segment.Id;
        entry->Place = plan.PeerPlaces[peer.Id];
        entry->KeyBase = (uint)segment.Configuration.Vsid << 8;
        entry->MaxInnerFrame = MaxInnerFrame(plan.Configuration.Ports, peer, plan.LearnedPathMtus.TryGetValue(c.Address, out int learned) ? learned : null);
        entry->FastInnerFrame = PeerEntry.FastFrame(entry->MaxInnerFrame);
        entry->AddressHigh = peer.Address.High;
        entry->AddressLow = peer.Address.Low;
        entry->Flags = (c.AdminState == AdminState.Up ? PeerFlags.Up : 0)
            | (ipv6 ? PeerFlags.Ipv6 : 0)
            | (c.FlowId == FlowIdMode.Hash ? PeerFlags.FlowIdHash : 0)
            | (c.Ecn == EcnMode.Normal ? PeerFlags.EcnNormal : 0)
            | (c.Dscp.Decapsulate == DscpDecapsulationMode.Uniform ? PeerFlags.DscpUniform : 0)
            | (c.AcceptInnerTag ? PeerFlags.AcceptInnerTag : 0)
            | (c.Limits.Action == LimitAction.Drop ? PeerFlags.LimitDrop : 0);
        entry->Dscp = c.Dscp.Encapsulate.Mode switch
        {
            DscpEncapsulationMode.Pcp => DscpMode.Pcp,
            DscpEncapsulationMode.Fixed => DscpMode.Fixed,
            _ => DscpMode.Copy,
        };
        entry->FixedTos = (byte)(c.Dscp.Encapsulate.Value << 2);
        entry->MinTtl = (byte)(c.MinTtl ?? 0);
        WriteTemplate(plan, entry, slot, peer, peer.Hops[0], peer.Sources[0]);
        if (peer.PathBytes > 0)
        {
            WritePaths(plan, entry, slot, peer, ref paths);
        }

        if (peer.IsGroup)
        {
            entry->Flags |= PeerFlags.Group; // and no sender
        }
        else if (ipv6)
        {
            Insert6(slot, segment.Id, peer);
        }
        else
        {
            Insert4(slot, segment.Id, peer);
        }
    }

    /// <summary>
    /// What is left of the path MTU to a peer for the inner frame, its Ethernet header included (A-074, A-141, B-060): by whichever of its
    /// paths leaves least.
    /// </summary>
    internal static ushort MaxInnerFrame(IReadOnlyList<PortConfiguration> ports, TablePlan.PeerPlan peer, int? learned) => (ushort)Math.Max(
        0, peer.Hops.Min(hop => TenantMtu.Toward(ports[hop.Port], peer.Configuration, learned)) + EthernetBytes);

    // Every pair of source and next hop as an entry of its own: a worker that has chosen goes on as with any other peer.
    private static void WritePaths(TablePlan plan, PeerEntry* entry, Snapshot slot, TablePlan.PeerPlan peer, ref uint paths)
    {
        var set = (PathSet*)((byte*)slot.Header + paths);
        paths += (uint)peer.PathBytes;
        set->SourceCount = (uint)peer.Sources.Length;
        set->HopCount = (uint)peer.Hops.Length;
        PeerEntry* next = PathSet.Entries(set);
        for (int s = 0; s < peer.Sources.Length; s++)
        {
            set->SourceSeeds[s] = Seed(peer.Sources[s], []);
            for (int h = 0; h < peer.Hops.Length; h++, next++)
            {
                *next = *entry;
                WriteTemplate(plan, next, slot, peer, peer.Hops[h], peer.Sources[s]);
            }
        }

        for (int h = 0; h < peer.Hops.Length; h++)
        {
            set->HopSeeds[h] = Seed(peer.Hops[h].Key.Address, Encoding.UTF8.GetBytes(plan.Configuration.Ports[peer.Hops[h].Port].Name));
            set->NextHops[h] = peer.Hops[h].Id;
        }

        entry->HeaderLength = 0;
        entry->PathsOffset = (uint)((byte*)set - (byte*)entry);
    }

    private static uint Seed(WireAddress address, ReadOnlySpan<byte> scope)
    {
        Span<byte> bytes = stackalloc byte[address.IsIpv6 ? 16 : 4];
        address.CopyTo(bytes);
        return PathHash.Seed(bytes, scope);
    }

    private static void WriteTemplate(TablePlan plan, PeerEntry* entry, Snapshot slot, TablePlan.PeerPlan peer, TablePlan.HopPlan hop, WireAddress source)
    {
        WireAddress address = peer.Address;
        PortEntry* port = slot.Ports + hop.Port;
        byte ttl = peer.IsGroup ? (byte)plan.Configuration.Ports[hop.Port].MulticastTtl : port->Ttl; // B-054
        entry->Port = (ushort)hop.Port;
        entry->NextHop = hop.Id;
        entry->L3Offset = port->L3Offset;
        entry->HeaderLength = (byte)(port->L3Offset + (address.IsIpv6 ? 40 : 20) + GreBytes);
        entry->ChecksumBase = 0;
        new Span<byte>(entry->Template, 72).Clear();
        var header = new Span<byte>(entry->Template, entry->HeaderLength);
        new MacAddress(port->Mac).CopyTo(header[6..]);
        if (port->OuterVlan != 0)
        {
            BinaryPrimitives.WriteUInt16BigEndian(header[12..], Tpid);
            BinaryPrimitives.WriteUInt16BigEndian(header[14..], port->OuterVlan);
        }

        BinaryPrimitives.WriteUInt16BigEndian(header[(entry->L3Offset - 2)..], (ushort)(address.IsIpv6 ? 0x86DD : 0x0800));
        Span<byte> ip = header[entry->L3Offset..];
        if (address.IsIpv6)
        {
            ip[0] = 0x60;
            ip[6] = 47;
            ip[7] = ttl;
            source.CopyTo(ip[8..24]);
            address.CopyTo(ip[24..40]);
        }
        else
        {
            ip[0] = 0x45;
            ip[6] = 0x40; // DF; the identification may then be anything (RFC 6864)
            ip[8] = ttl;
            ip[9] = 47;
            source.CopyTo(ip[12..16]);
            address.CopyTo(ip[16..20]);
            for (int i = 0; i < 20; i += 2)
            {
                entry->ChecksumBase += BinaryPrimitives.ReadUInt16BigEndian(ip[i..]);
            }
        }

        Span<byte> gre = header[^GreBytes..];
        BinaryPrimitives.WriteUInt32BigEndian(gre, 0x2000_6558);
        BinaryPrimitives.WriteUInt32BigEndian(gre[4..], entry->KeyBase);
    }

    private static void Insert4(Snapshot slot, uint segment, TablePlan.PeerPlan peer)
    {
        var table = (PeerKey4*)((byte*)slot.Header + slot.Header->PeerKeys4Offset);
        ulong key = (uint)peer.Address.High | ((ulong)segment << 32);
        uint i = Snapshot.Hash4(key) & slot.Header->PeerKeys4Mask;
        while (table[i].Peer != 0)
        {
            i = (i + 1) & slot.Header->PeerKeys4Mask;
        }

        table[i] = new PeerKey4 { Key = key, Peer = peer.Id };
    }

    private static void Insert6(Snapshot slot, uint segment, TablePlan.PeerPlan peer)
    {
        var table = (PeerKey6*)((byte*)slot.Header + slot.Header->PeerKeys6Offset);
        uint i = Snapshot.Hash6(segment, peer.Address.High, peer.Address.Low) & slot.Header->PeerKeys6Mask;
        while (table[i].Peer != 0)
        {
            i = (i + 1) & slot.Header->PeerKeys6Mask;
        }

        table[i] = new PeerKey6 { High = peer.Address.High, Low = peer.Address.Low, Segment = segment, Peer = peer.Id };
    }

    /// <summary>Where everything stands; found before anything is written.</summary>
    private sealed class Layout
    {
        internal Layout(TablePlan plan)
        {
            GatewayConfiguration c = plan.Configuration;
            int peers4 = 0, peers6 = 0, members = 0, locals = 0, pairs = 0;
            var leaves = new HashSet<int>();
            foreach (TablePlan.SegmentPlan segment in plan.Segments)
            {
                if (segment.Peers.Length > ushort.MaxValue || segment.Attachments.Length > ushort.MaxValue)
                {
                    throw new TablesException($"segment {segment.Configuration.Name} has {segment.Peers.Length} peers and {segment.Attachments.Length} attachments: at most {ushort.MaxValue} of each");
                }

                int six = segment.Peers.Count(static p => p.Address.IsIpv6);
                peers6 += six;
                peers4 += segment.Peers.Length - six;
                members += segment.Attachments.Length + segment.Peers.Length + GroupTableWriter.Members(segment);
                pairs += segment.Attachments.Count(static a => a.Configuration.InnerVlan is not null);
                leaves.Add(segment.Configuration.Vsid >> 12);
            }

            VlanMaps = new uint[c.Ports.Count];
            SnapshotHeader h = default;
            ulong at = (ulong)sizeof(SnapshotHeader);
            h.PortCount = (uint)c.Ports.Count;
            h.PortsOffset = Take(ref at, (ulong)sizeof(PortEntry) * h.PortCount);
            h.SegmentCount = plan.SegmentIds.Next;
            h.SegmentsOffset = Take(ref at, (ulong)sizeof(SegmentEntry) * h.SegmentCount);
            h.AttachmentCount = plan.AttachmentIds.Next;
            h.AttachmentsOffset = Take(ref at, (ulong)sizeof(AttachmentEntry) * h.AttachmentCount);
            h.PeerCount = plan.PeerIds.Next;
            h.PeersOffset = Take(ref at, (ulong)sizeof(PeerEntry) * h.PeerCount);
            h.VsidTopOffset = Take(ref at, VsidTopBytes);
            h.VsidLeavesOffset = Take(ref at, VsidLeafBytes * (ulong)(leaves.Count + 1));
            uint slots4 = Slots(peers4), slots6 = Slots(peers6);
            h.PeerKeys4Mask = slots4 - 1;
            h.PeerKeys4Offset = Take(ref at, (ulong)sizeof(PeerKey4) * slots4);
            h.PeerKeys6Mask = slots6 - 1;
            h.PeerKeys6Offset = Take(ref at, (ulong)sizeof(PeerKey6) * slots6);
            uint slotsOfPairs = Slots(pairs);
            h.VlanPairsMask = slotsOfPairs - 1;
            h.VlanPairsOffset = Take(ref at, (ulong)sizeof(VlanPairKey) * slotsOfPairs);
            uint slotsOfGroups = Slots(GroupTableWriter.Entries(plan));
            h.GroupKeysMask = slotsOfGroups - 1;
            h.GroupKeysOffset = Take(ref at, (ulong)sizeof(GroupKey) * slotsOfGroups);
            for (int i = 0; i < VlanMaps.Length; i++)
            {
                locals += c.Ports[i].Addresses.Count;
                VlanMaps[i] = c.Ports[i].Role == PortRole.Access ? Take(ref at, VlanMapBytes) : 0;
            }

            h.LocalAddressCount = (uint)locals;
            h.LocalAddressesOffset = Take(ref at, (ulong)sizeof(LocalAddress) * h.LocalAddressCount);
            h.RouterMacsOffset = Take(ref at, 8ul * Exchange.ExchangeLimits.RouterMacs);
            h.MemberCount = (uint)members;
            h.MembersOffset = Take(ref at, 4ul * h.MemberCount);
            ulong paths = (ulong)plan.Segments.Sum(static s => s.Peers.Sum(static p => (long)p.PathBytes));
            Paths = Take(ref at, paths); // behind the peers: they say where by an offset
            h.Bytes = at;
            Header = h;
        }

        internal SnapshotHeader Header { get; }

        /// <summary>Offset of the sets of paths.</summary>
        internal uint Paths { get; }

        /// <summary>Offset of the VLAN map of each access port, by index.</summary>
        internal uint[] VlanMaps { get; }

        // At most half full, so that a search for what is not there ends soon.
        private static uint Slots(int entries) => BitOperations.RoundUpToPowerOf2((uint)Math.Max(1, entries) * 2);

        private static uint Take(ref ulong at, ulong bytes)
        {
            ulong offset = (at + Align - 1) & ~(ulong)(Align - 1);
            at = offset + bytes;
            return checked((uint)offset);
        }
    }
}
