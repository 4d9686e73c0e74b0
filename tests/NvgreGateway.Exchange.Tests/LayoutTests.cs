using System.Runtime.InteropServices;
using NvgreGateway.Exchange;

namespace NvgreGateway.Exchange.Tests;

public sealed unsafe class LayoutTests
{
    [Fact]
    public void SizesAreWhatTheCodeCountsOn()
    {
        Assert.Equal(64, sizeof(FdbBucket));
        Assert.Equal(40, Marshal.OffsetOf<FdbBucket>(nameof(FdbBucket.Places)));
        Assert.Equal(4096, sizeof(GatewayHeader));
        Assert.Equal(512, sizeof(PortEntry));
        Assert.Equal(128, sizeof(SegmentEntry));
        Assert.Equal(32, sizeof(AttachmentEntry));
        Assert.Equal(128, sizeof(PeerEntry));
        Assert.Equal(128, sizeof(NextHopSlot));
        Assert.Equal(PuntSlot.HeadBytes, sizeof(PuntSlot));
        Assert.Equal(InjectSlot.HeadBytes, sizeof(InjectSlot));
        Assert.Equal(512, sizeof(PortState));
        Assert.Equal(512, sizeof(PortTableEntry));
        Assert.Equal(1024, sizeof(Mailbox));
        Assert.Equal(9216, sizeof(WorkerStatistics));
    }

    [Fact]
    public void FieldsThatTwoSidesWriteStandOnLinesOfTheirOwn()
    {
        static int Line<T>(string field) => (int)Marshal.OffsetOf<T>(field) / 64;
        Assert.NotEqual(Line<NextHopSlot>(nameof(NextHopSlot.Word)), Line<NextHopSlot>(nameof(NextHopSlot.Held)));
        Assert.NotEqual(Line<Mailbox>(nameof(Mailbox.Requested)), Line<Mailbox>(nameof(Mailbox.Acknowledged)));
        Assert.Equal(0, (int)Marshal.OffsetOf<GatewayHeader>(nameof(GatewayHeader.Published)) % 64);
        Assert.NotEqual(Line<GatewayHeader>(nameof(GatewayHeader.Data)), Line<GatewayHeader>(nameof(GatewayHeader.Published)));
        Assert.NotEqual(Line<GatewayHeader>(nameof(GatewayHeader.ControlDrops)), Line<GatewayHeader>(nameof(GatewayHeader.Published)));
    }

    [Fact]
    public void EveryReasonAndCounterHasItsOwnName()
    {
        var names = new HashSet<string>();
        for (DropReason reason = (DropReason)1; reason < DropReason.Count; reason++)
        {
            string name = CounterNames.Of(reason);
            Assert.True(names.Add(name), name);
            Assert.StartsWith("drop.", name, StringComparison.Ordinal);

            // drop.vlan.tagged_on_access is VlanTaggedOnAccess: a name in the wrong row would not match.
            Assert.Equal(reason.ToString(), name[5..].Replace(".", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal), ignoreCase: true);
        }

        for (CounterId id = 0; id < CounterId.Count; id++)
        {
            string name = CounterNames.Of(id);
            Assert.True(names.Add(name), name);
            Assert.Equal(id.ToString(), name.Replace(".", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal), ignoreCase: true);
        }

        Assert.True((int)DropReason.Count <= 128);
        Assert.True((int)CounterId.Count <= 32);
    }

    [Theory]
    [InlineData(1u, 0u)]
    [InlineData(1u, 63u)]
    [InlineData(Place.IdMask, 64u)]
    [InlineData(77u, 200u)]
    public void PlaceKeepsItsParts(uint id, uint generation)
    {
        Place attachment = Place.OfAttachment(id, generation), peer = Place.OfPeer(id, generation);
        Assert.Equal((id, generation % 64, false), (attachment.Id, attachment.Generation, attachment.IsPeer));
        Assert.Equal((id, generation % 64, true), (peer.Id, peer.Generation, peer.IsPeer));
        Assert.Equal(attachment.Value, new Place(attachment.Value | Place.Static | Place.Sticky | Place.Frozen | Place.FrozenDrop).Identity);
        Assert.NotEqual(attachment.Value, peer.Value);
        Assert.Equal(0u, attachment.Value & Place.Flags);
        Assert.True(default(Place).IsNone);
    }

    [Fact]
    public void FdbFindWalksTheChainAndStopsAtItsEnd()
    {
        using GatewayMemory memory = GatewayMemory.CreatePrivate(ExchangeLimits.For(1, 1, 1, 1, 1, 1, 100));
        FdbTable table = memory.Fdb;
        ulong key = FdbTable.Key(0x0000_1234_5678_9A02, 7);
        FdbBucket* home = table.Home(key);
        Assert.Equal(0u, table.Find(home, key, out _));
        FdbBucket* third = home + 2;
        third->Keys[4] = key;
        third->Places[4] = 99;
        Assert.Equal(0u, table.Find(home, key, out _)); // no chain leads there
        home->Overflow = 1;
        home[1].Overflow = 1;
        Assert.Equal(99u, table.Find(home, key, out uint slot));
        Assert.Equal((uint)(((third - table.Buckets) * 8) + 4), slot);
        Assert.True(table.Lane(1) + slot < table.Lane(2));
        Assert.Equal(0x0000_1234_5678_9A02ul, key >> 16);
        Assert.Equal(7, (ushort)key);
    }

    [Fact]
    public void QuiescentMarkPassesWhenEveryWorkerHasLoopedOrLooksAtNothing()
    {
        using GatewayMemory memory = GatewayMemory.CreatePrivate(ExchangeLimits.For(1, 2, 1, 1, 1, 1, 100));
        Assert.True(new QuiescentMark(memory).HasPassed); // nothing forwards
        memory.Phase = DataPhase.Forwarding;
        var mark = new QuiescentMark(memory);
        Assert.False(mark.HasPassed);
        memory.Statistics(0)->Polls++;
        Assert.False(mark.HasPassed);
        memory.Statistics(1)->Sleeping = 1;
        Assert.True(mark.HasPassed);
        memory.Statistics(1)->Sleeping = 0;
        memory.Statistics(1)->Polls++;
        Assert.True(mark.HasPassed);
        Assert.False(new QuiescentMark(memory).HasPassed);
        memory.Phase = DataPhase.Starting; // the data process is gone
        Assert.True(new QuiescentMark(memory).HasPassed);
    }

    [Theory]
    [InlineData(1, 64u)]
    [InlineData(128, 64u)]
    [InlineData(129, 128u)]
    [InlineData(65536, 32768u)]
    [InlineData(65537, 65536u)]
    public void FdbIsAtMostTwoFifthsFull(int capacity, uint buckets)
    {
        ExchangeLimits limits = ExchangeLimits.For(1, 1, 1, 1, 1, 1, capacity);
        Assert.Equal(buckets, limits.FdbBuckets);
        Assert.True((uint)capacity <= limits.FdbBuckets * 2);
    }

    [Fact]
    public void NextHopWordHoldsMacAndState()
    {
        ulong word = NextHopSlot.Pack(0xFFFF_A1B2_C3D4_E5F6, NextHopState.Pending);
        Assert.Equal(NextHopState.Pending, NextHopSlot.StateOf(word));
        Assert.Equal(0xA1B2_C3D4_E5F6ul, word & 0xFFFF_FFFF_FFFF);
        Assert.Equal(0ul, word >> 56);
    }
}
