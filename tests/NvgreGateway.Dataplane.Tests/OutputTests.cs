using System.Buffers.Binary;
using NvgreGateway.Exchange;
using NvgreGateway.Tests;

namespace NvgreGateway.Dataplane.Tests;

/// <summary>The bytes of what leaves: priorities, flow identifiers, lengths, tenant bytes unchanged.</summary>
public class OutputTests
{
    [Theory]
    [InlineData(PortFlags.TrustDscp, DscpMode.Copy, true, 46 << 2)]
    [InlineData(PortFlags.TrustPcp, DscpMode.Copy, true, 40 << 2)]
    [InlineData(PortFlags.None, DscpMode.Copy, true, 0)]
    [InlineData(PortFlags.TrustDscp, DscpMode.Pcp, true, 40 << 2)]
    [InlineData(PortFlags.None, DscpMode.Pcp, true, 0)]
    [InlineData(PortFlags.TrustDscp, DscpMode.Fixed, true, 11 << 2)]
    [InlineData(PortFlags.None, DscpMode.Fixed, true, 11 << 2)]
    [InlineData(PortFlags.TrustDscp, DscpMode.Copy, false, 40 << 2)]
    [InlineData(PortFlags.TrustPcp, DscpMode.Copy, false, 40 << 2)]
    [InlineData(PortFlags.None, DscpMode.Copy, false, 0)]
    [Requirement("B-030", "B-033", "B-038", "E-040")]
    public void The_outer_DSCP(PortFlags trust, DscpMode mode, bool ip, int expected)
    {
        using var rig = new Rig(change: r =>
        {
            r.Sketch.Port(Rig.Access, p => p with { Flags = (p.Flags & ~(PortFlags.TrustDscp | PortFlags.TrustPcp)) | trust });
            r.Sketch.Peer(r.Peer4, p => p with { Dscp = mode, FixedTos = 11 << 2, Flags = p.Flags | PeerFlags.EcnNormal });
            r.Sketch.Peer(r.Peer6, p => p with { Dscp = mode, FixedTos = 11 << 2, Flags = p.Flags | PeerFlags.EcnNormal });
        });
        byte[] payload = Frames.Udp4((46 << 2) | 2);
        byte[] frame = Frames.FromHost(payload, type: ip ? 0x0800 : 0x88B5, tags: Frames.Tag(0xA064)); // PCP 5
        int ecn = ip ? 2 : 0; // B-026
        byte[] sent = Assert.Single(rig.Run(Rig.Access, frame)).Bytes;
        Assert.Equal(expected | ecn, sent[15]);
        Assert.True(SumHolds(sent.AsSpan(14, 20)));
        Assert.Equal(payload, sent[56..]); // B-031: the inner byte never
        rig.Learn(Frames.Vm, Rig.PeerPlace(rig.Peer6));
        sent = Assert.Single(rig.Run(Rig.Access, frame)).Bytes;
        Assert.Equal(expected | ecn, (BinaryPrimitives.ReadUInt16BigEndian(sent.AsSpan(14)) >> 4) & 0xFF);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [Requirement("B-020", "B-021", "B-022")]
    public void The_outer_ECN(int ecn)
    {
        using var rig = new Rig();
        Assert.Equal(0, Assert.Single(rig.Run(Rig.Access, Frames.FromHost(Frames.Udp4(ecn)))).Bytes[15]);
        rig.Sketch.Peer(rig.Peer4, p => p with { Flags = p.Flags | PeerFlags.EcnNormal });
        rig.Sketch.Publish(rig.Memory);
        Assert.Equal(ecn, Assert.Single(rig.Run(Rig.Access, Frames.FromHost(Frames.Udp4(ecn)))).Bytes[15]);
    }

    [Fact]
    [Requirement("B-026")]
    public void A_frame_that_is_not_IP_with_outer_CE()
    {
        using var rig = new Rig();
        byte[] payload = Frames.Udp4(2);
        byte[] broken = Frames.With(payload, 0, 0x44); // IHL 4: not IP
        Assert.Equal(2, rig.Run(Rig.Underlay, Frames.Nvgre4(Frames.FromVm(payload, type: 0x88B5), tos: 3), Frames.Nvgre4(Frames.FromVm(broken), tos: 3)).Count);
        Assert.Equal(2ul, rig.Counter(CounterId.EcnNonipCe));
        Assert.Equal(0ul, rig.Counter(CounterId.EcnAnomaly));
        rig.AssertNoDrops();
    }

    [Fact]
    [Requirement("B-031", "E-043")]
    public void The_inner_DSCP_on_the_way_to_the_VLAN()
    {
        using var rig = new Rig();
        byte[] payload = Frames.Udp4(10 << 2);
        byte[] pipe = Assert.Single(rig.Run(Rig.Underlay, Frames.Nvgre4(Frames.FromVm(payload), tos: 46 << 2))).Bytes;
        Assert.Equal(Convert.ToHexString(Frames.FromHost(payload, Frames.Host, Frames.Vm, tags: Frames.Tag(0x2064))), Convert.ToHexString(pipe));
        rig.Sketch.Peer(rig.Peer4, p => p with { Flags = p.Flags | PeerFlags.DscpUniform });
        rig.Sketch.Publish(rig.Memory);
        byte[] uniform = Assert.Single(rig.Run(Rig.Underlay, Frames.Nvgre4(Frames.FromVm(payload), tos: 46 << 2))).Bytes;
        byte[] changed = Frames.With(payload, 1, 46 << 2);
        Frames.Sum(changed);
        Assert.Equal(Convert.ToHexString(Frames.FromHost(changed, Frames.Host, Frames.Vm, tags: Frames.Tag(0xA064))), Convert.ToHexString(uniform));
        rig.AssertNoDrops();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(32)]
    [Requirement("A-030")]
    public void FlowIDs_of_many_flows_are_even(int burst)
    {
        using var rig = new Rig(burst);
        int[] seen = new int[256];
        for (int port = 0; port < 65536; port += 64)
        {
            foreach (Sent s in rig.Run(Rig.Access, [.. Enumerable.Range(port, 64).Select(p => Frames.FromHost(Frames.Udp4(sourcePort: p)))]))
            {
                seen[s.Bytes[41]]++;
            }

            rig.Outputs.Clear();
        }

        Assert.DoesNotContain(0, seen);
        double chi = seen.Sum(n => (n - 256.0) * (n - 256.0) / 256.0);
        Assert.True(chi < 330.5, $"chi square {chi} of 255 degrees of freedom (p = 0.001 at 330.5)");
    }

    [Fact]
    [Requirement("A-032", "A-038")]
    public void One_flow_has_one_FlowID()
    {
        using var rig = new Rig();
        byte[] a = Frames.Udp4(), b = Frames.Udp4(46 << 2, 100), c = Frames.With(Frames.Udp4(payload: 3), 4, 9, 9);
        c[8] = 3;
        Frames.Sum(c);
        List<Sent> sent = rig.Run(Rig.Access, Frames.FromHost(a), Frames.FromHost(b), Frames.FromHost(c));
        Assert.Single(sent.Select(s => s.Bytes[41]).Distinct());
    }

    [Fact]
    [Requirement("A-031", "A-065")]
    public void FlowID_off_leaves_the_flow_label()
    {
        using var rig = new Rig(change: r =>
        {
            r.Sketch.Peer(r.Peer4, p => p with { Flags = p.Flags & ~PeerFlags.FlowIdHash });
            r.Sketch.Peer(r.Peer6, p => p with { Flags = p.Flags & ~PeerFlags.FlowIdHash });
        });
        Assert.Equal(0, Assert.Single(rig.Run(Rig.Access, Vectors.W01)).Bytes[41]);
        rig.Learn(Frames.Vm, Rig.PeerPlace(rig.Peer6));
        byte[] w07 = Frames.Join(Vectors.W07[62..74], Frames.Tag(100), Vectors.W07[74..]);
        byte[] sent = Assert.Single(rig.Run(Rig.Access, w07)).Bytes;
        Assert.Equal(0, sent[61]);
        Assert.Equal(0x5AA35u, BinaryPrimitives.ReadUInt32BigEndian(sent.AsSpan(14)) & 0xFFFFF);
    }

    [Fact]
    [Requirement("A-034")]
    public void A_frame_that_is_not_IP_hashes_its_MACs()
    {
        using var rig = new Rig();
        byte[] arp = Frames.Join(Frames.Mac(Frames.Broadcast), Frames.Mac(Frames.Vm), Frames.Tag(100), Frames.Big16(0x0806), new byte[28]);
        List<Sent> sent = rig.Run(Rig.Access, arp);
        Assert.Equal(2, sent.Count);
        Assert.All(sent, s => Assert.Equal(0x49, s.Bytes[s.Bytes[12] == 8 ? 41 : 61]));
    }

    [Fact]
    [Requirement("A-036")]
    public void FlowID_changes_nothing_on_receipt()
    {
        using var rig = new Rig();
        List<Sent> sent = rig.Run(Rig.Underlay, [.. Enumerable.Range(0, 128).Select(i => Frames.With(Vectors.W03, 41, (byte)i))]);
        sent.AddRange(rig.Run(Rig.Underlay, [.. Enumerable.Range(128, 128).Select(i => Frames.With(Vectors.W03, 41, (byte)i))]));
        Assert.Equal(256, sent.Count);
        Assert.All(sent, s => Assert.Equal(Convert.ToHexString(Vectors.W04), Convert.ToHexString(s.Bytes)));
    }

    [Fact]
    [Requirement("A-062")]
    public void Any_local_address_is_served()
    {
        byte[] second = [192, 0, 2, 77];
        byte[] second6 = [.. Frames.Gateway6[..15], 0x77];
        using var rig = new Rig(change: r =>
        {
            r.Sketch.AddAddress(Rig.Underlay, second, 24);
            r.Sketch.AddAddress(Rig.Underlay, second6, 64);
        });
        List<Sent> sent = rig.Run(
            Rig.Underlay, Frames.With4(Vectors.W03, 30, second),
            Frames.Outer(Frames.Ip6(Frames.Remote6, second6, 47, Vectors.W03[34..])));
        Assert.Equal(2, sent.Count);
        Assert.All(sent, s => Assert.Equal(Convert.ToHexString(Vectors.W04), Convert.ToHexString(s.Bytes)));
    }

    [Theory]
    [MemberData(nameof(Modes))]
    [Requirement("A-011", "A-010", "A-064", "B-083")]
    public void Random_frames_keep_every_inner_byte(int burst, int workers, int queues)
    {
        using var rig = new Rig(burst, workers, queues: queues);
        var random = new Random(20261122);
        for (int round = 0; round < 100; round++)
        {
            byte[][] tenants = [.. Enumerable.Range(0, 64).Select(_ => Random())];
            List<Sent> sent = rig.Run(Rig.Access, [.. tenants.Select(t => Frames.Join(Frames.Mac(Frames.Vm), Frames.Mac(Frames.Host), Frames.Tag(100), t))]);
            Assert.Equal(tenants.Length, sent.Count);
            for (int i = 0; i < tenants.Length; i++)
            {
                byte[] bytes = sent[i].Bytes;
                int length = BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(16)) - 28;
                Assert.Equal(12 + tenants[i].Length, length);
                Assert.True(bytes.AsSpan(54, tenants[i].Length).SequenceEqual(tenants[i]));
                Assert.True(SumHolds(bytes.AsSpan(14, 20)));
                Assert.Equal(0x2000_6558u, BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(34)));
            }

            rig.Outputs.Clear();
            sent = rig.Run(Rig.Underlay, [.. tenants.Select(t => Frames.Nvgre4(Frames.Join(Frames.Mac(Frames.Host), Frames.Mac(Frames.Vm), t)))]);
            Assert.Equal(tenants.Length, sent.Count);
            for (int i = 0; i < tenants.Length; i++)
            {
                Assert.True(sent[i].Bytes.AsSpan(16, tenants[i].Length).SequenceEqual(tenants[i]));
                Assert.Equal(Math.Max(60, 16 + tenants[i].Length), sent[i].Bytes.Length);
            }

            rig.Outputs.Clear();
        }

        rig.AssertNoDrops();

        // EtherType and payload: random ones, and IP that is broken in every way; never a tag or lossless Ethernet.
        byte[] Random()
        {
            byte[] t = new byte[2 + random.Next(0, 1400)];
            random.NextBytes(t);
            int kind = random.Next(4);
            if (kind < 2 && t.Length > 12)
            {
                t[0] = (byte)(kind == 0 ? 0x08 : 0x86);
                t[1] = (byte)(kind == 0 ? 0x00 : 0xDD);
                t[2] = (byte)(random.Next(4) == 0 ? t[2] : kind == 0 ? 0x45 : 0x60);
                t[kind == 0 ? 11 : 8] = (byte)random.Next(40); // no GRE
            }
            else if (t[0] is 0x81 or 0x88 or 0x89 or 0x91 or 0x92 or 0x08 or 0x86)
            {
                t[0] = 0x12;
            }

            return t;
        }
    }

    public static TheoryData<int, int, int> Modes => Rig.Modes;

    [Fact]
    [Requirement("B-051")]
    public void The_inner_TTL_stays()
    {
        using var rig = new Rig();
        foreach (byte ttl in (byte[])[0, 1, 64])
        {
            byte[] payload = Frames.Ip4([10, 1, 1, 200], [10, 1, 1, 11], 17, Frames.Udp(1, 2, 20), ttl: ttl);
            byte[] sent = Assert.Single(rig.Run(Rig.Access, Frames.FromHost(payload))).Bytes;
            Assert.Equal((64, ttl), (sent[22], sent[64]));
            Assert.Equal(payload, Assert.Single(rig.Run(Rig.Underlay, Frames.Nvgre4(Frames.FromVm(payload)))).Bytes[18..]);
        }
    }

    [Fact]
    [Requirement("E-008")]
    public void The_underlay_pads_too()
    {
        using var rig = new Rig();
        byte[] sent = Assert.Single(rig.Run(Rig.Access, Frames.FromHost([], type: 0x88B5))).Bytes;
        Assert.Equal(60, sent.Length);
        Assert.Equal(28 + 14, BinaryPrimitives.ReadUInt16BigEndian(sent.AsSpan(16)));
        Assert.Equal(new byte[4], sent[56..]);
    }

    [Theory]
    [InlineData(false, 0x0800, DropReason.MtuDf)]
    [InlineData(true, 0x0800, DropReason.MtuDf)]
    [InlineData(false, 0x88B5, DropReason.MtuNonip)]
    [InlineData(false, 0x86DD, DropReason.MtuV6)]
    [Requirement("B-068")]
    public void Frames_that_are_too_long(bool df, int type, DropReason reason)
    {
        byte[] Payload(int length) => type switch
        {
            0x0800 => Frames.Udp4(payload: length - 28, df: df),
            0x86DD => Frames.Ip6(Frames.Gateway6, Frames.Remote6, 17, Frames.Udp(1, 2, length - 48)),
            _ => new byte[length],
        };
        using var rig = new Rig(change: r =>
        {
            r.Sketch.Port(Rig.Underlay, p => p with { Mtu = 9000, MaxFrame = 9018 });
            r.Sketch.Peer(r.Peer4, p => p with { MaxInnerFrame = 1472 }); // an underlay MTU of 1500
            r.Sketch.AddAttachment(r.Segment, Rig.Access2, 300);
            r.Sketch.Attachment(2, a => a with { MaxInnerFrame = 1414 });
        });
        rig.Learn("02:00:00:00:0b:01", Rig.AttachmentPlace(2));
        byte[] fits = Assert.Single(rig.Run(Rig.Access, Frames.FromHost(Payload(1458), type: type))).Bytes;
        Assert.Equal(14 + 1500, fits.Length);
        Assert.Single(rig.Run(Rig.Access, Frames.FromHost(Payload(1400), "02:00:00:00:0b:01", type: type)));
        rig.AssertNoDrops();
        Assert.Empty(rig.Run(Rig.Access, Frames.FromHost(Payload(1459), type: type))); // toward a peer
        rig.AssertDrops(reason);
        Assert.Empty(rig.Run(Rig.Access, Frames.FromHost(Payload(1401), "02:00:00:00:0b:01", type: type))); // toward an attachment
        Assert.Empty(rig.Run(Rig.Underlay, Frames.Nvgre4(Frames.FromVm(Payload(1501), type: type)))); // from NVGRE
        rig.AssertDrops(reason, 3);
    }

    [Fact]
    [Requirement("A-104")]
    public void DHCP_and_router_discovery_pass()
    {
        using var rig = new Rig();
        byte[] discover = Frames.Ip4([0, 0, 0, 0], [255, 255, 255, 255], 17, Frames.Udp(68, 67, 300));
        byte[] solicitation = Frames.Ip6([0xFE, 0x80, .. new byte[14]], [0xFF, 2, .. new byte[13], 2], 58, [133, 0, 0, 0, 0, 0, 0, 0], hops: 255);
        List<Sent> sent = rig.Run(Rig.Access, Frames.FromHost(discover, Frames.Broadcast), Frames.FromHost(solicitation, "33:33:00:00:00:02", type: 0x86DD));
        Assert.Equal(4, sent.Count);
        Assert.All(sent, s => Assert.True(s.Bytes.AsSpan().EndsWith(s.Sequence == 1 ? discover : solicitation)));
        sent = rig.Run(Rig.Underlay, Frames.Nvgre4(Frames.FromVm(discover, Frames.Broadcast)), Frames.Nvgre4(Frames.FromVm(solicitation, "33:33:00:00:00:02", type: 0x86DD)));
        Assert.Equal(2, sent.Count);
        Assert.All(sent, s => Assert.True(s.Bytes.AsSpan().EndsWith(s.Sequence == 3 ? discover : solicitation)));
        rig.AssertNoDrops();
    }

    private static bool SumHolds(ReadOnlySpan<byte> header)
    {
        uint sum = 0;
        for (int i = 0; i < header.Length; i += 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(header[i..]);
        }

        return (sum & 0xFFFF) + (sum >> 16) == 0xFFFF;
    }
}
