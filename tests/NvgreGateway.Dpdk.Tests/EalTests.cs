namespace NvgreGateway.Dpdk.Tests;

[Collection(EalGroup.Name)]
public sealed class EalTests(EalFixture fixture)
{
    [Fact]
    public void Start_leaves_this_thread_on_all_its_processors()
    {
        Assert.Equal(Environment.ProcessorCount, CpuAffinity.Current().Count);
        Assert.StartsWith("DPDK ", Eal.Version, StringComparison.Ordinal);
        Assert.True(Tsc.Hertz > 100_000_000);
        Assert.True(Tsc.Read() < Tsc.Read() + 1);
    }

    [Fact]
    public void Second_start_is_refused()
    {
        var refusal = Assert.Throws<DpdkException>(() => Eal.Start(new EalOptions { FilePrefix = "again" }));
        Assert.Contains("only once", refusal.Message);
    }

    [Theory]
    [InlineData("net_nosuch0", "net_nosuch", "librte-net-nosuch23")]
    [InlineData("net_mad_eup7,iface=x", "net_mad_eup", "librte-net-mad-eup23")]
    public void Missing_driver_names_the_package(string device, string driver, string package)
    {
        var refusal = Assert.Throws<DpdkException>(() => fixture.Eal.Attach(DeviceName.Parse(device)));
        Assert.Contains($"no driver {driver} here", refusal.Message);
        Assert.Contains("apt-get install dpdk", refusal.Message);
        Assert.Contains(package, refusal.Message);
    }

    [Fact]
    public void Driver_that_refuses_is_quoted()
    {
        var refusal = Assert.Throws<DpdkException>(() => fixture.Eal.Attach(DeviceName.Parse("net_af_packet77,iface=nowhere9")));
        Assert.DoesNotContain("no driver", refusal.Message);
        Assert.Contains("no network interface 'nowhere9'", refusal.Message);
        Assert.Contains("DPDK said:\nrte_pmd_init_internals(): net_af_packet77: ioctl failed", refusal.Message);
        Assert.Throws<DpdkException>(() => Port.Find(DeviceName.Parse("net_af_packet77")));
    }

    [Fact]
    public void Workers_get_ids_of_their_own_and_the_processor_they_ask_for()
    {
        var cpu = CpuAffinity.Current()[^1];
        IReadOnlyList<int> seen = [];
        using var release = new ManualResetEventSlim();
        var first = WorkerThread.Start("first", cpu, () =>
        {
            seen = CpuAffinity.Current();
            release.Wait();
        });
        var second = WorkerThread.Start("second", null, release.Wait);

        Assert.True(first.LcoreId > 0 && second.LcoreId > 0 && first.LcoreId != second.LcoreId);
        Assert.True(first.IsRunning);
        release.Set();
        Assert.True(first.Join(TimeSpan.FromSeconds(10)) && second.Join(TimeSpan.FromSeconds(10)));
        Assert.Equal([cpu], seen);
        Assert.Null(first.Failure);

        // An id that was taken back is given out again.
        var third = WorkerThread.Start("third", null, () => { });
        third.Join();
        Assert.True(third.LcoreId <= Math.Max(first.LcoreId, second.LcoreId));
    }

    [Fact]
    public void Worker_keeps_what_ended_it()
    {
        var worker = WorkerThread.Start("failing", null, () => throw new InvalidOperationException("as asked"));
        worker.Join();
        Assert.Equal("as asked", Assert.IsType<InvalidOperationException>(worker.Failure).Message);
    }

    [Fact]
    public void Worker_on_a_processor_that_is_not_there_is_refused()
    {
        var refusal = Assert.Throws<DpdkException>(() => WorkerThread.Start("nowhere", 1023, () => { }));
        Assert.Contains("processor 1023", refusal.Message);
    }

    [Fact]
    public unsafe void Workers_return_each_others_buffers()
    {
        using var pool = MbufPool.Create(EalFixture.Unique("pool"), 1023, cacheSize: 64);
        var handed = new nint[100];
        var taker = WorkerThread.Start("taker", null, () =>
        {
            for (var i = 0; i < handed.Length; i++)
            {
                handed[i] = (nint)pool.Alloc();
            }
        });
        taker.Join();
        Assert.Equal(100, pool.InUse);
        var giver = WorkerThread.Start("giver", null, () => Array.ForEach(handed, packet => MbufPool.Free((Mbuf*)packet)));
        giver.Join();
        Assert.Null(taker.Failure);
        Assert.Null(giver.Failure);
        Assert.Equal((1023, 0), (pool.Available, pool.InUse));
    }

    [Fact]
    public void Log_can_be_read_once()
    {
        Assert.Throws<DpdkException>(() => fixture.Eal.Attach(DeviceName.Parse("net_nosuch9")));
        Assert.Equal("", fixture.Eal.ReadLog());
        Assert.NotEqual("", fixture.Eal.StartLog);
    }
}
