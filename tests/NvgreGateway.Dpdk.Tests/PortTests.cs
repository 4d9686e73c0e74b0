using NvgreGateway.Tests;
using System.Diagnostics;

namespace NvgreGateway.Dpdk.Tests;

[Collection(EalGroup.Name)]
public sealed unsafe class PortTests : IDisposable
{
    private readonly EalFixture fixture;
    private readonly MbufPool pool;

    public PortTests(EalFixture fixture)
    {
        this.fixture = fixture;
        pool = MbufPool.Create(EalFixture.Unique("pool"), 4095, cacheSize: 64);
    }

    [Fact]
    public void Null_port_gives_and_takes_and_every_buffer_comes_back()
    {
        var port = fixture.Open($"{EalFixture.Unique("net_null")},size=90");
        port.Configure(Options());
        Assert.Equal(PauseState.Unknown, port.Pause);
        port.Start();
        Assert.Equal(PauseState.None, port.Pause); // it has no flow control
        var idle = pool.InUse;
        var packets = stackalloc Mbuf*[32];
        var (rx, tx) = (port.RxQueue(0), port.TxQueue(0));

        for (var round = 0; round < 1000; round++)
        {
            Assert.Equal(32, rx.Receive(packets, 32));
            Assert.Equal(90u, packets[31]->PktLen);
            Assert.Equal(port.Id, packets[31]->Port);
            Assert.Equal(32, tx.Transmit(packets, 32));
        }

        Assert.Equal(idle, pool.InUse);
        Assert.True(port.TryReadStatistics(out var statistics));
        Assert.Equal((32000ul, 32000ul), (statistics.RxPackets, statistics.TxPackets));
        End(port);
    }

    [Fact]
    public void Ring_port_returns_the_very_bytes_in_order()
    {
        var port = fixture.Open(EalFixture.Unique("net_ring"));
        port.Configure(Options());
        port.Start();
        var sent = stackalloc Mbuf*[8];
        var received = stackalloc Mbuf*[32];
        Assert.True(pool.AllocBulk(sent, 8));
        for (var i = 0; i < 8; i++)
        {
            new Span<byte>(sent[i]->Append(60 + i), 60 + i).Fill((byte)i);
        }

        Assert.Equal(8, port.TxQueue(0).Transmit(sent, 8));
        Assert.Equal(8, port.RxQueue(0).Receive(received, 32));
        for (var i = 0; i < 8; i++)
        {
            Assert.Equal(Enumerable.Repeat((byte)i, 60 + i), new Span<byte>(received[i]->Data, received[i]->DataLen).ToArray());
        }

        MbufPool.FreeBulk(received, 8);
        Assert.Equal(0, port.RxQueue(0).Receive(received, 32));
        End(port);
    }

    [Fact]
    public void Full_ring_leaves_the_rest_with_the_caller()
    {
        var port = fixture.Open(EalFixture.Unique("net_ring"));
        port.Configure(Options());
        port.Start();
        var packets = stackalloc Mbuf*[2000];
        Assert.True(pool.AllocBulk(packets, 2000));
        var accepted = port.TxQueue(0).Transmit(packets, 2000);

        Assert.InRange(accepted, 1, 1999);
        MbufPool.FreeBulk(packets + accepted, 2000u - accepted);
        Assert.Equal(accepted, pool.InUse);
        Assert.Equal(accepted, port.RxQueue(0).Receive(packets, 2000));
        MbufPool.FreeBulk(packets, accepted);
        End(port);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(32)]
    public void Pcap_port_carries_files_byte_for_byte(ushort burst)
    {
        var frames = Enumerable.Range(0, 100).Select(i => RandomFrame(i, 60 + (i * 14))).ToArray();
        var (inFile, outFile) = (PathOf("in"), PathOf("out"));
        PcapFile.Write(inFile, frames);
        var port = fixture.Open($"{EalFixture.Unique("net_pcap")},rx_pcap={inFile},tx_pcap={outFile}");
        port.Configure(Options());
        port.Start();
        var packets = stackalloc Mbuf*[32];
        for (int got; (got = port.RxQueue(0).Receive(packets, burst)) > 0;)
        {
            Assert.Equal(got, port.TxQueue(0).Transmit(packets, (ushort)got));
        }

        End(port);
        Assert.Equal(frames, PcapFile.Read(outFile));
    }

    [Fact]
    public void Frame_longer_than_a_buffer_arrives_in_segments_and_leaves_whole()
    {
        var frame = RandomFrame(1, 5000);
        var (inFile, outFile) = (PathOf("in"), PathOf("out"));
        PcapFile.Write(inFile, [frame]);
        var port = fixture.Open($"{EalFixture.Unique("net_pcap")},rx_pcap={inFile},tx_pcap={outFile}");
        port.Configure(Options() with { Mtu = 9000, TxOffloads = TxOffloads.MultiSegments });
        port.Start();
        Mbuf* packet;
        Assert.Equal(1, port.RxQueue(0).Receive(&packet, 1));
        Assert.Equal((5000u, 3), (packet->PktLen, packet->NbSegs));
        Assert.Equal(3, pool.InUse);
        Assert.Equal(1, port.TxQueue(0).Transmit(&packet, 1));
        End(port);
        Assert.Equal([frame], PcapFile.Read(outFile));
    }

    [Fact]
    [Requirement("C-055")]
    public void Spreading_is_what_the_device_says_it_is()
    {
        var port = fixture.Open(EalFixture.Unique("net_null"));
        port.Configure(Options() with { RxQueues = 3, TxQueues = 1 });
        Assert.Equal(RssState.None, port.Rss);
        port.Start();
        Assert.True(port.Rss.ReadBack);
        Assert.Equal(port.Capabilities.RetaSize, port.Rss.Table.Length);
        Assert.Equal(RssState.EvenTable(port.Capabilities.RetaSize, 3), port.Rss.Table.ToArray());
        Assert.Equal((RssTypes)0, port.Rss.Types & ~port.Capabilities.RssTypes);
        Assert.Equal(port.Capabilities.RssKeySize, port.Rss.Key.Length);
        End(port);

        var single = fixture.Open(EalFixture.Unique("net_null"));
        single.Configure(Options());
        single.Start();
        Assert.Equal(RssState.None, single.Rss);
        End(single);
    }

    [Theory]
    [InlineData(40)]
    [InlineData(52)]
    public void The_key_makes_both_directions_of_a_flow_alike(int length)
    {
        var key = RssState.SymmetricKey(length);
        var random = new Random(3);
        for (var round = 0; round < 100; round++)
        {
            byte[] there = [.. Enumerable.Range(0, 12).Select(_ => (byte)random.Next(256))];
            byte[] back = [.. there[4..8], .. there[..4], .. there[10..], .. there[8..10]];
            Assert.Equal(Toeplitz(there), Toeplitz(back));
        }

        // As Microsoft's "Verifying the RSS hash calculation" has it: the 32 bits of the key from each set bit of the input on.
        uint Toeplitz(byte[] input)
        {
            uint hash = 0;
            for (var bit = 0; bit < input.Length * 8; bit++)
            {
                for (var i = 0; i < 32 && (input[bit / 8] & (0x80 >> (bit % 8))) != 0; i++)
                {
                    hash ^= (uint)((key[(bit + i) / 8] >> (7 - ((bit + i) % 8))) & 1) << (31 - i);
                }
            }

            return hash;
        }
    }

    [Fact]
    public void Capabilities_say_what_the_driver_says()
    {
        var spreading = fixture.Open(EalFixture.Unique("net_null"));
        Assert.Equal("net_null", spreading.Capabilities.Driver);
        Assert.True(spreading.Capabilities.MaxRxQueues > 1);
        Assert.Equal(TxOffloads.None, spreading.Capabilities.TxOffloads);
        Assert.True((spreading.Capabilities.RssTypes & RssTypes.IPv4) != 0);
        Assert.True(spreading.Capabilities.RetaSize > 0);
        Assert.Equal(0u, spreading.Capabilities.InterfaceIndex);
        spreading.Detach();

        var chaining = fixture.Open(EalFixture.Unique("net_ring"));
        Assert.Equal("net_ring", chaining.Capabilities.Driver);
        Assert.Equal(TxOffloads.MultiSegments, chaining.Capabilities.TxOffloads);
        Assert.Equal(RxOffloads.Scatter, chaining.Capabilities.RxOffloads);
        Assert.Equal(RssTypes.None, chaining.Capabilities.RssTypes);
        chaining.Detach();

        // The loopback interface has index 1 in every namespace.
        var onKernel = fixture.Open($"{EalFixture.Unique("net_af_packet")},iface=lo");
        Assert.Equal(1u, onKernel.Capabilities.InterfaceIndex);
        Assert.Equal(1964, onKernel.Capabilities.MaxMtu); // of the default ring, though the driver says 1518 bytes
        Assert.True((onKernel.Capabilities.TxOffloads & TxOffloads.MultiSegments) != 0);
        onKernel.Detach();
    }

    [Fact]
    public void Offloads_that_are_not_there_are_left_out_and_named()
    {
        var port = fixture.Open(EalFixture.Unique("net_ring"));
        port.Configure(Options() with
        {
            TxOffloads = TxOffloads.MultiSegments | TxOffloads.IPv4Checksum,
            RxOffloads = RxOffloads.IPv4Checksum,
            RxQueues = 2,
        });

        Assert.Equal(TxOffloads.MultiSegments, port.TxOffloads);
        Assert.Equal(RxOffloads.None, port.RxOffloads);
        Assert.Equal(
            ["receive offload not there: IPv4Checksum", "send offload not there: IPv4Checksum", "no RSS: the driver itself decides which queue a packet comes to"],
            port.Degradations);
        port.Detach();
    }

    [Theory]
    [InlineData(1500, false)]
    [InlineData(9000, true)]
    public void Scatter_is_asked_for_where_the_mtu_needs_it(int mtu, bool scatter)
    {
        var port = fixture.Open(EalFixture.Unique("net_ring"));
        port.Configure(Options() with { Mtu = mtu });
        Assert.Equal((scatter, mtu), (port.ReceivesScattered, port.Mtu));
        port.Detach();
    }

    [Fact]
    public void Several_queues_are_spread_by_what_the_driver_offers()
    {
        var port = fixture.Open(EalFixture.Unique("net_null"));
        port.Configure(Options() with { RxQueues = 2, TxQueues = 3 });
        Assert.Equal((2, 3), (port.RxQueueCount, port.TxQueueCount));
        Assert.NotEqual(RssTypes.None, port.RssTypes);
        port.Start();
        var packets = stackalloc Mbuf*[4];
        Assert.Equal(4, port.RxQueue(1).Receive(packets, 4));
        Assert.Equal(4, port.TxQueue(2).Transmit(packets, 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => port.RxQueue(2));
        End(port);
    }

    [Fact]
    public void Too_many_queues_and_a_bad_mtu_are_refused_with_the_bound()
    {
        var port = fixture.Open($"{EalFixture.Unique("net_pcap")},tx_pcap={PathOf("out")}");
        var most = port.Capabilities.MaxRxQueues;
        var queues = Assert.Throws<DpdkException>(() => port.Configure(Options() with { RxQueues = most + 1 }));
        Assert.Contains($"{most + 1} receive queues wanted, net_pcap has {most}", queues.Message);
        var mtu = Assert.Throws<DpdkException>(() => port.Configure(Options() with { Mtu = 20 }));
        Assert.Contains($"MTU 20 is not within {port.Capabilities.MinMtu} to", mtu.Message);
        port.Detach();
    }

    [Fact]
    public void Address_can_be_set_and_read()
    {
        byte[] mac = [2, 0, 0, 0, 1, 1];
        var port = fixture.Open(EalFixture.Unique("net_null"));
        port.Configure(Options() with { MacAddress = mac });
        port.Start();
        var read = new byte[6];
        port.ReadMacAddress(read);
        Assert.Equal(mac, read);
        Assert.Throws<ArgumentException>(() => port.ReadMacAddress(new byte[4]));
        End(port);
    }

    [Fact]
    public void Link_follows_start_and_stop()
    {
        var port = fixture.Open(EalFixture.Unique("net_ring"));
        port.Configure(Options());
        Assert.False(port.Link().IsUp);
        port.Start();
        Assert.True(port.Link().IsUp);
        Assert.False(port.IsRemoved());
        port.Stop();
        Assert.False(port.Link().IsUp);
        port.Detach();
    }

    [Fact]
    public void Extended_statistics_have_names_and_values()
    {
        var port = fixture.Open(EalFixture.Unique("net_null"));
        port.Configure(Options());
        port.Start();
        var packets = stackalloc Mbuf*[5];
        Assert.Equal(5, port.RxQueue(0).Receive(packets, 5));
        MbufPool.FreeBulk(packets, 5);

        var names = port.ExtendedStatisticNames();
        var values = new ulong[names.Count];
        Assert.Equal(names.Count, port.ReadExtendedStatistics(values));
        Assert.Equal(5ul, values[names.ToList().IndexOf("rx_good_packets")]);
        Assert.Contains(Port.All(), other => other.Name == port.Name && other.Id == port.Id);

        port.ResetStatistics();
        Assert.True(port.TryReadStatistics(out var statistics));
        Assert.Equal(0ul, statistics.RxPackets);
        End(port);
    }

    [Fact]
    public void Detached_device_is_gone_and_can_come_back()
    {
        var name = EalFixture.Unique("net_null");
        End(fixture.Open(name), configured: false);
        var gone = Assert.Throws<DpdkException>(() => Port.Find(DeviceName.Parse(name)));
        Assert.Contains(name, gone.Message);
        End(fixture.Open(name), configured: false);
    }

    [Fact]
    public void Closed_port_can_be_detached_and_its_device_come_back()
    {
        using var pair = new VethPair();
        var device = $"{EalFixture.Unique("net_af_packet")},iface={pair.Here}";
        for (var round = 0; round < 3; round++)
        {
            var port = fixture.Open(device);
            port.Configure(Options() with { RxOffloads = RxOffloads.VlanStrip });
            port.Start();
            port.Stop();
            port.Close();
            port.Detach();
        }
    }

    [Fact]
    public void Device_that_is_there_already_is_refused()
    {
        var name = EalFixture.Unique("net_null");
        var port = fixture.Open(name);
        var refusal = Assert.Throws<DpdkException>(() => fixture.Eal.Attach(DeviceName.Parse(name + ",size=100")));
        Assert.Contains($"there is a port {name} already", refusal.Message);
        port.Detach();
    }

    [Fact]
    public void Kernel_interface_that_vanishes_removes_its_port()
    {
        using var pair = new VethPair();
        var port = fixture.Open($"{EalFixture.Unique("net_af_packet")},iface={pair.Here}");
        port.Configure(Options() with { Mtu = 1600, Promiscuous = true, TxOffloads = TxOffloads.MultiSegments });
        port.Start();
        Assert.Equal(1600, port.Mtu);
        Assert.False(port.IsRemoved());
        Assert.True(SpinWait.SpinUntil(() => port.Link().IsUp, TimeSpan.FromSeconds(30)));
        VethPair.Ip("link", "set", pair.There, "down");
        Assert.True(SpinWait.SpinUntil(() => !port.Link().IsUp, TimeSpan.FromSeconds(30)));

        VethPair.Ip("link", "del", pair.Here);

        Assert.True(port.IsRemoved());
        var packets = stackalloc Mbuf*[4];
        // What the kernel sent before, such as its multicast reports, may still be there; then there is nothing, and nothing crashes.
        for (int got; (got = port.RxQueue(0).Receive(packets, 4)) > 0;)
        {
            MbufPool.FreeBulk(packets, (uint)got);
        }

        packets[0] = pool.Alloc();
        packets[0]->Append(60);
        var sent = port.TxQueue(0).Transmit(packets, 1);
        MbufPool.FreeBulk(packets + sent, 1u - sent);
        End(port);
    }

    [Theory]
    [InlineData("", 1964)]
    [InlineData(",framesz=16384,blocksz=16384", 9000)]
    public void Frames_of_the_whole_mtu_cross_a_pair_of_kernel_interfaces(string ring, int mtu)
    {
        using var pair = new VethPair();
        using var large = MbufPool.Create(EalFixture.Unique("pool"), 255, cacheSize: 0, dataRoom: 16512);
        var (a, b) = (Open(pair.Here), Open(pair.There));
        // A tag makes the longest frame of that MTU.
        var frame = RandomFrame(1, mtu + 18);
        ((byte[])[2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x81, 0x00, 0x00, 0x64, 0x88, 0xb5]).CopyTo(frame, 0);
        var packets = stackalloc Mbuf*[4];
        packets[0] = large.Alloc();
        frame.CopyTo(new Span<byte>(packets[0]->Append(frame.Length), frame.Length));
        Assert.Equal(1, a.TxQueue(0).Transmit(packets, 1));

        byte[]? arrived = null;
        for (var wait = Stopwatch.StartNew(); arrived is null && wait.ElapsedMilliseconds < 30_000; Idle.Sleep(1_000_000))
        {
            for (int got = b.RxQueue(0).Receive(packets, 4), i = 0; i < got; i++)
            {
                var bytes = new Span<byte>(packets[i]->Data, packets[i]->DataLen).ToArray();
                arrived = bytes.AsSpan().StartsWith(frame.AsSpan(0, 12)) ? bytes : arrived;
                MbufPool.Free(packets[i]);
            }
        }

        Assert.Equal(frame, arrived);
        End(a);
        End(b);
        Assert.Equal(0, large.InUse);

        Port Open(string name)
        {
            var port = fixture.Open($"{EalFixture.Unique("net_af_packet")},iface={name}{ring}");
            port.Configure(new PortOptions { RxPools = [large], Mtu = mtu, Promiscuous = true });
            port.Start();
            return port;
        }
    }

    [Fact]
    public void Interface_that_goes_down_and_up_again_carries_packets_again()
    {
        using var pair = new VethPair();
        var (a, b) = (Open(pair.Here), Open(pair.There));
        Assert.True(Crosses(a, b, 1));

        VethPair.Ip("link", "set", pair.Here, "down");
        Assert.True(SpinWait.SpinUntil(() => !a.Link().IsUp, TimeSpan.FromSeconds(30)));
        Assert.False(a.IsRemoved());
        // More than the 512 frames of the ring: sending neither waits for the link nor keeps buffers.
        for (var i = 0; i < 2000; i++)
        {
            Send(a, 2);
        }

        Assert.Equal(0, pool.InUse);
        VethPair.Ip("link", "set", pair.Here, "up");
        Assert.True(SpinWait.SpinUntil(() => a.Link().IsUp, TimeSpan.FromSeconds(30)));
        Assert.True(Crosses(a, b, 3));
        End(a);
        End(b);

        Port Open(string name)
        {
            var port = fixture.Open($"{EalFixture.Unique("net_af_packet")},iface={name}");
            port.Configure(Options() with { Promiscuous = true });
            port.Start();
            return port;
        }

        int Send(Port port, byte mark)
        {
            var packet = pool.Alloc();
            new Span<byte>(packet->Append(60), 60).Fill(mark);
            var sent = port.TxQueue(0).Transmit(&packet, 1);
            MbufPool.FreeBulk(&packet, 1u - sent);
            return sent;
        }

        // Whether a frame of this mark arrives; sent anew until then, as the queue may still be full of older ones.
        bool Crosses(Port from, Port to, byte mark)
        {
            var packets = stackalloc Mbuf*[32];
            var arrived = false;
            for (var wait = Stopwatch.StartNew(); !arrived && wait.ElapsedMilliseconds < 30_000; Idle.Sleep(1_000_000))
            {
                Send(from, mark);
                for (int got = to.RxQueue(0).Receive(packets, 32), i = 0; i < got; i++)
                {
                    arrived |= packets[i]->PktLen == 60 && packets[i]->Data[0] == mark;
                    MbufPool.Free(packets[i]);
                }
            }

            return arrived;
        }
    }

    [Fact]
    public void Mtu_that_a_ring_would_cut_is_refused()
    {
        var port = fixture.Open($"{EalFixture.Unique("net_af_packet")},iface=lo");
        var refusal = Assert.Throws<DpdkException>(() => port.Configure(Options() with { Mtu = 1965 }));
        Assert.Contains("MTU 1965 does not fit the frames of its ring, 1964 does", refusal.Message);
        Assert.Contains("framesz=16384,blocksz=16384", refusal.Message);
        port.Detach();
    }

    [Fact]
    public void Steady_bursts_allocate_nothing()
    {
        var port = fixture.Open(EalFixture.Unique("net_null"));
        port.Configure(Options());
        port.Start();
        var packets = stackalloc Mbuf*[32];
        var (rx, tx) = (port.RxQueue(0), port.TxQueue(0));
        Turn(port, rx, tx, packets);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            Turn(port, rx, tx, packets);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        End(port);
    }

    public void Dispose()
    {
        Assert.Equal(0, pool.InUse);
        pool.Dispose();
    }

    private static void Turn(Port port, RxQueue rx, TxQueue tx, Mbuf** packets)
    {
        tx.Transmit(packets, rx.Receive(packets, 32));
        port.TryReadStatistics(out _);
        port.IsRemoved();
        port.Link();
        Tsc.Read();
        Idle.Pause();
        Idle.Sleep(1);
    }

    private static byte[] RandomFrame(int seed, int length)
    {
        var frame = new byte[length];
        new Random(seed).NextBytes(frame);
        return frame;
    }

    private PortOptions Options() => new() { RxPools = [pool], RxDescriptors = 256, TxDescriptors = 256 };

    private string PathOf(string stem) => Path.Combine(fixture.Folder.FullName, EalFixture.Unique(stem) + ".pcap");

    private void End(Port port, bool configured = true)
    {
        if (configured)
        {
            port.Stop();
        }

        port.Detach();
        Assert.Equal(0, pool.InUse);
    }
}
