using System.Runtime.InteropServices;

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

    /// <summary>Several pieces of a segment, held at once: it returns with the last of them, and they have their own room again.</summary>
    [Fact]
    public void Pieces_hold_the_segment_that_they_show()
    {
        using var small = MbufPool.Create(EalFixture.Unique("small"), 63, cacheSize: 0, dataRoom: 384);
        var pieces = stackalloc Mbuf*[5];
        foreach (var ownFirst in (bool[])[true, false])
        {
            var chain = Chain(1000, 500);
            Assert.True(small.AllocBulk(pieces, 5));
            Mbuf.HoldData(chain, 2);
            Mbuf.HoldData(chain->Next, 1);
            Mbuf.HoldData(chain->Next, 2); // of which nothing is attached for one
            Mbuf.Attach(pieces[0], chain, 0, 600);
            Mbuf.Attach(pieces[1], chain, 600, 400);
            Mbuf.Attach(pieces[2], chain->Next, 1, 499);
            Mbuf.Attach(pieces[3], chain->Next, 0, 1);
            Mbuf.LetGoData(chain->Next, 1);
            Assert.Equal((3, 3), (chain->Refcnt, chain->Next->Refcnt));
            for (var i = 0; i < 4; i++)
            {
                Assert.True(pieces[i]->IsClone);
                Assert.Equal((nint)(i < 2 ? chain : chain->Next), (nint)pieces[i]->Owner);
                Assert.Equal(i < 2 ? 1 : 2, pieces[i]->Data[pieces[i]->DataLen - 1]);
            }

            if (ownFirst)
            {
                MbufPool.Free(chain);
            }

            for (var i = 0; i < 4; i++)
            {
                Assert.Equal(ownFirst && i > 1 ? 1 : 2, pool.InUse);
                MbufPool.Free(pieces[i]);
            }

            if (!ownFirst)
            {
                Assert.Equal(2, pool.InUse);
                MbufPool.Free(chain);
            }

            Assert.Equal((0, 1), (pool.InUse, small.InUse));
            MbufPool.Free(pieces[4]);
            Assert.True(small.AllocBulk(pieces, 5));
            Assert.All(Enumerable.Range(0, 5).Select(i => (nint)pieces[i]), static p => Assert.True(
                ((Mbuf*)p)->IsExclusive && ((Mbuf*)p)->BufAddr == (byte*)p + Mbuf.SizeOf && ((Mbuf*)p)->BufLen == 384));
            MbufPool.FreeBulk(pieces, 5);
        }
    }

    /// <summary>What a guest's large frame may lie in (net_vhost with ext-buffer): its owner is told when the last piece is gone, once.</summary>
    [Fact]
    public void Pieces_of_an_external_buffer_hold_that()
    {
        var room = (byte*)NativeMemory.AllocZeroed(4096);
        var shared = stackalloc ulong[3]; // rte_mbuf_ext_shared_info: the call-back, its argument, the count
        shared[0] = (ulong)NativeLibrary.GetExport(NativeLibrary.Load("libc.so.6"), "strcat"); // nothing managed may be called from there
        var mark = (ushort)'x'; // and the 0 behind it
        shared[1] = (ulong)&mark;
        shared[2] = 1;
        var packet = pool.Alloc();
        packet->BufAddr = room;
        packet->BufIova = (ulong)room;
        packet->BufLen = 4096;
        packet->DataOff = 128;
        packet->ShInfo = shared;
        packet->OlFlags |= MbufFlags.External;
        packet->Append(3000);
        var pieces = stackalloc Mbuf*[3];
        Assert.True(pool.AllocBulk(pieces, 3));
        Mbuf.HoldData(packet, 4);
        Mbuf.LetGoData(packet, 1);
        for (var i = 0; i < 3; i++)
        {
            Mbuf.Attach(pieces[i], packet, (uint)(i * 1000), 1000);
            Assert.Equal((nint)(room + 128 + (i * 1000)), (nint)pieces[i]->Data);
        }

        Assert.Equal((4ul, 1), ((ushort)shared[2], packet->Refcnt));
        MbufPool.Free(pieces[1]);
        MbufPool.Free(packet);
        MbufPool.Free(pieces[0]);
        Assert.Equal((0, 1), (room[0], pool.InUse));
        MbufPool.Free(pieces[2]);
        Assert.Equal((mark, 0, 0), (room[0], room[1], pool.InUse));
        NativeMemory.Free(room);
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
