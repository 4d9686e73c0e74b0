using System.Buffers.Binary;
using System.Diagnostics;
using System.Reflection;
using System.Runtime.CompilerServices;
using NvgreGateway.Exchange;

namespace NvgreGateway.Dataplane;

/// <summary>
/// Runs the stages with made-up traffic until the run-time compiler has compiled them for good: mostly known unicast of both families
/// in both directions, as that is what its profile should be made of, and now and then everything that takes a slow path.
/// </summary>
internal static unsafe class WarmUp
{
    // A cold loop reaches its final speed after about half a second (measured); background compilation waits 100 ms at a time. In a
    // process that is confined to one processor the runtime waits ten times as long (measured: hot after 3 to 3.5 s).
    private static readonly TimeSpan s_enough = TimeSpan.FromMilliseconds(Environment.ProcessorCount == 1 ? 4000 : 900);

    private const ulong AccessMac = 0x0101_0000_0002;
    private const ulong UnderlayMac = 0x0102_0000_0002;
    private const ulong HostMac = 0x010A_0000_0002;
    private const ulong RemoteMac = 0x0B00_005D_1500;
    private const ushort Narrow = 14 + 44; // 44 bytes of IP packet: those made here have 46
    private static readonly byte[] s_pa4 = [192, 0, 2, 1];
    private static readonly byte[] s_peer4 = [198, 51, 100, 10];
    private static readonly byte[] s_pa6 = [0x20, 1, 0xD, 0xB8, 0, 0xA, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
    private static readonly byte[] s_peer6 = [0x20, 1, 0xD, 0xB8, 0, 0xB, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10];

    /// <summary>Stages that only some configurations come to: compiled before traffic, but kept out of the profile of the others.</summary>
    private static readonly Type[] s_seldom =
    [
        typeof(Dpdk.Mbuf),
        typeof(ChainCursor),
        typeof(ChainLimit),
        typeof(ChecksumTwin),
        typeof(Coalescing),
        typeof(ExceptionStage),
        typeof(GroupStage),
        typeof(HeaderSplit),
        typeof(LenientStage),
        typeof(Linearization),
        typeof(LoopStage),
        typeof(OffloadFlags),
        typeof(InnerChecksumStage), typeof(LargeBurst), typeof(OffloadInput),
        typeof(OffloadOutput),
        typeof(OffloadRequest),
        typeof(PathChoice),
        typeof(PieceCursor),
        typeof(PriorityStage),
        typeof(RelayStage), typeof(SampleStage),
        typeof(Segmentation),
        typeof(SegmentCut),
        typeof(SegmentTemplate),
        typeof(SharedSegments),
        typeof(SnoopStage),
        typeof(Packets.InternetChecksum),
        typeof(Packets.SpreadHash),
        typeof(ArrivalRing), typeof(SpreadRing),
        typeof(SpreadChange), typeof(SpreadPlan), typeof(SpreadRules), typeof(SpreadStage),
        typeof(StormStage),
        typeof(TenantNeighborStage),
        typeof(TopologyStage),
        typeof(TraceLog),
        typeof(TraceStage),
        typeof(VlanStage),
    ];

    /// <summary>Runs it.</summary>
    public static void Run()
    {
        const BindingFlags All = BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        foreach (MethodBase method in s_seldom.SelectMany(static t => t.GetMethods(All).Concat<MethodBase>(t.GetConstructors(All))).Where(static m => !m.IsGenericMethodDefinition))
        {
            RuntimeHelpers.PrepareMethod(method.MethodHandle);
        }

        using GatewayMemory memory = GatewayMemory.CreatePrivate(ExchangeLimits.For(2, 1, 1, 2, 3, 2, 1024));
        Build(memory);
        using var device = new WarmDevice(Frames());
        using var group = new WorkerGroup(1, [1, 1]);
        var worker = new Worker<SyntheticPorts>(memory, 0, 2, 32, new SyntheticPorts(device), group);
        long begun = Stopwatch.GetTimestamp();
        for (uint round = 0; Stopwatch.GetElapsedTime(begun) < s_enough; round++)
        {
            worker.Poll();
            memory.Header->TraceSession = round % 64 == 1 ? 1u : 0; // compiled once and for all, so only to have been there
            if (round % 64 == 0)
            {
                memory.Header->AgeTick = (memory.Header->AgeTick % 255) + 1;
                memory.Header->PuntTick++;
                // The second next hop comes and goes, so that packets are held and released.
                memory.NextHops[2].Word = NextHopSlot.Pack(0xFE02_0000_0002, round % 128 == 0 ? NextHopState.Idle : NextHopState.Resolved);
                Drain(memory);
                Inject(memory);
            }
        }

        memory.Header->TraceSession = 0;

        worker.DropHeld(DropReason.NeighUnresolved);
        worker.Release();
    }

    private static void Build(GatewayMemory memory)
    {
        var sketch = new SnapshotSketch();
        int access = sketch.AddPort(PortFlags.TrustDscp, AccessMac);
        int underlay = sketch.AddPort(PortFlags.Underlay, UnderlayMac, 1600);
        sketch.AddAddress(underlay, s_pa4, 24);
        sketch.AddAddress(underlay, s_pa6, 64);
        uint segment = sketch.AddSegment(
            5001, SegmentFlags.Up | SegmentFlags.Learning | SegmentFlags.FloodUnknown | SegmentFlags.LocalSwitching | SegmentFlags.MssClamp | SegmentFlags.Fragment
                | SegmentFlags.AnswerNeighbors);
        uint attachment = sketch.AddAttachment(segment, access, 100);
        uint other = sketch.AddAttachment(segment, access, 200);
        uint peer4 = sketch.AddPeer(segment, underlay, s_pa4, s_peer4, 1, PeerFlags.Up | PeerFlags.FlowIdHash | PeerFlags.EcnNormal);
        uint peer6 = sketch.AddPeer(segment, underlay, s_pa6, s_peer6, 1, PeerFlags.Up | PeerFlags.FlowIdHash);
        uint narrow = sketch.AddPeer(segment, underlay, s_pa4, [198, 51, 100, 11], 2, PeerFlags.Up);
        sketch.Peer(narrow, p => p with { MaxInnerFrame = Narrow });
        sketch.Segment(segment, static s =>
        {
            s.Storm[(int)CastKind.Broadcast] = 1; // a limit is looked at; without a clock it never drops
            return s;
        });
        sketch.Publish(memory);
        memory.NextHops[1].Word = NextHopSlot.Pack(0xFE02_0000_0002, NextHopState.Resolved);
        SnapshotSketch.AddMac(memory, segment, HostMac, Place.OfAttachment(attachment, 0).Value);
        SnapshotSketch.AddMac(memory, segment, HostMac + 0x0100_0000_0000, Place.OfAttachment(other, 0).Value);
        memory.Bindings.Set(new BindingEntry { High = 9, Mac = RemoteMac, Segment = segment, Family = 4 });
        SnapshotSketch.AddMac(memory, segment, RemoteMac, Place.OfPeer(peer4, 0).Value);
        SnapshotSketch.AddMac(memory, segment, RemoteMac + 0x0100_0000_0000, Place.OfPeer(peer6, 0).Value);
        SnapshotSketch.AddMac(memory, segment, RemoteMac + 0x0200_0000_0000, Place.OfPeer(narrow, 0).Value);
    }

    // Ninety-odd plain frames of each direction and a handful of every other kind.
    private static byte[][][] Frames()
    {
        var access = new List<byte[]>();
        var underlay = new List<byte[]>();
        for (int i = 0; i < 96; i++)
        {
            bool six = i % 4 == 3;
            access.Add(Tenant(six ? RemoteMac + 0x0100_0000_0000 : RemoteMac, HostMac, 100, (byte)i, ipv6: i % 8 == 7));
            byte[] inner = Tenant(HostMac, six ? RemoteMac + 0x0100_0000_0000 : RemoteMac, 0, (byte)i, ipv6: i % 8 == 7);
            underlay.Add(six ? Outer6(inner) : Outer4(inner, s_peer4));
        }

        access.Add(Tenant(0xFFFF_FFFF_FFFF, HostMac, 100, 1, false)); // broadcast
        access.Add([.. Tenant(0xFFFF_FFFF_FFFF, HostMac, 100, 1, false), .. new byte[SharedPayload.Least]]); // whose copies share
        access.Add(Tenant(HostMac + 0x0100_0000_0000, HostMac, 100, 1, false)); // to another attachment
        access.Add(Tenant(RemoteMac + 0x0700_0000_0000, HostMac, 100, 1, false)); // unknown
        access.Add(Tenant(RemoteMac, HostMac + 0x0700_0000_0000, 100, 1, false)); // to be learned
        access.Add(Tenant(RemoteMac, HostMac, 999, 1, false)); // no such VLAN
        access.Add(Tenant(RemoteMac, HostMac, 0, 1, false)); // untagged
        access.Add(Syn(Tenant(RemoteMac, HostMac, 100, 1, false)));
        access.Add(Tenant(RemoteMac + 0x0200_0000_0000, HostMac, 100, 1, false)); // fragmented
        access.Add(Tenant(RemoteMac + 0x0200_0000_0000, HostMac, 100, 1, false)); // too big
        access[^1][18 + 6] = 0x40;
        access.Add(Arp(HostMac, 100));
        access.Add(Arp(HostMac, 100, 9)); // for one that is known
        byte[] plain = Tenant(HostMac, RemoteMac, 0, 1, false);
        underlay.Add(Outer4(Tenant(0xFFFF_FFFF_FFFF, RemoteMac, 0, 1, false), s_peer4));
        underlay.Add(Outer4(Tenant(HostMac, RemoteMac + 0x0900_0000_0000, 0, 1, false), s_peer4));
        underlay.Add(Outer4(plain, [198, 51, 100, 99])); // no such peer
        underlay.Add(Outer4(plain, s_peer4, tos: 1)); // ECN
        underlay.Add(Outer4(Syn(plain), s_peer4));
        underlay.Add(Outer4(Arp(RemoteMac, 0), s_peer4));
        underlay.Add(Arp());
        return [[.. access], [.. underlay]];
    }

    private static byte[] Tenant(ulong destination, ulong source, ushort vlan, byte flow, bool ipv6)
    {
        int tag = vlan == 0 ? 0 : 4, l3 = 14 + tag;
        byte[] f = new byte[l3 + (ipv6 ? 60 : 46)];
        BinaryPrimitives.WriteUInt64LittleEndian(f, destination);
        BinaryPrimitives.WriteUInt64LittleEndian(f.AsSpan(6), source);
        f[12] = f[13] = 0;
        if (tag != 0)
        {
            BinaryPrimitives.WriteUInt32BigEndian(f.AsSpan(12), 0x8100_0000u | vlan);
        }

        BinaryPrimitives.WriteUInt16BigEndian(f.AsSpan(l3 - 2), (ushort)(ipv6 ? 0x86DD : 0x0800));
        Span<byte> ip = f.AsSpan(l3);
        if (ipv6)
        {
            ip[0] = 0x60;
            ip[5] = 20;
            ip[6] = 17;
            ip[7] = 64;
            ip[40] = flow;
        }
        else
        {
            ip[0] = 0x45;
            ip[3] = 46;
            ip[8] = 64;
            ip[9] = 17;
            ip[20] = flow;
        }

        return f;
    }

    // A tenant's frame as a TCP SYN with an MSS option.
    private static byte[] Syn(byte[] frame)
    {
        byte[] syn = [.. frame];
        int ip = syn.Length - 46;
        syn[ip + 9] = 6;
        syn[ip + 32] = 0x60;
        syn[ip + 33] = 2;
        BinaryPrimitives.WriteUInt32BigEndian(syn.AsSpan(ip + 40), 0x0204_FFFF);
        return syn;
    }

    private static byte[] Outer4(byte[] inner, byte[] source, byte tos = 0)
    {
        byte[] f = new byte[42 + inner.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(f, UnderlayMac);
        BinaryPrimitives.WriteUInt32BigEndian(f.AsSpan(12), 0x0800_4500u | tos);
        BinaryPrimitives.WriteUInt16BigEndian(f.AsSpan(16), (ushort)(28 + inner.Length));
        f[20] = 0x40;
        f[22] = 62;
        f[23] = 47;
        source.CopyTo(f, 26);
        s_pa4.CopyTo(f, 30);
        BinaryPrimitives.WriteUInt16BigEndian(f.AsSpan(24), Packets.InternetChecksum.Compute(f.AsSpan(14, 20)).ToHost());
        Gre(f.AsSpan(34));
        inner.CopyTo(f, 42);
        return f;
    }

    private static byte[] Outer6(byte[] inner)
    {
        byte[] f = new byte[62 + inner.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(f, UnderlayMac);
        BinaryPrimitives.WriteUInt32BigEndian(f.AsSpan(12), 0x86DD_6000);
        BinaryPrimitives.WriteUInt16BigEndian(f.AsSpan(18), (ushort)(8 + inner.Length));
        f[20] = 47;
        f[21] = 62;
        s_peer6.CopyTo(f, 22);
        s_pa6.CopyTo(f, 38);
        Gre(f.AsSpan(54));
        inner.CopyTo(f, 62);
        return f;
    }

    private static void Gre(Span<byte> gre)
    {
        BinaryPrimitives.WriteUInt32BigEndian(gre, 0x2000_6558);
        BinaryPrimitives.WriteUInt32BigEndian(gre[4..], 5001 << 8);
    }

    private static byte[] Arp()
    {
        byte[] f = new byte[60];
        f.AsSpan(0, 6).Fill(0xFF);
        BinaryPrimitives.WriteUInt16BigEndian(f.AsSpan(12), 0x0806);
        BinaryPrimitives.WriteUInt64BigEndian(f.AsSpan(14), 0x0001_0800_0604_0001);
        return f;
    }

    // A tenant's question.
    private static byte[] Arp(ulong source, ushort vlan, byte target = 1)
    {
        byte[] f = Tenant(0xFFFF_FFFF_FFFF, source, vlan, 0, ipv6: false);
        Span<byte> arp = f.AsSpan(f.Length - 46);
        arp.Clear();
        BinaryPrimitives.WriteUInt16BigEndian(f.AsSpan(f.Length - 48), 0x0806);
        BinaryPrimitives.WriteUInt64BigEndian(arp, 0x0001_0800_0604_0001);
        f.AsSpan(6, 6).CopyTo(arp[8..]);
        arp[24] = target;
        arp[14] = 10;
        return f;
    }

    private static void Drain(GatewayMemory memory)
    {
        *memory.Trace = new TraceControl { Count = 4, Vsid = 5001, Vlan = 100, Mac = ulong.MaxValue, Own = 1 };
        SpscRing traced = memory.TraceRing(0);
        while (traced.Peek() != null)
        {
            traced.Release();
        }

        for (PuntClass i = 0; i < PuntClass.Count; i++)
        {
            SpscRing ring = memory.Punt(0, i);
            while (ring.Peek() != null)
            {
                ring.Release();
            }
        }
    }

    private static void Inject(GatewayMemory memory)
    {
        SpscRing ring = memory.Inject(0);
        var slot = (InjectSlot*)ring.Reserve();
        if (slot != null)
        {
            *slot = new InjectSlot { Length = 60, Port = 1, Place = memory.Header->AgeTick & 1 }; // every other one for attachment 1
            ring.Publish();
        }
    }
}
