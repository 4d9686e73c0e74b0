namespace NvgreGateway.Dpdk.Tests;

[Collection(EalGroup.Name)]
public sealed unsafe class MbufPoolTests : IDisposable
{
    private readonly MbufPool pool;

    public MbufPoolTests(EalFixture fixture)
    {
        Assert.NotNull(fixture.Eal);
        pool = MbufPool.Create(EalFixture.Unique("pool"), 255, cacheSize: 32);
    }

    [Fact]
    public void What_is_taken_and_returned_adds_up()
    {
        Assert.Equal((255, 0), (pool.Available, pool.InUse));
        var packets = stackalloc Mbuf*[40];
        Assert.True(pool.AllocBulk(packets, 40));
        packets[0]->Append(60);
        Assert.Equal((215, 40), (pool.Available, pool.InUse));

        MbufPool.Free(packets[0]);
        Assert.Equal(39, pool.InUse);
        MbufPool.FreeBulk(packets + 1, 39);
        Assert.Equal((255, 0), (pool.Available, pool.InUse));
    }

    /// <summary>net_af_xdp takes a pool for one run of packed buffers, whatever the pages; what lies outside never leaves the machine.</summary>
    [Fact]
    public void Buffers_lie_in_one_run()
    {
        const int count = 8191;
        using var large = MbufPool.Create(EalFixture.Unique("pool"), count, cacheSize: 0);
        var packets = new nint[count];
        fixed (nint* p = packets)
        {
            Assert.True(large.AllocBulk((Mbuf**)p, count));
            Assert.InRange(packets.Max() - packets.Min(), 0L, count * (long)(Mbuf.SizeOf + large.DataRoom + 256));
            MbufPool.FreeBulk((Mbuf**)p, count);
        }
    }

    /// <summary>A NIC reads and writes at this address: also once the buffer was a clone of another.</summary>
    [Fact]
    public void A_device_finds_a_buffer_where_it_is()
    {
        Mbuf* packet = pool.Alloc(), clone = pool.Clone(packet);
        Assert.Equal((nint)packet->BufAddr, (nint)packet->BufIova);
        Assert.Equal((nint)packet->BufAddr, (nint)clone->BufIova);
        MbufPool.Free(clone);
        Assert.Equal((nint)clone->BufAddr, (nint)clone->BufIova);
        Assert.NotEqual((nint)packet->BufAddr, (nint)clone->BufAddr);
        MbufPool.Free(packet);
    }

    [Fact]
    public void A_buffer_comes_reset_and_knows_its_pool()
    {
        var packet = pool.Alloc();
        Assert.True(packet->Pool == pool.Handle);
        Assert.Equal((Mbuf.DefaultHeadroom, pool.DataRoom, 0u, Mbuf.NoPort), (packet->Headroom, packet->BufLen, packet->PktLen, packet->Port));
        Assert.True(packet->IsExclusive);
        packet->Append(100);
        packet->OlFlags = MbufFlags.RxVlan;
        MbufPool.Free(packet);

        var again = pool.Alloc();
        Assert.Equal((0u, MbufFlags.None), (again->PktLen, again->OlFlags));
        MbufPool.Free(again);
    }

    [Fact]
    public void An_empty_pool_gives_nothing_and_recovers()
    {
        var packets = stackalloc Mbuf*[256];
        Assert.False(pool.AllocBulk(packets, 256));
        Assert.Equal(0, pool.InUse);
        Assert.True(pool.AllocBulk(packets, 255));
        Assert.True(pool.Alloc() == null);
        Assert.True(pool.Clone(packets[0]) == null);
        Assert.True(pool.Copy(packets[0]) == null);
        MbufPool.FreeBulk(packets, 255);
        Assert.Equal(0, pool.InUse);
        var one = pool.Alloc();
        Assert.True(one != null);
        MbufPool.Free(one);
    }

    [Fact]
    public void A_clone_shares_the_bytes_and_keeps_them_alive()
    {
        var packet = pool.Alloc();
        new Span<byte>(packet->Append(3), 3).Fill(0x5a);
        var clone = pool.Clone(packet);

        Assert.True(clone->Data == packet->Data);
        Assert.True(clone->IsClone);
        Assert.False(clone->IsExclusive);
        Assert.Equal(2, packet->Refcnt);
        Assert.Equal(2, pool.InUse);

        MbufPool.Free(packet);
        Assert.Equal(2, pool.InUse); // the clone holds its data
        Assert.Equal([0x5a, 0x5a, 0x5a], new Span<byte>(clone->Data, clone->DataLen).ToArray());
        MbufPool.Free(clone);
        Assert.Equal(0, pool.InUse);
    }

    [Fact]
    public void Heads_that_share_a_payload_return_it_with_the_last_of_them()
    {
        const int Heads = 20;
        Mbuf* payload = pool.Alloc();
        payload->Append(1000);
        var packets = stackalloc Mbuf*[Heads];
        for (int i = 0; i < Heads; i++)
        {
            packets[i] = pool.Alloc();
            packets[i]->Append(60);
            packets[i]->Next = payload;
            packets[i]->NbSegs = 2;
            packets[i]->PktLen = 1060;
            if (i > 0)
            {
                Mbuf.Hold(payload);
            }
        }

        Assert.Equal((Heads + 1, (ushort)Heads, (ushort)Mbuf.DefaultHeadroom), (pool.InUse, payload->Refcnt, payload->DataOff));
        MbufPool.FreeBulk(packets, Heads - 1);
        Assert.Equal((2, (ushort)1), (pool.InUse, payload->Refcnt));
        MbufPool.Free(packets[Heads - 1]);
        Assert.Equal(0, pool.InUse);
    }

    [Fact]
    public void A_copy_has_bytes_of_its_own()
    {
        var packet = pool.Alloc();
        new Span<byte>(packet->Append(4), 4).Fill(1);
        packet->Data[2] = 9;
        var copy = pool.Copy(packet, offset: 1, length: 2);
        packet->Data[1] = 77;

        Assert.Equal([1, 9], new Span<byte>(copy->Data, copy->DataLen).ToArray());
        Assert.True(copy->IsExclusive);
        Assert.True(pool.Copy(packet, offset: 5) == null);
        MbufPool.Free(packet);
        MbufPool.Free(copy);
        Assert.Equal(0, pool.InUse);
    }

    [Fact]
    public void A_chain_becomes_one_segment_if_it_fits()
    {
        var chain = Chain(1000, 900);
        Assert.True(MbufPool.Linearise(chain));
        Assert.Equal((1, 1900, 1900u), (chain->NbSegs, chain->DataLen, chain->PktLen));
        Assert.Equal((1, 2), (chain->Data[999], chain->Data[1000]));
        Assert.Equal(1, pool.InUse);
        MbufPool.Free(chain);

        var tooLong = Chain(2000, 100);
        Assert.False(MbufPool.Linearise(tooLong));
        Assert.Equal(2, tooLong->NbSegs);
        MbufPool.Free(tooLong);
        Assert.Equal(0, pool.InUse);
    }

    [Fact]
    public void A_pool_that_cannot_be_made_says_which()
    {
        var taken = Assert.Throws<DpdkException>(() => MbufPool.Create(pool.Name, 63, cacheSize: 0));
        Assert.Contains($"'{pool.Name}'", taken.Message);
        Assert.Equal(17, taken.Error); // EEXIST

        var large = Assert.Throws<DpdkException>(() => MbufPool.Create(EalFixture.Unique("pool"), 4_000_000));
        Assert.Equal(12, large.Error); // ENOMEM
        Assert.Contains("scripts/setup-hugepages.sh", large.Message);
    }

    public void Dispose() => pool.Dispose();

    private Mbuf* Chain(int first, int second)
    {
        var head = pool.Alloc();
        var tail = pool.Alloc();
        new Span<byte>(head->Append(first), first).Fill(1);
        new Span<byte>(tail->Append(second), second).Fill(2);
        head->Next = tail;
        head->NbSegs = 2;
        head->PktLen += tail->PktLen;
        return head;
    }
}
