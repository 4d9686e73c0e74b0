using NvgreGateway.Exchange;

namespace NvgreGateway.Exchange.Tests;

public sealed unsafe class RegionTests
{
    private static ExchangeLimits Limits => ExchangeLimits.For(ports: 2, workers: 2, segments: 1, attachments: 1, peers: 1, nextHops: 1, fdbCapacity: 1000);

    private static string NewName() => "xt-" + Guid.NewGuid().ToString("N")[..16];

    [Theory]
    [InlineData(false)]
    [InlineData(true)] // in hugetlbfs where pages are free, else where the other is
    public void WhatOneWritesAnotherReads(bool hugePages)
    {
        string name = NewName();
        using var owner = new Owned(name);
        using GatewayMemory made = GatewayMemory.Create(name, Limits, "build 1", hugePages);
        using GatewayMemory attached = GatewayMemory.Attach(name);
        Assert.Equal(LayoutHash.Value, attached.Header->LayoutHash);
        Assert.Equal(name, GatewayMemory.Text(attached.Header->Name, 64));
        Assert.Equal("build 1", GatewayMemory.Text(attached.Header->Build, 112));
        Assert.Equal(made.Limits.FdbCapacity, attached.Limits.FdbCapacity);

        // The last byte of every part, so that none is cut short or lies over another.
        Dictionary<string, nint> parts = Parts(made), others = Parts(attached);
        byte mark = 1;
        foreach ((string _, nint p) in parts)
        {
            *(byte*)p = mark++;
        }

        mark = 1;
        foreach ((string part, nint p) in others)
        {
            Assert.True(*(byte*)p == mark++, $"{part} is not the same memory on both sides");
        }
    }

    [Fact]
    public void PartsDoNotOverlap()
    {
        using GatewayMemory memory = GatewayMemory.CreatePrivate(Limits);
        (nint From, nint To)[] ranges =
        [
            Range(memory.Header, sizeof(GatewayHeader)),
            Range(memory.Settings, sizeof(DataSettings)),
            Range(memory.Data, sizeof(DataState)),
            Range(memory.Mailbox, sizeof(Mailbox)),
            Range(memory.PortTable, 64 * sizeof(PortTableEntry)),
            Range(memory.PortStates, 64 * sizeof(PortState)),
            Range(memory.SegmentStates, memory.Limits.Segments),
            Range(memory.AttachmentStates, memory.Limits.Attachments),
            Range(memory.PeerStates, memory.Limits.Peers),
            Range(memory.NextHops, memory.Limits.NextHops * sizeof(NextHopSlot)),
            Range(memory.Slot(0).Header, memory.Limits.SnapshotBytes),
            Range(memory.Slot(1).Header, memory.Limits.SnapshotBytes),
            Range(memory.Fdb.Buckets, (memory.Limits.FdbBuckets + FdbTable.Spare) * sizeof(FdbBucket)),
            Range(memory.Fdb.Ages, (long)memory.Fdb.LaneBytes * (memory.Limits.Workers + 1)),
            .. Enumerable.Range(0, 2).SelectMany(worker => new[]
            {
                Range(memory.Statistics(worker), sizeof(WorkerStatistics)),
                Range(memory.Attachments(worker), memory.Limits.Attachments * sizeof(AttachmentCounters)),
                Range(memory.Peers(worker), memory.Limits.Peers * sizeof(PeerCounters)),
                Range(memory.SegmentDrops(worker), memory.Limits.Segments * 1024),
                Range(memory.PeerDrops(worker), memory.Limits.Peers * 1024),
            }),
        ];
        Array.Sort(ranges);
        for (int i = 1; i < ranges.Length; i++)
        {
            Assert.True(ranges[i - 1].To <= ranges[i].From);
        }

        for (int i = 0; i < ranges.Length; i++)
        {
            new Span<byte>((void*)ranges[i].From, checked((int)(ranges[i].To - ranges[i].From))).Clear(); // mapped to its end
        }
    }

    [Fact]
    public void AbsentRegionsAreNamed()
    {
        string name = NewName();
        IOException e = Assert.ThrowsAny<IOException>(() => GatewayMemory.Attach(name));
        Assert.Contains(name, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RegionsOfAnotherLayoutAreRefused()
    {
        string name = NewName();
        using var owner = new Owned(name);
        using GatewayMemory made = GatewayMemory.Create(name, Limits, "build of yesterday", hugePages: false);
        made.Header->LayoutHash ^= 1;
        Exception e = Assert.ThrowsAny<Exception>(() => GatewayMemory.Attach(name));
        Assert.IsType<InvalidDataException>(e);
        Assert.Contains("build of yesterday", e.Message, StringComparison.Ordinal);
        made.Header->LayoutHash ^= 1;
        GatewayMemory.Attach(name).Dispose();
    }

    [Fact]
    public void HalfMadeRegionsAreRefused()
    {
        string name = NewName();
        using var owner = new Owned(name);
        using GatewayMemory made = GatewayMemory.Create(name, Limits, "", hugePages: false);
        made.Header->Magic = 0; // it is written last
        Assert.Throws<InvalidDataException>(() => GatewayMemory.Attach(name));
        made.Header->Magic = GatewayHeader.MagicValue;
        using (FileStream file = File.OpenWrite(Path.Combine(GatewayPaths.SharedMemory(name), "fdb")))
        {
            file.SetLength(4096);
        }

        InvalidDataException e = Assert.Throws<InvalidDataException>(() => GatewayMemory.Attach(name));
        Assert.Contains("fdb", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void NamesKeepApart()
    {
        string one = NewName(), two = NewName();
        using var first = new Owned(one);
        using var second = new Owned(two);
        using GatewayMemory a = GatewayMemory.Create(one, Limits, "", hugePages: false);
        using GatewayMemory b = GatewayMemory.Create(two, Limits, "", hugePages: false);
        a.Header->AgeTick = 77;
        Assert.Equal(1u, b.Header->AgeTick);
        GatewayMemory.Delete(one);
        Assert.False(Directory.Exists(GatewayPaths.SharedMemory(one)));
        Assert.Equal(77u, a.Header->AgeTick); // who has it mapped keeps it
        GatewayMemory.Attach(two).Dispose();
        Assert.ThrowsAny<IOException>(() => GatewayMemory.Attach(one));
    }

    [Theory]
    [InlineData("")]
    [InlineData("../etc")]
    [InlineData("Gw1")]
    [InlineData("a/b")]
    [InlineData("abcdefghijklmnopqrstuvwxyz0123456")]
    public void NamesThatAreNoneReachNoPath(string name)
    {
        Assert.Throws<ArgumentException>(() => GatewayPaths.SharedMemory(name));
        Assert.Throws<ArgumentException>(() => GatewayPaths.Socket(name));
    }

    [Fact]
    public void MakingAnewLeavesNothingOfBefore()
    {
        string name = NewName();
        using var owner = new Owned(name);
        using (GatewayMemory old = GatewayMemory.Create(name, Limits, "", hugePages: false))
        {
            old.Statistics(0)->Received = 5;
        }

        using GatewayMemory fresh = GatewayMemory.Create(name, Limits, "", hugePages: false);
        Assert.Equal(0ul, fresh.Statistics(0)->Received);
    }

    [Fact]
    public void PortStateIsReadWhole()
    {
        using GatewayMemory memory = GatewayMemory.CreatePrivate(Limits);
        using var stop = new CancellationTokenSource();
        PortState* state = memory.PortStates + 1;
        var writer = new Thread(() =>
        {
            for (ulong n = 1; !stop.IsCancellationRequested; n++)
            {
                Volatile.Write(ref state->Sequence, (2 * n) - 1);
                Thread.MemoryBarrier();
                state->Mac = n;
                state->TxErrors = n;
                state->RxErrors = n;
                Volatile.Write(ref state->Sequence, 2 * n);
                Thread.SpinWait(20);
            }
        });
        writer.Start();
        try
        {
            for (int i = 0; i < 20000; i++)
            {
                PortState copy = memory.ReadPortState(1);
                Assert.Equal((copy.Mac, copy.Mac), (copy.TxErrors, copy.RxErrors));
            }
        }
        finally
        {
            stop.Cancel();
            writer.Join();
        }

        // A writer that died in the middle does not hang the reader.
        state->Sequence = 3;
        Assert.Equal(3ul, memory.ReadPortState(1).Sequence);
    }

    [Fact]
    public void TextIsCutAtWholeCharacters()
    {
        byte* field = stackalloc byte[8];
        GatewayMemory.SetText(field, 8, "abcdefgh");
        Assert.Equal("abcdefg", GatewayMemory.Text(field, 8));
        GatewayMemory.SetText(field, 8, "abcdefé");
        Assert.Equal("abcdef", GatewayMemory.Text(field, 8));
        GatewayMemory.SetText(field, 8, "x");
        Assert.Equal("x", GatewayMemory.Text(field, 8));
    }

    private static Dictionary<string, nint> Parts(GatewayMemory m) => new()
    {
        ["settings"] = (nint)(m.Settings + 1) - 1,
        ["data state"] = (nint)(m.Data + 1) - 1,
        ["mailbox"] = (nint)(m.Mailbox + 1) - 1,
        ["port table"] = (nint)(m.PortTable + 64) - 1,
        ["port states"] = (nint)(m.PortStates + 64) - 1,
        ["peer states"] = (nint)(m.PeerStates + m.Limits.Peers) - 1,
        ["next hops"] = (nint)(m.NextHops + m.Limits.NextHops) - 1,
        ["tables"] = (nint)m.Slot(1).Header + (nint)m.Limits.SnapshotBytes - 1,
        ["fdb"] = (nint)(m.Fdb.Buckets + m.Limits.FdbBuckets + FdbTable.Spare) - 1,
        ["ages"] = (nint)m.Fdb.Lane(3) - 1,
        ["peer counters"] = (nint)(m.Peers(1) + m.Limits.Peers) - 1,
        ["peer drops"] = (nint)(m.PeerDrops(1) + (m.Limits.Peers * 128)) - 1,
    };

    private static (nint From, nint To) Range(void* p, long bytes) => ((nint)p, (nint)p + (nint)bytes);

    private sealed class Owned(string name) : IDisposable
    {
        public void Dispose() => GatewayMemory.Delete(name);
    }
}
