using NvgreGateway.Control.Tables;
using NvgreGateway.Exchange;

namespace NvgreGateway.Control.Tests.Tables;

/// <summary>The FDB against a dictionary, while readers look at it as workers do.</summary>
public sealed unsafe class FdbModelTests
{
    private const int Vlans = 32;
    private const int Keys = 160;

    private static string Segment => $$"""
        { "name": "blue", "vsid": 5001, "peers": [], "attachments": [ {{string.Join(',', Enumerable.Range(1, Vlans).Select(static v => $$"""{ "port": "access0", "vlan": {{v}} }"""))}} ] }
        """;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void TableIsWhatAModelSaysItIs(int seed)
    {
        // Few buckets and many more MACs than ways: chains, overflow and reuse all the time.
        using var bench = new Bench(Segment, "\"fdb\": { \"capacity\": 100, \"moves\": { \"limit\": 1000 } }");
        Run(bench, seed, 60_000);
    }

    [Fact]
    public void ReadersNeverSeeTheKeyOfOneWithThePlaceOfAnother()
    {
        using var bench = new Bench(Segment, "\"fdb\": { \"capacity\": 100, \"moves\": { \"limit\": 1000 } }, \"workers\": { \"cores\": [0, 1] }");
        uint[] places = Places(bench);
        uint segment = bench.Segment();
        using var stop = new CancellationTokenSource();
        long lookups = 0, found = 0, wrong = 0;
        bench.Memory.Phase = DataPhase.Forwarding;
        Thread[] readers = [.. Enumerable.Range(0, 2).Select(worker => new Thread(() =>
        {
            FdbTable table = bench.Memory.Fdb;
            var random = new Random(worker);
            long mine = 0, hits = 0, torn = 0;
            while (!stop.IsCancellationRequested)
            {
                // A loop of a worker: a quiescent point, then lookups that may use what stood in the table since.
                bench.Memory.Statistics(worker)->Polls++;
                for (int n = 0; n < 64; n++)
                {
                    int key = random.Next(Keys);
                    ulong k = FdbTable.Key(Bench.Mac(key).Value, segment);
                    uint place = table.Find(table.Home(k), k, out _) & ~Place.Flags;
                    mine++;
                    if (place != 0)
                    {
                        hits++;
                        torn += Array.IndexOf(places, place) % 8 != key % 8 ? 1 : 0;
                    }
                }
            }

            Interlocked.Add(ref lookups, mine);
            Interlocked.Add(ref found, hits);
            Interlocked.Add(ref wrong, torn);
        }))];
        foreach (Thread t in readers)
        {
            t.Start();
        }

        try
        {
            Run(bench, 7, 150_000);
        }
        finally
        {
            stop.Cancel();
            foreach (Thread t in readers)
            {
                t.Join();
            }
        }

        Assert.True(found > 10_000, $"{found} of {lookups} lookups found something");
        Assert.Equal(0, wrong);
    }

    private static uint[] Places(Bench bench) => [.. Enumerable.Range(1, Vlans).Select(v => bench.AttachmentPlace(v))];

    // A MAC lives only at places whose number is its own modulo 8, so that a torn pair shows.
    private static void Run(Bench bench, int seed, int steps)
    {
        var random = new Random(seed);
        uint[] places = Places(bench);
        var model = new Dictionary<int, uint>();
        for (int step = 0; step < steps; step++)
        {
            int key = random.Next(Keys);
            switch (random.Next(10))
            {
                case < 6:
                    uint place = places[(key % 8) + (8 * random.Next(Vlans / 8))];
                    LearnResult result = bench.Learn(key, place);
                    if (result == LearnResult.RefusedFull)
                    {
                        // Either the capacity is reached, or every way near its home is taken or not settled yet.
                        Assert.False(model.ContainsKey(key));
                        break;
                    }

                    Assert.Equal(!model.TryGetValue(key, out uint old) ? LearnResult.Learned : old == place ? LearnResult.Refreshed : LearnResult.Moved, result);
                    model[key] = place;
                    break;
                case < 9:
                    Assert.Equal(model.Remove(key) ? 1 : 0, bench.Fdb.FlushMac(Bench.Mac(key)));
                    break;
                default:
                    Assert.Equal(model.GetValueOrDefault(key), bench.Find(key));
                    break;
            }

            if (step % 1000 == 0)
            {
                bench.Tables.Tick(bench.Now);
                Compare(bench, model);
            }
        }

        Compare(bench, model);
    }

    private static void Compare(Bench bench, Dictionary<int, uint> model)
    {
        Assert.Equal(model.Count, bench.Fdb.Count);
        Assert.Equal(
            model.OrderBy(static p => Bench.Mac(p.Key).Value).Select(static p => (Bench.Mac(p.Key).Value, p.Value)),
            bench.Fdb.Enumerate().OrderBy(static e => e.Mac.Value).Select(static e => (e.Mac.Value, e.Place.Identity)));
        foreach ((int key, uint place) in model)
        {
            Assert.Equal(place, bench.Find(key));
        }
    }
}
