using NvgreGateway.Control.Configuration;
using NvgreGateway.Control.Tables;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;
using NvgreGateway.Tests;

namespace NvgreGateway.Control.Tests.Tables;

public sealed unsafe class FdbTests
{
    private const string TwoPorts = """
        { "name": "blue", "vsid": 5001, "attachments": [ { "port": "access0", "vlan": 100 }, { "port": "access0", "vlan": 101 }, { "port": "access1", "vlan": 300 } ],
          "peers": [ "198.51.100.10", "198.51.100.11" ] }
        """;

    private const string Access1 = Bench.Access + """, { "name": "access1", "role": "access", "device": "b", "mac": "02:00:00:00:01:02" }""";

    private const string Green = """
        { "name": "green", "vsid": 6001, "attachments": [ { "port": "access0", "vlan": 200 } ], "peers": [ "198.51.100.10" ] }
        """;

    [Fact]
    public void SourcesAreLearnedBySegmentAndPlace()
    {
        using var bench = new Bench(Bench.Blue + "," + Green);
        Assert.Equal(LearnResult.Learned, bench.Learn(1, bench.PeerPlace()));
        Assert.Equal(bench.PeerPlace(), bench.Find(1)); // (5001, VM) leads to the peer
        Assert.Equal(0u, bench.Find(1, 6001)); // and nowhere in another segment
        Assert.Equal(LearnResult.Refreshed, bench.Learn(1, bench.PeerPlace()));
        Assert.Equal(LearnResult.Learned, bench.Learn(1, bench.AttachmentPlace(200), 6001));
        Assert.Equal(bench.PeerPlace(), bench.Find(1));
        Assert.Equal(2, bench.Fdb.Count);
        Assert.Equal("fdb.learned 2", bench.Counters());
    }

    [Fact]
    public void PlacesThatAreNotOfTheSegmentTeachNothing()
    {
        using var bench = new Bench(Bench.Blue + "," + Green);
        Assert.Equal(LearnResult.Ignored, bench.Learn(1, bench.AttachmentPlace(200)));
        Assert.Equal(LearnResult.Ignored, bench.Learn(1, Place.OfPeer(200, 0).Value));
        Assert.Equal(LearnResult.Ignored, bench.Learn(1, bench.PeerPlace() + (1 << Place.GenerationShift)));
        Assert.Equal(LearnResult.Ignored, bench.Learn(1, 0));
        Assert.Equal(LearnResult.Ignored, bench.Fdb.Learn(FdbTable.Key(Bench.Mac(1).Value, 0), bench.PeerPlace(), bench.Now));
        Assert.Equal(0, bench.Fdb.Count);
        Assert.Equal("", bench.Counters());
    }

    [Fact]
    public void SegmentWithoutLearningLearnsNothing()
    {
        using var bench = new Bench(Bench.Blue.Replace("\"vsid\"", "\"learning\": false, \"vsid\""));
        Assert.Equal(LearnResult.Ignored, bench.Learn(1, bench.PeerPlace()));
        Assert.Equal(0, bench.Fdb.Count);
    }

    [Theory]
    [InlineData("01:00:5e:00:00:01")]
    [InlineData("ff:ff:ff:ff:ff:ff")]
    [InlineData("00:00:00:00:00:00")]
    [InlineData("02:00:00:00:01:01")] // the access port's own
    [InlineData("02:00:00:00:02:01")] // the underlay port's own
    public void GroupZeroAndOwnMacsAreNeverLearned(string mac)
    {
        using var bench = new Bench();
        Assert.Equal(LearnResult.RefusedAddress, bench.Learn(MacAddress.Parse(mac), bench.AttachmentPlace()));
        Assert.Equal(0, bench.Fdb.Count);
        Assert.Equal("", bench.Counters());
    }

    [Fact]
    public void RecordsAndLearnedEntriesStandSideBySide()
    {
        using var bench = new Bench(Bench.Blue.Replace("\"vsid\"",
            """
            "records": [ { "mac": "0a:00:00:00:00:01", "pa": "198.51.100.10" }, { "mac": "0a:00:00:00:00:02", "port": "access0", "vlan": 100, "sticky": true } ], "vsid"
            """));
        Assert.Equal(2, bench.Fdb.StaticCount);
        Assert.Equal(bench.PeerPlace(), bench.Find(1));
        Assert.Equal(bench.AttachmentPlace(), bench.Find(2));
        Assert.Equal(Place.Static, bench.Entry(1).Place.Value & Place.Flags);
        Assert.Equal(Place.Static | Place.Sticky, bench.Entry(2).Place.Value & Place.Flags);

        // A record is not moved by traffic (A-102, E-033) ...
        Assert.Equal(LearnResult.RefusedStatic, bench.Learn(1, bench.AttachmentPlace()));
        Assert.Equal(bench.PeerPlace(), bench.Find(1));
        Assert.Equal(LearnResult.Learned, bench.Learn(3, bench.AttachmentPlace()));

        // ... nor by time or a flush.
        bench.Wait(1000);
        bench.Fdb.FlushAll();
        Assert.Equal(2, bench.Fdb.Count);
        Assert.Equal(0u, bench.Find(3));
        Assert.Equal("fdb.learned 1, fdb.aged 1", bench.Counters());
    }

    [Fact]
    public void RecordTakesOverWhatWasLearned()
    {
        using var bench = new Bench();
        bench.Learn(1, bench.AttachmentPlace());
        GatewayConfiguration with = Bench.Parse(Bench.Blue.Replace("\"vsid\"", "\"records\": [ { \"mac\": \"0a:00:00:00:00:01\", \"pa\": \"198.51.100.10\" } ], \"vsid\""));
        bench.Apply(with);
        Assert.Equal(bench.PeerPlace(), bench.Find(1));
        Assert.True(bench.Entry(1).IsStatic);
        Assert.Equal((1, 1), (bench.Fdb.Count, bench.Fdb.StaticCount));
        bench.Apply(Bench.Parse());
        Assert.Equal(0, bench.Fdb.Count);
    }

    [Fact]
    [Requirement("E-031")]
    public void LearnedEntriesAgeOutBetween300And330Seconds()
    {
        foreach (double start in (double[])[0, 1.3, 4.7, 9.2, 9.4])
        {
            using var bench = new Bench(extra: "\"workers\": { \"cores\": [0, 1] }");
            bench.Wait(start);
            bench.Learn(1, bench.AttachmentPlace());
            bench.Learn(2, bench.AttachmentPlace());
            bench.Wait(150);
            bench.Refresh(2, worker: 1);
            bench.Wait(150);
            Assert.NotEqual(0u, bench.Find(1)); // 300 s after its frame
            bench.Wait(30);
            Assert.Equal(0u, bench.Find(1)); // 330 s
            Assert.NotEqual(0u, bench.Find(2)); // refreshed 180 s ago
            bench.Wait(120);
            Assert.NotEqual(0u, bench.Find(2));
            bench.Wait(30);
            Assert.Equal(0u, bench.Find(2));
            Assert.Equal("fdb.learned 2, fdb.aged 2", bench.Counters());
        }
    }

    [Fact]
    public void EntryThatIsKeptFreshStaysThoughTicksRepeat()
    {
        using var bench = new Bench(extra: "\"fdb\": { \"ageingSeconds\": 10 }, \"workers\": { \"cores\": [0, 1] }");
        bench.Learn(1, bench.AttachmentPlace());
        bench.Learn(2, bench.AttachmentPlace());
        bench.Refresh(2, worker: 1); // worker 1 saw both once, and never again
        bench.Refresh(1, worker: 1);
        for (int i = 0; i < 200; i++)
        {
            bench.Wait(1);
            bench.Refresh(1, worker: 0);
            Assert.Equal(i < 10, bench.Find(2) != 0); // ticks repeat after 80 s: an old one never looks new
        }

        Assert.NotEqual(0u, bench.Find(1));
        bench.Wait(11);
        Assert.Equal(0u, bench.Find(1));
    }

    [Fact]
    public void LongJumpOfTheClockAgesEverythingOnce()
    {
        using var bench = new Bench();
        bench.Learn(1, bench.AttachmentPlace());
        bench.Tables.Tick(bench.Now + (1_000_000 * Bench.Second));
        Assert.Equal(0, bench.Fdb.Count);
        Assert.Equal("fdb.learned 1, fdb.aged 1", bench.Counters());
    }

    [Fact]
    public void AgeIsShown()
    {
        using var bench = new Bench();
        bench.Learn(1, bench.AttachmentPlace());
        bench.Wait(100);
        Assert.InRange(bench.Entry(1).Age.TotalSeconds, 90, 110);
        FdbEntry entry = Assert.Single(bench.Fdb.Enumerate());
        Assert.Equal((Bench.Mac(1), bench.Segment(), bench.AttachmentPlace()), (entry.Mac, entry.Segment, entry.Place.Value));
    }

    [Fact]
    [Requirement("E-032")]
    public void SixthMoveWithinTheWindowIsRefusedAndTheMacFrozen()
    {
        using var bench = new Bench();
        var marked = new List<FdbEntry>();
        bench.Fdb.MarkedDuplicate += marked.Add;
        uint a = bench.AttachmentPlace(), b = bench.PeerPlace();
        bench.Learn(1, a);
        for (int move = 1; move <= 5; move++)
        {
            bench.Wait(20);
            Assert.Equal(LearnResult.Moved, bench.Learn(1, move % 2 == 1 ? b : a)); // at once, whichever kind of place
            Assert.Equal(move % 2 == 1 ? b : a, bench.Find(1));
        }

        Assert.Empty(marked);
        Assert.Equal(LearnResult.RefusedDuplicate, bench.Learn(1, a));
        Assert.Equal(b, bench.Find(1)); // where the fifth put it
        Assert.Equal(Place.Frozen, bench.Entry(1).Place.Value & Place.Flags);
        Assert.Equal(Bench.Mac(1), Assert.Single(marked).Mac);
        Assert.Equal("fdb.duplicate 1, fdb.learned 1, fdb.moved 5", bench.Counters());
        Assert.Equal(1, bench.Fdb.FrozenCount);

        // It thaws when no move was tried for the window; tries keep it frozen.
        bench.Wait(170);
        Assert.Equal(LearnResult.RefusedDuplicate, bench.Learn(1, a));
        bench.Wait(179);
        Assert.True(bench.Entry(1).IsFrozen);
        bench.Wait(2);
        Assert.False(bench.Entry(1).IsFrozen);
        Assert.Equal(0, bench.Fdb.FrozenCount);
        Assert.Equal(LearnResult.Moved, bench.Learn(1, a));
        Assert.Equal("fdb.duplicate 1, fdb.learned 1, fdb.moved 6", bench.Counters());
    }

    [Fact]
    public void MovesOutsideTheWindowAreNotCounted()
    {
        using var bench = new Bench();
        uint a = bench.AttachmentPlace(), b = bench.PeerPlace();
        bench.Learn(1, a);
        for (int i = 0; i < 30; i++)
        {
            bench.Wait(37); // five in 180 s at most
            Assert.Equal(LearnResult.Moved, bench.Learn(1, i % 2 == 0 ? b : a));
        }
    }

    [Fact]
    public void DuplicateWithActionDropSaysSoInItsEntry()
    {
        using var bench = new Bench(extra: "\"fdb\": { \"moves\": { \"limit\": 1, \"windowSeconds\": 60, \"action\": \"drop\" } }");
        bench.Learn(1, bench.AttachmentPlace());
        Assert.Equal(LearnResult.Moved, bench.Learn(1, bench.PeerPlace()));
        Assert.Equal(LearnResult.RefusedDuplicate, bench.Learn(1, bench.AttachmentPlace()));
        Assert.Equal(Place.FrozenDrop, bench.Entry(1).Place.Value & Place.FrozenDrop);
        bench.Fdb.FlushMac(Bench.Mac(1)); // an operator's word ends it
        Assert.Equal(LearnResult.Learned, bench.Learn(1, bench.AttachmentPlace()));
        Assert.Equal(LearnResult.Moved, bench.Learn(1, bench.PeerPlace()));
    }

    [Fact]
    [Requirement("E-034")]
    public void HundredAndFirstMacOfASegmentIsOverTheLimit()
    {
        using var bench = new Bench(Bench.Blue.Replace("\"vsid\"",
            "\"limits\": { \"macs\": 100 }, \"records\": [ { \"mac\": \"0a:00:00:01:00:00\", \"pa\": \"198.51.100.10\" } ], \"vsid\""));
        byte* state = bench.Memory.SegmentStates + bench.Segment();
        for (int i = 0; i < 100; i++)
        {
            Assert.Equal(0, *state); // records do not count
            Assert.Equal(LearnResult.Learned, bench.Learn(i, bench.AttachmentPlace()));
        }

        Assert.Equal((byte)PlaceStates.LimitReached, *state);
        Assert.Equal(LearnResult.RefusedLimit, bench.Learn(100, bench.AttachmentPlace()));
        Assert.Equal("fdb.limit 1, fdb.learned 100", bench.Counters());
        Assert.Equal(LearnResult.Moved, bench.Learn(5, bench.PeerPlace())); // not one more in the segment
        bench.Fdb.FlushMac(Bench.Mac(7));
        Assert.Equal(0, *state);
        Assert.Equal(LearnResult.Learned, bench.Learn(100, bench.AttachmentPlace()));
        bench.Wait(340);
        Assert.Equal(0, *state);
    }

    [Fact]
    public void PeersAndPortsHaveLimitsOfTheirOwn()
    {
        string segment = TwoPorts.Replace("\"198.51.100.10\"", "{ \"address\": \"198.51.100.10\", \"limits\": { \"macs\": 1, \"action\": \"drop\" } }");
        string access = Bench.Access.Replace("\"mtu\"", "\"limits\": { \"macs\": 2, \"action\": \"drop\" }, \"mtu\"") + Access1[Bench.Access.Length..];
        using var bench = new Bench(segment, access: access);
        byte* peer = bench.Memory.PeerStates + new Place(bench.PeerPlace()).Id;
        byte* first = bench.Memory.AttachmentStates + new Place(bench.AttachmentPlace()).Id;
        byte* second = bench.Memory.AttachmentStates + new Place(bench.AttachmentPlace(101)).Id;
        byte* other = bench.Memory.AttachmentStates + new Place(bench.AttachmentPlace(300, "access1")).Id;
        const byte Reached = (byte)(PlaceStates.LimitReached | PlaceStates.LimitDrop);
        *peer = (byte)PlaceStates.Down; // not ours to change
        Assert.Equal(LearnResult.Learned, bench.Learn(1, bench.PeerPlace()));
        Assert.Equal(Reached | (byte)PlaceStates.Down, *peer);
        Assert.Equal(LearnResult.RefusedLimit, bench.Learn(2, bench.PeerPlace()));
        Assert.Equal(LearnResult.Learned, bench.Learn(2, bench.PeerPlace("198.51.100.11")));
        Assert.Equal(LearnResult.Learned, bench.Learn(3, bench.AttachmentPlace()));
        Assert.Equal(0, *first);
        Assert.Equal(LearnResult.Learned, bench.Learn(4, bench.AttachmentPlace(101)));
        Assert.Equal((Reached, Reached, 0), (*first, *second, *other)); // a port's limit is over all its VLANs
        Assert.Equal(LearnResult.RefusedLimit, bench.Learn(5, bench.AttachmentPlace(101)));
        Assert.Equal(LearnResult.RefusedLimit, bench.Learn(1, bench.AttachmentPlace())); // a move there neither
        Assert.Equal(LearnResult.Moved, bench.Learn(4, bench.AttachmentPlace())); // within the port it is no more
        Assert.Equal(LearnResult.Moved, bench.Learn(3, bench.PeerPlace("198.51.100.11")));
        Assert.Equal(0, *first | *second);
        Assert.Equal(LearnResult.Moved, bench.Learn(1, bench.AttachmentPlace(300, "access1")));
        Assert.Equal((byte)PlaceStates.Down, *peer);
    }

    [Fact]
    public void FlushesTakeWhatTheyNameAndNothingElse()
    {
        using var bench = new Bench(TwoPorts + "," + Green, access: Access1);
        void Fill()
        {
            bench.Learn(1, bench.AttachmentPlace());
            bench.Learn(2, bench.AttachmentPlace(101));
            bench.Learn(3, bench.AttachmentPlace(300, "access1"));
            bench.Learn(4, bench.PeerPlace());
            bench.Learn(5, bench.PeerPlace("198.51.100.11"));
            bench.Learn(4, bench.AttachmentPlace(200), 6001);
            bench.Learn(6, bench.PeerPlace(vsid: 6001), 6001);
        }

        string Left() => string.Join(' ', bench.Fdb.Enumerate().OrderBy(static e => e.Segment).ThenBy(static e => e.Mac)
            .Select(e => $"{e.Segment}:{e.Mac.Value >> 40}"));
        Fill();
        Assert.Equal("1:1 1:2 1:3 1:4 1:5 2:4 2:6", Left());
        Assert.Equal(3, bench.Fdb.FlushPort(0));
        Assert.Equal("1:3 1:4 1:5 2:6", Left());
        Fill();
        Assert.Equal(1, bench.Fdb.FlushAttachment(new Place(bench.AttachmentPlace(101)).Id));
        Assert.Equal("1:1 1:3 1:4 1:5 2:4 2:6", Left());
        Fill();
        Assert.Equal(1, bench.Fdb.FlushPeer(new Place(bench.PeerPlace()).Id));
        Assert.Equal("1:1 1:2 1:3 1:5 2:4 2:6", Left());
        Fill();
        Assert.Equal(2, bench.Fdb.FlushMac(Bench.Mac(4)));
        Assert.Equal("1:1 1:2 1:3 1:5 2:6", Left());
        Fill();
        Assert.Equal(1, bench.Fdb.FlushMac(Bench.Mac(4), bench.Segment(6001)));
        Assert.Equal("1:1 1:2 1:3 1:4 1:5 2:6", Left());
        Fill();
        Assert.Equal(5, bench.Fdb.FlushSegment(bench.Segment()));
        Assert.Equal("2:4 2:6", Left());
        Fill();
        Assert.Equal(7, bench.Fdb.FlushAll());
        Assert.Equal("", Left());
        Assert.Equal(20ul, bench.Counter(CounterId.FdbFlushed));
        Fill();
        Assert.Equal("1:1 1:2 1:3 1:4 1:5 2:4 2:6", Left()); // learned again
    }

    [Fact]
    [Requirement("E-037")]
    public void FullTableStopsLearningAndNeverLosesARecord()
    {
        using var bench = new Bench(
            Bench.Blue.Replace("\"vsid\"", "\"records\": [ { \"mac\": \"0a:00:00:00:00:01\", \"pa\": \"198.51.100.10\" } ], \"vsid\""),
            "\"fdb\": { \"capacity\": 500 }");
        for (int i = 2; i < 3000; i++)
        {
            Assert.Equal(i <= 500 ? LearnResult.Learned : LearnResult.RefusedFull, bench.Learn(i, bench.AttachmentPlace()));
        }

        Assert.Equal(500, bench.Fdb.Count);
        Assert.Equal("fdb.learned 499, fdb.full 2499", bench.Counters());
        Assert.True(bench.Entry(1).IsStatic);

        // A new record has its place though the table is full: a learned entry gives way.
        bench.Apply(Bench.Parse(
            Bench.Blue.Replace("\"vsid\"", "\"records\": [ { \"mac\": \"0a:00:00:00:00:01\", \"pa\": \"198.51.100.10\" }, { \"mac\": \"0a:00:00:00:ff:ff\", \"pa\": \"198.51.100.10\" } ], \"vsid\""),
            "\"fdb\": { \"capacity\": 500 }"));
        Assert.Equal((500, 2), (bench.Fdb.Count, bench.Fdb.StaticCount));
        Assert.True(bench.Entry(0xFFFF).IsStatic);
    }

    [Fact]
    public void MacsPickedToCollideFillOneChainAndNoMore()
    {
        using var bench = new Bench();
        uint mask = bench.Memory.Fdb.Mask, home = 0;
        int learned = 0, refused = 0;
        for (int i = 0; refused < 50; i++)
        {
            ulong key = FdbTable.Key(Bench.Mac(i).Value, bench.Segment());
            if ((FdbTable.Hash(key) & mask) == home)
            {
                LearnResult result = bench.Learn(i, bench.AttachmentPlace());
                learned += result == LearnResult.Learned ? 1 : 0;
                refused += result == LearnResult.RefusedFull ? 1 : 0;
            }
        }

        Assert.Equal(16 * FdbBucket.Ways, learned);
        Assert.Equal(LearnResult.Learned, bench.Learn(MacNotAt(bench, home), bench.AttachmentPlace()));
        bench.Fdb.FlushAll();
        for (uint b = 0; b < mask + 1 + FdbTable.Spare; b++)
        {
            Assert.Equal(0u, bench.Memory.Fdb.Buckets[b].Overflow);
        }
    }

    [Fact]
    [Requirement("E-036")]
    public void HundredThousandMacsASecondAreLearned()
    {
        using var bench = new Bench(extra: "\"fdb\": { \"capacity\": 200000 }");
        uint place = bench.AttachmentPlace(), segment = bench.Segment();
        for (int i = 0; i < 20000; i++)
        {
            bench.Learn(i, place); // warm
        }

        // What other work of the machine takes from one try is not the table's: the best of several counts.
        double best = double.MaxValue;
        for (int tries = 0; tries < 8 && best >= 2; tries++)
        {
            bench.Fdb.FlushAll();
            bench.Tables.Tick(bench.Now);
            double started = ThreadClock.Seconds;
            for (int i = 0; i < 200000; i++)
            {
                bench.Fdb.Learn(FdbTable.Key(Bench.Mac(i).Value, segment), place, bench.Now);
            }

            best = Math.Min(best, ThreadClock.Seconds - started);
            Assert.Equal(200000, bench.Fdb.Count);
        }

        Assert.True(best < 2, $"200000 MACs took {best} s");
    }

    [Fact]
    public void ControlThatComesBackFindsTheTableAsItWas()
    {
        GatewayConfiguration configuration = Bench.Parse(TwoPorts.Replace("\"vsid\"",
            "\"records\": [ { \"mac\": \"0a:00:00:00:00:63\", \"pa\": \"198.51.100.10\" } ], \"vsid\""), access: Access1);
        using var bench = new Bench(configuration);
        PortTableWriter.Write(bench.Memory, configuration);
        for (int i = 0; i < 50; i++)
        {
            bench.Learn(i, i % 2 == 0 ? bench.AttachmentPlace() : bench.PeerPlace("198.51.100.11"));
        }

        uint place = bench.AttachmentPlace();
        bench.Wait(250);
        bench.RestartControl();
        Assert.Equal(LearnResult.Ignored, bench.Learn(7, place)); // nothing is learned before the configuration is there
        bench.Apply(configuration);
        Assert.Equal(place, bench.AttachmentPlace());
        Assert.Equal((51, 1), (bench.Fdb.Count, bench.Fdb.StaticCount));
        Assert.Equal(place, bench.Find(0));
        bench.Wait(40); // F-005: kept, and aged on
        Assert.Equal(51, bench.Fdb.Count);
        bench.Wait(40);
        Assert.Equal(1, bench.Fdb.Count);

        // A control that comes back with less keeps less.
        for (int i = 0; i < 50; i++)
        {
            bench.Learn(i, i % 2 == 0 ? bench.AttachmentPlace() : bench.PeerPlace("198.51.100.11"));
        }

        bench.RestartControl(Bench.Parse(TwoPorts.Replace(", \"198.51.100.11\"", ""), access: Access1));
        Assert.Equal((25, 0), (bench.Fdb.Count, bench.Fdb.StaticCount));
    }

    [Fact]
    public void ControlThatDiedInTheMiddleOfAWriteLeavesAWholeTable()
    {
        GatewayConfiguration configuration = Bench.Parse();
        using var bench = new Bench(configuration);
        PortTableWriter.Write(bench.Memory, configuration);
        for (int i = 0; i < 100; i++)
        {
            bench.Learn(i, bench.AttachmentPlace());
        }

        // A way that was emptied and not yet released, and counts of overflow that were raised for nothing.
        ulong key = FdbTable.Key(Bench.Mac(3).Value, bench.Segment());
        bench.Memory.Fdb.Find(bench.Memory.Fdb.Home(key), key, out uint slot);
        bench.Memory.Fdb.Buckets[slot >> 3].Keys[slot & 7] = 0;
        bench.Memory.Fdb.Buckets[5].Overflow += 2;
        bench.RestartControl(configuration);
        Assert.Equal(99, bench.Fdb.Count);
        Assert.Equal(0u, bench.Find(3));
        Assert.Equal(0u, bench.Memory.Fdb.Buckets[5].Overflow);
        Assert.Equal(LearnResult.Learned, bench.Learn(3, bench.AttachmentPlace()));
        Assert.Equal(100, bench.Fdb.Count);
    }

    [Fact]
    public void ReloadFlushesOnlyWhatIsGone()
    {
        using var bench = new Bench(TwoPorts + "," + Green, access: Access1);
        bench.Learn(1, bench.AttachmentPlace());
        bench.Learn(2, bench.PeerPlace());
        bench.Learn(3, bench.PeerPlace("198.51.100.11"));
        bench.Learn(4, bench.AttachmentPlace(200), 6001);
        uint gone = bench.PeerPlace("198.51.100.11");
        GatewayConfiguration less = Bench.Parse(TwoPorts.Replace(", \"198.51.100.11\"", ""), access: Access1);
        bench.Apply(less);
        Assert.Equal(bench.AttachmentPlace(), bench.Find(1));
        Assert.Equal(bench.PeerPlace(), bench.Find(2));
        Assert.Equal(2, bench.Fdb.Count);
        Assert.Equal("fdb.learned 4, fdb.flushed 2", bench.Counters());

        // What comes back is the same id in another generation: nothing that still speaks of the old one is taken for it.
        bench.Apply(Bench.Parse(TwoPorts + "," + Green, access: Access1));
        uint back = bench.PeerPlace("198.51.100.11");
        Assert.Equal(new Place(gone).Id, new Place(back).Id);
        Assert.NotEqual(gone, back);
        Assert.Equal(LearnResult.Ignored, bench.Learn(3, gone));
        Assert.Equal(LearnResult.Learned, bench.Learn(3, back));
    }

    [Fact]
    public void PlacesOfANewSnapshotWaitForEveryWorker()
    {
        using var bench = new Bench(Bench.Parse());
        bench.Memory.Statistics(0)->Polls++; // it began with the first snapshot
        bench.Memory.Phase = DataPhase.Forwarding; // a worker that is still in the old snapshot
        GatewayConfiguration more = Bench.Parse(Bench.Blue.Replace("\"vsid\"", "\"records\": [ { \"mac\": \"0a:00:00:00:00:01\", \"pa\": \"198.51.100.44\" } ], \"vsid\"")
            .Replace("\"198.51.100.10\"", "\"198.51.100.10\", \"198.51.100.44\""));
        Assert.True(bench.Apply(more));
        Assert.Equal(0u, bench.Find(1));
        Assert.Equal(LearnResult.Ignored, bench.Learn(2, bench.PeerPlace("198.51.100.44")));
        bench.Memory.Statistics(0)->Polls++;
        bench.Tables.Tick(bench.Now);
        Assert.Equal(bench.PeerPlace("198.51.100.44"), bench.Find(1));
        Assert.Equal(LearnResult.Learned, bench.Learn(2, bench.PeerPlace("198.51.100.44")));
    }

    private static int MacNotAt(Bench bench, uint home)
    {
        for (int i = 0; ; i++)
        {
            uint h = FdbTable.Hash(FdbTable.Key(Bench.Mac(i).Value, bench.Segment())) & bench.Memory.Fdb.Mask;
            if (h > home + 100)
            {
                return i;
            }
        }
    }
}
