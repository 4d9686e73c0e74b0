using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using NvgreGateway.Exchange;

namespace NvgreGateway.Dataplane;

/// <summary>
/// Writes a snapshot and FDB entries by hand, without a configuration: for the warm-up and for tests. What a gateway runs on is built
/// by control; this is a second, independent writer of the same layout.
/// </summary>
internal sealed unsafe class SnapshotSketch
{
    private readonly List<PortEntry> _ports = [];
    private readonly List<LocalAddress> _addresses = [];
    private readonly List<SegmentEntry> _segments = [default];
    private readonly List<AttachmentEntry> _attachments = [default];
    private readonly List<PeerEntry> _peers = [default];
    private readonly List<byte[]> _sources = [[]];

    /// <summary>Packets held for a next hop.</summary>
    public uint HoldLimit { get; set; } = 64;

    /// <summary>Whether a GRE checksum is verified and taken (B-005).</summary>
    public bool AcceptChecksum { get; set; }

    /// <summary>Whether a GRE sequence number is skipped (B-010).</summary>
    public bool AcceptSequence { get; set; }

    /// <summary>Adds a port.</summary>
    public int AddPort(PortFlags flags, ulong mac, ushort mtu = 1500, ushort outerVlan = 0, byte ttl = 64)
    {
        _ports.Add(new PortEntry
        {
            Flags = flags | PortFlags.Valid,
            Mac = mac,
            Mtu = mtu,
            MaxFrame = (ushort)(mtu + ((flags & PortFlags.Qinq) != 0 ? 22 : 18)),
            Tpid = Wire.Vlan,
            OuterVlan = outerVlan,
            L3Offset = (byte)(outerVlan == 0 ? 14 : 18),
            Ttl = ttl,
        });
        return _ports.Count - 1;
    }

    /// <summary>Gives an underlay port an address, 4 or 16 bytes.</summary>
    public void AddAddress(int port, byte[] address, byte prefix)
    {
        PortEntry entry = _ports[port];
        var local = new LocalAddress { High = High(address), Low = Low(address), Port = (ushort)port, Family = Family(address), PrefixLength = prefix };
        _addresses.Add(local);
        if (local.Family == 4 && (entry.Flags & PortFlags.HasIpv4) == 0)
        {
            entry.Flags |= PortFlags.HasIpv4;
            entry.FirstAddress4 = (uint)local.High;
            Want(entry.Want4, entry.Mask4, entry, 0x0800, [(0, 0x45, 0xFF), (6, 0, 0x3F), (7, 0, 0xFF), (9, 47, 0xFF)], 20);
        }
        else if (local.Family == 6 && (entry.Flags & PortFlags.HasIpv6) == 0)
        {
            entry.Flags |= PortFlags.HasIpv6;
            entry.FirstAddress6High = local.High;
            entry.FirstAddress6Low = local.Low;
            Want(entry.Want6, entry.Mask6, entry, 0x86DD, [(0, 0x60, 0xF0), (6, 47, 0xFF)], 40);
        }

        _ports[port] = entry;
    }

    /// <summary>Adds a segment with the class selectors as its maps (E-040).</summary>
    public uint AddSegment(uint vsid, SegmentFlags flags)
    {
        var entry = new SegmentEntry { Flags = flags | SegmentFlags.Valid, Vsid = vsid };
        for (int i = 0; i < 64; i++)
        {
            entry.DscpToPcp[i] = (byte)(i / 8);
            entry.PcpToTos[i / 8] = (byte)(i / 8 * 32);
        }

        _segments.Add(entry);
        return (uint)_segments.Count - 1;
    }

    /// <summary>Adds an attachment; a native one is untagged, one with an inner VLAN has two tags.</summary>
    public uint AddAttachment(uint segment, int port, ushort vlan, bool native = false, ushort innerVlan = 0)
    {
        uint id = (uint)_attachments.Count;
        _attachments.Add(new AttachmentEntry
        {
            Segment = segment,
            Place = Place.OfAttachment(id, 0).Value,
            Port = (ushort)port,
            Vlan = vlan,
            MaxInnerFrame = (ushort)(_ports[port].Mtu + 14),
            InnerVlan = innerVlan,
            Tags = (byte)(native ? 0 : innerVlan == 0 ? 1 : 2),
            TagsIn = (byte)(innerVlan == 0 ? 1 : 2),
            Tpid = BinaryPrimitives.ReverseEndianness(_ports[port].Tpid),
            TagWord = _ports[port].Tpid | ((uint)BinaryPrimitives.ReverseEndianness(vlan) << 16),
            InnerTagWord = innerVlan == 0 ? 0 : BinaryPrimitives.ReverseEndianness(0x8100_0000u | innerVlan),
        });
        if (native)
        {
            PortEntry entry = _ports[port];
            entry.NativeAttachment = id;
            _ports[port] = entry;
        }

        return id;
    }

    /// <summary>Adds a peer, reached from a port's address through a next hop.</summary>
    public uint AddPeer(uint segment, int port, byte[] source, byte[] address, uint nextHop, PeerFlags flags)
    {
        uint id = (uint)_peers.Count;
        bool six = address.Length == 16;
        PortEntry from = _ports[port];
        var entry = new PeerEntry
        {
            NextHop = nextHop,
            KeyBase = _segments[(int)segment].Vsid << 8,
            Segment = segment,
            Place = Place.OfPeer(id, 0).Value,
            Port = (ushort)port,
            MaxInnerFrame = (ushort)(from.Mtu - (six ? 48 : 28)),
            HeaderLength = (byte)(from.L3Offset + (six ? 48 : 28)),
            L3Offset = from.L3Offset,
            Flags = flags | (six ? PeerFlags.Ipv6 : 0),
            AddressHigh = High(address),
            AddressLow = Low(address),
        };
        var h = new Span<byte>(entry.Template, 72);
        BinaryPrimitives.WriteUInt64LittleEndian(h[6..], from.Mac);
        if (from.OuterVlan != 0)
        {
            BinaryPrimitives.WriteUInt32BigEndian(h[12..], 0x8100_0000u | from.OuterVlan);
        }

        BinaryPrimitives.WriteUInt16BigEndian(h[(from.L3Offset - 2)..], (ushort)(six ? 0x86DD : 0x0800));
        Span<byte> ip = h[from.L3Offset..];
        if (six)
        {
            ip[0] = 0x60;
            ip[6] = 47;
            ip[7] = from.Ttl;
            source.CopyTo(ip[8..]);
            address.CopyTo(ip[24..]);
        }
        else
        {
            ip[0] = 0x45;
            ip[6] = 0x40;
            ip[8] = from.Ttl;
            ip[9] = 47;
            source.CopyTo(ip[12..]);
            address.CopyTo(ip[16..]);
            for (int i = 0; i < 20; i += 2)
            {
                entry.ChecksumBase += BinaryPrimitives.ReadUInt16BigEndian(ip[i..]);
            }
        }

        BinaryPrimitives.WriteUInt32BigEndian(h[(entry.HeaderLength - 8)..], 0x2000_6558);
        BinaryPrimitives.WriteUInt32BigEndian(h[(entry.HeaderLength - 4)..], entry.KeyBase);
        _peers.Add(entry);
        return id;
    }

    /// <summary>Changes an entry before it is published.</summary>
    public void Port(int index, Func<PortEntry, PortEntry> change) => _ports[index] = change(_ports[index]);

    /// <summary>Changes an entry before it is published.</summary>
    public void Segment(uint id, Func<SegmentEntry, SegmentEntry> change) => _segments[(int)id] = change(_segments[(int)id]);

    /// <summary>Changes an entry before it is published.</summary>
    public void Attachment(uint id, Func<AttachmentEntry, AttachmentEntry> change) => _attachments[(int)id] = change(_attachments[(int)id]);

    /// <summary>Changes an entry before it is published.</summary>
    public void Peer(uint id, Func<PeerEntry, PeerEntry> change) => _peers[(int)id] = change(_peers[(int)id]);

    /// <summary>Writes the snapshot into the slot that is not in use and publishes it.</summary>
    public void Publish(GatewayMemory memory)
    {
        ulong generation = (memory.Header->Published >> 1) + 1;
        int slot = (int)(generation & 1);
        var header = new SnapshotHeader { Generation = generation, HoldLimit = HoldLimit };
        ulong at = (ulong)sizeof(SnapshotHeader);
        uint Take(ulong bytes)
        {
            ulong begin = at;
            at = (at + bytes + 63) & ~63ul;
            return (uint)begin;
        }

        header.PortCount = (uint)_ports.Count;
        header.PortsOffset = Take((ulong)_ports.Count * (ulong)sizeof(PortEntry));
        header.SegmentCount = (uint)_segments.Count;
        header.SegmentsOffset = Take((ulong)_segments.Count * (ulong)sizeof(SegmentEntry));
        header.AttachmentCount = (uint)_attachments.Count;
        header.AttachmentsOffset = Take((ulong)_attachments.Count * (ulong)sizeof(AttachmentEntry));
        header.PeerCount = (uint)_peers.Count;
        header.PeersOffset = Take((ulong)_peers.Count * (ulong)sizeof(PeerEntry));
        header.VsidTopOffset = Take(8192);
        header.VsidLeavesOffset = Take(8192 * (ulong)_segments.Count);
        uint slots = System.Numerics.BitOperations.RoundUpToPowerOf2((uint)(_peers.Count * 2));
        header.PeerKeys4Offset = Take(slots * (ulong)sizeof(PeerKey4));
        header.PeerKeys4Mask = slots - 1;
        header.PeerKeys6Offset = Take(slots * (ulong)sizeof(PeerKey6));
        header.PeerKeys6Mask = slots - 1;
        header.LocalAddressesOffset = Take((ulong)_addresses.Count * (ulong)sizeof(LocalAddress));
        header.LocalAddressCount = (uint)_addresses.Count;
        header.MembersOffset = Take((ulong)(_attachments.Count + _peers.Count) * 4);
        uint pairs = System.Numerics.BitOperations.RoundUpToPowerOf2((uint)(_attachments.Count * 2));
        header.VlanPairsOffset = Take(pairs * (ulong)sizeof(VlanPairKey));
        header.VlanPairsMask = pairs - 1;
        header.GroupKeysOffset = Take((ulong)sizeof(GroupKey)); // one free entry: no groups
        header.AcceptChecksum = (byte)(AcceptChecksum ? 1 : 0);
        header.AcceptSequence = (byte)(AcceptSequence ? 1 : 0);
        uint maps = Take((ulong)_ports.Count * 16384);
        header.Bytes = at;
        if (at > memory.Limits.SnapshotBytes)
        {
            throw new InvalidOperationException($"the sketch takes {at} bytes of {memory.Limits.SnapshotBytes}");
        }

        Snapshot s = memory.Slot(slot);
        Unsafe.InitBlockUnaligned(s.Header, 0, (uint)at);
        *s.Header = header;
        for (int i = 0; i < _ports.Count; i++)
        {
            PortEntry port = _ports[i];
            port.VlanMapOffset = maps + ((uint)i * 16384);
            s.Ports[i] = port;
        }

        for (int i = 0; i < _addresses.Count; i++)
        {
            s.LocalAddresses[i] = _addresses[i];
        }

        for (int i = 1; i < _attachments.Count; i++)
        {
            s.Attachments[i] = _attachments[i];
            if (_attachments[i].InnerVlan != 0)
            {
                s.AddPair(_attachments[i].Port, _attachments[i].Vlan, _attachments[i].InnerVlan, (uint)i);
                continue;
            }

            s.VlanMap(s.Ports + _attachments[i].Port)[_attachments[i].Vlan] = (uint)i;
        }

        for (int i = 1; i < _peers.Count; i++)
        {
            s.Peers[i] = _peers[i];
            s.Peers[i].FastInnerFrame = PeerEntry.FastFrame(_peers[i].MaxInnerFrame);
            Insert(s, _peers[i], (uint)i);
        }

        WriteSegments(s);
        Volatile.Write(ref memory.Header->Published, (generation << 1) | (uint)slot);
    }

    /// <summary>Puts a MAC into the FDB.</summary>
    public static void AddMac(GatewayMemory memory, uint segment, ulong mac, uint place)
    {
        FdbTable fdb = memory.Fdb;
        ulong key = FdbTable.Key(mac & Wire.MacMask, segment);
        for (FdbBucket* b = fdb.Home(key); ; b++)
        {
            for (int i = 0; i < FdbBucket.Ways; i++)
            {
                if (b->Keys[i] == 0 || b->Keys[i] == key)
                {
                    b->Places[i] = place;
                    b->Keys[i] = key;
                    return;
                }
            }

            b->Overflow = 1;
        }
    }

    private static void Insert(Snapshot s, in PeerEntry peer, uint id)
    {
        if ((peer.Flags & PeerFlags.Ipv6) == 0)
        {
            var table = (PeerKey4*)((byte*)s.Header + s.Header->PeerKeys4Offset);
            ulong key = (uint)peer.AddressHigh | ((ulong)peer.Segment << 32);
            uint i = Snapshot.Hash4(key) & s.Header->PeerKeys4Mask;
            while (table[i].Peer != 0)
            {
                i = (i + 1) & s.Header->PeerKeys4Mask;
            }

            table[i] = new PeerKey4 { Key = key, Peer = id };
        }
        else
        {
            var table = (PeerKey6*)((byte*)s.Header + s.Header->PeerKeys6Offset);
            uint i = Snapshot.Hash6(peer.Segment, peer.AddressHigh, peer.AddressLow) & s.Header->PeerKeys6Mask;
            while (table[i].Peer != 0)
            {
                i = (i + 1) & s.Header->PeerKeys6Mask;
            }

            table[i] = new PeerKey6 { High = peer.AddressHigh, Low = peer.AddressLow, Segment = peer.Segment, Peer = id };
        }
    }

    private static void Want(byte* want, byte* mask, in PortEntry port, ushort type, ReadOnlySpan<(int At, byte Value, byte Mask)> ip, int gre)
    {
        void Set(int at, byte value, byte bits)
        {
            want[at] = value;
            mask[at] = bits;
        }

        for (int i = 0; i < 6; i++)
        {
            Set(i, (byte)(port.Mac >> (8 * i)), 0xFF);
        }

        if (port.OuterVlan != 0)
        {
            Set(12, 0x81, 0xFF);
            Set(13, 0x00, 0xFF);
            Set(14, (byte)(port.OuterVlan >> 8), 0x0F);
            Set(15, (byte)port.OuterVlan, 0xFF);
        }

        Set(port.L3Offset - 2, (byte)(type >> 8), 0xFF);
        Set(port.L3Offset - 1, (byte)type, 0xFF);
        foreach ((int at, byte value, byte bits) in ip)
        {
            Set(port.L3Offset + at, value, bits);
        }

        Set(port.L3Offset + gre, 0x20, 0xFC);
        Set(port.L3Offset + gre + 1, 0x00, 0x07);
        Set(port.L3Offset + gre + 2, 0x65, 0xFF);
        Set(port.L3Offset + gre + 3, 0x58, 0xFF);
    }

    private static byte Family(byte[] address) => (byte)(address.Length == 4 ? 4 : 6);

    private static ulong High(byte[] address) =>
        address.Length == 4 ? BinaryPrimitives.ReadUInt32LittleEndian(address) : BinaryPrimitives.ReadUInt64LittleEndian(address);

    private static ulong Low(byte[] address) => address.Length == 4 ? 0 : BinaryPrimitives.ReadUInt64LittleEndian(address.AsSpan(8));

    private void WriteSegments(Snapshot s)
    {
        uint member = 0;
        ushort leaf = 0;
        for (int i = 1; i < _segments.Count; i++)
        {
            SegmentEntry segment = _segments[i];
            segment.MembersOffset = s.Header->MembersOffset + (member * 4);
            uint* members = (uint*)((byte*)s.Header + segment.MembersOffset);
            for (int a = 1; a < _attachments.Count; a++)
            {
                if (_attachments[a].Segment == i)
                {
                    members[segment.AttachmentCount++] = (uint)a;
                }
            }

            for (int p = 1; p < _peers.Count; p++)
            {
                if (_peers[p].Segment == i)
                {
                    members[segment.AttachmentCount + segment.PeerCount++] = (uint)p;
                }
            }

            member += (uint)(segment.AttachmentCount + segment.PeerCount);
            s.Segments[i] = segment;
            ushort* top = (ushort*)((byte*)s.Header + s.Header->VsidTopOffset) + (segment.Vsid >> 12);
            if (*top == 0)
            {
                *top = ++leaf;
            }

            ((ushort*)((byte*)s.Header + s.Header->VsidLeavesOffset))[(*top * 4096) + (int)(segment.Vsid & 4095)] = (ushort)i;
        }
    }
}
